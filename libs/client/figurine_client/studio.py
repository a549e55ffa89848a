"""The studio, as a program uses it."""

from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from uuid import UUID

import httpx2

from figurine_client import live, routes
from figurine_client.connection import SECONDS, Asked, Connection, understood
from figurine_client.errors import SecondFactorNeeded
from figurine_client.groups.figurines import Figurines
from figurine_client.groups.privacy import Privacy
from figurine_client.groups.small import Credits, OwnAccount, PhotoAlbum, Promises, Styles, Webhooks
from figurine_client.live import Event
from figurine_client.models.studio import Opened, Step
from figurine_client.patience import Patience


class Studio:
    """A studio at an address, and who one is to it: an API key, or the token of a session, or nobody.

    `ca` is a file of certificates to trust instead of the machine's; `timeout` is what an answer may take, in seconds.
    Certificates are always checked, and an address without TLS is refused, except on this machine.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        token: str | None = None,
        ca: Path | None = None,
        timeout: float = SECONDS,
        patience: Patience | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if api_key is not None and token is not None:
            raise ValueError("Give an API key or the token of a session, not both.")
        self._connection = Connection(
            base_url, token=api_key or token, ca=ca, timeout=timeout, patience=patience, transport=transport
        )
        self._session_id: UUID | None = None
        self.figurines = Figurines(self._connection)
        self.styles = Styles(self._connection)
        self.credits = Credits(self._connection)
        self.photos = PhotoAlbum(self._connection)
        self.privacy = Privacy(self._connection)
        self.webhooks = Webhooks(self._connection)
        self.account = OwnAccount(self._connection)
        self.promises = Promises(self._connection)

    def events(self, *, after: int | None = None) -> Iterator[Event]:
        """What happens from now on, or has happened since event `after`; goes on until the caller stops."""
        return live.events(self._connection, after=after)

    def sign_in(self, email: str, password: str, *, code: Callable[[Sequence[str]], str] | None = None) -> Opened:
        """Open a session, for what no key may do; what follows is done as this person. `sign_out` ends it.

        `code` is asked for a code, and told which ways there are, where the account has a second factor.
        Raises Refused, SecondFactorNeeded.
        """
        said = {"email": email, "password": password}
        answer = self._connection.send(Asked(route=routes.SIGN_IN, json=said))
        if answer.status_code == HTTPStatus.ACCEPTED:
            step = understood(Step, answer)
            if code is None:
                raise SecondFactorNeeded("This account asks for a second factor; give a code as well.")
            answer = self._connection.send(
                Asked(route=routes.SECOND_STEP, json={"step": step.step, "code": code(step.ways)})
            )
        opened = understood(Opened, answer)
        self._connection.sign(opened.token)
        self._session_id = opened.id
        return opened

    def sign_out(self) -> None:
        """End the session that `sign_in` opened."""
        if self._session_id is not None:
            self._connection.send(Asked(route=routes.SIGN_OUT, places={"session_id": self._session_id}))
            self._session_id = None

    def close(self) -> None:
        """Let the connections go."""
        self._connection.close()

    def __enter__(self) -> "Studio":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
