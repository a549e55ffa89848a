"""How the policy changes on purpose: a new folder, bindings renewed, a version sealed. Each prints what it did."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from pathlib import Path

from common.contracts.consents import POLICY_VERSIONS
from common.policy import Mark, Policy, PolicyBroken, difference, digest_of_words
from common.policy.reading import BINDINGS, SEALS, WORDS, read_policy
from ops.policy.rules import NOT_PUBLISHED, is_day, problems, read_shelf, seals_of

_BINDINGS_SAY = """\
# Which promises each sentence makes, and the SHA-256 of the words that was decided for.
# `python -m ops.policy renew` writes it anew once the words have changed.
"""
_SEALS_SAY = """\
# The seal of every published version: over its words and bindings, and the seal before it. What stands here is never
# changed again; `python -m ops.policy publish` adds a line.
"""
_FIRST_LINE = "# Not published yet: these are still the words of the version before.\n"


def begin(directory: Path, version: str) -> Iterator[str]:
    """A folder for a new version, with the words of the newest. Raises PolicyBroken."""
    shelf = read_shelf(directory)
    newest = shelf.policies.all[-1].version
    if not is_day(version) or version <= newest:
        raise PolicyBroken(f"Name the new version after the day it comes out, later than {newest}: 2027-03-01.")
    shutil.copytree(directory / newest, directory / version)
    file = directory / version / WORDS
    words = file.read_text().partition("\n")[2] if file.read_text().startswith("#") else file.read_text()
    for name in ("version", "published", "in_force_from"):
        words = _with(words, name, f'"{version}"' if name == "version" else version)
    file.write_text(_FIRST_LINE + words)
    yield f"{version} has the words of {newest}. Change them, say in `summary` what is new, and add it to"
    yield "POLICY_VERSIONS in libs/common/common/contracts/consents.py."


def renew(directory: Path, version: str) -> Iterator[str]:
    """Bind what is said now, and print what is bound otherwise. Raises PolicyBroken."""
    policy = _unpublished(directory, version)
    file = directory / version / BINDINGS
    before, after = file.read_text(), bindings_text(policy)
    file.write_text(after)
    yield from (line.rstrip() for line in unified_diff(before.splitlines(), after.splitlines(), "before", "now", n=2))
    for sentence in policy.sentences:
        if not policy.promises_of(sentence.id):
            yield f"{sentence.id} makes no promise yet: write down which."


def publish(directory: Path, version: str, *, known: Sequence[str] = POLICY_VERSIONS) -> Iterator[str]:
    """Seal a version, so that it stays as it is. Raises PolicyBroken."""
    policy = _unpublished(directory, version)
    wrong = [problem for problem in problems(directory, known=known) if NOT_PUBLISHED not in problem]
    if wrong:
        raise PolicyBroken("\n".join(wrong))
    shelf = read_shelf(directory)
    seals = {**shelf.seals, version: seals_of(shelf.policies)[version]}
    _write_seals(directory, seals)
    told = "Everyone is told by mail, once." if policy.significant else "Nobody is told by mail."
    yield f"{version} is sealed. It is shown from {policy.published} on and counts from {policy.in_force_from}. {told}"
    if policy.needs_word:
        yield f"Before that somebody lets it come out in the console, on {policy.last_day} at the latest."


def withdraw(directory: Path, version: str) -> Iterator[str]:
    """Take back the seal of one that waits for the console and will not be let out. Raises PolicyBroken.

    If it came out after all, the running studio says so: promise N1 is broken then.
    """
    shelf = read_shelf(directory)
    policy = next((each for each in shelf.policies.all if each.version == version), None)
    if policy is None or version not in shelf.seals:
        raise PolicyBroken(f"{version} is not sealed, so there is nothing to take back.")
    if not policy.needs_word:
        raise PolicyBroken(f"{version} comes out by itself and stays as it is. Say what is new in a new version.")
    if version != max(shelf.seals):
        raise PolicyBroken(f"{max(shelf.seals)} was sealed after it. Withdraw that first.")
    _write_seals(directory, {name: seal for name, seal in shelf.seals.items() if name != version})
    yield f"{version} is a draft again. Nobody lets it come out while it is one; change it, or delete its folder."


def compare(directory: Path, before: str, after: str) -> Iterator[str]:
    """What changed between two versions, sentence by sentence. Raises PolicyBroken."""
    marks = {Mark.KEPT: "{}", Mark.ADDED: "[+{}+]", Mark.REMOVED: "[-{}-]"}
    for change in difference(read_policy(directory / before), read_policy(directory / after)):
        words = " ".join(marks[piece.mark].format(piece.text) for piece in change.pieces)
        yield f"{change.kind} {change.id} ({change.section}): {words}"


def bindings_text(policy: Policy) -> str:
    """The bindings of what is said now: promises stay as they were, digests are those of the words."""
    return _BINDINGS_SAY + "".join(
        f"\n[{sentence.id}]\npromises = {json.dumps(policy.promises_of(sentence.id))}\n"
        f'sha256 = "{digest_of_words(sentence.text)}"\n'
        for sentence in policy.sentences
    )


def _write_seals(directory: Path, seals: Mapping[str, str]) -> None:
    (directory / SEALS).write_text(_SEALS_SAY + "".join(f'{name} = "{seal}"\n' for name, seal in seals.items()))


def _unpublished(directory: Path, version: str) -> Policy:
    if version in read_shelf(directory).seals:
        raise PolicyBroken(f"{version} is published and stays as it is. Run python -m ops.policy new for a change.")
    return read_policy(directory / version)


def _with(words: str, name: str, value: str) -> str:
    lines = words.splitlines(keepends=True)
    return "".join(f"{name} = {value}\n" if line.startswith(f"{name} = ") else line for line in lines)
