"""The places in panzad's source that change what outlives a process, found by reading the source.

A durable step is a commit, a file that takes another's place or goes, or a change on the server.
Each goes through one of few calls; a call is named after the function that it stands in, so that
a new one has a name before anybody thinks of it, and `points` has to say what it means.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import panzad

ROOT = Path(panzad.__file__).parent

# On a Database: what commits. On a path: what renames or removes. On an IMAPClient: what changes
# the mailbox.
COMMITS = frozenset({"transaction", "commit", "become", "copy_to", "compact"})
FILES = frozenset({"rename", "unlink", "rmdir", "rmtree"})
SERVER = frozenset(
    {
        "append", "multiappend", "add_flags", "remove_flags", "set_flags", "add_gmail_labels",
        "remove_gmail_labels", "set_gmail_labels", "delete_messages", "expunge", "uid_expunge",
        "copy", "move", "create_folder", "rename_folder", "delete_folder",
    }
)  # fmt: skip
# What others make durable steps through; the step is named after who calls.
CARRIERS = frozenset(
    {
        "files.replace", "files.replaced", "store.database.Database.transaction",
        "store.database.Database.become", "store.database.Database.copy_to",
        "store.database.Database.compact",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A call that makes a durable step, and the lines on which Python says that it is made."""

    name: str
    module: str
    lines: frozenset[int]


def module_of(path: Path) -> str:
    """`panzad/store/mails.py` is `store.mails`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def found() -> dict[str, Place]:
    """Every place in the package by its name; of several in one function each has its number."""
    places: dict[str, Place] = {}
    for path in sorted(ROOT.rglob("*.py")):
        module = module_of(path)
        for function, calls in _by_function(ast.parse(path.read_text(encoding="utf-8"))).items():
            whole = f"{module}.{function}"
            if whole in CARRIERS:
                continue
            for number, lines in enumerate(calls, start=1):
                name = whole if len(calls) == 1 else f"{whole}#{number}"
                places[name] = Place(name, module, lines)
    return places


@cache
def by_line() -> dict[tuple[str, int], str]:
    """The name of the place on a line of a module."""
    return {(one.module, line): one.name for one in found().values() for line in one.lines}


def _by_function(tree: ast.Module) -> dict[str, list[frozenset[int]]]:
    replacers = _replacers(tree)
    calls: dict[str, list[frozenset[int]]] = {}
    for function, node, around in _calls(tree, ()):
        if _durable(node, replacers):
            lines = {*range(node.lineno, (node.end_lineno or node.lineno) + 1), *around}
            calls.setdefault(function, []).append(frozenset(lines))
    return calls


def _calls(node: ast.AST, path: tuple[str, ...]) -> Iterator[tuple[str, ast.Call, list[int]]]:
    """Each call with the function it stands in, and the line of the `with` that it opens."""
    opened: dict[ast.AST, int] = {}
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _calls(child, (*path, child.name))
            continue
        if isinstance(child, ast.withitem) and isinstance(node, ast.With | ast.AsyncWith):
            opened[child.context_expr] = node.lineno
        if isinstance(child, ast.withitem):
            line = opened.get(child.context_expr)
            if isinstance(child.context_expr, ast.Call) and line is not None:
                yield ".".join(path), child.context_expr, [line]
                for inner in ast.iter_child_nodes(child.context_expr):
                    yield from _calls(inner, path)
                continue
        if isinstance(child, ast.Call):
            yield ".".join(path), child, []
        yield from _calls(child, path)


def _replacers(tree: ast.Module) -> frozenset[str]:
    """What of `panzad.files` a module has imported by name."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "panzad.files"
        for alias in node.names
    }
    return frozenset(names & {"replace", "replaced"})


def _durable(node: ast.Call, replacers: frozenset[str]) -> bool:
    match node.func:
        case ast.Name(id=name):
            return name in replacers
        case ast.Attribute(value=ast.Attribute(attr="client"), attr=method):
            return method in SERVER
        case ast.Attribute(attr="replace"):
            # Path.replace(target); str.replace takes two, the others' take names.
            return len(node.args) == 1 and not node.keywords
        case ast.Attribute(attr=method):
            return method in COMMITS or method in FILES
    return False
