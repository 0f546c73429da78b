"""A mistake in config.toml in one line: which key, where it stands, and what to do."""

from __future__ import annotations

import difflib
import re
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
                location[-1], _known_keys(settings, location[:-1]), n=1
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


def _known_keys(settings: type[BaseModel], path: Sequence[str]) -> list[str]:
    """The keys that may stand in the table at `path`."""
    section: Any = settings
    for part in path:
        # A table of tables, such as `accounts`: the part is a name of the user's own.
        if get_origin(section) is dict:
            section = get_args(section)[1]
            continue
        field = section.model_fields.get(part)
        kinds = [] if field is None else [field.annotation, *get_args(field.annotation)]
        section = next(
            (kind for kind in kinds if get_origin(kind) is dict or _is_model(kind)), None
        )
        if section is None:
            return []
    return list(section.model_fields) if _is_model(section) else []


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
