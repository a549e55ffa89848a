"""What the routes of billing share: the caller's unit of work, and what is offered."""

from billing.domain.catalogue import Catalogues
from billing.repository import Work
from common.current import Current, CurrentUnit

unit = CurrentUnit[Work]()
catalogues = Current(Catalogues)
