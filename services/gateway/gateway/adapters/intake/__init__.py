"""Photo intake: from bytes nobody vouches for to a picture the studio made itself."""

from gateway.adapters.intake.picture import sanitise
from gateway.adapters.intake.sandbox import Intake

__all__ = ["Intake", "sanitise"]
