"""The figurine studio from Python."""

from figurine_client.connection import KeyInTheClear, NoSuchKey, NotSent
from figurine_client.downloads import Fetched
from figurine_client.errors import (
    AnswerNotUnderstood,
    Busy,
    CreditsNeeded,
    DownloadBroken,
    NotAllowed,
    NotFound,
    NotGenuine,
    NotSignedIn,
    Problem,
    Refused,
    SecondFactorNeeded,
    StudioAway,
    StudioError,
    WaitedTooLong,
)
from figurine_client.live import Event
from figurine_client.models.figurines import Figurine, State
from figurine_client.patience import Patience
from figurine_client.signatures import WebhookCall, verify_signature
from figurine_client.studio import Studio

__all__ = [
    "AnswerNotUnderstood",
    "Busy",
    "CreditsNeeded",
    "DownloadBroken",
    "Event",
    "Fetched",
    "Figurine",
    "KeyInTheClear",
    "NoSuchKey",
    "NotAllowed",
    "NotFound",
    "NotGenuine",
    "NotSent",
    "NotSignedIn",
    "Patience",
    "Problem",
    "Refused",
    "SecondFactorNeeded",
    "State",
    "Studio",
    "StudioAway",
    "StudioError",
    "WaitedTooLong",
    "WebhookCall",
    "verify_signature",
]
