"""Mails made to hurt, each by its size: what the linearity tests grow and the others take large."""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Callable

PLAIN = b"Subject: x\nContent-Type: text/plain\n\n"
HTML = b"Content-Type: text/html\n\n"
FLOWED = b"Content-Type: text/plain; format=flowed\n\n"
QUOTED_PRINTABLE = b"Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n"
BASE64 = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
ATTRIBUTION = b"On 1 May 2020 at 10:00, A <a@b.c> wrote:\n"
BLOCK = b"From: a@b.c\nTo: d@e.f\nSubject: g\n"


def to_size(piece: bytes) -> Callable[[int], bytes]:
    """`piece` as often as it fits."""
    return lambda size: piece * (size // len(piece))


def text(piece: bytes, end: bytes = b"") -> Callable[[int], bytes]:
    """A plain mail of one piece over and over."""
    return lambda size: PLAIN + to_size(piece)(size) + end


def html(piece: bytes, end: bytes = b"x") -> Callable[[int], bytes]:
    """An HTML mail of one piece over and over."""
    return lambda size: HTML + to_size(piece)(size) + end


def field(name: bytes, piece: bytes, end: bytes = b"") -> Callable[[int], bytes]:
    """A mail with one large field."""
    return lambda size: name + b": " + to_size(piece)(size) + end + b"\n\nx"


def under(head: bytes, piece: bytes) -> Callable[[int], bytes]:
    """Any head, then one piece over and over."""
    return lambda size: head + to_size(piece)(size)


def numbered(head: bytes, piece: bytes, end: bytes = b"") -> Callable[[int], bytes]:
    """A head, then pieces that differ in their number."""
    return lambda size: (
        head + b"".join(piece % number for number in range(size // (len(piece) + 4))) + end
    )


TEXTS = {
    "angles": text(b">"),
    "angles and blanks": text(b" >"),
    "deep quotes": lambda n: PLAIN
    + b"\n".join(b">" * (i % 400) + b" x" for i in range(n // 200)),
    "wide quotes": text(b"> x\n"),
    "quotes in between": text(b"> a\nb\n"),
    "blank lines in quotes": text(b"> a\n\n\n\n"),
    "quoted attributions": lambda n: PLAIN
    + b"".join(b">" * (i % 30) + b" " + ATTRIBUTION for i in range(n // 56)),
    "initials": text(b"AB> x\nCD> y\n"),
    "bars": text(ATTRIBUTION + b"| x\n"),
    "supercite": text(b'>>>>> "a" == A writes:\n'),
    "GroupWise": text(b">>> a 01/01/01 10:00 >>>\n"),
    "GroupWise, long": text(b">>> " + b"a " * 1000 + b">>>\n"),
    "mbox escapes": text(b">From x\n"),
    "mbox escapes apart": text(b">>>From x\n\n"),
    "attributions with quotes": text(ATTRIBUTION[:-1] + b" > x\n"),
    "colons before angles": text(b"a: : :  > : > " * 40 + b"\n"),
    "one colon before angles": text(b": > "),
    "help desks": text(b"##- reply above this line -##\n"),
    "help desks, long": text(b"##" + b"- above this" * 300 + b"\n"),
    "on behalf": text(b"From: a@b.c " + b"on behalf of " * 200 + b"\nTo: d@e.f\nSubject: g\n\n"),
    "brackets": text(b"(<a@b" * 40 + b" 2020 10:00:\n"),
    "header blocks": text(BLOCK + b"\n"),
    "header blocks and texts": numbered(PLAIN, BLOCK + b"\nthis %d is one two three four\n\n"),
    "From lines": text(b"From: a@b.c\n"),
    "To lines": text(b"To: d@e.f\n"),
    "long field lines": text(b"From: " + b"a@b.c, " * 500 + b"\nTo: " + b"d@e.f, " * 500 + b"\n"),
    "recipients": text(BLOCK + b"d@e.f,\n" * 20),
    "one block without end": under(PLAIN + b"From: a@b.c\nTo: d@e.f\n", b"d@e.f,\n"),
    "originals": text(b"---Original Message---\nFrom: a@b.c\nSent: x\n\n"),
    "forwards": text(b"---- Forwarded by x on y\n"),
    "forwards, long": text(b"---- Forwarded by " + b"on " * 1200 + b"\n"),
    "Notes heads": text(b"A B\n01/02/2001 10:00 AM\n"),
    "Notes heads, long": text(b"a on " * 30 + b"\n01/02/2001 10:00\n"),
    "Notes boxes": text(
        b"|----+---->\n| | x |\n|----+---->\n  >--------|\n  | To: a |\n  >--------|\n"
    ),
    "heads of Notes boxes": text(b"|----+---->\n"),
    "one Notes box": under(PLAIN + b"|----+---->\n", b"| | x |\n"),
    "newsreaders": text(b"In article <a@b>, A wrote:\n"),
    "messages in a line": text(b"In <a@b> " * 40 + b"wrote:\n"),
    "news": text(b"A wrote in message news:a...\n"),
    "news in a line": text(b"A wrote in news:" * 20 + b"\n"),
    "one news line": text(b"A wrote in news:"),
    "quotings": text(b"Quoting A as of 1.1.2020:\n"),
    "linked addresses": text(b"From: " + b"<a@b <mailto:a@b" * 100 + b"\nTo: a@b\nSubject: x\n"),
    "gateways' tags": text(b"[EXTERNAL]\n"),
    "one tag": text(b"["),
    "gateways' warnings": text(b"CAUTION: external this e-mail link came \n"),
    "Proofpoint": text(b"ZjQcmQRYFpfptBannerStart\n"),
    "names below rules": text(b"------\nAnn\na@b.cd\n"),
    "attributions": text(ATTRIBUTION),
    "attributions and quotes": text(ATTRIBUTION + b"> one two three four five six\nb\n"),
    "attribution lines": text(b"On 1.1.2020 \n", b"wrote:\n"),
    "one attribution": text(b"On 1.1.2020 ", b"wrote:\n"),
    "long attributions": text(b"On 1.1.2020 " * 30 + b"wrote:\n"),
    "verbs": text(b"wrote " * 60 + b":\n"),
    "one line of verbs": text(b"wrote ", b":"),
    "addresses in lines": text(b"a@b " * 90 + b":\n"),
    "one address": text(b"a@b", b":\n"),
    "angles in lines": text(b"<a " * 120 + b"2020:\n"),
    "mailto": text(b"From: " + b"[mailto:a@" * 300 + b"\nTo: a@b\nSubject: x\n"),
    "colons": text(b"a:\n"),
    "stars": text(b"*_" * 190 + b"@x:\n"),
    "blanks": text(b" ", b"x"),
    "tabs": text(b"\t", b"x"),
    "blank lines": text(b"\n"),
    "carriage returns": text(b"\r"),
    "short lines": text(b"x\n"),
    "digits": text(b"1"),
    "dates": text(b"01/02/2001 10:00 "),
    "dashes": text(b"-"),
    "lines of dashes": text(b"-----\n"),
    "dashed words": text(b"--a" * 1300 + b"\n"),
    "dashes around": text(b"-" * 1900 + b"a" + b"-" * 1900 + b"x\n"),
    "underscores": text(b"_", b"x"),
    "signatures": text(b"-- \n"),
    "phone lines": text(b"Sent from my x\n"),
    "one phone line": text(b"Sent from my "),
    "footers": text(b"____________\nunsubscribe\n"),
    "list hosts": under(PLAIN + b"________\n", b"lists."),
    "advertisements": under(PLAIN + b"________\n", b"free "),
    "disclaimers": under(PLAIN + b"x\n\n", b"confidential "),
    "signed": text(b"-----BEGIN PGP SIGNED MESSAGE-----\n"),
    "armour headers": under(PLAIN + b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"A: b\n"),
    "uuencode": text(b"begin 644 a\n"),
    "uuencoded lines": text(b"begin 644 a\n!0\n"),
    "yEnc": text(b"=ybegin line=1 size=1 name=a\n"),
    "flowed paragraph": under(FLOWED, b"word \n"),
    "flowed levels": lambda n: FLOWED
    + b"".join(b">" * (i % 50) + b" word \n" for i in range(n // 30)),
    "flowed without an end": under(FLOWED.replace(b"flowed", b"flowed; delsp=yes"), b"w \n"),
}  # fmt: skip

MARKUP = {
    "less-than": html(b"<"),
    "tags without end": html(b"<a "),
    "end tags without end": html(b"</a "),
    "ends": html(b"</"),
    "open tags": html(b"<a '>"),
    "unclosed quotes": html(b'<a "', b">"),
    "open comments": html(b"<!--"),
    "declarations": html(b"<!"),
    "nested blocks": html(b"<div>"),
    "nested spans below many": lambda n: HTML + b"<b>" * 300 + b"<i></i>" * (n // 7),
    "stray ends": lambda n: HTML + b"<div>" * 300 + b"</p>" * (n // 4),
    "paragraphs": html(b"<p>x"),
    "lists": html(b"<ul><li>x"),
    "tables": html(b"<table><tr><td>x"),
    "blockquotes": html(b"<blockquote>x"),
    "blockquotes side by side": html(b"<blockquote>x</blockquote>y"),
    "breaks in quotes": lambda n: HTML + b"<blockquote>" * 30 + b"<br>" * (n // 4),
    "preformatted": under(HTML + b"<pre>", b"\n"),
    "blanks in markup": html(b" \n"),
    "signatures in markup": html(b"<div class=gmail_signature>x</div>"),
    "huge reference": lambda n: HTML + b"&#" + b"9" * n,
    "references": html(b"&amp;"),
    "ampersands": html(b"&"),
    "named reference without end": lambda n: HTML + b"&" + b"a" * n,
    "scripts": html(b"<script></script"),
    "comments of a sheet": under(HTML + b"<style>", b"/*{"),
    "many sheets": html(b"<style>.a{color:red}</style>"),
    "rules of a sheet": under(HTML + b"<style>", b".a{display:none}"),
    "prose in In-Reply-To": field(b"In-Reply-To", b"(of <a@b> "),
    "words of a disclaimer": text(b"this confidential recipient "),
    "bare rules": text(b"--\nword word word\n\n"),
    "ends of a style": under(HTML + b"<style>", b"</style"),
    "titles": html(b"<title></titl"),
    "long tag name": lambda n: HTML + b"<" + b"a" * n,
    "long attribute name": lambda n: HTML + b"<p id " + b"a-" * (n // 2) + b">x",
    "attributes": lambda n: HTML + b"<p " + b"id=a " * (n // 5) + b">x",
    "huge attribute": lambda n: HTML + b"<p style='" + b"a:b;" * (n // 4) + b"'>x",
    "heights": lambda n: HTML + b"<p style='" + b"max-height:0;" * (n // 13) + b"'>x",
    "colours": lambda n: HTML + b"<p style='" + b";color:" * (n // 7) + b"'>x",
    "classes": lambda n: HTML + b"<p class='" + b"ydp" * (n // 3) + b"'>x",
    "enriched": under(b"Content-Type: text/enriched\n\n", b"<excerpt>x\n\n"),
    "enriched parameters": under(b"Content-Type: text/enriched\n\n", b"<param>"),
}  # fmt: skip

FIELDS = {
    "header line": field(b"Subject", b"x"),
    "prefixes": field(b"Subject", b"Re: "),
    "counted prefixes": field(b"Subject", b"Re[1]: "),
    "encoded words without end": field(b"Subject", b"=?a?q?"),
    "encoded words with text": field(b"Subject", b"=?a?q?x"),
    "encoded words": field(b"Subject", b"=?utf-8?q?a?= "),
    "charsets in turn": field(b"Subject", b"=?utf-8?q?a?= =?iso-8859-2?q?b?= "),
    "ends of words": field(b"Subject", b"?= "),
    "folds": field(b"Subject", b"x\n "),
    "folds of blanks": field(b"Subject", b"\n "),
    "blanks in a field": field(b"Subject", b" ", b"x"),
    "comments": field(b"To", b"("),
    "routes": field(b"To", b"<,"),
    "escapes": field(b"To", b'"\\"'),
    "backslashes": field(b"To", b"\\"),
    "quotes in To": field(b"To", b'" ', b"@"),
    "groups": field(b"To", b"a:"),
    "words in To": field(b"To", b"=?utf-8?q?a,?= ", b"<a@b.c>"),
    "half words in To": field(b"To", b"=?"),
    "addresses": numbered(b"To: ", b"a%d@b.c,\n ", b"\n\nx"),
    "authors": numbered(b"From: ", b"a%d@b.c,\n ", b"\n\nx"),
    "fields": numbered(b"", b"X-%d: y\n", b"\nx"),
    "To fields": numbered(b"", b"To: a%d@b.c\n", b"\nx"),
    "bare carriage returns in a header": to_size(b"Subject: x\r"),
    "hosts on the way": numbered(b"", b"Received: from x for <a%d@b.c>\n", b"\nx"),
    "deliveries": numbered(b"", b"Delivered-To: a%d@b.c\n", b"\nx"),
    "junk between fields": to_size(b"Subject: x\njunk\n"),
    "references": numbered(b"Message-ID: <1@x>\nReferences: ", b"<%d@x>\n ", b"\n\nx"),
    "in reply to": numbered(b"Message-ID: <1@x>\nIn-Reply-To: ", b"<%d@x> ", b"\n\nx"),
    "ids without end": field(b"References", b"<"),
    "long date": field(b"Date", b"1"),
    "null paths": field(b"Return-Path", b"<"),
    "robots": field(b"From", b"no-", b"@b.c"),
    "continuations": numbered(b"Content-Type: text/plain", b"; a*%d*=x", b"\n\nx"),
    "parameters": field(b"Content-Type", b"a; "),
    "quotes in parameters": field(b"Content-Type", b'a="'),
}  # fmt: skip

PARTS = {
    "multipart nest": lambda n: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(n // 55)
    ),
    "nest of one boundary": under(
        MIXED, b"--b\nContent-Type: multipart/mixed; boundary=b\n\n"
    ),
    "nest of attached messages": to_size(b"Content-Type: message/rfc822\n\n"),
    "boundaries": under(MIXED, b"--bx"),
    "parts": under(MIXED, b"--b\n\nx\n"),
    "empty parts": under(MIXED, b"--b\n"),
    "dashes for a boundary": under(MIXED.replace(b"=b", b"=" + b"-" * 60), b"-"),
    "quoted-printable": under(QUOTED_PRINTABLE, b"="),
    "soft breaks": under(QUOTED_PRINTABLE, b"=\n"),
    "padded soft breaks": under(QUOTED_PRINTABLE, b"=   \t"),
    "base64": lambda n: BASE64 + encodebytes(b"Words.\n" * (n // 9)),
    "padding": under(BASE64, b"="),
    "base64 in pieces": under(BASE64, b"YQ==\n"),
    "surrogates": under(b"Content-Type: text/plain; charset=utf-16\n\n", b"\xd8\x00"),
    "escapes of ISO 2022": under(b"Content-Type: text/plain; charset=iso-2022-jp\n\n", b"\x1b$B"),
    "UTF-7": under(b"Content-Type: text/plain; charset=utf-7\n\n", b"+A"),
    "broken UTF-8": under(b"Content-Type: text/plain; charset=utf-8\n\n", b"\xff"),
}  # fmt: skip

BOMBS: dict[str, Callable[[int], bytes]] = {**TEXTS, **MARKUP, **FIELDS, **PARTS}
