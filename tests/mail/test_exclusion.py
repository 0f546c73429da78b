"""The user's people, folders and words, as patterns and as whole words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.exclusion import Exclusions


@pytest.mark.parametrize("email", ["eve@x.org", "Eve@X.org", "eve+lists@x.org", "a.b@bank.example"])
def test_people_are_excluded_by_address_or_domain(email: str) -> None:
    assert Exclusions(people=["eve@x.org", "*@Bank.example"]).person(email)


@pytest.mark.parametrize("email", ["steve@x.org", "eve@x.org.example", "a@sub.bank.example", ""])
def test_other_people_are_not(email: str) -> None:
    assert not Exclusions(people=["eve@x.org", "*@bank.example"]).person(email)


@pytest.mark.parametrize(
    "name",
    ["Private", "private", "INBOX.Private", "Private/Family", "Archive/2024", "Archive.2024"],
)
def test_folders_are_excluded_with_what_lies_in_them(name: str) -> None:
    assert Exclusions(folders=["Private", "Archive/*"]).folder(name)


@pytest.mark.parametrize("name", ["INBOX", "Sent", "Archive", "Privateer", "Work/Private"])
def test_other_folders_are_not(name: str) -> None:
    assert not Exclusions(folders=["Private", "Archive/*"]).folder(name)


@pytest.mark.parametrize("text", ["My SALARY.", "salary", "the project\nX file", "GEHALTSGESPRÄCH"])
def test_words_are_excluded_whatever_their_case(text: str) -> None:
    assert Exclusions(words=["salary", "project x", "Gehaltsgespräch"]).text(text)


@pytest.mark.parametrize("text", ["salaryman", "unsalary", "project y", ""])
def test_parts_of_words_are_not(text: str) -> None:
    assert not Exclusions(words=["salary", "project x"]).text(text)


@given(st.text(), st.text())
def test_nothing_is_excluded_by_nothing_and_any_pattern_does(pattern: str, text: str) -> None:
    nothing = Exclusions()
    assert not any([nothing.person(text), nothing.folder(text), nothing.text(text)])
    some = Exclusions([pattern], [pattern], [pattern])
    some.person(text)
    some.folder(text)
    assert some.text(text) in (True, False)
