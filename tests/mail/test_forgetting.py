"""Targets are read from words, and known again by their digests."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.forgetting import Forgotten, Target, digest, target_of

KEY = b"k" * 32


def forgotten(*targets: Target) -> Forgotten:
    return Forgotten(KEY, frozenset(digest(KEY, one) for one in targets))


class TestTargetOf:
    @pytest.mark.parametrize(
        ("words", "target"),
        [
            (["eve@x.org"], Target("address", "eve@x.org")),
            (["<a.b@x>"], Target("message", "<a.b@x>")),
            (["1.2@mail.x.org"], Target("message", "<1.2@mail.x.org>")),
            (["Archive/Private"], Target("folder", "Archive/Private")),
            (["before", "2020-01-31"], Target("before", "2020-01-31")),
        ],
    )
    def test_words_name_one_thing(self, words: list[str], target: Target) -> None:
        assert target_of(words, frozenset({"<1.2@mail.x.org>"})) == target

    @pytest.mark.parametrize(
        "words", [[], ["before"], ["before", "May"], ["a", "b"], ["  "], ["a@"]]
    )
    def test_other_words_name_nothing(self, words: list[str]) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - any words of why
            target_of(words, frozenset())


class TestForgotten:
    def test_an_address_is_known_in_every_form_and_no_other_is(self) -> None:
        known = forgotten(Target("address", "Eve@X.org"))
        assert known.person("eve+news@x.org")
        assert not known.person("steve@x.org")
        assert known.masked("Ask eve@x.org. Not steve@x.org.") == "Ask [secret]. Not steve@x.org."

    def test_a_folder_takes_those_in_it(self) -> None:
        known = forgotten(Target("folder", "archive.Private"))
        assert known.folder("INBOX.Archive.Private.2024")
        assert known.folder("Archive/private")
        assert not known.folder("Archive")

    def test_another_key_gives_another_digest(self) -> None:
        one = Target("address", "eve@x.org")
        assert digest(KEY, one) != digest(b"l" * 32, one)

    @given(st.text())
    def test_any_text_is_masked_without_an_error_and_twice_is_once(self, text: str) -> None:
        known = forgotten(Target("address", "eve@x.org"))
        once = known.masked(text)
        assert known.masked(once) == once
        assert list(known.named(once)) == []

    @pytest.mark.parametrize("text", ["a" * 200_000, "a@" * 100_000, "<" * 200_000, "@" * 200_000])
    def test_long_text_takes_linear_time(self, text: str) -> None:
        known = forgotten(Target("address", "eve@x.org"))
        started = time.process_time()
        known.masked(text)
        list(known.named(text))
        assert time.process_time() - started < 2
