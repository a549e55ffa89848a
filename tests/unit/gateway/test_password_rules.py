"""Which passwords may be chosen: long ones, of whatever they are made, that are not the first to be guessed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Invalid
from gateway.adapters.passwords import common_passwords
from gateway.domain.passwords import PasswordKnown, PasswordTooCommon, check_guessable, check_length

OWN = ("Ada Quetzalina", "ada.king@quetzalina.example.org")


def check(password: str) -> str:
    return check_guessable(check_length(password), common_passwords(), OWN)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "kupferne elfen-gurke",
        "пароль и лошадь",
        "zq9!vT3@pL7#",
        "quetzalina met seven badgers",
        "xkcd" * 2 + "gravel",
        "one studio for my badger",
    ],
)
def test_a_password_is_as_long_and_of_what_a_person_likes(password: str) -> None:
    assert check(password) == password


@pytest.mark.parametrize("password", ["", "x" * 9, "x" * 201])
def test_a_password_that_is_too_short_or_endless_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="10 to 200"):
        check(password)


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "0987654321",
        "qwertyuiop",
        "QwertyUiop",
        "1q2w3e4r5t6y",
        "abcdefghijkl",
        "password123",
        "Password2026!",
        "p@ssw0rd!!",
        "P4ssw0rd1234",
        "sunshine1987",
        "!!dragon2000",
        "iloveyou!!!!",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        " " * 10,
        "qwertzuiop",
        "basketball",
    ],
)
def test_a_password_that_is_guessed_first_is_refused_and_it_is_said_what_would_do(password: str) -> None:
    with pytest.raises(PasswordTooCommon, match="a few unrelated words"):
        check(password)


@pytest.mark.parametrize(
    "password",
    ["adaquetzalina", "Quetzalina-1815", "ada.king@quetzalina.example.org", "figurine studio", "studio figurine 1"],
)
def test_a_password_of_what_everybody_knows_of_her_is_refused(password: str) -> None:
    with pytest.raises(PasswordKnown, match="nothing to do with"):
        check(password)


def test_the_list_is_large_and_in_small_letters() -> None:
    common = common_passwords()
    assert len(common) > 40_000
    assert all(password == password.casefold() for password in common)


@given(password=st.text(max_size=220), own=st.text(max_size=60))
def test_whatever_is_typed_is_taken_or_refused_with_a_sentence(password: str, own: str) -> None:
    with suppress(Invalid):
        assert check_guessable(check_length(password), common_passwords(), (own,)) == password
