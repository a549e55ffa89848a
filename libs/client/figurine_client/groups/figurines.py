"""Figurines: order, follow, change, share, and fetch."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import UUID

from figurine_client import routes
from figurine_client.connection import Asked, Connection
from figurine_client.downloads import Fetched, StillBeingMade, download
from figurine_client.errors import Refused, WaitedTooLong
from figurine_client.groups.lists import every
from figurine_client.groups.photo_files import PhotoFile, read_photo
from figurine_client.models.figurines import (
    Cancelled,
    Delivery,
    Figurine,
    Model,
    ModelFormat,
    PictureFormat,
    Provenance,
    Rated,
    Rating,
    Reason,
    Shared,
    Size,
    State,
)
from figurine_client.routes import Route
from figurine_client.waiting import Wait

WAIT_SECONDS: Final = 900.0
_ENDINGS: Final = {"png": "png", "jpeg": "jpg", "webp": "webp"}


class Figurines:
    """One's figurines."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def order(
        self,
        photo: PhotoFile | None = None,
        *,
        style: str,
        saved_photo_id: UUID | None = None,
        variants: int = 1,
        aspect_ratio: str = "1:1",
        title: str = "",
        note: str = "",
        options: Mapping[str, str] | None = None,
        delivery: Delivery = "now",
        save_photo: bool = False,
        key: str | None = None,
    ) -> Figurine:
        """Order a figurine of a photo (a path, or its bytes), or of one that was saved before. Raises StudioError.

        However often this is tried on the way, one figurine is made. `key` is an Idempotency-Key of one's own, for
        who wants to order again after a crash: the same key and the same order are the same figurine for two days.
        """
        form = {
            "style": style,
            "variants": str(variants),
            "aspect_ratio": aspect_ratio,
            "title": title,
            "note": note,
            "options": json.dumps(dict(options or {}), sort_keys=True),
            "delivery": delivery,
            "save_photo": str(save_photo).lower(),
        }
        return self._connection.read(
            Figurine, _with_photo(Asked(route=routes.ORDER, key=key), form, photo, saved_photo_id)
        )

    def edit(
        self,
        figurine_id: UUID,
        *,
        note: str = "",
        style: str | None = None,
        picture: int = 1,
        variants: int = 1,
        aspect_ratio: str | None = None,
        title: str | None = None,
        options: Mapping[str, str] | None = None,
        same_seed: bool = False,
        photo: PhotoFile | None = None,
        saved_photo_id: UUID | None = None,
        key: str | None = None,
    ) -> Figurine:
        """Another version of a figurine; what is None stays as it was. Where a picture is not `editable`, the photo
        is needed again (`photo_needed`).
        """
        changed = {"style": style, "aspect_ratio": aspect_ratio, "title": title}
        form = {
            "note": note,
            "picture": str(picture),
            "variants": str(variants),
            "same_seed": str(same_seed).lower(),
            **{name: value for name, value in changed.items() if value is not None},
            **({} if options is None else {"options": json.dumps(dict(options), sort_keys=True)}),
        }
        asked = Asked(route=routes.EDIT, places={"figurine_id": figurine_id}, key=key)
        return self._connection.read(Figurine, _with_photo(asked, form, photo, saved_photo_id))

    def get(self, figurine_id: UUID) -> Figurine:
        """One figurine; readable from the moment it was ordered."""
        return self._connection.read(Figurine, self._of(routes.FIGURINE, figurine_id))

    def list(
        self, *, style: str | None = None, state: State | None = None, favourite: bool | None = None
    ) -> Iterator[Figurine]:
        """Every figurine, the newest first; pages are asked for as they are needed."""
        params = {"style": style, "state": state, "favourite": favourite}
        return every(self._connection, Figurine, Asked(route=routes.FIGURINES, params=params))

    def wait(
        self,
        figurine_id: UUID,
        *,
        timeout: float = WAIT_SECONDS,
        on_change: Callable[[Figurine], None] | None = None,
    ) -> Figurine:
        """Wait until it has ended, and give it back; how it ended is in its `state`. Raises WaitedTooLong, Refused.

        Listens to live events; where there are none (a key without `events:read`, too many streams) it asks now and
        then. `on_change` hears of each step.
        """
        return Wait(
            connection=self._connection, read=lambda: self.get(figurine_id), on_change=on_change, seconds=timeout
        ).until_ended(figurine_id)

    def cancel(self, figurine_id: UUID) -> State | str:
        """Stop one that is not finished; it costs nothing. Gives back the state it ended in.

        Raises Refused (`conflict`) where it had ended otherwise.
        """
        try:
            return self._connection.read(Cancelled, self._of(routes.CANCEL, figurine_id)).state
        except Refused as error:
            # By a request of ours, perhaps, whose answer was lost.
            if error.status == HTTPStatus.CONFLICT and (state := self.get(figurine_id).state) == State.CANCELLED:
                return state
            raise

    def delete(self, figurine_id: UUID) -> None:
        """Delete a figurine and its pictures, for ever."""
        self._connection.send(self._of(routes.DELETE_FIGURINE, figurine_id))

    def rate(self, figurine_id: UUID, stars: int, *, comment: str = "", reasons: Sequence[Reason] = ()) -> Rated:
        """Say what one thinks of it; stars from 1 to 5."""
        said = {"stars": stars, "comment": comment, "reasons": [str(each) for each in reasons]}
        asked = Asked(route=routes.RATE, places={"figurine_id": figurine_id}, json=said)
        return self._connection.read(Rated, asked)

    def rating(self, figurine_id: UUID) -> Rating:
        """What one said of it. Raises NotFound where that was nothing."""
        return self._connection.read(Rating, self._of(routes.RATING, figurine_id))

    def favour(self, figurine_id: UUID) -> Figurine:
        """Put it among the favourites."""
        return self._connection.read(Figurine, self._of(routes.FAVOUR, figurine_id))

    def disfavour(self, figurine_id: UUID) -> Figurine:
        """Take it from the favourites."""
        return self._connection.read(Figurine, self._of(routes.DISFAVOUR, figurine_id))

    def share(self, figurine_id: UUID) -> str:
        """A link that everybody who has it can open; a figurine has one."""
        return self._connection.read(Shared, self._of(routes.SHARE, figurine_id)).url

    def shared(self, figurine_id: UUID) -> str:
        """Its link. Raises NotFound where there is none."""
        return self._connection.read(Shared, self._of(routes.SHARED, figurine_id)).url

    def unshare(self, figurine_id: UUID) -> None:
        """Close its link for everybody."""
        self._connection.send(self._of(routes.UNSHARE, figurine_id))

    def provenance(self, figurine_id: UUID) -> Provenance:
        """What its pictures say about where they come from, and whether that holds."""
        return self._connection.read(Provenance, self._of(routes.PROVENANCE, figurine_id))

    def picture(
        self, figurine_id: UUID, n: int, to: Path, *, size: Size = "full", format: PictureFormat | None = None
    ) -> Fetched:
        """A picture, as a file; goes on where it broke off, and is there when it is whole."""
        asked = Asked(
            route=routes.PICTURE,
            places={"figurine_id": figurine_id, "n": n},
            params={"size": size, "format": format},
        )
        return download(self._connection, asked, to)

    def pictures(self, figurine: Figurine, directory: Path, *, format: PictureFormat = "png") -> Sequence[Fetched]:
        """All its pictures, as files named after style, the end of the id and number."""
        directory.mkdir(parents=True, exist_ok=True)
        stem = f"{figurine.style}-{figurine.id.hex[-8:]}"
        return [
            self.picture(figurine.id, each.n, directory / f"{stem}-{each.n}.{_ENDINGS[format]}", format=format)
            for each in figurine.pictures
        ]

    def model(self, figurine_id: UUID, *, picture: int = 1, height_mm: int | None = None) -> Model:
        """What is known of a printable model; looking does not make it."""
        return self._connection.read(Model, self._model(routes.MODEL, figurine_id, picture, height_mm))

    def model_file(
        self,
        figurine_id: UUID,
        to: Path,
        *,
        format: ModelFormat = "3mf",
        picture: int = 1,
        height_mm: int | None = None,
        timeout: float = WAIT_SECONDS,
    ) -> Fetched:
        """A printable model, as a file; made first where it has to be. `height_mm` includes the base."""
        asked = self._model(routes.MODEL_FILE, figurine_id, picture, height_mm, format=format)
        end = time.monotonic() + timeout
        while True:
            try:
                return download(self._connection, asked, to)
            except StillBeingMade as making:
                if time.monotonic() + making.seconds > end:
                    raise WaitedTooLong("The model is still being made; ask for it again later.") from None
                self._connection.patience.pause(making.seconds)

    def _of(self, route: Route, figurine_id: UUID) -> Asked:
        return Asked(route=route, places={"figurine_id": figurine_id})

    def _model(self, route: Route, figurine_id: UUID, picture: int, height_mm: int | None, **places: str) -> Asked:
        return Asked(
            route=route,
            places={"figurine_id": figurine_id, **places},
            params={"picture": picture, "height_mm": height_mm},
        )


def _with_photo(asked: Asked, form: dict[str, str], photo: PhotoFile | None, saved_photo_id: UUID | None) -> Asked:
    if photo is not None and saved_photo_id is not None:
        raise ValueError("Give a photo or the id of a saved one, not both.")
    saved = {} if saved_photo_id is None else {"saved_photo_id": str(saved_photo_id)}
    files = None if photo is None else {"photo": read_photo(photo)}
    return Asked(route=asked.route, places=asked.places, key=asked.key, form={**form, **saved}, files=files)
