"""Promise N1: everybody is told of a significant version of the policy, once, and asked whether she has read it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from common.contracts.gateway import PolicyTold
from common.contracts.privacy import PolicyPublished
from common.policy import Policies, Policy
from gateway.domain.policies import LATE_SIGN_UPS, TELL_EVERY, NoSuchPolicy, Notice, Pace, Person, TooManyPolicyTests
from gateway.repository import Work

POLICY_MAIL: Final = "policy"
TEST_MAIL: Final = "policy-test"
TESTS_AN_HOUR: Final = 20


def note_published(work: Work, event: PolicyPublished) -> None:
    """Have everybody told who has an account by then, of what matters to people. Heard again, it changes nothing."""
    work.policy_releases.add(event.policy_version, published_at=event.published_at)
    if event.significant:
        work.notices.begin(event.policy_version, published_at=event.published_at)


def out(work: Work, policies: Policies) -> Policies:
    """What may be shown: without drafts, and without what still waits for somebody's word."""
    return policies.out(work.policy_releases.all() if policies.need_word else ())


def try_out(work: Work, policy: Policy, account_id: UUID) -> None:
    """Send the letter about a version to whoever asks, and to nobody else. Raises TooManyPolicyTests."""
    if work.mails.asked_since(account_id, TEST_MAIL, work.clock.now() - timedelta(hours=1)) >= TESTS_AN_HOUR:
        raise TooManyPolicyTests
    work.mails.add(account_id, TEST_MAIL, parameters=parameters_of(policy))


def tell_next(work: Work, policies: Policies, pace: Pace) -> int:
    """Write to the next people who have to be told; returns to how many was come.

    Whoever dies in the middle has written to nobody: the batch is one transaction, and a person is come to once.
    """
    notice = work.notices.claim([policy.version for policy in policies.all])
    if notice is None:
        return 0
    now = work.clock.now()
    if work.notices.is_behind(than=pace.batch):
        work.notices.wait(notice.version, until=now + TELL_EVERY)
        return 0
    people = _next_people(work, notice, pace)
    if not people:
        _arrive(work, notice)
        return 0
    _write_to(work, notice, people, parameters_of(_of_version(policies, notice.version)))
    work.notices.walked(notice.version, to=people[-1].created_at, next_batch_at=now + pace.pause)
    return len(people)


def count_told(work: Work) -> None:
    """Count whom was told, and tell the house what has changed in that."""
    for count in work.notices.open_counts():
        if work.notices.note_count(count):
            work.outbox.add(
                PolicyTold(
                    policy_version=count.version,
                    entitled=count.entitled,
                    told=count.told,
                    undeliverable=count.undeliverable,
                    departed=count.departed,
                    waiting=count.waiting,
                    completed=count.completed,
                    counted_at=work.clock.now(),
                )
            )


def acknowledge(work: Work, policies: Policies, account_id: UUID, version: str, *, how: str) -> Policy:
    """She says that she has read this version; saying so again changes nothing. Raises NoSuchPolicy."""
    policy = out(work, policies).find(version, work.clock.now().date())
    if policy is None:
        raise NoSuchPolicy
    work.acknowledgements.add(account_id, policy.version, how=how)
    return policy


def unread(work: Work, policies: Policies, account_id: UUID) -> Policy | None:
    """The significant version she has not said to have read: neither when she signed up nor since."""
    latest = out(work, policies).significant_by(work.clock.now().date())
    if latest is None:
        return None
    read = work.acknowledgements.latest(account_id)
    return None if read is not None and read >= latest.version else latest


def parameters_of(policy: Policy) -> dict[str, str]:
    """What the letter says of a version."""
    return {
        "version": policy.version,
        "published": in_words(policy.published),
        "in_force_from": in_words(policy.in_force_from),
        "summary": policy.summary,
    }


def in_words(day: date) -> str:
    """As in '3 March 2026'."""
    return f"{day.day} {day:%B %Y}"


def _next_people(work: Work, notice: Notice, pace: Pace) -> Sequence[Person]:
    """The next in line; at its end, whoever was not written down yet when their turn was."""
    return work.notices.next_people(notice, limit=pace.batch) or work.notices.next_people(
        replace(notice, walked_to=None), limit=pace.batch
    )


def _write_to(work: Work, notice: Notice, people: Sequence[Person], parameters: Mapping[str, str]) -> None:
    leaving = work.notices.leaving([person.id for person in people])
    for person in people:
        mail_id = None if person.id in leaving else work.clock.new_id()
        if work.notices.come_to(notice.version, person.id, mail_id=mail_id) and mail_id is not None:
            work.mails.add(person.id, POLICY_MAIL, parameters=parameters, mail_id=mail_id)


def _of_version(policies: Policies, version: str) -> Policy:
    return next(policy for policy in policies.all if policy.version == version)


def _arrive(work: Work, notice: Notice) -> None:
    """Nobody is left, unless somebody is just being written down."""
    ready_at = notice.published_at + LATE_SIGN_UPS
    if work.clock.now() < ready_at:
        work.notices.wait(notice.version, until=ready_at)
    else:
        work.notices.arrive(notice.version)
