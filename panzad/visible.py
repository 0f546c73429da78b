"""Text from elsewhere, as a terminal may show it."""

from __future__ import annotations

import re

# What would move the cursor or colour the terminal, turn text around (Trojan Source,
# CVE-2021-42574), and what cannot be encoded.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with a � for each character that would do something else than stand there."""
    return _CONTROL.sub("�", text)
