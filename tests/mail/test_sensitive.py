"""Secrets are found by their check digits, their issuers, or the words before them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.sensitive import PLACEHOLDER, masked, secrets_in

MADE_UP = tomllib.loads(
    Path("benchmarks/secrets.toml").read_text(encoding="utf-8").replace("·", "")
)


@pytest.mark.parametrize(
    "one", [*MADE_UP["developed"], *MADE_UP["fresh"]], ids=lambda one: one["text"]
)
def test_the_secret_leaves_the_text(one: dict[str, str]) -> None:
    assert one["secret"] in one["text"]
    assert one["secret"] not in masked(one["text"])
    assert PLACEHOLDER in masked(one["text"])


@pytest.mark.parametrize("text", [one["text"] for one in MADE_UP["ordinary"]])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert masked(text) == text


class TestMasked:
    def test_only_the_secret_leaves(self) -> None:
        text = "Hi Bob,\n\nthe password is hunter2, see you.\n"
        assert masked(text) == "Hi Bob,\n\nthe password is [secret], see you.\n"

    def test_a_card_number_with_one_wrong_digit_is_an_order_number(self) -> None:
        assert masked("4111 1111 1111 1112") == "4111 1111 1111 1112"

    def test_an_account_number_with_wrong_check_digits_stays(self) -> None:
        assert secrets_in("DE88 3704 0044 0532 0130 00") == ()

    def test_a_word_behind_an_account_number_stays(self) -> None:
        assert masked("DE89 3704 0044 0532 0130 00 bis Mai") == "[secret] bis Mai"

    def test_a_private_key_without_its_end_goes_to_the_end(self) -> None:
        text = "See:\n-----BEGIN " + "PRIVATE KEY-----\nMIIEvQ\nmore"
        assert masked(text) == "See:\n[secret]"

    def test_a_password_in_a_link_leaves_the_rest_of_it(self) -> None:
        assert masked("https://bob:s3cret@example.org/x") == "https://bob:[secret]@example.org/x"

    def test_every_kind_says_what_it_is(self) -> None:
        text = "PIN: 4821\nDE89370400440532013000\nCard 4111111111111111"
        assert [one.kind for one in secrets_in(text)] == ["code", "iban", "card"]


WORDS = st.text(st.characters(codec="utf-8"), max_size=80)
PIECES = st.sampled_from(
    [
        *("password", "PIN", "is", ":", " ", "\n", "4111 1111 1111 1111", "DE89", "://a:", "@"),
        *("[secret]", "Passwort", "code", "İ", "token=", "?", "-----BEGIN " + "PRIVATE KEY-----"),
        *("aB1" * 9, "密码"),
    ]
)


@given(st.lists(PIECES | WORDS, max_size=30).map("".join))
def test_any_text_is_read_and_what_is_no_secret_stands_as_it_was(text: str) -> None:
    found = secrets_in(text)
    kept, at = [], 0
    for one in found:
        assert at <= one.start < one.end <= len(text)
        kept.append(text[at : one.start])
        at = one.end
    assert masked(text) == PLACEHOLDER.join([*kept, text[at:]])


@given(
    before=WORDS,
    after=WORDS,
    secret=st.from_regex(r"[a-z]{4,9}[0-9]{2,5}", fullmatch=True),
    label=st.sampled_from(["Password", "Passwort", "mot de passe", "contraseña", "Пароль", "密码"]),
)
def test_what_a_password_label_announces_is_masked_in_any_surroundings(
    before: str, after: str, secret: str, label: str
) -> None:
    text = f"{before}\n{label}: {secret}\n{after}"
    place = text.index(f"{label}: {secret}") + len(label) + 2
    assert any(one.start <= place and place + len(secret) <= one.end for one in secrets_in(text))


def seconds(text: str) -> float:
    start = process_time()
    secrets_in(text)
    return process_time() - start


@pytest.mark.parametrize(
    "unit", ["password ", "password: ", "4111 ", "DE89 ", "?a_token=", "aB1", "eyJ-", "code is "]
)
def test_four_times_the_text_takes_about_four_times_the_time(unit: str) -> None:
    small = min(seconds(unit * 500) for _ in range(3))
    large = min(seconds(unit * 2_000) for _ in range(3))
    assert large < 10 * small + 0.01
