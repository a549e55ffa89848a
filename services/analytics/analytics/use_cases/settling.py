"""Name and count what was gathered, in order, under one lock; a few statements however much it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from analytics.domain import (
    Change,
    Grain,
    Kind,
    Pseudonyms,
    day_of,
    may_count,
    people_in,
    tally,
    tally_of_clients,
    times_in,
)
from analytics.repository import Observation, Work
from analytics.use_cases.joining import Counted, joined, known_about, named, with_cohorts
from analytics.use_cases.naming import Naming, names_in_months, names_on_days
from common.contracts.consents import ANALYTICS, PROCESSING
from common.contracts.words import Word

_ASKED: Final = (ANALYTICS, PROCESSING)


def settle(work: Work, *, pseudonyms: Pseudonyms) -> None:
    """Count what was gathered, of whoever lets it be counted: by what was heard, and by the words that came along."""
    gathered, work.gathered = work.gathered, []
    if not gathered:
        return
    work.facts.hold()
    choosers = {each.user_id: pseudonyms.of_chooser(each.user_id) for each in gathered if each.user_id is not None}
    heard = work.choices.of(list(choosers.values())) if choosers else {}
    allowed: list[Observation] = []
    for each in gathered:
        words = {} if each.user_id is None else heard[choosers[each.user_id]]
        if news := _news(each, words):
            # What came before is counted before, so that a no takes it along.
            _count(work, allowed, pseudonyms)
            allowed = []
            for user_id, purpose, word in news:
                hear(work, user_id, purpose, word, pseudonyms=pseudonyms)
                words[purpose] = word
        if _may_be_counted(words, each.at):
            allowed.append(each)
    _count(work, allowed, pseudonyms)


def _news(each: Observation, words: Mapping[str, Word]) -> list[tuple[UUID, str, Word]]:
    """What came along of a person that is later than what was heard of her."""
    if each.user_id is None:
        return []
    return [
        (each.user_id, purpose, word)
        for purpose in _ASKED
        if (word := each.words.get(purpose)) is not None
        and (purpose not in words or words[purpose].changed_at < word.changed_at)
    ]


def hear(work: Work, user_id: UUID, purpose: str, word: Word, *, pseudonyms: Pseudonyms) -> None:
    """Keep somebody's word if it is her last; a no to being counted erases what leads to her, and sums stay."""
    work.facts.hold()
    if not work.choices.note(pseudonyms.of_chooser(user_id), purpose, word) or purpose != ANALYTICS:
        return
    # A yes follows a no, whose news may be lost behind it: what was counted before the day of the yes went with that.
    before = day_of(word.changed_at) if word.granted else None
    names = names_in_months(work, user_id, pseudonyms)
    work.facts.erase([*names, *names_on_days(work, user_id, pseudonyms)], before=before)
    work.times_spent.erase(names, before=before)
    work.cohorts.erase(pseudonyms.of_member(user_id), before=before)


def _may_be_counted(words: Mapping[str, Word], at: datetime) -> bool:
    return all(
        may_count(
            purpose,
            said=None if (word := words.get(purpose)) is None else word.granted,
            since=None if word is None else word.changed_at,
            at=at,
        )
        for purpose in _ASKED
    )


def _count(work: Work, observations: list[Observation], pseudonyms: Pseudonyms) -> None:
    if not observations:
        return
    naming = Naming(work, pseudonyms)
    told = with_cohorts(work, [named(each, naming, pseudonyms) for each in observations])
    counted = joined(told, known_about(work, told))
    write(work, [each.change for each in counted])
    added = [each for each in counted if each.change.before is None]
    work.sketches.add_people(people_in((each.change.after, each.name) for each in added))
    work.sketches.add_times(times_in(each.change.after for each in added))
    _keep_times_spent(work, added)


def write(work: Work, changes: Sequence[Change]) -> None:
    """Write facts that were added or changed, and what that does to every rollup."""
    if not changes:
        return
    if replaced := [change.before for change in changes if change.before is not None]:
        work.facts.take_out(replaced)
    work.facts.add([change.after for change in changes])
    for grain in Grain:
        work.rollups.add(grain, tally(changes, grain))
    work.rollups.add_clients(tally_of_clients(changes))


def _keep_times_spent(work: Work, added: Iterable[Counted]) -> None:
    """Her own sums, under her name of the month; the page's fact bears that of the day, which leads nowhere soon."""
    seconds: defaultdict[tuple[bytes, date], int] = defaultdict(int)
    for each in added:
        fact = each.change.after
        if each.name is not None and fact.kind == Kind.PAGE and fact.seconds:
            seconds[each.name, fact.day] += fact.seconds
    if seconds:
        work.times_spent.add(seconds)
