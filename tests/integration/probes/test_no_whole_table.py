"""No probe reads a whole table: what it costs does not grow with the studio."""

from collections.abc import Callable, Sequence
from typing import Final

import pytest

import analytics.inventory
import analytics.jobs.probes
import gateway.inventory
import gateway.jobs.heralding
import gateway.jobs.kept
import gateway.jobs.uses_seen
import generation.inventory
import generation.jobs.kept
from common.clock import SYSTEM_CLOCK
from common.database import Connection
from common.erasure import Fence
from common.probes import Look, Probe
from common.probes.leavers import nobody_who_left
from gateway.wiring import TEMPLATES
from generation.ports.pictures import Size
from tests.fakes.stores import MemoryPictures

# So many rows, and a look at so few of them, as a look is at few of the rows of a real studio.
ROWS: Final = 6_000
LOOKED_AT: Final = 5
FENCE = Fence(b"w" * 32)

# Ids that sort by their number, as those of a clock do by the moment.
_ID = "lpad(to_hex({n}), 32, '0')::uuid"
_FILLINGS: dict[str, dict[str, str]] = {
    "generation": {
        "figurines": "(id, user_id, style, variants, aspect_ratio, seed, unit_price, state, engine, requested_at)"
        " SELECT {id}, {id}, 'window-box', 1, '1:1', 1, 5, 'succeeded', 'studio', now() FROM n",
        "pictures": "(figurine_id, n, prefix, media_type, width, height) SELECT {id}, 1, 'p', 'image/png', 8, 8 FROM n",
        "attempts": "(figurine_id, attempt, started_at) SELECT {id}, 1, now() FROM n",
        "uploads": "(id, figurine_id, user_id, state, uploaded_at, delete_by)"
        " SELECT {id}, {id}, {id}, 'deleted', now(), now() FROM n",
        "consents": " SELECT {id}, 'quality_feedback', true, now() FROM n",
        "ratings": "(figurine_id, user_id, stars, rated_at) SELECT {id}, {id}, 5, now() - n * interval '1 s' FROM n",
        "disclosures": " SELECT {id}, {id}, {id}, 1, 'google_gemini', 'photo', 'U2', now() FROM n",
    },
    "gateway": {
        "accounts": "(id, email, email_index, name, password_hash, adult, policy_version, created_at)"
        " SELECT {id}, '', int4send(n), '', '', true, '1', now() FROM n",
        "person_keys": "(id, user_id, wrapped, version) SELECT {id}, {id}, {wrapped}, 1 FROM n",
        "figurines": "(id, account_id, state, rank, style, variants, aspect_ratio, title, price, created_at)"
        " SELECT {id}, {id}, 'queued', 1, 'window-box', 1, '1:1', '', 5, now() FROM n",
        "mails": "(id, account_id, template, state, created_at, next_try_at, sent_at)"
        " SELECT {id}, {id}, CASE n % 2 WHEN 0 THEN 'news' ELSE 'verify' END, 'sent', now(), now(), now() FROM n",
        "consents": " SELECT {id}, 'news', true, now() - interval '1 day' FROM n",
        "news_stops": " SELECT {id}, now(), 0, now() FROM n",
        "sessions": " SELECT {id}, {id}, int4send(n), 'x', now(), now(), now() FROM n",
        "security_log": "(id, account_id, kind, at) SELECT {id}, {id}, 'signed_in', now() FROM n",
        "corrections": "(id, account_id, fields, corrected_at, state, next_try_at, proven_at)"
        " SELECT {id}, {id}, '{{name}}', now(), 'proven', now(), now() FROM n",
    },
    "analytics": {
        "facts": "(mark, subject, day, kind, style, engine, outcome, pictures)"
        " SELECT uuid_send({id}), uuid_send({id}), current_date - n % 700, 'figurine', 's', 'e', 'succeeded', 1 FROM n",
    },
}


def probes_of(service: str) -> Sequence[Probe]:
    form = gateway.jobs.kept.SignUpForm(page=TEMPLATES / "signup.html", body=())
    pictures, nobody = MemoryPictures(), SYSTEM_CLOCK.new_id()
    for size in Size:
        pictures.put("p", size, b"picture", owner=nobody)
    return {
        "generation": [
            *generation.jobs.kept.kept_probes(pictures, generation.inventory.INVENTORY, FENCE),
            nobody_who_left(generation.inventory.INVENTORY, FENCE),
        ],
        "gateway": [
            *gateway.jobs.kept.kept_probes(others={}, sign_up=form, fence=FENCE),
            *gateway.jobs.uses_seen.USE_PROBES,
            *gateway.jobs.heralding.NEWS_PROBES,
            nobody_who_left(gateway.inventory.INVENTORY, FENCE),
        ],
        "analytics": [*analytics.jobs.probes.PROBES, nobody_who_left(analytics.inventory.INVENTORY, FENCE)],
    }[service]


def fill(owner: Connection, fillings: dict[str, str]) -> None:
    owner.execute(f"TRUNCATE {', '.join(fillings)} CASCADE".encode())
    for table, rest in fillings.items():
        columns, select, values = rest.partition("SELECT")
        terms = (select + values).format(id=_ID.format(n="n"), wrapped="decode(repeat('00', 65), 'hex')")
        numbers = f"WITH n AS (SELECT n FROM generate_series(1, {ROWS}) AS n)"  # noqa: S608 - all of it from above
        owner.execute(f"INSERT INTO {table} {columns} {numbers} {terms}".encode())
    owner.commit()
    for table in fillings:
        owner.execute(f"ANALYZE {table}".encode())
    owner.commit()


def read_through(owner: Connection) -> dict[str, int]:
    """How many rows of each table were read by going through it."""
    owner.execute("SELECT pg_stat_clear_snapshot()")
    rows = owner.execute(
        "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE schemaname = current_schema()"
    ).fetchall()
    owner.commit()
    return dict(rows)


@pytest.mark.parametrize("service", _FILLINGS)
def test_no_probe_reads_a_whole_table(
    service: str,
    look_of: Callable[[str], Look],
    owner_of: Callable[[str], Connection],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (gateway.jobs.kept, generation.jobs.kept, gateway.jobs.uses_seen, analytics.jobs.probes):
        monkeypatch.setattr(module, "_ROWS", LOOKED_AT)
    owner, look = owner_of(service), look_of(service)
    fill(owner, _FILLINGS[service])
    try:
        for probe in probes_of(service):
            before = read_through(owner)
            probe.check(look)
            with look.read() as connection:
                connection.execute("SELECT pg_stat_force_next_flush()")
            after = read_through(owner)
            whole = {table: after[table] - before[table] for table in _FILLINGS[service]}
            assert {table for table, rows in whole.items() if rows >= ROWS} == set(), (probe.promise, probe.name)
    finally:
        owner.execute(f"TRUNCATE {', '.join(_FILLINGS[service])} CASCADE".encode())
        owner.commit()
