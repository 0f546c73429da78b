"""Decodes bytes by the charset a mail claims, or by what they themselves show. Never raises."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# Labels mean their superset, as browsers read them (WHATWG Encoding): Windows clients send
# curly quotes under the name of ISO 8859-1, and Chinese ones GBK under the name of GB2312.
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
}
# Labels that clients write and Python does not know: those of WHATWG Encoding, of old Macintosh
# and Windows programs. (webencodings has the former alone and has had no release since 2017.)
_LABELS = {
    **dict.fromkeys(("unicode-1-1-utf-8", "x-unicode20utf8", "utf8_general_ci"), "utf-8"),
    **dict.fromkeys(
        ("iso-8859-8-i", "iso-8859-8-e", "csiso88598i", "csiso88598e", "logical", "visual"),
        "iso8859-8",
    ),
    **dict.fromkeys(("koi", "koi8"), "koi8-r"),
    "koi8-ru": "koi8-u",
    **dict.fromkeys(("mac", "x-mac-roman"), "mac-roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    "x-mac-ce": "mac-latin2",
    **dict.fromkeys(("winlatin1", "ansi", "iso-latin-1", "8859_1"), "cp1252"),
    **dict.fromkeys(("x-gbk", "gb_2312-80", "csgb231280"), "gbk"),
    **dict.fromkeys(("cn-big5", "x-x-big5"), "big5"),
    **dict.fromkeys(("x-euc-jp", "x-euc"), "euc_jp"),
    **dict.fromkeys(("x-sjis", "windows-31j"), "shift_jis"),
    "iso-2022-jp-ms": "iso2022_jp",
    "ks_c_5601-1989": "cp949",
    **dict.fromkeys(("ucs-2", "unicode"), "utf-16"),
}
_CODE_PAGE = re.compile(r"(?:x-)?(?:dos|cp|win(?:dows)?)[-_]?(\d{3,5})", re.IGNORECASE)
_CODE_PAGES = {
    **{f"{28590 + number}": f"iso8859-{number}" for number in (*range(1, 10), 13, 15)},
    **dict.fromkeys(("50220", "50221", "50222"), "iso2022_jp"),
    "936": "gbk",
    "10000": "mac-roman",
    "20866": "koi8-r",
    "21866": "koi8-u",
    "51932": "euc_jp",
    "51949": "euc_kr",
    "54936": "gb18030",
    "65001": "utf-8",
}
# Codecs that are no charsets of mail: some are quadratic, some give lone surrogates.
_NOT_MAIL = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
)
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:()+-]{0,39}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROLS = dict[int, str | None].fromkeys((*range(9), 11, *range(14, 32), 127)) | {12: "\n"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# JIS X 0208 under its escape, and its superset JIS X 0213: it has NEC's ① and ㈱ in their places.
_JIS_1983, _JIS_2004 = b"\x1b$B", b"\x1b$(Q"
_NOT_ASCII_BASED = ("utf-16", "utf-32", "utf-7", "hz", "iso2022")
_ASCII = bytes(range(128))
_WIDE = ("utf-16", "utf-32")
_WESTERN = frozenset({"", "ascii", "cp1252"})
# One octet a character: any octets fit, but what reads as UTF-8 is UTF-8. (Two octets of a
# Chinese or Japanese charset may read so by chance.)
_SINGLE_BYTE = ("ascii", "latin", "iso8859", "cp125", "koi8", "mac")


def decoded(data: bytes, charset: str | None) -> str:
    """`data` as text without control characters or lone surrogates.

    A claimed charset is believed when the bytes fit it; UTF-8 is recognised under the name of
    any charset of one octet a character, ASCII under that of UTF-16, and Windows-1252 is the
    last resort.
    """
    codec = _codec(charset or "") or ""
    if codec.startswith(_WIDE) and b"\x00" not in data and data.isascii():
        codec = ""
    if data.isascii() and not codec.startswith(_NOT_ASCII_BASED):
        text = data.decode("ascii")
    else:
        text = _decoded(data, codec)
    if _CONTROL.search(text):
        text = text.translate(_CONTROLS)
    return text


def raw_header_text(data: bytes, charset: str | None = None) -> str:
    """Header bytes as text: UTF-8 (RFC 6532), else `charset`, else byte for byte ISO 8859-1."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decoded(data, charset) if charset else data.decode("latin-1")


def _decoded(data: bytes, codec: str) -> str:
    if not codec or codec.startswith(_SINGLE_BYTE):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            # A multi-byte character cut at the end of a partial fetch is no reason to doubt.
            whole = data[: error.start]
            if error.reason == "unexpected end of data" and not whole.isascii():
                return whole.decode("utf-8") + "\ufffd"
        if codec in _WESTERN:
            return _one_byte_each(data)
    try:
        text = data.decode(codec)
    except (UnicodeError, ValueError):
        text = _despite_errors(data, codec)
    return _SURROGATE.sub("\ufffd", text)


def _despite_errors(data: bytes, codec: str) -> str:
    """Text under a charset that does not fit: few errors are damage, many a wrong label."""
    try:
        text = data.decode(codec, "replace")
    except (UnicodeError, ValueError):
        return _one_byte_each(data)
    if codec.startswith("iso2022_jp"):
        wider = data.replace(_JIS_1983, _JIS_2004).decode("iso2022_jp_2004", "replace")
        text = min(text, wider, key=lambda one: one.count("\ufffd"))
    foreign = len(data.translate(None, _ASCII))
    if codec == "utf-8" and text.count("\ufffd") * 4 > foreign:
        return _one_byte_each(data)
    # Seven bits say nothing: all of them are UTF-8.
    if codec != "utf-8" and foreign:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return text
    return text


def _one_byte_each(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


@lru_cache(maxsize=256)
def _codec(charset: str) -> str | None:
    """Python's name of a charset, its superset where mail means that; None when unknown."""
    label = _LABEL.match(charset.strip().strip("\"'"))
    if label is None:
        return None
    page = _CODE_PAGE.fullmatch(label[0])
    known = _LABELS.get(label[0].lower())
    if known is None and page is not None:
        known = _CODE_PAGES.get(page[1], f"cp{page[1]}")
    try:
        name = codecs.lookup(known or label[0]).name
    except (LookupError, ValueError):
        return None
    if name in _NOT_MAIL:
        return None
    name = _SUPERSETS.get(name, name)
    try:
        b"  ".decode(name)
    except LookupError:
        # codecs.lookup knows byte transforms too (base64, zip): they decode nothing to text.
        return None
    except UnicodeError:
        # Two blanks are no whole character of a wide charset.
        return name
    return name
