"""What is asked for at the door, whether somebody answers there, and how use of the studio is counted."""

from collections.abc import Generator

from ops.prove.hands import Hands
from ops.prove.mutation import breaks

_ASKS_FOR_MORE = """
from pathlib import Path

read = Path.read_text

def read_text(self, *args, **named):
    text = read(self, *args, **named)
    return text + '<input name="birthday">' if self.name == "signup.html" else text

Path.read_text = read_text
"""
_JUDGES_NOTHING = """
from analytics.use_cases import watching

watching.judge_next_hour = lambda work: None
"""
# Minutes pass fifty times as fast here, for this one, too.
_WAITS_SECONDS = """
from datetime import timedelta
from gateway.jobs import kept

kept._AWAY = timedelta(seconds=4)
"""


@breaks("C1", "sign-up asks for no more", "whoever signs up is asked for her birthday")
def ask_for_more(hands: Hands) -> Generator[None]:
    """The page has one more field, as the gateway reads it."""
    with hands.programmed("gateway", "worker", code=_ASKS_FOR_MORE):
        yield


@breaks("U1", "the studio answers", "a service behind the door answers nobody")
def answer_nobody(hands: Hands) -> Generator[None]:
    """Analytics' door is shut."""
    with hands.programmed("gateway", "worker", code=_WAITS_SECONDS), hands.without("analytics-web"):
        yield


@breaks("C4", "usage is counted", "a day's figurines are counted nowhere")
def count_nothing(hands: Hands) -> Generator[None]:
    """The sums of the days there are."""
    with hands.taken_out("analytics.rollups_of_days", "true"):
        yield


@breaks("C5", "devices are told by a few words", "a fact has the whole user agent of a device")
def tell_devices_apart(hands: Hands) -> Generator[None]:
    """That from which one of the resident's figurines was ordered."""
    ((mark, browser),) = hands.sql("SELECT mark, browser FROM analytics.facts WHERE kind = 'order' LIMIT 1")
    change = "UPDATE analytics.facts SET browser = %s WHERE kind = 'order' AND mark = %s"
    hands.sql(change, ["Mozilla/5.0 (X11; Linux)", mark])
    try:
        yield
    finally:
        hands.sql(change, [browser, mark])


@breaks("U8", "unusual hours are noticed", "nobody notices any more that an hour is unusual")
def judge_nothing(hands: Hands) -> Generator[None]:
    """The job comes by and judges nothing, as if for a day."""
    with hands.programmed("analytics", "worker", code=_JUDGES_NOTHING):
        hands.sql("UPDATE analytics.watches SET judged_until = judged_until - interval '1 day'")
        yield


@breaks("K4", "no name is older than two years", "usage leads to somebody after more than two years")
def remember_too_long(hands: Hands) -> Generator[None]:
    """All of one name, so that it stays one of a single month."""
    ((name,),) = hands.sql("SELECT subject FROM analytics.facts WHERE subject IS NOT NULL LIMIT 1")
    hands.sql("UPDATE analytics.facts SET day = day - 800 WHERE subject = %s", [name])
    try:
        yield
    finally:
        hands.sql("UPDATE analytics.facts SET day = day + 800 WHERE subject = %s", [name])


@breaks("K4", "old months are anonymous", "what is left of a month is not what was tested")
def publish_somebody(hands: Hands) -> Generator[None]:
    """A month of two years ago is on record as anonymous, and has a row that nobody looked at."""
    ((month,),) = hands.sql(
        "SELECT (date_trunc('month', (now() AT TIME ZONE 'UTC')::date + 3) - interval '2 years')::date"
    )
    hands.sql("INSERT INTO analytics.closed_months (month) VALUES (%s)", [month])
    hands.sql(
        """
        INSERT INTO analytics.anonymisations
               (month, named, unique_before, counted, kept, suppressed, rows, unique_after, digest, finished_at)
        VALUES (%s, 0, 0, 0, 0, 0, 0, 0, sha256(''), now())
        """,
        [month],
    )
    hands.sql(
        """
        INSERT INTO analytics.anonymous_facts
        VALUES (%s, NULL, 'figurine', 'window-box', 'studio', 'succeeded', 'none', 'none', 1, 1, 0, 0, 0, 0, 0, 0, 0)
        """,
        [month],
    )
    try:
        yield
    finally:
        hands.sql("DELETE FROM analytics.anonymous_facts WHERE month = %s", [month])
        hands.sql("DELETE FROM analytics.anonymisations WHERE month = %s", [month])
        hands.sql("DELETE FROM analytics.closed_months WHERE month = %s", [month])


@breaks(
    *("U9", "nobody is watched", "somebody is counted under the same name in two months"),
    companions={"C4": "a figurine was moved to a day that has no sum with it"},
)
def keep_a_name(hands: Hands) -> Generator[None]:
    """One of the resident's figurines moves to another month, and her name with it."""
    ((figurine,),) = hands.sql(
        "SELECT mark FROM analytics.facts WHERE kind = 'figurine' AND subject IS NOT NULL LIMIT 1"
    )
    hands.sql("UPDATE analytics.facts SET day = day - 40 WHERE kind = 'figurine' AND mark = %s", [figurine])
    try:
        yield
    finally:
        hands.sql("UPDATE analytics.facts SET day = day + 40 WHERE kind = 'figurine' AND mark = %s", [figurine])
