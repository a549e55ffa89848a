"""The versions of the policy as they lie in their folders."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from common.policy.text import Binding, Policies, Policy, PolicyBroken, Release, Section, Sentence

DIRECTORY = Path(__file__).parent / "versions"
WORDS = "policy.toml"
BINDINGS = "bindings.toml"
SEALS = "published.toml"

T = TypeVar("T")
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,39}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=600, strip_whitespace=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Sentence(_Strict):
    id: Id
    text: Words


class _Section(_Strict):
    id: Id
    title: Words
    sentences: Annotated[list[_Sentence], Field(min_length=1)]


class _Words(_Strict):
    version: str
    published: date
    in_force_from: date
    significant: bool
    release: Literal["day", "console"] = "day"
    summary: Words
    sections: Annotated[list[_Section], Field(min_length=1)]


class _Binding(_Strict):
    promises: list[str]
    sha256: str


_WORDS = TypeAdapter(_Words)
_BINDINGS = TypeAdapter(dict[str, _Binding])


def read_policies(directory: Path = DIRECTORY) -> Policies:
    """Every version, the oldest first. Raises PolicyBroken with a sentence that names the file."""
    seals = read_seals(directory)
    folders = [folder for folder in sorted(directory.iterdir()) if folder.is_dir()]
    found = [replace(read_policy(folder), sealed=folder.name in seals) for folder in folders]
    if not found:
        raise PolicyBroken(f"There is no version of the policy in {directory.name}.")
    return Policies(found)


def read_seals(directory: Path = DIRECTORY) -> Mapping[str, str]:
    """The seals of the versions that stay as they are. Raises PolicyBroken."""
    file = directory / SEALS
    try:
        seals = tomllib.loads(file.read_text()) if file.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise PolicyBroken(f"{SEALS} is not TOML: {error}.") from error
    return {version: str(seal) for version, seal in seals.items()}


def read_policy(folder: Path) -> Policy:
    """One version. Raises PolicyBroken."""
    words = _read(folder / WORDS, _WORDS)
    bindings = _read(folder / BINDINGS, _BINDINGS)
    if words.version != folder.name:
        raise PolicyBroken(f"{folder.name} says it is version {words.version}; name the folder after its version.")
    return Policy(
        version=words.version,
        published=words.published,
        in_force_from=words.in_force_from,
        significant=words.significant,
        release=Release(words.release),
        summary=words.summary,
        sections=tuple(_section(section) for section in words.sections),
        bindings={
            sentence: Binding(promises=tuple(found.promises), sha256=found.sha256)
            for sentence, found in bindings.items()
        },
        digest=sha256(b"\0".join((folder / name).read_bytes() for name in (WORDS, BINDINGS))).hexdigest(),
    )


def _section(said: _Section) -> Section:
    sentences = tuple(Sentence(id=sentence.id, text=sentence.text) for sentence in said.sentences)
    return Section(id=said.id, title=said.title, sentences=sentences)


def _read(file: Path, shape: TypeAdapter[T]) -> T:
    where = f"{file.parent.name}/{file.name}"
    try:
        found: dict[str, Any] = tomllib.loads(file.read_text())
        return shape.validate_python(found)
    except OSError as error:
        raise PolicyBroken(f"{where} cannot be read.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyBroken(f"{where} is not TOML: {error}.") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}" for detail in error.errors()
        )
        raise PolicyBroken(f"{where}: {problems}.") from error
