"""What the canary makes of what she gets: her copy, her receipt, and what she says of it."""

import hashlib
import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from common.contracts.base import decode
from common.contracts.rights import PromiseChecked
from common.erasure.statements import public_pem, signing_key_of, verify
from common.probes import Finding, Found
from ops.canary.archive import ACCOUNT, MANIFEST, Archive
from ops.canary.life import NAMES, Life, Seen
from ops.canary.memory import Memory, Self
from ops.canary.person import api_of
from ops.canary.telling import message_of
from ops.demo.failures import DemoFailed, StudioAway
from ops.embedded.secrets import new_signing_key

PICTURE = b"\x89PNG\r\n\x1a\n and more"
GOOD = {
    ACCOUNT: json.dumps([{"name": NAMES[1]}]).encode(),
    "schema/account/account.schema.json": b"{}",
    "pictures/figurines/1-full.png": PICTURE,
    "pictures/photos/saved/1.jpg": b"\xff\xd8\xff and pixels",
}


def copy(tmp_path: Path, files: dict[str, bytes]) -> Archive:
    listed = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in files.items())
    with ZipFile(tmp_path / "archive.zip", "w") as archive:
        for path, content in {MANIFEST: listed.encode(), **files}.items():
            archive.writestr(path, content)
    return Archive.read(tmp_path / "archive.zip")


def test_a_whole_copy_is_found_whole_corrected_and_open(tmp_path: Path) -> None:
    whole = copy(tmp_path, GOOD)
    whole.check_manifest()
    whole.check_contains(name=NAMES[1], picture=PICTURE)
    assert whole.corrected(NAMES).state is Found.KEPT
    assert whole.open_formats().state is Found.KEPT
    assert whole.stripped("48.2 N").state is Found.KEPT


@pytest.mark.parametrize("kept", [b"\xff\xd8\xff at 48.2 N", b"\xff\xd8\xff\xff\xe1Exif\0\0", None])
def test_what_is_still_hidden_in_a_saved_photo_is_noticed(tmp_path: Path, kept: bytes | None) -> None:
    files = {path: content for path, content in GOOD.items() if "saved" not in path}
    found = copy(tmp_path, files if kept is None else {**files, "pictures/photos/saved/1.jpg": kept})
    with pytest.raises(DemoFailed):
        found.stripped("48.2 N")


def test_a_file_that_is_not_on_the_list_or_another_than_it_says_is_noticed(tmp_path: Path) -> None:
    files = {**GOOD}
    more = Archive({**copy(tmp_path, files).files, "data/more.json": b"[]"})
    with pytest.raises(DemoFailed, match="not on its list"):
        more.check_manifest()
    changed = Archive({**copy(tmp_path, files).files, ACCOUNT: b"[]"})
    with pytest.raises(DemoFailed, match="not what its list says"):
        changed.check_manifest()


@pytest.mark.parametrize(
    ("path", "content", "complaint"),
    [
        (ACCOUNT, json.dumps([{"name": NAMES[0]}]).encode(), "does not have the name"),
        ("data/more.json", f"was {NAMES[0]}".encode(), "still stands in 1 files"),
    ],
)
def test_a_correction_that_did_not_reach_the_copy_is_noticed(
    tmp_path: Path, path: str, content: bytes, complaint: str
) -> None:
    with pytest.raises(DemoFailed, match=complaint):
        copy(tmp_path, {**GOOD, path: content}).corrected(NAMES)


@pytest.mark.parametrize(
    ("path", "content", "complaint"),
    [
        ("data/more.json", b"[]", "1 of 2 files of rows have no schema"),
        ("data/more.json", b"not json", "no JSON"),
        ("pictures/odd.xyz", b"who knows", "1 of 3 pictures"),
        ("pictures/odd.png", b"who knows", "1 of 3 pictures"),
    ],
)
def test_what_nobody_else_could_read_is_noticed(tmp_path: Path, path: str, content: bytes, complaint: str) -> None:
    with pytest.raises(DemoFailed, match=complaint):
        copy(tmp_path, {**GOOD, path: content}).open_formats()


def test_a_copy_without_the_name_or_the_picture_or_that_is_no_zip_is_noticed(tmp_path: Path) -> None:
    whole = copy(tmp_path, GOOD)
    with pytest.raises(DemoFailed, match="name"):
        whole.check_contains(name="somebody else", picture=PICTURE)
    with pytest.raises(DemoFailed, match="picture"):
        whole.check_contains(name=NAMES[1], picture=b"another")
    (tmp_path / "archive.zip").write_bytes(b"not a zip")
    with pytest.raises(DemoFailed, match="no ZIP"):
        Archive.read(tmp_path / "archive.zip")


def test_what_she_found_is_signed_and_says_nothing_about_whose_it_was() -> None:
    key = signing_key_of(new_signing_key())
    seen = Seen(
        promise="R3",
        probe="a canary person is forgotten",
        finding=Finding.of("She was forgotten.", broken=False),
    )
    message = message_of(seen, key)
    event = decode(message.body, {PromiseChecked.type: PromiseChecked}).event
    assert isinstance(event, PromiseChecked)
    verify(public_pem(key), event.statement, event.signature)
    assert (event.service, json.loads(event.statement)["service"]) == ("canary", "canary")
    with pytest.raises(LookupError):
        message_of(Seen(promise="K1", probe="no upload is overdue", finding=seen.finding), key)


def test_a_failure_breaks_the_promise_without_an_id_in_it_and_a_studio_that_is_away_says_nothing(
    tmp_path: Path,
) -> None:
    life = Life(person=None, memory=Memory(tmp_path / "self.json"), domain="canary.example")

    def fails() -> Finding:
        raise DemoFailed("GET /v1/figurines/0193a1b2-0000-7000-8000-0123456789ab was answered with 404.")

    def away() -> Finding:
        raise StudioAway("503")

    seen = life._look("R3", "a canary person is forgotten", fails)
    assert seen.finding.state is Found.BROKEN
    assert "0193a1b2" not in seen.finding.checked
    with pytest.raises(StudioAway):
        life._look("R3", "a canary person is forgotten", away)


def test_who_she_is_lies_in_a_file_only_she_reads_until_she_is_forgotten(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "self.json")
    assert memory.recall() is None
    memory.keep(Self(email="canary-1@canary.example", password="four unrelated quiet words"))
    assert (tmp_path / "self.json").stat().st_mode & 0o777 == 0o600
    assert memory.recall() == Self(email="canary-1@canary.example", password="four unrelated quiet words")
    memory.forget()
    memory.forget()
    assert memory.recall() is None


def test_the_address_of_an_erasure_is_read_out_of_the_link_to_its_page() -> None:
    found = api_of("https://localhost:1/erasure/1?key=abc%2Bd", "1")
    assert found == "/v1/privacy/erasures/1?key=abc%2Bd"
