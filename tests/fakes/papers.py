"""What billing's documents are written with in tests."""

from billing.domain.invoices import BankAccount, Seller, TaxRules, Terms
from billing.repository import Papers
from common.person_keys import PersonKeys
from common.sealing import Keyring, Sealer

SELLER = Seller(
    name="Figurine Studio GmbH",
    address=("Werkstraße 12", "10999 Berlin"),
    country="DE",
    vat_number="DE123456789",
    contact="studio@example.org",
)
BANK = BankAccount(holder="Figurine Studio GmbH", iban="DE89370400440532013000", bic="COBADEFFXXX", bank="A bank")
TERMS = Terms(seller=SELLER, tax=TaxRules(rate=1900, by_country={"FR": 2000, "CH": 810}), bank=BANK)


def papers(terms: Terms = TERMS) -> Papers:
    """A sealer with a key of the tests' own, and the terms of a seller in Germany."""
    keys = PersonKeys(Keyring({1: bytes(range(32))}, current=1))
    return Papers(sealer=Sealer(keys.keyring), keys=keys, terms=terms)
