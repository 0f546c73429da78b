"""What is made of the model's text before it becomes a draft."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from panzad.mail import quoting
from panzad.mail.vocabulary import FIELDS
from panzad.writing import prompts
from panzad.writing.greetings import frame_of
from panzad.writing.signoff import is_own_name

# A sentence of so many words that stands in the thread, or twice in the draft, is no coincidence.
_ECHO_WORDS = 8
_REPEATED_WORDS = 5
_MAX_LOOP_WORDS = 8
_LOOP_TURNS = 3
_MAX_GREETING_WORDS = 6

_SURE = re.compile(
    r"(?:sure(?: thing)?|certainly|of course|absolutely)[,!.:](?:\s+|\Z)", re.IGNORECASE
)
# "Here is a draft reply to Mr. Ray's email.": what it is, what it is about, how the line ends.
_ANNOUNCED = re.compile(
    r"here(?:['’]s| is)\s(?P<article>an?|another|one|your|the)\s(?P<what>[^\n.:!?]{1,60}?)"
    r"(?:\s(?P<about>(?:to|for|of|from|with|that|which|you|based|in|using|as|below)\b[^\n]{0,80}?))?"
    r"(?P<end>[.:!]?)",
    re.IGNORECASE,
)
_OFFERED = re.compile(
    r"here(?:['’]s| is)\s(?:what|how) (?:i|you)(?: would| could| might| can|['’]d)\b"
    r"[^\n.!?]{1,60}[.:]?",
    re.IGNORECASE,
)
_SENTENCE_BREAK = re.compile(
    r"(?<!\bmr)(?<!\bmrs)(?<!\bms)(?<!\bdr)(?<!\bprof)[.:!?]\s", re.IGNORECASE
)
# These are the mail itself; a draft or a message may be one of anything.
_REPLY = re.compile(r"\b(?:reply|replies|responses?|e-?mails?|rewrite)\Z", re.IGNORECASE)
_DRAFT = re.compile(r"\b(?:draft|version|message|mail)\Z", re.IGNORECASE)
_FOR_THE_USER = re.compile(
    r"for you|below|(?:you (?:can|could|may|might)|based on|in (?:your|my))\b.*", re.IGNORECASE
)
# The same in other languages, where the mail that follows tells it.
_HERE = re.compile(
    r"(?:here(?:['’]s| is| are| you)|hier (?:ist|sind|kommt|is|zijn)|voici|aquí|aqui|ecco|här är"
    r"|her er|tässä|oto|zde|tady|iată|işte|вот|ось|ето|ορίστε)(?![^\W\d_])",
    re.IGNORECASE,
)
_RULE = re.compile(r"\A\s*[-*_]{3,}[ \t]*\n")
# Around a line or its label: "**Subject:** Lunch", "### Subject: Lunch".
_MARKDOWN = " \t*_#"
_MAX_NAME_WORDS = 3
_FENCE = re.compile(r"\A```\w{0,12}\n(.*?)\n?```\Z", re.DOTALL)
_AFTERWORD = re.compile(
    r"\(?(?:\*{0,2}note:|please (?:let me know if|note that) (?:you|this)"
    r"|let me know if you(?:'d| would)? (?:like|want|need) (?:me to|any|further)"
    r"|feel free to (?:adjust|modify|edit|change|customi[sz]e)"
    r"|i hope this (?:draft|e-?mail|response|helps)"
    r"|this (?:draft|e-?mail|response|reply) |your (?:draft|response|reply) is in )",
    re.IGNORECASE,
)
# Every character belongs to one match; a dot within a word ("example.org") ends nothing.
_SENTENCE = re.compile(
    r"(?:[^.!?。！？\n]|[.!?](?=[^\s.!?]))+(?:[.!?。！？]+[\"”’)]*)?\s*|[.!?。！？\s]+"
)
_ENDS = (".", "!", "?", "。", "！", "？")
_LETTERS = re.compile(r"[^\W\d_]+")
_SUBJECTS = frozenset(label for label, name in FIELDS.items() if name == "subject")
_LABEL = re.compile(r"([^\W\d_]{2,12})[*_]{0,3}\s?[:：]")


def draft_text(
    answer: str,
    *,
    truncated: bool,
    signature: str | None,
    names: frozenset[str] = frozenset(),
    thread: Sequence[str] = (),
) -> str:
    """The mail in a model's answer: no preamble or afterword, no subject line, no second
    signature or sign-off, nothing of the thread over again, no loops.

    `names` are the words the user signs with, `thread` the texts of the mails answered. A text
    that ran into the token limit loses its last, unfinished sentence.
    """
    text = _only_mail(prompts.without_layout(answer.replace("\r\n", "\n")).strip())
    text = re.split(r"\n-- ?\n", text)[0].rstrip()
    if signature and text.endswith(signature.strip()):
        text = text[: -len(signature.strip())].rstrip()
    text = _without_quotes(text)
    if truncated:
        text = whole_sentences(text)
    text = _without_loops(_without_echo(text, thread))
    text = _signed_once(text, names)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def whole_sentences(text: str) -> str:
    """A cut-off text up to the end of its last whole sentence or line, if it has one."""
    ends = [match.end() for match in re.finditer(r"[.!?…](?=\s|$)|\n", text)]
    return text[: ends[-1]].rstrip() if ends else text


def _only_mail(text: str) -> str:
    """Without what a model says about the mail: before it, around it and behind it."""
    if fenced := _FENCE.match(text):
        text = fenced[1].strip()
    text = _without_announcement(text)
    first, _, rest = text.partition("\n")
    if _is_subject(first) and rest.strip():
        text = rest.lstrip()
    if fenced := _FENCE.match(text):
        text = fenced[1].strip()
    body, _, last = text.rpartition("\n\n")
    if body and "\n" in body.strip() and _AFTERWORD.match(last.lstrip("-* \n")):
        text = re.sub(r"\n[-*_]{3,}\s*\Z", "", body.rstrip())
    return text


def _without_announcement(text: str) -> str:
    """Without the first line when it says that the mail follows."""
    first, _, rest = text.partition("\n")
    sure = _SURE.fullmatch(first.strip())
    if sure:
        first, _, rest = rest.lstrip().partition("\n")
    line = first.strip(_MARKDOWN)
    agreed = _SURE.match(line)
    said = line[agreed.end() :] if agreed else line
    rest = _RULE.sub("", rest).lstrip()
    if not rest:
        return text
    if _announces(said):
        return rest
    # "Hier ist der Entwurf:" in any language, told by the greeting that follows.
    opening = _opening(rest)
    greeted = _is_subject(opening) or bool(frame_of(opening, frozenset()).greeting)
    if line.endswith((":", "：")):
        return rest if greeted or opening.endswith((",", "!", "，", "！")) else text
    return rest if greeted and _HERE.match(said) else text


def _opening(text: str) -> str:
    """The first line when it is short and a text follows; "Merci," above a name opens no mail."""
    first, _, rest = text.partition("\n")
    following = rest.lstrip().partition("\n")[0].rstrip()
    is_text = following.endswith((*_ENDS, ",", ":")) or len(following.split()) > _MAX_NAME_WORDS
    short = len(first.split()) <= _MAX_GREETING_WORDS or _is_subject(first)
    return first.rstrip() if short and is_text else ""


def _is_subject(line: str) -> bool:
    label = _LABEL.match(line.lstrip(_MARKDOWN))
    return label is not None and label[1].casefold() in _SUBJECTS


def _announces(line: str) -> bool:
    """Whether a line offers the mail itself, which only a model does.

    "Here is the draft of the contract." and "Here is a draft of the report:" are the user's.
    """
    if _OFFERED.fullmatch(line):
        return True
    found = _ANNOUNCED.fullmatch(line)
    if found is None or _SENTENCE_BREAK.search(line):
        return False
    about, colon = found["about"] or "", found["end"] == ":"
    if _REPLY.search(found["what"]):
        # One that came from somebody is shown, not offered.
        foreign = about.lower().startswith(("from", "of") if colon else ("from", "of", "with"))
        return not foreign and (colon or found["article"].lower() != "the")
    if not _DRAFT.search(found["what"]) or not colon:
        return False
    return not about or bool(_FOR_THE_USER.fullmatch(about) or _REPLY.search(about))


def _without_quotes(text: str) -> str:
    """Without quoted lines and what introduces them: the quote is added from the mail itself."""
    first = quoting.sections(text.split("\n"))[0]
    own = "\n\n".join(run.text.strip("\n") for run in first.runs if not run.quoted)
    return own.strip() if own.strip() else text


def _without_echo(text: str, thread: Iterable[str]) -> str:
    """Without sentences of the thread; a text that is nothing else stays as it is."""
    said = {
        folded
        for turn in thread
        for sentence in _SENTENCE.findall(turn)
        if len(_LETTERS.findall(folded := _folded(sentence))) >= _ECHO_WORDS
    }
    if not said:
        return text
    kept = [one for one in _SENTENCE.findall(text) if _folded(one) not in said]
    left = "".join(kept).strip()
    # A greeting and a sign-off are no answer.
    return left if any(one.rstrip().endswith(_ENDS) for one in kept) else text


def _without_loops(text: str) -> str:
    """Without sentences that stood there before and words that go round in a circle."""
    seen: set[str] = set()
    kept: list[str] = []
    for sentence in _SENTENCE.findall(text):
        folded = _folded(sentence)
        if folded in seen:
            continue
        if len(_LETTERS.findall(folded)) >= _REPEATED_WORDS:
            seen.add(folded)
        kept.append(sentence)
    return _without_word_loops("".join(kept))


def _without_word_loops(text: str) -> str:
    """A run of up to eight words that stands again and again is kept once; "ha, ha, ha" stays."""
    pieces = re.findall(r"\S+\s*", text)
    words = [piece.strip().casefold().strip(",.;") for piece in pieces]
    for size in range(1, _MAX_LOOP_WORDS + 1):
        # same[i]: for how many words from i on the text repeats itself at this distance.
        same = [0] * (len(words) + 1)
        for index in range(len(words) - size - 1, -1, -1):
            same[index] = same[index + 1] + 1 if words[index] == words[index + size] else 0
        turns = _LOOP_TURNS if size > 2 else 2 * _LOOP_TURNS
        index = 0
        keep = [True] * len(words)
        while index < len(words):
            if same[index] >= size * (turns - 1):
                end = index + size + same[index] - same[index] % size
                keep[index + size : end] = [False] * (end - index - size)
                index = end
            else:
                index += 1
        pieces = [piece for piece, kept in zip(pieces, keep, strict=True) if kept]
        words = [word for word, kept in zip(words, keep, strict=True) if kept]
    return "".join(pieces)


def _signed_once(text: str, names: frozenset[str]) -> str:
    """The text up to the first of several sign-offs: the user's name on a line of its own."""
    lines = text.split("\n")
    signed = [index for index, line in enumerate(lines) if index > 0 and is_own_name(line, names)]
    return "\n".join(lines[: signed[0] + 1]) if len(signed) > 1 else text


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
