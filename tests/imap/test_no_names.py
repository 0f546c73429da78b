"""What the code does follows from what a server says, never from who it is."""

from __future__ import annotations

import ast
from pathlib import Path

import panzad

SERVERS = (
    "gmail", "google", "outlook", "exchange", "microsoft", "office365", "yahoo", "aol", "icloud",
    "proton", "yandex", "netease", "163.com", "126.com", "dovecot", "cyrus", "courier", "zimbra",
    "fastmail", "gmx", "davmail", "x-gm-ext",
)  # fmt: skip
ROOMS = ("imap", "drafting", "daemon", "learning", "store")


def texts(source: str) -> list[str]:
    """The string constants of a module that are no docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


class TestServerNames:
    def test_the_search_sees_a_name_in_code_and_not_in_words_about_it(self) -> None:
        source = '"""Gmail does so."""\n# Yahoo too\nif host.endswith("gmail.com"): pass\n'
        assert texts(source) == ["gmail.com"]

    def test_no_room_that_speaks_to_servers_knows_one_by_name(self) -> None:
        root = Path(panzad.__file__).parent
        files = [file for room in ROOMS for file in sorted((root / room).rglob("*.py"))]
        assert len(files) > 30
        found = [
            f"{file.relative_to(root)}: {text!r}"
            for file in files
            for text in texts(file.read_text(encoding="utf-8"))
            for name in SERVERS
            if name in text.lower()
        ]
        assert found == []
