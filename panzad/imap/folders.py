"""Which folders are Sent, Drafts and watched: what the server lists, and the choice from it.

`choose` is pure: a listing and the config's wishes in, folder names out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from imapclient import imap_utf7

from panzad.errors import FolderMissing
from panzad.imap import folder_names

_UNSELECTABLE = frozenset({"\\noselect", "\\nonexistent"})
# What `choose` may be asked for: `watch` stands for where marks are seen.
PARTS = frozenset({"sent", "drafts", "watch"})
# Each costs two round trips for every draft.
_ARCHIVES = 3


@dataclass(frozen=True, slots=True)
class FolderInfo:
    """One line of LIST (RFC 9051 section 7.3.1): `attributes` in lower case, `name` decoded."""

    name: str
    delimiter: str | None
    attributes: frozenset[str]

    @property
    def selectable(self) -> bool:
        return not self.attributes & _UNSELECTABLE


@dataclass(frozen=True, slots=True)
class FolderChoice:
    """The folders that play a part; one that is not needed and not there is empty.

    Mail is learned from `sent`, marks are seen in `marks`; in `watch` (where marks are seen too
    unless a folder itself is the mark) and in `archive` earlier mails of a thread are looked for.
    """

    sent: tuple[str, ...]
    drafts: str
    watch: tuple[str, ...]
    marks: tuple[str, ...]
    archive: tuple[str, ...] = ()


def folder_info(
    flags: Iterable[bytes], delimiter: bytes | None, name: str | bytes | int, *, utf8: bool = False
) -> FolderInfo:
    """A folder as IMAPClient lists it with `folder_encode` off.

    `utf8`: UTF8=ACCEPT is enabled, so that no name is in modified UTF-7 (RFC 6855 section 3).
    """
    if isinstance(name, bytes):
        name = name.decode("utf-8", "surrogateescape") if utf8 else decoded(name)
    return FolderInfo(
        name=str(name),
        delimiter=delimiter.decode("ascii", "replace") if delimiter else None,
        attributes=frozenset(flag.decode("ascii", "replace").lower() for flag in flags),
    )


def decoded(raw: bytes) -> str:
    """A folder's name from modified UTF-7 (RFC 3501 section 5.1.3), or as it is.

    Careless programs make names such as `R&D`, and some servers send UTF-8 unasked.
    """
    try:
        name = imap_utf7.decode(raw)
    except UnicodeDecodeError:
        name = ""
    return name if encoded(name) == raw else raw.decode("utf-8", "surrogateescape")


def encoded(name: str) -> bytes:
    """A folder's name in modified UTF-7."""
    return imap_utf7.encode(name)


def choose(
    infos: Sequence[FolderInfo],
    *,
    sent: str | Sequence[str] = "auto",
    drafts: str = "auto",
    watch: Sequence[str] = ("INBOX",),
    marked: str | None = None,
    needed: Collection[str] = PARTS,
) -> FolderChoice:
    """The folders for each part: as configured, else by SPECIAL-USE (RFC 6154), else by name.

    Several folders may hold sent mail (programs in two languages on one account): with `auto`
    all that qualify are taken, one for drafts. `marked` is the folder whose every mail is marked,
    where the config has one. Raises FolderMissing naming the config key and the folders that
    exist, for the `needed` parts of PARTS.
    """
    usable = [info for info in infos if info.selectable]

    def part(name: str, *finders: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for find in finders:
            try:
                found.update(dict.fromkeys(find()))
            except FolderMissing:
                if name in needed:
                    raise
        return tuple(found)

    def named(key: str, names: Sequence[str]) -> list[Callable[[], tuple[str, ...]]]:
        return [lambda name=name: (_named(usable, name, key),) for name in names]

    find_sent = (
        [lambda: _by_part(usable, "\\sent", folder_names.SENT, "folders.sent")]
        if sent == "auto"
        else named("folders.sent", [sent] if isinstance(sent, str) else sent)
    )
    find_drafts = (
        [lambda: _by_part(usable, "\\drafts", folder_names.DRAFTS, "folders.drafts")]
        if drafts == "auto"
        else named("folders.drafts", [drafts])
    )
    find_watch = named("folders.watch", watch)
    watched = part("threads" if marked else "watch", *find_watch)
    return FolderChoice(
        sent=part("sent", *find_sent),
        drafts=next(iter(part("drafts", *find_drafts)), ""),
        watch=watched,
        marks=part("watch", *named("mark", [marked])) if marked else watched,
        archive=_archives(usable),
    )


def _archives(infos: Sequence[FolderInfo]) -> tuple[str, ...]:
    """Folders of kept mail: All Mail holds everything; else Archive with its years below it."""
    everything = _parted(infos, "\\all", folder_names.ALL)
    if everything:
        return everything[:1]
    found = _parted(infos, "\\archive", folder_names.ARCHIVE)
    below = [
        info.name
        for info in infos
        if any(info.delimiter and info.name.startswith(one + info.delimiter) for one in found)
    ]
    # Thunderbird files by year (Archives/2026): the newest years are likeliest.
    return (*found, *sorted(below, reverse=True))[:_ARCHIVES]


def _by_part(
    infos: Sequence[FolderInfo], attribute: str, names: Sequence[str], key: str
) -> tuple[str, ...]:
    found = _parted(infos, attribute, names)
    if not found:
        raise _missing(f"no folder for {key} was found", key, infos)
    return found


def _parted(infos: Sequence[FolderInfo], attribute: str, names: Sequence[str]) -> tuple[str, ...]:
    """The folders with a SPECIAL-USE attribute; where none has it, those named so."""
    marked = [info.name for info in infos if attribute in info.attributes]
    if marked:
        return tuple(marked)
    rank = {_folded(name): position for position, name in reversed(list(enumerate(names)))}
    found: list[str] = []
    for below in ({"inbox"}, _closed_parents(infos)):
        ranked = sorted(
            (rank[own], info.name) for info in infos if (own := _own_name(info, below)) in rank
        )
        found = found or [name for _, name in ranked]
    return tuple(found)


def _named(infos: Sequence[FolderInfo], wanted: str, key: str) -> str:
    """The folder a person means: exactly, or but for case and a parent like `INBOX.`."""
    for info in infos:
        if info.name == wanted:
            return info.name
    for below in (frozenset[str](), {"inbox"}, _closed_parents(infos)):
        found = [info.name for info in infos if _own_name(info, below) == _folded(wanted)]
        if len(found) == 1:
            return found[0]
    raise _missing(f"there is no folder {wanted}", key, infos)


def _missing(what: str, key: str, infos: Sequence[FolderInfo]) -> FolderMissing:
    names = ", ".join(sorted(info.name for info in infos)) or "none"
    return FolderMissing(what, f"set {key} to one of those that exist ({names})")


def _closed_parents(infos: Sequence[FolderInfo]) -> frozenset[str]:
    """Parents that hold no mail themselves, such as `[Gmail]`, folded; and INBOX.

    `infos` are the selectable folders: a parent that cannot be opened is not among them.
    """
    parents = {
        _folded(info.name.partition(info.delimiter)[0])
        for info in infos
        if info.delimiter and info.delimiter in info.name
    }
    return frozenset(parents - {_folded(info.name) for info in infos} | {"inbox"})


def _own_name(info: FolderInfo, below: Collection[str]) -> str:
    """The name, folded, without its first part where that is one of the parents in `below`."""
    if info.delimiter:
        parent, found, rest = info.name.partition(info.delimiter)
        if found and _folded(parent) in below:
            return _folded(rest)
    return _folded(info.name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()
