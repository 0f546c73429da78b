"""What the large providers' servers do otherwise than Dovecot, as data for `habits.HabitServer`."""

from __future__ import annotations

from types import MappingProxyType

from tests.servers.habits import Habits

_NO_SPECIAL_USE = {r" ?\\(Sent|Drafts|Trash|Junk|Archive|All)(?=[ )])": ""}
_NO_MODSEQ = {r"\* OK \[HIGHESTMODSEQ.*\r\n": ""}
_NO_KEYWORDS = {r"\[PERMANENTFLAGS \((.*) \\\*\)\]": r"[PERMANENTFLAGS (\1)]"}
_NO_UIDPLUS = {r"\[(APPENDUID|COPYUID) [^]]*\] ": ""}
_NO_UIDNEXT = {r"\* OK \[UIDNEXT.*\r\n": ""}

GMAIL = Habits(
    "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS ENABLE MOVE"
    " CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE",
    reworded=_NO_KEYWORDS,
    folders={
        "[Gmail]/Alle Nachrichten": r"\All",
        "[Gmail]/Entwürfe": r"\Drafts",
        "[Gmail]/Gesendet": r"\Sent",
        "[Gmail]/Papierkorb": r"\Trash",
    },
)
OUTLOOK = Habits(
    "IMAP4 IMAP4rev1 AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE"
    " LITERAL+",
    reworded={**_NO_MODSEQ, **_NO_SPECIAL_USE},
    folders={"Sent Items": None, "Drafts": None, "Deleted Items": None, "Archive": None},
)
YAHOO = Habits(
    "IMAP4rev1 ID MOVE NAMESPACE UIDPLUS LITERAL+ CHILDREN IDLE UNSELECT",
    # HIGHESTMODSEQ is told although there is no CONDSTORE.
    refused={"UID SEARCH .*HEADER": "NO [SERVERBUG] UID SEARCH Server error"},
    folders={"Sent": r"\Sent", "Draft": r"\Drafts", "Trash": r"\Trash", "Bulk Mail": r"\Junk"},
)
ICLOUD = Habits(
    "IMAP4rev1 LITERAL+ ID IDLE UIDPLUS ENABLE CONDSTORE QRESYNC CHILDREN XAPPLEPUSHSERVICE",
    reworded=_NO_SPECIAL_USE,
    # OK without the mail; what asks in another way is served.
    refused={r"FETCH \S+ \(?RFC822\)?": "OK FETCH completed"},
    folders={"Sent Messages": None, "Drafts": None, "Deleted Messages": None, "Archive": None},
)
PROTON_BRIDGE = Habits(
    "IMAP4rev1 ID IDLE MOVE UIDPLUS UNSELECT",
    reworded=_NO_MODSEQ,
    folders={
        "Sent": r"\Sent",
        "Drafts": r"\Drafts",
        "All Mail": r"\All",
        "Folders/Work": None,
        "Labels/Sent": None,
    },
)
NETEASE = Habits(
    "IMAP4rev1 ID SPECIAL-USE",
    reworded={**_NO_UIDNEXT, **_NO_MODSEQ, **_NO_UIDPLUS},
    folders={"已发送": r"\Sent", "草稿箱": r"\Drafts"},
)
NO_EXTENSIONS = Habits(
    "IMAP4rev1",
    reworded={
        **_NO_MODSEQ, **_NO_UIDPLUS, **_NO_SPECIAL_USE, **_NO_KEYWORDS,
    },
    # What is not offered is not understood.
    refused={
        r"^(IDLE|UID EXPUNGE|UID MOVE|MOVE|ENABLE|ID|NAMESPACE|UNSELECT)\b": "BAD Unknown command",
        r"\{\d+\+\}$": "BAD literal",
    },
    folders={"Sent": None, "Drafts": None},
    prefix="INBOX.",
    separator=".",
)  # fmt: skip

PROVIDERS = MappingProxyType(
    {
        "gmail": GMAIL,
        "outlook": OUTLOOK,
        "yahoo": YAHOO,
        "icloud": ICLOUD,
        "proton-bridge": PROTON_BRIDGE,
        "netease": NETEASE,
        "no-extensions": NO_EXTENSIONS,
    }
)
