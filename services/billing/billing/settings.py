"""Billing's settings; the only reader of its environment."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import Field, SecretStr

from billing.domain.invoices import BankAccount, Seller, TaxRules, Terms, check_country, check_iban
from billing.domain.money import rate_of
from common.settings import PREFIX, StoreSettings

LIVE = ("sk_live_", "rk_live_")
TEST = ("sk_test_", "rk_test_")


class Settings(StoreSettings):
    """Read from FIGURINE_… variables."""

    # What a new person gets to try the studio with; without it, what the catalogue says.
    trial_credits: int | None = Field(default=None, ge=0)
    # What gift codes and coupons are kept under; without it there are none.
    code_key: SecretStr | None = None
    # How long a hold may be open before an operator hears of it: longer than any job can live.
    stale_hold_hours: int = Field(default=30, ge=1)
    # With a key, cards are taken by Stripe.
    stripe_api_key: SecretStr | None = None
    # Stripe's own without it.
    stripe_api_base: str | None = None
    # Who signs for the address above, when it is not one of the authorities everybody knows.
    stripe_ca_file: Path | None = None
    # Whether in production mode a test key may be used: where nothing is really sold.
    stripe_test_allowed: bool = False
    # What Stripe signs its webhooks with; without it the webhook is closed.
    stripe_webhook_secret: SecretStr | None = None
    # How long one call may take.
    stripe_deadline_seconds: int = Field(default=20, ge=1)
    # How long a plan's credits stay while its payment fails.
    past_due_days: int = Field(default=2, ge=0)

    # What billing details and the recipients of invoices are sealed with; the newest key first.
    sealing_keys: SecretStr
    # Who sells, as invoices have to say; lines of the address are divided by |.
    seller_name: str = "Figurine Studio"
    seller_address: str = ""
    seller_country: str = ""
    seller_vat_number: str = ""
    seller_contact: str = ""
    # Percent of tax in every price; by the customer's country where one is listed; or why there is none.
    tax_rate: str = "0"
    tax_rates: str = ""
    tax_exemption: str = ""
    # Where transfers go; without an IBAN nobody pays by invoice.
    bank_holder: str = ""
    bank_iban: str = ""
    bank_bic: str = ""
    bank_name: str = ""
    # Of an invoice: days until it is due, until its order expires, between reminders, and how many of those.
    invoice_due_days: int = Field(default=14, ge=0)
    invoice_expires_days: int = Field(default=45, ge=1)
    invoice_reminder_days: int = Field(default=7, ge=1)
    invoice_reminders: int = Field(default=2, ge=0)
    # How long tax law wants documents kept, counted from the end of their year.
    invoice_retention_years: int = Field(default=10, ge=1)

    @property
    def terms(self) -> Terms:
        """Under which terms the studio sells. Raises ValueError."""
        bank = BankAccount(
            holder=self.bank_holder or self.seller_name,
            iban=check_iban(self.bank_iban),
            bic=self.bank_bic,
            bank=self.bank_name,
        )
        pairs = [pair.partition("=") for pair in self.tax_rates.replace(" ", "").split(",") if pair]
        return Terms(
            seller=Seller(
                name=self.seller_name,
                address=tuple(line for each in self.seller_address.split("|") if (line := each.strip())),
                country=check_country(self.seller_country),
                vat_number=self.seller_vat_number,
                contact=self.seller_contact,
            ),
            tax=TaxRules(
                rate=rate_of(self.tax_rate),
                by_country={check_country(country): rate_of(rate) for country, _, rate in pairs},
                exemption=self.tax_exemption,
            ),
            bank=bank if self.bank_iban else None,
            retention_years=self.invoice_retention_years,
            due_days=self.invoice_due_days,
            expires_days=self.invoice_expires_days,
            reminder_days=self.invoice_reminder_days,
            reminders=self.invoice_reminders,
        )

    @property
    def partners(self) -> Mapping[str, str]:
        """Stripe, where it takes payments."""
        stripe = {} if self.stripe_api_key is None else {"Stripe": self.stripe_api_base or "https://"}
        return {**super().partners, **stripe}

    @property
    def stripe_live(self) -> bool:
        """Whether real money moves."""
        return self.stripe_api_key is not None and self.stripe_api_key.get_secret_value().startswith(LIVE)

    def faults(self) -> Iterator[str]:
        """What stands on invoices is looked at before there is one, and a key before it takes money."""
        yield from super().faults()
        try:
            _ = self.terms
        except ValueError as fault:
            yield str(fault)
        if self.invoice_expires_days < self.invoice_due_days:
            yield f"{PREFIX}INVOICE_EXPIRES_DAYS is before the invoice is due; let it be later"
        if self.stripe_api_key is not None:
            yield from self._faults_of_key(self.stripe_api_key.get_secret_value(), f"{PREFIX}STRIPE_API_KEY")

    def _faults_of_key(self, key: str, name: str) -> Iterator[str]:
        """Real money only where somebody said `production`, and never through somebody who stands in for Stripe."""
        if not key.startswith(LIVE + TEST):
            yield f"{name} is no secret key of Stripe: it begins with sk_test_, rk_test_, sk_live_ or rk_live_"
        if self.stripe_live and self.mode != "production":
            yield f"{name} is a live key: it takes real money, so it needs {PREFIX}MODE=production"
        if self.stripe_live and self.stripe_api_base is not None:
            yield f"{name} is a live key: it goes to Stripe only; unset {PREFIX}STRIPE_API_BASE"
        if key.startswith(TEST) and self.mode == "production" and not self.stripe_test_allowed:
            yield (
                f"{name} is a test key: credits would be given for money that nobody pays. Use a live key, or say "
                f"{PREFIX}STRIPE_TEST_ALLOWED=true where nothing is really sold"
            )
