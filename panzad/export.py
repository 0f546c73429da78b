"""All that a user has in panzad, in plain formats: what `panzad export` writes.

Read from one moment of the database; the folder appears whole or not at all.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from panzad.config import Config, Paths
from panzad.engines import adapter_files
from panzad.errors import ModelDamaged, UsageError
from panzad.store import adapters, drafts, folders, habits, mails, marks, pairs, problems
from panzad.store.database import Database
from panzad.store.marks import Mark

README = """\
What panzad keeps of you. All text is UTF-8; a .jsonl file holds one JSON object a line.

config.json      your settings, without passwords and without what a password command is told
mails.jsonl      your sent mails as they are learnt from: id, people (field, name, address), your
                 own words, the thread before them (author, address, date, text), language, layout,
                 signature; `reason` says why a mail is not learnt from, and then no text is kept.
                 The mails themselves are in your mailbox; panzad keeps no copy
pairs.jsonl      for each learnt mail (by its Message-ID) the instruction made for it, and its score
folders.jsonl    the folders of your mailbox that panzad knows, and how far they are read
marks.jsonl      what you flagged, what became of it, and the text of a draft not delivered yet
drafts/N.eml     the draft of mark N as a mail, while it is on its way into Drafts
outcomes.jsonl   what became of each draft: whom it was to, what you had asked for, its text where
                 you edited it, the mail it became, the share of its words that you changed
habits.jsonl     how you answered: people of a reply, people of its thread, language, place of the
                 quote, HTML, signature; your newest replies
adapters.jsonl   the trained adapters, their losses, which one serves
adapters/ID/     their files: PEFT weights (safetensors) and GGUF, with SHA-256 in manifest.json
problems.jsonl   what stands in the way

Not here, since it can be made again: vectors, the search indexes. Digests of what you had forgotten
cannot be read by anybody and are in `panzad backup` only.
"""
REPLIES = 100_000


def export(db: Database, paths: Paths, config: Config, target: Path) -> dict[str, int]:
    """Write everything into the new folder `target`; returns how many entries each file has.

    Raises UsageError where it cannot be made.
    """
    if target.exists():
        raise UsageError(f"{target} exists already", "name a new folder")
    partial = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700, parents=True)
        with db.snapshot():
            counted = _written(db, config, partial)
        counted["adapters"] = _adapters(db, paths, partial)
        (partial / "README.txt").write_text(README, encoding="utf-8")
        partial.rename(target)
    except OSError as error:
        raise UsageError(
            f"cannot write {target} ({error.strerror})", "name another place"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return counted


def _written(db: Database, config: Config, folder: Path) -> dict[str, int]:
    (folder / "config.json").write_text(
        json.dumps(without_secrets(config), ensure_ascii=False, indent=2), encoding="utf-8"
    )
    ids = {one.id: one.message_id for one in mails.every(db)}
    replies = (
        {"account": name, **asdict(one)}
        for name in folders.accounts(db)
        for one in habits.replies(db, name, REPLIES)
    )
    kept = marks.all_of(db)
    _drafts(folder / "drafts", kept)
    return {
        "mails": _lines(folder / "mails.jsonl", map(asdict, mails.every(db))),
        "pairs": _lines(
            folder / "pairs.jsonl",
            ({**one, "mail": ids[one.pop("mail_id")]} for one in pairs.rows(db)),
        ),
        "folders": _lines(folder / "folders.jsonl", map(asdict, folders.listed(db))),
        "marks": _lines(folder / "marks.jsonl", map(_mark, kept)),
        "outcomes": _lines(
            folder / "outcomes.jsonl",
            ({**one, "mail": ids.get(one.pop("mail_id"))} for one in drafts.rows(db)),
        ),
        "habits": _lines(folder / "habits.jsonl", replies),
        "problems": _lines(folder / "problems.jsonl", map(asdict, problems.listed(db))),
    }


def _adapters(db: Database, paths: Paths, folder: Path) -> int:
    listed = adapters.listed(db)
    for one in listed:
        directory = paths.adapters / one.id
        try:
            names = (adapter_files.MANIFEST, *adapter_files.verify(directory))
        except ModelDamaged:
            continue  # Unfinished or damaged: its row tells.
        (folder / "adapters" / one.id).mkdir(parents=True)
        for name in names:
            shutil.copyfile(directory / name, folder / "adapters" / one.id / name)
    return _lines(folder / "adapters.jsonl", map(asdict, listed))


def _mark(mark: Mark) -> dict[str, Any]:
    values = asdict(mark)
    values["draft"] = f"drafts/{mark.id}.eml" if mark.draft is not None else None
    values["task"] = json.loads(mark.task) if mark.task else None
    return values


def _drafts(folder: Path, kept: Iterable[Mark]) -> None:
    for mark in kept:
        if mark.draft is not None:
            folder.mkdir(exist_ok=True)
            (folder / f"{mark.id}.eml").write_bytes(mark.draft)


def _lines(path: Path, values: Iterable[dict[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for one in values:
            file.write(json.dumps(one, ensure_ascii=False, default=sorted) + "\n")
            count += 1
    return count


def without_secrets(config: Config) -> dict[str, Any]:
    """The settings as plain values; of a secret no trace, of its command the program only."""
    values = config.model_dump(mode="json")
    for account in values["accounts"].values():
        auth = account["auth"]
        for key in ("password", "client_secret"):
            if auth.get(key) is not None:
                auth[key] = "(left out)"
        for key in ("command", "client_secret_command"):
            if auth.get(key) is not None:
                auth[key] = auth[key].split(maxsplit=1)[0] + " (left out)"
    return values
