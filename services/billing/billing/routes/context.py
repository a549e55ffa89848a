"""What the routes of billing share: the caller's unit of work."""

from billing.repository import Work
from common.current import CurrentUnit

unit = CurrentUnit[Work]()
