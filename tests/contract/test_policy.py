"""The policy keeps its rules, and each rule is seen to fail."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from common.contracts.consents import POLICY_VERSIONS
from common.policy import DIRECTORY, ChangeKind, Mark, Policies, PolicyBroken, Release, difference, read_policies
from common.policy.reading import BINDINGS, SEALS, WORDS
from ops.embedded.site import PROJECT
from ops.policy import changing, keeping
from ops.policy.rules import PROMISES, problems

FIRST, SECOND = POLICY_VERSIONS[:2]
NEWEST = POLICY_VERSIONS[-1]
NEXT = "2027-03-01"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A copy of the policy that may be spoilt."""
    return Path(shutil.copytree(DIRECTORY.resolve(), tmp_path / "policy"))


@pytest.fixture
def draft(shelf: Path) -> Path:
    """The same with a version that is not published yet."""
    list(changing.begin(shelf, NEXT))
    return shelf


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def without(file: Path, begins: str) -> None:
    """Take one entry, up to the next empty line, out of a file."""
    parts = file.read_text().split("\n\n")
    left = [part for part in parts if begins not in part]
    assert len(left) == len(parts) - 1
    file.write_text("\n\n".join(left))


def wrong(directory: Path) -> list[str]:
    """What is wrong beside a draft being one."""
    versions = [policy.version for policy in read_policies(directory).all]
    return [each for each in problems(directory, known=versions) if "is not published yet" not in each]


def sentence(found: list[str]) -> str:
    (only,) = found
    return only


def test_the_policy_of_the_studio_keeps_its_rules() -> None:
    assert problems() == []


def test_all_promises_of_the_studio_are_made(shelf: Path) -> None:
    assert len(PROMISES) == len(set(PROMISES)) == 36
    assert "no sentence makes promise K5" in sentence(problems(shelf, promises=[*PROMISES, "K5"])[:1])


def test_a_draft_with_the_words_of_before_breaks_nothing(draft: Path) -> None:
    assert wrong(draft) == []
    assert sentence(problems(draft, known=[*POLICY_VERSIONS, NEXT])).startswith(f"{NEXT} is not published yet")


def test_a_sentence_without_a_promise_is_refused(draft: Path) -> None:
    edit(draft / NEXT / BINDINGS, 'promises = ["C4"]', "promises = []")
    found = wrong(draft)
    assert f"{NEXT}: usage-noted makes no promise. Bind it to one, or leave it out." in found
    without(draft / NEXT / BINDINGS, "[usage-noted]")
    assert f"{NEXT}: usage-noted makes no promise. Bind it to one, or leave it out." in wrong(draft)


def test_a_promise_that_no_sentence_makes_is_missed(draft: Path) -> None:
    edit(draft / NEXT / BINDINGS, 'promises = ["K4"]', 'promises = ["U9"]')
    assert f"{NEXT}: no sentence makes promise K4. Say it." in wrong(draft)


def test_a_promise_that_does_not_exist_cannot_be_made(draft: Path) -> None:
    edit(draft / NEXT / BINDINGS, 'promises = ["K4"]', 'promises = ["K4", "K9"]')
    assert sentence(wrong(draft)).startswith(f"{NEXT}: there is no promise K9.")


def test_a_promise_nobody_looks_after_cannot_be_made(shelf: Path) -> None:
    assert problems(shelf, proven=set(PROMISES) - {"K4"}) == [
        f"{NEWEST}: usage-fades promises K4, and nobody looks whether that holds."
    ]


def test_changed_words_need_their_binding_renewed(draft: Path) -> None:
    edit(draft / NEXT / WORDS, "within 24 hours at the latest", "within a week at the latest")
    assert sentence(wrong(draft)).startswith(f"{NEXT}: the words of photo-goes were changed and still carry")
    printed = list(changing.renew(draft, NEXT))
    assert [line[:10] for line in printed if line[:3] in {"-sh", "+sh"}] == ["-sha256 = ", "+sha256 = "]
    assert wrong(draft) == []


def test_a_new_sentence_is_bound_on_purpose(draft: Path) -> None:
    edit(
        draft / NEXT / WORDS,
        '[[sections.sentences]]\nid = "told"',
        '[[sections.sentences]]\nid = "asked"\ntext = "We ask."\n\n[[sections.sentences]]\nid = "told"',
    )
    assert list(changing.renew(draft, NEXT))[-1] == "asked makes no promise yet: write down which."
    assert wrong(draft) == [f"{NEXT}: asked makes no promise. Bind it to one, or leave it out."]


def test_an_id_that_vanished_is_noticed(draft: Path) -> None:
    without(draft / NEXT / WORDS, 'id = "gemini-keeps"')
    assert sentence(wrong(draft)).startswith(f"{NEXT}: gemini-keeps is bound and no longer said.")
    list(changing.renew(draft, NEXT))
    assert wrong(draft) == []


def test_an_id_cannot_come_to_mean_something_else(draft: Path) -> None:
    edit(draft / NEXT / BINDINGS, '[no-card]\npromises = ["C6"]', '[no-card]\npromises = ["T2"]')
    assert sentence(wrong(draft)).startswith(f"{NEXT}: no-card was about C6 in {NEWEST} and is about T2 now.")


