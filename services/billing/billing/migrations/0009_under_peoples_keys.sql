-- Which billing details still lie under the keyring instead of their owner's key: the job that moves them finds them
-- here, and finds nothing once they are moved. Recipients of invoices stay under the keyring: the law wants them read
-- when their owner's key is gone.

CREATE INDEX billing_details_company_old ON billing_details (user_id)
    WHERE substring(company from 1 for 1) = '\x01'::bytea;
CREATE INDEX billing_details_address_old ON billing_details (user_id)
    WHERE substring(address from 1 for 1) = '\x01'::bytea;
CREATE INDEX billing_details_vat_number_old ON billing_details (user_id)
    WHERE substring(vat_number from 1 for 1) = '\x01'::bytea;
CREATE INDEX billing_details_country_old ON billing_details (user_id)
    WHERE substring(country from 1 for 1) = '\x01'::bytea;
