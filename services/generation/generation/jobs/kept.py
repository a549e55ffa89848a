"""What generation looks at: whether pictures stay, photos serve their owners only, and a no is a no."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from common.contracts.consents import PROCESSING
from common.database import Connection
from common.erasure import Fence
from common.errors import NotFound
from common.inventory import Inventory, Purpose
from common.probes import Finding, Look, Probe
from common.probes.sampling import by_chance
from generation.domain import PARTNERS
from generation.domain.quality import QUALITY_CONSENT
from generation.ports.pictures import PictureStore, Size
from generation.repository.quality import Quality

# Each look is at so many of the newest rows, and where it says so at as many from a moment chosen by chance.
_ROWS: Final = 500
_FIGURINES_IN_STORE: Final = 8
_SIZES: Final = (Size.FULL, Size.THUMB)
# Longer nobody waits: what can be painted within a day is, and the photo of anything else goes.
_LONGEST_WAIT: Final = timedelta(hours=25)
# How long news of a no may be on its way, and how long one that came too late is told of.
_ON_ITS_WAY: Final = timedelta(minutes=1)
_LATELY: Final = timedelta(days=1)


def kept_probes(pictures: PictureStore, inventory: Inventory, fence: Fence | None) -> list[Probe]:
    """Each thing that is looked at."""
    return [
        Probe(promise="C3", name="pictures are there", check=lambda look: look_for_pictures(look, pictures, fence)),
        Probe(promise="K2", name="no figurine went by itself", check=lambda look: look_for_lost_figurines(look, fence)),
        Probe(promise="R5", name="nothing after a no", check=look_after_withdrawals),
        Probe(promise="U2", name="photos serve their owners", check=look_at_uses_of_photos),
        Probe(promise="U5", name="only what was allowed", check=lambda look: look_at_quality(look, inventory)),
    ]


def look_for_pictures(look: Look, pictures: PictureStore, fence: Fence | None) -> Finding:
    """Ask the store for pictures nobody deleted, of nobody who asked to be forgotten.

    Broken on purpose: an object is deleted from the store.
    """
    with look.read() as connection:
        oldest, newest = _ends(connection)
        chosen = _pictures_of(connection, start=None) + _pictures_of(connection, start=by_chance(oldest, newest))
    wanted = sorted(set(chosen))
    missing = {figurine_id for figurine_id, prefix in wanted if not _lies_there(pictures, prefix)}
    with look.read() as connection:
        # Whoever deleted one meanwhile wanted it gone.
        lost = _kept(connection, missing, fence)
    figurines = len({figurine_id for figurine_id, _ in wanted})
    return Finding.of(
        f"The store was asked for {len(wanted)} pictures of {figurines} figurines that nobody deleted, the newest and "
        f"some by chance: those of {lost} figurines are not all there.",
        broken=lost > 0,
        figurines=figurines,
        pictures=len(wanted),
        lost=lost,
    )


def look_for_lost_figurines(look: Look, fence: Fence | None) -> Finding:
    """Figurines whose pictures went without their owner's word.

    Broken on purpose: the rows of a figurine's pictures are deleted, or `gone_at` is set on one that nobody deleted.
    """
    with look.read() as connection:
        looked, owners = _one(
            connection,
            """
            WITH looked AS (
                (SELECT id, user_id, state, deleted_at, gone_at FROM figurines ORDER BY id DESC LIMIT %(rows)s)
                UNION
                (SELECT id, user_id, state, deleted_at, gone_at FROM figurines
                  WHERE id >= %(start)s ORDER BY id LIMIT %(rows)s))
            SELECT count(*),
                   coalesce(array_agg(user_id) FILTER (WHERE gone_at IS NOT NULL
                                 OR NOT EXISTS (SELECT FROM pictures WHERE figurine_id = looked.id)), '{}')
              FROM looked WHERE state IN ('succeeded', 'partly_succeeded') AND deleted_at IS NULL
            """,
            {"rows": _ROWS, "start": by_chance(*_ends(connection))},
        )
        lost = len(_staying(connection, owners, fence))
    return Finding.of(
        f"{looked} figurines that nobody deleted were looked at, the newest and some by chance: {lost} have lost their "
        "pictures.",
        broken=lost > 0,
        figurines=looked,
        lost=lost,
    )


def look_at_uses_of_photos(look: Look) -> Finding:
    """Whose order each photo served, and how long orders wait for it.

    Broken on purpose: the row of an upload, or of a saved photo, gets another person's id; or an order is left waiting.
    """
    with look.read() as connection:
        uploads, strange = _one(
            connection,
            """
            WITH looked AS (SELECT id, figurine_id, user_id FROM uploads ORDER BY id DESC LIMIT %(rows)s)
            SELECT count(*), count(*) FILTER (WHERE figurines.user_id <> looked.user_id)
              FROM looked LEFT JOIN figurines ON figurines.id = looked.figurine_id
            """,
            {"rows": _ROWS},
        )
        saved, strange_saved = _one(
            connection,
            """
            WITH looked AS (SELECT upload_id, user_id FROM saved_photos ORDER BY id DESC LIMIT %(rows)s)
            SELECT count(*), count(*) FILTER (WHERE uploads.user_id <> looked.user_id)
              FROM looked LEFT JOIN uploads ON uploads.id = looked.upload_id
            """,
            {"rows": _ROWS},
        )
        waiting, forgotten = _one(
            connection,
            """
            SELECT count(*), count(*) FILTER (WHERE queued_at < %(before)s)
              FROM (SELECT queued_at FROM figurines WHERE state = 'queued' LIMIT 10000) AS queue
            """,
            {"before": look.clock.now() - _LONGEST_WAIT},
        )
    others = strange + strange_saved
    return Finding.of(
        f"Of the newest {uploads} uploads and {saved} saved photos, {others} served somebody else than their owner; "
        f"{waiting} orders wait to be painted, {forgotten} of them for more than a day.",
        broken=others > 0 or forgotten > 0,
        uploads=uploads,
        saved=saved,
        others=others,
        waiting=waiting,
        forgotten=forgotten,
    )


def look_at_quality(look: Look, inventory: Inventory) -> Finding:
    """Have the newest ratings counted as the quality report does, and count by another way who agreed to that.

    Broken on purpose: the question for consent is taken out of `Quality.of_styles`.
    """
    kept_for_it = [
        declared.what for declared in (*inventory.tables, *inventory.buckets) if Purpose.U5 in declared.purposes
    ]
    with look.read() as connection:
        (since,) = _one(
            connection,
            """
            SELECT coalesce(min(rated_at), %(now)s)
              FROM (SELECT rated_at FROM ratings ORDER BY rated_at DESC LIMIT %(rows)s) AS newest
            """,
            {"now": look.clock.now(), "rows": _ROWS},
        )
        ratings = connection.execute("SELECT user_id FROM ratings WHERE rated_at >= %s", [since]).fetchall()
        counted = sum(group.ratings for group in Quality(connection).of_styles(since=since, least_people=1))
        agreed = _who_agreed(connection, {user_id for (user_id,) in ratings})
    # Of a figurine that was deleted since, none is counted.
    allowed = sum(user_id in agreed for (user_id,) in ratings)
    return Finding.of(
        f"Of the newest {len(ratings)} ratings, {allowed} are of people who agreed that they be counted, and the "
        f"quality report counts {counted}; kept for that purpose is nothing but: {', '.join(kept_for_it)}.",
        broken=counted > allowed or kept_for_it != _FOR_QUALITY,
        ratings=len(ratings),
        allowed=allowed,
        counted=counted,
    )


# What people read it is called. No photo and no picture stands here: none is used to improve anything.
_FOR_QUALITY: Final = ["What you said about your figurines", "What you allow, as the workshop last heard it"]


def look_after_withdrawals(look: Look) -> Finding:
    """What partners were told, and what was painted, after the person had said no.

    Broken on purpose: a disclosure is written after the word of somebody who said no, or who never said yes.
    """
    now = look.clock.now()
    with look.read() as connection:
        told, unasked = _one(
            connection,
            """
            WITH looked AS (SELECT user_id, partner, at FROM disclosures ORDER BY id DESC LIMIT %(rows)s)
            SELECT count(*), count(*) FILTER (WHERE said.granted IS NULL
                                               OR NOT said.granted AND looked.at > said.changed_at + %(way)s)
              FROM looked
              JOIN unnest(%(partners)s::text[], %(purposes)s::text[]) AS asks (partner, purpose) USING (partner)
              LEFT JOIN consents AS said ON said.user_id = looked.user_id AND said.purpose = asks.purpose
             WHERE looked.at > %(since)s
            """,
            {
                "rows": _ROWS,
                "way": _ON_ITS_WAY,
                "since": now - _LATELY,
                "partners": [partner.name for partner in PARTNERS.values()],
                "purposes": [partner.consent for partner in PARTNERS.values()],
            },
        )
        begun, restricted = _one(
            connection,
            """
            WITH looked AS (SELECT id, user_id FROM figurines ORDER BY id DESC LIMIT %(rows)s)
            SELECT count(*), count(*) FILTER (WHERE NOT said.granted AND started_at > said.changed_at + %(way)s)
              FROM looked JOIN attempts ON figurine_id = looked.id
              LEFT JOIN consents AS said ON said.user_id = looked.user_id AND said.purpose = %(processing)s
             WHERE started_at > %(since)s
            """,
            {"rows": _ROWS, "way": _ON_ITS_WAY, "since": now - _LATELY, "processing": PROCESSING},
        )
    return Finding.of(
        f"Of {told} things partners were told within a day, {unasked} came without a yes of the person or more than a "
        f"minute after her no; of {begun} paintings begun, {restricted} were of somebody who wants nothing done.",
        broken=unasked > 0 or restricted > 0,
        told=told,
        unasked=unasked,
        begun=begun,
        restricted=restricted,
    )


def _ends(connection: Connection) -> tuple[UUID | None, UUID | None]:
    return _one(
        connection,
        """
        SELECT (SELECT id FROM figurines ORDER BY id LIMIT 1), (SELECT id FROM figurines ORDER BY id DESC LIMIT 1)
        """,
        {},
    )


def _pictures_of(connection: Connection, *, start: UUID | None) -> list[tuple[UUID, str]]:
    """Pictures of some figurines, the newest or those from an id on; one that is hard to find is not looked for."""
    return connection.execute(
        """
        WITH near AS (
            (SELECT id, state, deleted_at FROM figurines WHERE %(start)s::uuid IS NULL ORDER BY id DESC LIMIT %(rows)s)
            UNION ALL
            (SELECT id, state, deleted_at FROM figurines WHERE id >= %(start)s::uuid ORDER BY id LIMIT %(rows)s)),
        chosen AS (
            SELECT id FROM near WHERE state IN ('succeeded', 'partly_succeeded') AND deleted_at IS NULL
             LIMIT %(figurines)s)
        SELECT figurine_id, prefix FROM pictures JOIN chosen ON chosen.id = figurine_id
        """,
        {"start": start, "rows": _FIGURINES_IN_STORE * 10, "figurines": _FIGURINES_IN_STORE},
    ).fetchall()


def _lies_there(pictures: PictureStore, prefix: str) -> bool:
    try:
        return all(pictures.length(prefix, size) > 0 for size in _SIZES)
    except NotFound:
        return False


def _kept(connection: Connection, figurine_ids: set[UUID], fence: Fence | None) -> int:
    rows = connection.execute(
        "SELECT user_id FROM figurines WHERE id = ANY(%s) AND deleted_at IS NULL", [list(figurine_ids)]
    ).fetchall()
    return len(_staying(connection, [user_id for (user_id,) in rows], fence))


def _staying(connection: Connection, people: Sequence[UUID], fence: Fence | None) -> list[UUID]:
    """Those who did not ask to be forgotten: while somebody is, her pictures go before the rows that tell of them."""
    if fence is None or not people:
        return list(people)
    marks = [fence.mark(user_id) for user_id in people]
    rows = connection.execute("SELECT person FROM tombstones WHERE person = ANY(%s)", [marks]).fetchall()
    leaving = {bytes(person) for (person,) in rows}
    return [user_id for user_id, mark in zip(people, marks, strict=True) if mark not in leaving]


def _who_agreed(connection: Connection, people: set[UUID]) -> set[UUID]:
    words: Sequence[tuple[UUID, str, bool]] = connection.execute(
        "SELECT user_id, purpose, granted FROM consents WHERE user_id = ANY(%s)", [list(people)]
    ).fetchall()
    yes = {user_id for user_id, purpose, granted in words if purpose == QUALITY_CONSENT and granted}
    return yes - {user_id for user_id, purpose, granted in words if purpose == PROCESSING and not granted}


def _one(connection: Connection, query: LiteralString, values: dict[str, Any]) -> Any:
    (row,) = connection.execute(query, values).fetchall()
    return row
