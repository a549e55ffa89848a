"""The certificate that pictures are signed with: made once, kept, replaced with its authority."""

import stat
from pathlib import Path

import pytest
import trustme

from common.clock import SYSTEM_CLOCK
from generation.adapters.finishing import Signatures
from ops.compose import secrets
from ops.embedded.certificates import Authority


def signatures(chain: Path, key: Path) -> Signatures:
    return Signatures.read(chain=chain, key=key, anchors=None, now=SYSTEM_CLOCK.now())


def embedded(folder: Path) -> Authority:
    return Authority(folder / "ca.pem", folder / "ca.key")


def test_the_stack_makes_a_certificate_that_may_sign_and_keeps_it(tmp_path: Path) -> None:
    chain, key = embedded(tmp_path).signature(tmp_path / "generation")
    assert signatures(chain, key).authority == (tmp_path / "ca.pem").read_text()
    before = (chain.read_bytes(), key.read_bytes())
    embedded(tmp_path).signature(tmp_path / "generation")
    assert (chain.read_bytes(), key.read_bytes()) == before
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize("gone", ["ca.key", "generation/provenance.crt"])
def test_another_authority_or_a_lost_certificate_means_a_new_pair(tmp_path: Path, gone: str) -> None:
    chain, key = embedded(tmp_path).signature(tmp_path / "generation")
    before = chain.read_bytes()
    (tmp_path / gone).unlink()
    embedded(tmp_path).signature(tmp_path / "generation")
    assert chain.read_bytes() != before
    assert signatures(chain, key).authority == (tmp_path / "ca.pem").read_text()


def test_the_containers_get_one_of_their_own(tmp_path: Path) -> None:
    for authority in (trustme.CA(), trustme.CA()):
        secrets._let_sign(authority, tmp_path)
        chain = (tmp_path / "provenance.crt").read_bytes()
        assert signatures(tmp_path / "provenance.crt", tmp_path / "provenance.key")
        secrets._let_sign(authority, tmp_path)
        assert (tmp_path / "provenance.crt").read_bytes() == chain