def test_an_id_belongs_to_one_sentence(draft: Path) -> None:
    edit(draft / NEXT / WORDS, 'id = "grown-up"', 'id = "account-data"')
    assert f"{NEXT}: account-data is the id of 2 parts. Give each an id of its own." in wrong(draft)


@pytest.mark.parametrize("version", [FIRST, SECOND])
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (WORDS, "You tell us that you are 18 or older.", "You tell us that you are 16 or older."),
        (WORDS, "in_force_from = 2026", "in_force_from = 2027"),
        (WORDS, "[[sections]]", "# Nothing that anybody reads.\n[[sections]]"),
        (BINDINGS, 'promises = ["U9", "T4"]', 'promises = ["U9"]'),
    ],
)
def test_what_is_published_stays_as_it_is(shelf: Path, version: str, file: str, old: str, new: str) -> None:
    edit(shelf / version / file, old, new)
    changed = [each for each in wrong(shelf) if "was changed after it was published" in each]
    # The seal of the one after it covers this one.
    assert [each[:10] for each in changed] == list(POLICY_VERSIONS[POLICY_VERSIONS.index(version) :])
    with pytest.raises(PolicyBroken, match="is published and stays as it is"):
        list(changing.renew(shelf, version))
    with pytest.raises(PolicyBroken, match="is published and stays as it is"):
        list(changing.publish(shelf, version))


def test_a_published_version_cannot_go(shelf: Path) -> None:
    shutil.rmtree(shelf / FIRST)
    assert f"{FIRST} was published and is gone. Put it back: every version stays readable." in wrong(shelf)


def test_a_version_cannot_be_older_than_the_one_before(shelf: Path) -> None:
    with pytest.raises(PolicyBroken, match=f"later than {NEWEST}"):
        list(changing.begin(shelf, "2026-11-15"))
    shutil.copytree(shelf / FIRST, shelf / "2026-11-15")
    for name in ("version", "published", "in_force_from"):
        edit(shelf / "2026-11-15" / WORDS, f"{name} = ", f"{name} = 2026-11-15\n# ")
    edit(shelf / "2026-11-15" / WORDS, "version = 2026-11-15", 'version = "2026-11-15"')
    assert f"2026-11-15 is older than {NEWEST}, which is published. Name it after the day it comes out." in wrong(shelf)


def test_dates_follow_each_other(draft: Path) -> None:
    edit(draft / NEXT / WORDS, f"in_force_from = {NEXT}", "in_force_from = 2026-12-01")
    assert len(wrong(draft)) == 2
    edit(draft / NEXT / WORDS, f"published = {NEXT}", "published = 2026-11-20")
    assert f"{NEXT} says it was published on 2026-11-20. A version is named after its day." in wrong(draft)


def test_services_know_every_version(draft: Path) -> None:
    assert any("POLICY_VERSIONS" in each for each in problems(draft))


@pytest.mark.parametrize(
    ("file", "text"),
    [(WORDS, "version = "), (WORDS, 'version = "2026-11-01"'), (BINDINGS, "[a]\npromises = 1"), (SEALS, "what")],
)
def test_what_cannot_be_read_says_which_file(shelf: Path, file: str, text: str) -> None:
    (shelf / FIRST / file if file != SEALS else shelf / SEALS).write_text(text)
    assert file in sentence(problems(shelf))


def test_a_version_is_published_once_it_keeps_the_rules(draft: Path) -> None:
    known = [*POLICY_VERSIONS, NEXT]
    edit(draft / NEXT / WORDS, "24 hours at the latest", "12 hours at the latest")
    with pytest.raises(PolicyBroken, match="photo-goes were changed"):
        list(changing.publish(draft, NEXT, known=known))
    list(changing.renew(draft, NEXT))
    assert "Everyone is told by mail, once." in sentence(list(changing.publish(draft, NEXT, known=known)))
    assert problems(draft, known=known) == []


def waiting_for_the_console(draft: Path, *, counts_from: str = "2027-03-15") -> None:
    """The draft says that somebody has the last word on it."""
    edit(draft / NEXT / WORDS, f"in_force_from = {NEXT}", f'in_force_from = {counts_from}\nrelease = "console"')


def test_a_version_that_waits_for_the_console_leaves_people_their_time(draft: Path) -> None:
    waiting_for_the_console(draft, counts_from="2027-03-14")
    assert "less than 14 days" in sentence(wrong(draft))
    edit(draft / NEXT / WORDS, "2027-03-14", "2027-03-15")
    assert wrong(draft) == []


