"""Finds the identity that a Thunderbird profile of this machine has for an address.

A draft that names it opens with that identity, signature and folders. Keys belong to one profile:
they are taken only from a profile whose identity has the very address.
"""

from __future__ import annotations

import configparser
import json
import re
from collections.abc import Iterator
from pathlib import Path

# Debian and Mozilla's builds, Snap, Flatpak.
_HOMES = (
    ".thunderbird",
    "snap/thunderbird/common/.thunderbird",
    ".var/app/org.mozilla.Thunderbird/.thunderbird",
)
# A profile's prefs.js is well below 1 MB.
_MAX_PREFS = 8 * 1024 * 1024

_PREF = re.compile(
    r'^user_pref\("(mail\.(?:identity\.[^.]+\.useremail|account\.[^.]+\.identities))",'
    r'\s*("(?:[^"\\]|\\.)*")\);',
    re.MULTILINE,
)


def identity_key(home: Path, email: str) -> str | None:
    """The key (`id1`) of the identity for `email` in the Thunderbird profiles below `home`.

    None when there is none, or when profiles disagree: a wrong key opens a wrong identity.
    """
    found = {one for profile in _profiles(home) for one in _identities(profile, email)}
    return found.pop() if len(found) == 1 else None


def _profiles(home: Path) -> Iterator[Path]:
    for name in _HOMES:
        listing = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            listing.read_string((home / name / "profiles.ini").read_text("utf-8", "replace"))
        except (OSError, configparser.Error):
            continue
        for section in listing.sections():
            if section.startswith("Profile") and (
                path := listing.get(section, "Path", fallback="")
            ):
                yield home / name / path


def _identities(profile: Path, email: str) -> Iterator[str]:
    try:
        with (profile / "prefs.js").open(encoding="utf-8", errors="replace") as file:
            prefs = dict(_read(file.read(_MAX_PREFS)))
    except OSError:
        return
    used = {
        key
        for name, value in prefs.items()
        if name.endswith(".identities")
        for key in value.split(",")
    }
    for name, value in prefs.items():
        key = name.split(".")[2]
        # Identities of deleted accounts stay in the file.
        if name.endswith(".useremail") and value.lower() == email.lower() and key in used:
            yield key


def _read(prefs: str) -> Iterator[tuple[str, str]]:
    for match in _PREF.finditer(prefs):
        try:
            yield match[1], str(json.loads(match[2]))
        except ValueError:
            continue
