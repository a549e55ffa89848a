"""What analytics' routes share."""

from analytics.domain import Pseudonyms
from analytics.repository import Work
from common.current import Current, CurrentUnit

unit = CurrentUnit[Work]()

pseudonyms = Current(Pseudonyms)