def test_the_seal_of_one_that_waits_can_be_taken_back_and_of_no_other(draft: Path) -> None:
    known = [*POLICY_VERSIONS, NEXT]
    waiting_for_the_console(draft)
    before = (draft / SEALS).read_text()
    assert "on 2027-03-01 at the latest" in list(changing.publish(draft, NEXT, known=known))[1]
    assert read_policies(draft).all[-1].sealed
    assert "draft again" in sentence(list(changing.withdraw(draft, NEXT)))
    assert ((draft / SEALS).read_text(), read_policies(draft).all[-1].sealed) == (before, False)
    for version, why in ((NEXT, "is not sealed"), (NEWEST, "comes out by itself")):
        with pytest.raises(PolicyBroken, match=why):
            list(changing.withdraw(draft, version))


def test_what_waits_is_shown_to_nobody_and_nothing_overtakes_it(draft: Path) -> None:
    known = [*POLICY_VERSIONS, NEXT]
    waiting_for_the_console(draft)
    assert read_policies(draft).out([NEXT]).all[-1].version == NEWEST  # a draft
    list(changing.publish(draft, NEXT, known=known))
    written = read_policies(draft)
    after = replace(written.all[-1], version="2027-04-01", published=date(2027, 4, 1), release=Release.DAY)
    all_of_them = Policies([*written.all, after])
    assert all_of_them.out([]).at(date(2027, 5, 1)).version == NEWEST
    assert all_of_them.out([NEXT]).at(date(2027, 5, 1)).version == "2027-04-01"
    assert all_of_them.out([NEXT]).at(date(2027, 2, 28)).version == NEWEST
    assert (written.need_word, read_policies().need_word) == (True, False)


def test_a_difference_shows_the_words_that_changed(draft: Path) -> None:
    edit(draft / NEXT / WORDS, "24 hours at the latest", "12 hours at the latest")
    without(draft / NEXT / WORDS, 'id = "gemini-keeps"')
    old, new = (read_policies(draft).at(date(2027, 3, day)) if day else read_policies().all[-1] for day in (0, 1))
    changed, gone = difference(old, new)
    assert [(piece.mark, piece.text) for piece in changed.pieces] == [
        (Mark.KEPT, "Your photo is deleted as soon as its figurine exists, within"),
        (Mark.REMOVED, "24"),
        (Mark.ADDED, "12"),
        (Mark.KEPT, "hours at the latest."),
    ]
    assert (gone.id, gone.kind) == ("gemini-keeps", ChangeKind.REMOVED)
    assert list(changing.compare(draft, NEWEST, NEXT))[1].startswith("removed gemini-keeps (Who else gets something)")
    assert difference(new, new) == []


def test_the_newest_is_shown_from_its_day_and_counts_from_another(draft: Path) -> None:
    policies = read_policies(draft)
    edges: dict[date, tuple[str, str]] = {
        date(2020, 1, 1): (FIRST, FIRST),
        date(2026, 11, 25): (FIRST, FIRST),
        date(2026, 11, 26): (SECOND, FIRST),
        date(2026, 12, 10): (NEWEST, SECOND),
        date(2027, 2, 28): (NEWEST, NEWEST),
        date(2027, 3, 1): (NEXT, NEXT),
    }
    assert {day: (policies.at(day).version, policies.in_force(day).version) for day in edges} == edges
    assert policies.find(NEXT, date(2027, 2, 28)) is None
    before = policies.before(policies.all[1])
    assert before is policies.all[0]
    assert policies.before(policies.all[0]) is None


def test_the_policy_goes_into_the_wheel_that_containers_are_made_of(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=PROJECT / "libs" / "common",
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {
        f"common/policy/versions/{version}/{name}" for version in POLICY_VERSIONS for name in (WORDS, BINDINGS)
    } <= {*names}
    # Built where the image is: the link leads to what was copied beside it.
    recipe = (PROJECT / "Dockerfile").read_text()
    assert "COPY policy policy" in recipe
    assert "!policy" in (PROJECT / ".dockerignore").read_text().splitlines()


def test_the_command_says_whether_all_is_well(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert run("check").stdout == "The policy keeps its rules.\n"
    assert run("diff", FIRST, SECOND).stdout.startswith("added invoice-data (What you give us): [+If you pay")
    assert run("renew", FIRST).returncode == 1


@pytest.fixture
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ops.policy", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
        )

    return run


def test_every_promise_has_what_keeps_it_and_tests_that_break_that() -> None:
    assert keeping.problems() == []


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({}, "without what keeps it"),
        ({"by": ["ops/policy/keeping.py:problems"]}, "without a test that breaks it"),
        ({"by": ["ops/policy/keeping.py:nothing"], "tests": []}, "is not there"),
        ({"by": ["ops/policy/gone.py:problems"], "tests": []}, "is not there"),
        ({"tests": ["ops/policy/keeping.py:problems"]}, "is no test"),
    ],
)
def test_a_promise_that_nothing_keeps_or_nobody_tests_is_noticed(entry: dict[str, list[str]], complaint: str) -> None:
    assert any(complaint in problem for problem in keeping.problems({"K1": entry}, promises=["K1"]))


def test_a_promise_that_nobody_makes_any_more_is_not_said_to_be_kept() -> None:
    kept = keeping.read_kept()
    (problem,) = keeping.problems(kept, promises=[promise for promise in kept if promise != "K1"])
    assert "there is no such promise" in problem
