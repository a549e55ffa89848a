"""Every route of the API that the client knows, and which of them may be asked twice.

The one list: a test holds it against the studio's OpenAPI document.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import quote
from uuid import UUID


class Repeat(Enum):
    """What a second request does when the answer to the first was lost."""

    # By what the method means (RFC 9110, section 9.2.2), or because the route says so.
    HARMLESS = "harmless"
    # Nothing, under the same Idempotency-Key.
    WITH_KEY = "with_key"
    # Everything once more.
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and an address with places in it, as OpenAPI writes them."""

    method: str
    path: str
    repeat: Repeat = Repeat.HARMLESS

    def at(self, **places: UUID | str | int) -> str:
        """The address, with what stands in its places."""
        return self.path.format(**{name: quote(str(value), safe="") for name, value in places.items()})


SIGN_IN: Final = Route("POST", "/v1/sessions", Repeat.NEVER)
SECOND_STEP: Final = Route("POST", "/v1/sessions/step", Repeat.NEVER)
SIGN_OUT: Final = Route("DELETE", "/v1/sessions/{session_id}")

ACCOUNT: Final = Route("GET", "/v1/account")
CORRECT: Final = Route("PATCH", "/v1/account")
USAGE: Final = Route("GET", "/v1/usage")

STYLES: Final = Route("GET", "/v1/styles")

ORDER: Final = Route("POST", "/v1/figurines", Repeat.WITH_KEY)
FIGURINES: Final = Route("GET", "/v1/figurines")
FIGURINE: Final = Route("GET", "/v1/figurines/{figurine_id}")
DELETE_FIGURINE: Final = Route("DELETE", "/v1/figurines/{figurine_id}")
# What has ended stays as it is.
CANCEL: Final = Route("POST", "/v1/figurines/{figurine_id}/cancel")
EDIT: Final = Route("POST", "/v1/figurines/{figurine_id}/edits", Repeat.WITH_KEY)
RATE: Final = Route("PUT", "/v1/figurines/{figurine_id}/rating")
RATING: Final = Route("GET", "/v1/figurines/{figurine_id}/rating")
FAVOUR: Final = Route("PUT", "/v1/figurines/{figurine_id}/favourite")
DISFAVOUR: Final = Route("DELETE", "/v1/figurines/{figurine_id}/favourite")
# A figurine has one link; asked again, the studio gives the same.
SHARE: Final = Route("POST", "/v1/figurines/{figurine_id}/share")
SHARED: Final = Route("GET", "/v1/figurines/{figurine_id}/share")
UNSHARE: Final = Route("DELETE", "/v1/figurines/{figurine_id}/share")
PICTURE: Final = Route("GET", "/v1/figurines/{figurine_id}/pictures/{n}")
PROVENANCE: Final = Route("GET", "/v1/figurines/{figurine_id}/provenance")
MODEL: Final = Route("GET", "/v1/figurines/{figurine_id}/model")
MODEL_FILE: Final = Route("GET", "/v1/figurines/{figurine_id}/model.{format}")

PHOTOS: Final = Route("GET", "/v1/photos")
# Looks, and keeps nothing.
CHECK_PHOTO: Final = Route("POST", "/v1/photos/check")
PHOTO: Final = Route("GET", "/v1/photos/{photo_id}")
DELETE_PHOTO: Final = Route("DELETE", "/v1/photos/{photo_id}")

EVENTS: Final = Route("GET", "/v1/events")

BALANCE: Final = Route("GET", "/v1/credits")
STATEMENT: Final = Route("GET", "/v1/credits/statement")
CATALOGUE: Final = Route("GET", "/v1/catalogue")

CONSENTS: Final = Route("GET", "/v1/consents")
CONSENT: Final = Route("PUT", "/v1/consents/{purpose}")
ASK_PRIVACY: Final = Route("POST", "/v1/privacy/requests", Repeat.WITH_KEY)
PRIVACY_REQUESTS: Final = Route("GET", "/v1/privacy/requests")
PRIVACY_REQUEST: Final = Route("GET", "/v1/privacy/requests/{request_id}")
ARCHIVE: Final = Route("GET", "/v1/privacy/requests/{request_id}/archive")
# Whether it was taken back is read, not asked twice.
TAKE_BACK: Final = Route("POST", "/v1/privacy/requests/{request_id}/cancel", Repeat.NEVER)
DISCLOSURES: Final = Route("GET", "/v1/privacy/disclosures")
ACCESSES: Final = Route("GET", "/v1/privacy/accesses")
RECORD: Final = Route("GET", "/v1/privacy/record")
ERASURE: Final = Route("GET", "/v1/privacy/erasures/{request_id}")
RECEIPT: Final = Route("GET", "/v1/privacy/erasures/{request_id}/receipt")
RECEIPT_KEYS: Final = Route("GET", "/v1/privacy/keys")

WEBHOOKS: Final = Route("GET", "/v1/webhooks")
WEBHOOK: Final = Route("GET", "/v1/webhooks/{webhook_id}")
DELIVERIES: Final = Route("GET", "/v1/webhooks/{webhook_id}/deliveries")
# A second time is a second call at the receiver's.
REDELIVER: Final = Route("POST", "/v1/webhooks/{webhook_id}/redeliver", Repeat.NEVER)

PROMISES: Final = Route("GET", "/v1/promises")
FINDINGS: Final = Route("GET", "/v1/promises/{promise}/findings")

ROUTES: Final[tuple[Route, ...]] = tuple(each for each in list(globals().values()) if isinstance(each, Route))
