"""Identities of Thunderbird profiles, as their prefs.js has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from panzad.sources.thunderbird import identity_key

PREFS = """\
// Mozilla User Preferences
user_pref("mail.account.account1.identities", "id1,id2");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.identity.id1.fullName", "Ann \\"The Boat\\" Lee");
user_pref("mail.identity.id1.useremail", "ann@example.org");
user_pref("mail.identity.id2.useremail", "Ann@Boats.example");
user_pref("mail.identity.id3.useremail", "orphan@example.org");
"""


def profile(home: Path, name: str, prefs: str, root: str = ".thunderbird") -> None:
    folder = home / root / name
    folder.mkdir(parents=True)
    (folder / "prefs.js").write_text(prefs)
    with (home / root / "profiles.ini").open("a") as file:
        file.write(f"[Profile{name}]\nName=default\nIsRelative=1\nPath={name}\n\n")


@pytest.mark.parametrize(
    ("email", "found"),
    [
        ("ann@example.org", "id1"),
        ("ann@boats.example", "id2"),
        ("orphan@example.org", None),
        ("eve@example.org", None),
    ],
)
def test_an_address_finds_its_identity_key(tmp_path: Path, email: str, found: str | None) -> None:
    profile(tmp_path, "abc.default", PREFS)

    assert identity_key(tmp_path, email) == found


def test_profiles_that_disagree_give_none(tmp_path: Path) -> None:
    profile(tmp_path, "one", PREFS)
    profile(tmp_path, "two", PREFS.replace("id1", "id7"))

    assert identity_key(tmp_path, "ann@example.org") is None


def test_a_flatpak_profile_is_found(tmp_path: Path) -> None:
    profile(tmp_path, "x", PREFS, ".var/app/org.mozilla.Thunderbird/.thunderbird")

    assert identity_key(tmp_path, "ann@example.org") == "id1"


@pytest.mark.parametrize("listing", ["", "no section\n[[", "[Profile0]\nPath=gone\n"])
def test_no_profile_or_a_broken_listing_gives_none(tmp_path: Path, listing: str) -> None:
    (tmp_path / ".thunderbird").mkdir()
    (tmp_path / ".thunderbird/profiles.ini").write_text(listing)

    assert identity_key(tmp_path, "ann@example.org") is None
    assert identity_key(tmp_path / "nowhere", "ann@example.org") is None
