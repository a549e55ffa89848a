"""The services behind the gateway, over HTTPS, each call in the name of a person."""

import ssl
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from common.erasure import PersonGone
from common.errors import Conflict, Invalid, NotFound, Refused, Unavailable
from common.problems import MEDIA_TYPE
from common.tokens import TokenIssuer
from common.tracing import propagated
from gateway.domain.allowances import PlanNeeded
from gateway.domain.consents import Restricted
from gateway.domain.credits import PaymentDeclined
from gateway.domain.figurines import RangeOutside
from gateway.domain.idempotency import IdempotencyMismatch
from gateway.domain.models import ModelFailed, TooManyModels
from gateway.domain.policies import NoticeTooShort, PolicyChanged
from gateway.domain.refunds import OwnProposal
from gateway.domain.rights import ArchiveExpired, ArchiveNotReady

# A call has a deadline: whoever waits for a service that is away is told so.
TIMEOUT = httpx2.Timeout(5.0, connect=1.0)
# What asks a payment provider in turn may take as long as that does.
PATIENT = httpx2.Timeout(30.0, connect=1.0)

_REFUSALS: Mapping[int, type[Refused]] = {
    400: Invalid,
    402: PaymentDeclined,
    403: PersonGone,
    404: NotFound,
    409: Conflict,
    410: ArchiveExpired,
    416: RangeOutside,
    422: ModelFailed,
    429: TooManyModels,
    503: Unavailable,
}

# What its status alone does not tell.
_BY_CODE: Mapping[str, type[Refused]] = {
    "idempotency_mismatch": IdempotencyMismatch,
    "plan_needed": PlanNeeded,
    "restricted": Restricted,
    "archive_not_ready": ArchiveNotReady,
    "own_proposal": OwnProposal,
    "policy_changed": PolicyChanged,
    "notice_too_short": NoticeTooShort,
}


class Peer:
    """One service. Answers are JSON; its refusals are raised as ours, its absence as Unavailable."""

    def __init__(self, name: str, url: str, issuer: TokenIssuer, *, ca_file: Path | None) -> None:
        self.name = name
        self._url = url
        self._issuer = issuer
        self._ca_file = ca_file
        self._roles: tuple[str, ...] = ()
        self._reason: str | None = None

    def for_staff(self, roles: Collection[str], *, reason: str | None = None) -> "Peer":
        """The same service, asked by somebody of the studio with these roles, perhaps for a reason; both are signed."""
        peer = Peer(self.name, self._url, self._issuer, ca_file=self._ca_file)
        peer._client = self._client  # its connections are kept
        peer._roles, peer._reason = tuple(roles), reason
        return peer

    def get(self, path: str, *, user_id: UUID | None, params: Mapping[str, str] | None = None) -> Any:
        """Read something. Raises NotFound, Invalid, Conflict, Unavailable."""
        return self._call("GET", path, user_id, params=params)

    def post(
        self,
        path: str,
        *,
        user_id: UUID,
        body: Mapping[str, object] | None = None,
        key: str | None = None,
        timeout: httpx2.Timeout = TIMEOUT,
    ) -> Any:
        """Ask for something; `key` is the Idempotency-Key. Raises NotFound, Invalid, Conflict, Unavailable."""
        return self._call("POST", path, user_id, body=body, key=key, timeout=timeout)

    def hand_on(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """Pass on what somebody outside sent, byte for byte, in nobody's name. Raises as `post` does."""
        with self._answered():
            response = self._client.post(path, content=body, headers={**headers, **self._authorization(None)})
        if not response.is_success:
            raise self._refusal(response)
        return response.json()

    def post_photo(self, path: str, *, user_id: UUID, jpeg: bytes) -> Any:
        """Have a photo looked at. Raises NotFound, Invalid, Conflict, Unavailable."""
        return self._call("POST", path, user_id, jpeg=jpeg)

    def put(self, path: str, *, user_id: UUID, body: Mapping[str, object]) -> Any:
        """Say how something is to be. Raises NotFound, Invalid, Conflict, Unavailable."""
        return self._call("PUT", path, user_id, body=body)

    def delete(self, path: str, *, user_id: UUID) -> Any:
        """Have something removed. Raises NotFound, Invalid, Conflict, Unavailable."""
        return self._call("DELETE", path, user_id)

    def fetch(self, path: str, *, user_id: UUID) -> bytes:
        """The bytes of something, whole. Raises NotFound, Invalid, Conflict, Unavailable."""
        return self._answer("GET", path, user_id).content

    @contextmanager
    def _answered(self) -> Generator[None]:
        try:
            yield
        except httpx2.HTTPError as error:
            raise Unavailable from error

    def stream(
        self, path: str, *, user_id: UUID | None, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> httpx2.Response:
        """An open answer whose body is still to be read; whoever gets it closes it."""
        request = self._client.build_request(
            "GET", path, params=dict(params), headers={**headers, **self._authorization(user_id)}
        )
        with self._answered():
            response = self._client.send(request, stream=True)
        if response.status_code in {200, 202, 206, 304}:
            return response
        with self._answered():
            response.read()
        response.close()
        raise self._refusal(response)

    def _call(self, method: str, path: str, user_id: UUID | None, **options: Any) -> Any:
        return self._answer(method, path, user_id, **options).json()

    def _answer(
        self,
        method: str,
        path: str,
        user_id: UUID | None,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        jpeg: bytes | None = None,
        key: str | None = None,
        timeout: httpx2.Timeout = TIMEOUT,
    ) -> httpx2.Response:
        with self._answered():
            response = self._client.request(
                method,
                path,
                timeout=timeout,
                params=dict(params or {}),
                json=None if body is None else dict(body),
                content=jpeg,
                headers={**self._authorization(user_id), **({"Idempotency-Key": key} if key else {})},
            )
        if not response.is_success:
            raise self._refusal(response)
        return response

    def _authorization(self, user_id: UUID | None) -> dict[str, str]:
        token = self._issuer.issue(user_id=user_id, audience=self.name, roles=self._roles, reason=self._reason)
        return {"Authorization": f"Bearer {token}", **propagated()}

    @staticmethod
    def _refusal(response: httpx2.Response) -> Refused:
        said: dict[str, Any] = response.json() if response.headers.get("Content-Type") == MEDIA_TYPE else {}
        kind = _BY_CODE.get(str(said.get("code"))) or _REFUSALS.get(response.status_code)
        refusal = kind(str(said.get("detail") or "")) if kind else Unavailable()
        seconds = response.headers.get("Retry-After", "")
        if isinstance(refusal, ModelFailed | TooManyModels | Unavailable) and seconds.isdecimal():
            refusal.retry_after_seconds = int(seconds)
        return refusal

    @cached_property
    def _client(self) -> httpx2.Client:
        # Made on first use: connections do not cross a fork.
        return httpx2.Client(
            base_url=self._url,
            verify=ssl.create_default_context(cafile=self._ca_file),
            timeout=TIMEOUT,
            limits=httpx2.Limits(max_connections=32, max_keepalive_connections=8),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The services behind the gateway."""

    generation: Peer
    billing: Peer
    privacy: Peer
    analytics: Peer
