"""A mistake in config.toml in one line: which key, where it stands, and what to do."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from panzad.errors import ConfigError


def explained(detail: ErrorDetails, text: str, name: str, settings: type[BaseModel]) -> ConfigError:
    """What pydantic found in a TOML text: the key, its line, and the remedy.

    `name` stands for the text, `settings` is what it was to be.
    """
    location = [str(part) for part in detail["loc"] if not _is_union_tag(part)]
    key = ".".join(location) or "the file"
    line = _line_of(text, location)
    where = f"{name}, line {line}" if line else name
    match detail["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(
                location[-1], _known_keys(settings, detail["loc"][:-1]), n=1
            )
            hint = f"did you mean {near[0]}?" if near else "remove it"
            return ConfigError(f"{where}: unknown key {key}", hint)
        case "missing":
            return ConfigError(f"{where}: {key} is missing", "add it (see config.example.toml)")
        case _:
            reason = detail["msg"].removeprefix("Value error, ")
            return ConfigError(f"{where}: {key}: {reason}", "mend it (see config.example.toml)")


def _is_union_tag(part: int | str) -> bool:
    return isinstance(part, int) or bool(re.search(r"\[|^(str|bool)$", part))


def _known_keys(settings: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    """The keys that may stand in the table at `path`, as pydantic gives it: with union tags."""
    kinds: list[Any] = [settings]
    for part in path:
        if _is_union_tag(part):
            kinds = [kind for kind in kinds if part == f"[{getattr(kind, '__name__', '')}]"]
        else:
            kinds = [inner for kind in kinds for inner in _below(kind, str(part))]
    return [key for kind in kinds if _is_model(kind) for key in kind.model_fields]


def _below(kind: Any, key: str) -> list[Any]:
    """What the value of `key` in a table of this kind may be."""
    # A table of tables, such as `accounts`: the key is a name of the user's own.
    if get_origin(kind) is dict:
        return _kinds(get_args(kind)[1])
    field = kind.model_fields.get(key) if _is_model(kind) else None
    return [] if field is None else _kinds(field.annotation)


def _kinds(annotation: Any) -> list[Any]:
    """The parts of a union, without what is noted beside them."""
    match get_origin(annotation):
        case typing.Annotated:
            return _kinds(get_args(annotation)[0])
        case typing.Union | types.UnionType:
            return [kind for part in get_args(annotation) for kind in _kinds(part)]
        case _:
            return [annotation]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _line_of(text: str, path: Sequence[str]) -> int | None:
    """The line (from 1) where the deepest part of `path` that is written down stands."""
    best: tuple[int, int] | None = None
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            table = [part.strip().strip("\"'") for part in header[1].split(".")]
            depth = _shared(path, table)
        elif key := re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line):
            full = [*table, *(part.strip("\"'") for part in key[1].split("."))]
            depth = _shared(path, full)
            inner = list(path[len(full) :]) if depth else []
            if inner and re.search(rf"[{{,]\s*{re.escape(inner[0])}\s*=", line):
                depth += 1
        else:
            continue
        if depth and (best is None or depth > best[0]):
            best = (depth, number)
    return best[1] if best else None


def _shared(path: Sequence[str], written: Sequence[str]) -> int:
    """How many parts of `path` a table or key names; 0 when it is about something else."""
    length = min(len(path), len(written))
    return length if list(path[:length]) == list(written[:length]) else 0
