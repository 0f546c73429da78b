"""HTML parts as a reader sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.html import rendered


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<div>One<br></div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("a  b\n c", "a b c"),
        ("<b>bo</b>ld and<i> it</i>", "bold and it"),
        ("5 &lt; 6 &amp; x&nbsp;y &#8364;", "5 < 6 & x y €"),
        ("5 < 6", "5 < 6"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("x<script>evil()</script><style>p{}</style><!-- c -->y", "xy"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>b</p>", "a\n\nb"),
        ("above<hr>below", "above\n________________________________\nbelow"),
    ],
)  # fmt: skip
def test_blocks_and_blanks_come_out_as_lines(source: str, text: str) -> None:
    assert rendered(source) == text


def test_a_blockquote_is_a_quote_and_an_indentation_is_not() -> None:
    assert rendered("Yes<blockquote>No?<blockquote>Deeper</blockquote></blockquote>") == (
        "Yes\n> No?\n>> Deeper"
    )
    assert rendered('<blockquote class="webkit-indent-blockquote">in</blockquote>') == "in"
    gmail = '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">in</blockquote>'
    assert rendered(gmail) == "in"


def test_an_unquoted_line_that_begins_with_an_angle_is_told_from_a_quote() -> None:
    assert not rendered("<p>&gt; looks quoted</p>").startswith(">")


@pytest.mark.parametrize(
    "hidden",
    [
        '<span style="display:none">secret</span>',
        '<span style="DISPLAY: none !important">secret</span>',
        '<div style="visibility: hidden">secret</div>',
        '<span style="font-size:0px">secret</span>',
        '<span style="font-size: 0">secret</span>',
        '<div style="max-height:0;overflow:hidden">secret</div>',
        '<font color="#ffffff">secret</font>',
        '<span style="color:white">secret</span>',
        "<p hidden>secret</p>",
        '<span style="opacity:0">secret</span>',
        '<div style="display:none"><b>sec<i>ret</i></b></div>',
        '<style>p{margin:0} .h, #x { display: none }</style><div class="a h">secret</div>',
        '<style><!-- div.h{/* } */font-size:1px}--></style><div class="h">secret</div>',
        '<style>#x{visibility:hidden}</style><p id="x">secret</p>',
        '<span style="color:transparent">secret</span>',
        '<span style="font-size:0.1px">secret</span>',
        '<span style="font-size:1px;line-height:0">secret</span>',
        '<div style="opacity:0.01">secret</div>',
        '<div style="height:0;overflow:hidden">secret</div>',
        '<div style="position:absolute;left:-9999px">secret</div>',
        '<div style="visibility:collapse">secret</div>',
        '<span style="position:absolute;width:1px;height:1px;clip:rect(0 0 0 0)">secret</span>',
        '<span style="clip-path: inset(50%)">secret</span>',
        "<style>.sr-only{width:1px;margin:-1px;overflow:hidden;clip:rect(0,0,0,0)}</style>"
        '<b class="sr-only">secret</b>',
        '<div style="width:0;overflow:hidden">secret</div>',
        '<div style="opacity:0%">secret</div>',
        '<div style="transform: scale(0)">secret</div>',
        '<span style="color:rgba(0, 0, 0, 0)">secret</span>',
        '<span style="color:#12345600">secret</span>',
        '<span style="font:0/0 a">secret</span>',
        '<div style="position:absolute;left:-100vw">secret</div>',
        '<span style="color:#eee;background-color:#EEEEEE">secret</span>',
        '<div style="background:#000"><b style="color:#000000">secret</b></div>',
        "<style>secret",
        "<!-- secret",
        "<template>secret</template>",
    ],
)
def test_what_a_reader_does_not_see_is_not_read(hidden: str) -> None:
    assert rendered(f"<div>seen</div>{hidden}") == "seen"


def test_white_on_a_painted_ground_and_small_but_visible_text_are_read() -> None:
    assert rendered('<td bgcolor="#003366"><font color="white">Sale</font></td>') == "Sale"
    assert rendered('<span style="font-size:0.8em">small</span>') == "small"
    assert rendered('<span style="opacity:0.9">faint</span>') == "faint"
    assert rendered('<span style="font-size:9pt;background-color:transparent">a</span>') == "a"
    assert rendered('<span style="font-size:small">a</span>') == "a"
    assert rendered('<span style="font-size:10px">a</span>') == "a"
    assert rendered('<div style="min-height:0;overflow:hidden">a</div>') == "a"
    assert rendered('<div style="width:10px;overflow:hidden">a</div>') == "a"
    assert rendered('<span style="color:rgba(0,0,0,0.8)">a</span>') == "a"
    assert rendered('<span style="color:#1230ab">a</span>') == "a"
    assert rendered('<div style="left:-10px;font:10px/1 a">a</div>') == "a"
    assert rendered('<div style="opacity:90%">a</div>') == "a"
    assert rendered('<font color="white"><b style="background:url(x)">a</b></font>') == "a"
    assert rendered('<div style="background:#000">a<b style="color:#fff">b</b></div>') == "ab"


def test_what_is_hidden_from_those_who_listen_is_read_by_those_who_look() -> None:
    assert rendered('<div>a</div><div aria-hidden="true">b</div>') == "a\nb"


def test_what_a_sheet_hides_on_some_screens_only_is_read() -> None:
    sheet = "<style>@media (max-width:9px){.a{margin:0}.h{display:none}} .b p{display:none}</style>"

    assert rendered(f'{sheet}<div class="h">seen</div><div class="b">too</div>') == "seen\ntoo"


def test_a_marked_signature_gets_its_delimiter_once() -> None:
    gmail = '<div>Hi</div><div class="gmail_signature">Ann</div>'
    thunderbird = '<p>Hi</p><pre class="moz-signature">-- \nAnn</pre>'

    assert rendered(gmail) == "Hi\n-- \nAnn"
    assert rendered(thunderbird).count("--") == 1


@given(st.text(alphabet="<>/&;#\"'= abpdivquotescrk-!\n", max_size=200))
def test_any_markup_gives_text(source: str) -> None:
    rendered(source)
