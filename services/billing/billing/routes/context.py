"""What the routes of billing share: the caller's unit of work, what is offered, and who takes money."""

from dataclasses import dataclass
from datetime import timedelta

from billing.domain.catalogue import Catalogues
from billing.ports import Providers
from billing.repository import Work
from common.current import Current, CurrentUnit

unit = CurrentUnit[Work]()
providers = Current(Providers)
catalogues = Current(Catalogues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What routes need to know of the settings: how long a plan waits for a payment that fails, and whether no real
    money moves.
    """

    patience: timedelta
    test_mode: bool = False


terms = Current(Terms)
