"""Damages mails in the ways that gateways, clients and attackers do: bytes in, bytes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

MAX_SIZE = 200_000
_MAX_MUTATIONS = 6

_CHARSETS = (
    b"utf-8", b"us-ascii", b"iso-8859-1", b"iso-2022-jp", b"iso-2022-kr", b"utf-7", b"utf-16",
    b"utf-32", b"gb2312", b"gb18030", b"big5", b"euc-kr", b"shift_jis", b"koi8-r", b"hz", b"cp037",
    b"idna", b"punycode", b"unicode_escape", b"rot13", b"zip", b"hex", b"x-unknown", b"\xff", b"",
)  # fmt: skip
_ENCODINGS = (
    b"7bit", b"8bit", b"binary", b"base64", b"quoted-printable", b"x-uuencode", b"x-yenc", b"", b";"
)  # fmt: skip
_TYPES = (
    b"text/plain", b"text/plain; format=flowed", b"text/plain; format=flowed; delsp=yes",
    b"text/html", b"text/enriched", b"text/calendar", b"message/rfc822", b"message/partial",
    b"message/delivery-status", b"multipart/mixed; boundary=b", b"multipart/related; boundary=b",
    b"multipart/alternative; boundary=b", b"multipart/digest; boundary=b",
    b"multipart/signed; boundary=b", b"multipart/encrypted; boundary=b",
    b"multipart/report; boundary=b", b"application/ms-tnef",
    b"multipart/mixed", b"multipart/", b"/", b"text", b'text/plain; charset*=utf-8\'\'%FF; a*0*="%',
)  # fmt: skip
_TOKENS = (
    b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n", b" ", b"\t", b"\x00", b"\xff", b"\xc3", b"\x1b$B",
    b"\xed\xa0\x80", b"+2AA-", b"~{", b"\xe2\x80\xae", b"\xf3\xa0\x81\x81", b"\xef\xbb\xbf",
    b"--b\n", b"--b--\n", b"\n--b\nContent-Type: text/html\n\n", b"From ", b"\n>From ", b"> ",
    b">>>>", b"|", b"A> ", b"-- \n", b"--\n", b"____________\n", b"=?utf-8?q?=ED=A0=80?=",
    b"=?utf-8?B?4oCu", b"=?utf-16?b?2AA=?= =?utf-16?b?AAA=?=", b"=?idna?q?x?=", b"=?hex?b?zz?=",
    b"=\n", b"=3D", b"=0", b"====", b"begin 644 a.txt\n", b"=ybegin line=128 size=1 name=a\n",
    b"<blockquote>", b"</blockquote>", b"<div class=gmail_quote>", b"<pre>", b"<!--", b"-->",
    b"<style>", b"<p style='display:none'>", b"<a href=\"", b"&#x110000;", b"&#55296;", b"&nbsp;",
    b"&", b"<", b"<br>", b"<table><tr><td>", b"\nOn 1 May 2026 at 10:00, A <a@b.c> wrote:\n",
    b"\nAm 1.5.26 um 10:00 schrieb A B:\n", b"\n-----Original Message-----\n",
    b"\nFrom: a@b.c\nSent: Friday\nTo: d@e.f\nSubject: x\n\n", b"\nBegin forwarded message:\n\n",
    b"\n---------------------- Forwarded by A B on 01/02/2001 10:00 AM ---------------\n",
    b"\nA B\n01/02/2001 10:00 AM\nTo: C D\ncc:\nSubject: x\n", b"\nSent from my phone\n",
    b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n", b"-----BEGIN PGP SIGNATURE-----\n",
    b"-----BEGIN PGP MESSAGE-----\n", b"Confidential: intended only for the recipient, delete it. ",
    b"\nReply-To: <@a,@b:c@d>, e: f@g;, \"h\\", b"\nReferences: <a> <b@c\n", b"\nMessage-ID: x y <",
    b"\nDate: Fri, 31 Feb 99999 99:99:99 +9999", b"\nDate: 1 Jan 0001 00:00:00 +2359",
    b"\nDate: Mon, 31 Dec 9999 23:59:59 -2359", b"\nAuto-Submitted: auto-replied",
    b"\nList-Id: <x.y>", b"\nMail-Followup-To: a@b, ann@example.org", b"\nTo: ann+x@example.org",
    b"\nSubject: Re: AW: Re[2]: =?utf-8?q?=41?=",
    b"\nX-Original-To: (((", b"\nFrom: \"a\nFrom: b\n",
)  # fmt: skip
_HEADER_NAMES = (
    b"From", b"To", b"Cc", b"Bcc", b"Reply-To", b"Sender", b"Subject", b"Date", b"Message-ID",
    b"In-Reply-To", b"References", b"Content-Type", b"Content-Transfer-Encoding",
    b"Content-Disposition", b"Mail-Followup-To", b"Delivered-To", b"Return-Path", b"Auto-Submitted",
)  # fmt: skip

_HEADER_LINE = re.compile(rb"(?m)^([!-9;-~]+):[ \t]*([^\r\n]*)")
_CHARSET = re.compile(rb"(?i)charset\s*=\s*\"?[^\s;\"]*\"?")
_BOUNDARY = re.compile(rb"(?i)boundary\s*=\s*\"?[^\s;\"]*\"?")
_ENCODING = re.compile(rb"(?i)(content-transfer-encoding:[ \t]*)[^\r\n]*")
_TYPE = re.compile(rb"(?i)(content-type:[ \t]*)[^\r\n]*")


def mutated(rng: Random, mails: Sequence[bytes]) -> bytes:
    """One of `mails`, damaged once or several times, at most MAX_SIZE bytes of it."""
    data = rng.choice(mails)[:MAX_SIZE]
    for _ in range(rng.randint(1, _MAX_MUTATIONS)):
        data = rng.choice(_MUTATIONS)(rng, data, mails)[:MAX_SIZE]
    return data


def _span(rng: Random, data: bytes) -> tuple[int, int]:
    """A span of the mail: mostly short, at times much of it."""
    start = rng.randint(0, len(data))
    length = rng.choice((1, 4, 20, 100, 1000, len(data)))
    return start, min(start + rng.randint(0, length), len(data))


def _flip(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 30)) if data else 0):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _delete(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + data[end:]


def _truncate(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    return data[: rng.randint(0, len(data))]


def _repeat(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    start, end = _span(rng, data)
    times = min(rng.choice((2, 5, 50, 500)), 50_000 // (end - start + 1) + 1)
    return data[:end] + data[start:end] * times + data[end:]


def _move(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    start, end = _span(rng, data)
    rest = data[:start] + data[end:]
    place = rng.randint(0, len(rest))
    return rest[:place] + data[start:end] + rest[place:]


def _splice(rng: Random, data: bytes, mails: Sequence[bytes]) -> bytes:
    other = rng.choice(mails)[:MAX_SIZE]
    return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]


def _insert_piece(rng: Random, data: bytes, mails: Sequence[bytes]) -> bytes:
    other = rng.choice(mails)
    start, end = _span(rng, other)
    place = rng.randint(0, len(data))
    return data[:place] + other[start:end] + data[place:]


def _insert_token(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    token = rng.choice(_TOKENS) * rng.choice((1, 1, 1, 2, 40, 400))
    place = rng.randint(0, len(data))
    return data[:place] + token + data[place:]


def _line_token(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    """A token where a line begins, on some or all lines."""
    token = rng.choice(_TOKENS)
    lines = data.split(b"\n")
    chance = rng.choice((0.01, 0.1, 1))
    return b"\n".join(token + line if rng.random() < chance else line for line in lines)


def _swap_lines(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    for _ in range(rng.choice((1, 5, 50))):
        one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _line_ends(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    unix = data.replace(b"\r\n", b"\n")
    return unix.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\r", b"\r\r\n", b" \n", b"\n\n")))


def _header_value(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    """Another value for a field, or the value of another field."""
    fields = list(_HEADER_LINE.finditer(data[:20_000]))
    if not fields:
        return data
    field = rng.choice(fields)
    value = rng.choice((rng.choice(_TOKENS), rng.choice(fields)[2], b"", field[2] * 30))
    return data[: field.start(2)] + value + data[field.end(2) :]


def _header_line(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    """A field more, of those that are read, at the top."""
    fields = list(_HEADER_LINE.finditer(data[:20_000]))
    value = rng.choice((rng.choice(_TOKENS), rng.choice(fields)[2] if fields else b"x", b""))
    return rng.choice(_HEADER_NAMES) + b": " + value.strip(b"\r\n") + b"\n" + data


def _content_type(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    kind = rng.choice(_TYPES)
    if _TYPE.search(data) is None:
        return b"Content-Type: " + kind + b"\n" + data
    return _replaced(_TYPE, rng, data, lambda match: match[1] + kind)


def _charset(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    charset = rng.choice(_CHARSETS)
    return _replaced(_CHARSET, rng, data, lambda _: b"charset=" + charset)


def _boundary(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    boundary = rng.choice((b"b", b'""', b'"', b"", b'" "', b"b" * 300, b"--"))
    return _replaced(_BOUNDARY, rng, data, lambda _: b"boundary=" + boundary)


def _encoding(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    encoding = rng.choice(_ENCODINGS)
    if _ENCODING.search(data) is None:
        return b"Content-Transfer-Encoding: " + encoding + b"\n" + data
    return _replaced(_ENCODING, rng, data, lambda match: match[1] + encoding)


def _replaced(
    pattern: re.Pattern[bytes],
    rng: Random,
    data: bytes,
    new: Callable[[re.Match[bytes]], bytes],
) -> bytes:
    """`data` with one match, or all of them, replaced."""
    matches = list(pattern.finditer(data))
    if not matches:
        return data
    if rng.random() < 0.3:
        return pattern.sub(new, data)
    match = rng.choice(matches)
    return data[: match.start()] + new(match) + data[match.end() :]


def _nest(rng: Random, data: bytes, _mails: Sequence[bytes]) -> bytes:
    """The mail inside multiparts, attached messages or quotes, several levels deep."""
    levels = rng.choice((1, 3, 30))
    match rng.randrange(4):
        case 0:
            for level in range(levels):
                boundary = b"n%d" % level
                data = (
                    b"Content-Type: multipart/mixed; boundary=" + boundary + b"\n\n--" + boundary
                    + b"\n" + data + b"\n--" + boundary + b"--\n"
                )  # fmt: skip
            return data
        case 1:
            return b"Content-Type: message/rfc822\n\n" * levels + data
        case 2:
            head, blank, body = data.partition(b"\n\n")
            return head + blank + body.replace(b"\n", b"\n" + b">" * levels + b" ")
        case _:
            open_tags, close_tags = b"<blockquote>" * levels, b"</blockquote>" * levels
            return b"Content-Type: text/html\n\n" + open_tags + data + close_tags


_MUTATIONS: tuple[Callable[[Random, bytes, Sequence[bytes]], bytes], ...] = (
    _flip, _delete, _truncate, _repeat, _move, _splice, _insert_piece, _insert_token,
    _insert_token, _line_token, _swap_lines, _line_ends, _header_value, _header_value,
    _header_line, _content_type, _charset, _boundary, _encoding, _nest,
)  # fmt: skip
