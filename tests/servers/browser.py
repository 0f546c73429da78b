"""A person at a browser, as a program that $BROWSER names: opens the page, allows, is led back."""

from __future__ import annotations

import html
import re
import sys
import urllib.request
from urllib.parse import urljoin


def allow(url: str) -> str:
    """Open an authorisation page and press its one link; the page that it ends at."""
    with urllib.request.urlopen(url, timeout=10) as page:  # noqa: S310 - the test's own server
        link = re.search(r'href="([^"]*)"', page.read().decode())
    assert link is not None
    consent = urljoin(url, html.unescape(link[1]))
    with urllib.request.urlopen(consent, timeout=10) as last:  # noqa: S310
        return last.read().decode()


if __name__ == "__main__":
    allow(sys.argv[1])
