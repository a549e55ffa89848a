"""What one can tick about a figurine, besides its stars. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from gateway.domain.languages import catalogued


class Reason(StrEnum):
    """The public contract names these; generation keeps the same list."""

    LIKENESS_LOST = "likeness_lost"
    WRONG_POSE = "wrong_pose"
    ARTEFACTS = "artefacts"
    CUT_OFF = "cut_off"
    STYLE_NOT_MET = "style_not_met"
    OTHER = "other"


# As they stand beside their boxes.
REASON_WORDS: Final[Mapping[Reason, str]] = {
    Reason.LIKENESS_LOST: catalogued("The likeness is lost"),
    Reason.WRONG_POSE: catalogued("The pose is wrong"),
    Reason.ARTEFACTS: catalogued("There are flaws in the picture"),
    Reason.CUT_OFF: catalogued("Something is cut off"),
    Reason.STYLE_NOT_MET: catalogued("It is not the style I chose"),
    Reason.OTHER: catalogued("Something else"),
}
