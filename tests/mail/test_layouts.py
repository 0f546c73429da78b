"""The layouts of real clients, one file each, with what is to be read from it beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from panzad.mail.extract import extract
from panzad.mail.message import Quote
from panzad.mail.parse import parse
from tests.mail.builder import mail

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.eml"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_own_words_signature_and_quotes_of_a_clients_layout(path: Path) -> None:
    expected = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))

    found = extract(parse(path.read_bytes()))

    assert found.own_text == expected["own_text"]
    assert found.signature == expected["signature"]
    assert found.footer == expected.get("footer", "")
    assert found.unquoted.split() == _unquoted(expected).split()
    assert found.layout == expected["layout"]
    assert found.quotes == tuple(Quote(**quote) for quote in expected["quotes"])


def _unquoted(expected: dict[str, Any]) -> str:
    """All of the author's part: written out where a `-- ` line stands in it."""
    parts = (expected["own_text"], expected["signature"], expected.get("footer", ""))
    return expected.get("unquoted", "\n".join(parts))


ATTRIBUTIONS = [
    ("English", "On 12 Nov 2026, at 18:20, Ben Okri <ben@example.net> wrote:"),
    ("English, Spark", "On 12 Nov 2026, 18:20 +0100, Ben Okri <ben@example.net>, wrote:"),
    ("English, Yandex", '11:00 AM, November 12, 2026, "Ben Okri" <ben@example.net>:'),
    ("English, Gmail of 2015", "2026-11-12 18:20 GMT+01:00 Ben Okri <ben@example.net>:"),
    ("German, Evolution", "Am Donnerstag, dem 12.11.2026 um 18:20 +0100 schrieb Ben Okri:"),
    ("English, mutt", "* Ben Okri <ben@example.net> [2026-11-12 18:20]:"),
    ("English, Emacs", "Ben Okri <ben@example.net> writes:"),
    ("German, Thunderbird", "Am 12.11.26 um 18:20 schrieb Ben Okri:"),
    ("German, Gmail", "Am Do., 12. Nov. 2026 um 18:20 Uhr schrieb Ben Okri <ben@example.net>:"),
    ("French, Gmail", "Le jeu. 12 nov. 2026 à 18:20, Ben Okri <ben@example.net> a écrit :"),
    ("French, Thunderbird", "Le 12/11/2026 à 18:20, Ben Okri a écrit :"),
    ("Spanish", "El jue, 12 nov 2026 a las 18:20, Ben Okri (<ben@example.net>) escribió:"),
    (
        "Italian, Gmail",
        "Il giorno gio 12 nov 2026 alle ore 18:20 Ben Okri <ben@example.net> ha scritto:",
    ),
    ("Italian, Thunderbird", "Il 12/11/2026 18:20, Ben Okri ha scritto:"),
    ("Portuguese", "Em qui., 12 de nov. de 2026 às 18:20, Ben Okri <ben@example.net> escreveu:"),
    ("Dutch", "Op do 12 nov 2026 om 18:20 schreef Ben Okri <ben@example.net>:"),
    ("Danish", "Den tors. 12. nov. 2026 kl. 18.20 skrev Ben Okri <ben@example.net>:"),
    ("Swedish", "Den tors 12 nov. 2026 kl 18:20 skrev Ben Okri <ben@example.net>:"),
    ("Norwegian", "tor. 12. nov. 2026 kl. 18:20 skrev Ben Okri <ben@example.net>:"),
    ("Finnish", "to 12. marrask. 2026 klo 18.20 Ben Okri (ben@example.net) kirjoitti:"),
    ("Polish", "czw., 12 lis 2026 o 18:20 Ben Okri <ben@example.net> napisał(a):"),
    ("Polish, Thunderbird", "W dniu 12.11.2026 o 18:20, Ben Okri pisze:"),
    ("Czech", "čt 12. 11. 2026 v 18:20 odesílatel Ben Okri <ben@example.net> napsal:"),
    ("Hungarian", "Ben Okri <ben@example.net> ezt írta (időpont: 2026. nov. 12., Cs, 18:20):"),
    ("Romanian", "În joi, 12 nov. 2026 la 18:20, Ben Okri <ben@example.net> a scris:"),
    ("Russian", "чт, 12 нояб. 2026 г. в 18:20, Ben Okri <ben@example.net>:"),
    ("Russian, Thunderbird", "12.11.2026 18:20, Ben Okri пишет:"),
    ("Ukrainian", "чт, 12 лист. 2026 р. о 18:20 Ben Okri <ben@example.net> пише:"),
    ("Greek", "Στις Πέμ 12 Νοε 2026 στις 6:20 μ.μ., ο χρήστης Ben Okri <ben@example.net> έγραψε:"),
    ("Turkish", "Ben Okri <ben@example.net>, 12 Kas 2026 Per, 18:20 tarihinde şunu yazdı:"),
    ("Chinese", "Ben Okri <ben@example.net> 于2026年11月12日周四 18:20写道："),
    ("Japanese", "2026年11月12日(木) 18:20 Ben Okri <ben@example.net>:"),
    ("Korean", "2026년 11월 12일 (목) 오후 6:20, Ben Okri <ben@example.net>님이 작성:"),
]


@pytest.mark.parametrize(("language", "line"), ATTRIBUTIONS, ids=lambda value: value[:24])
def test_an_attribution_line_is_not_the_users_and_names_the_other(language: str, line: str) -> None:
    found = extract(mail(f"Yes.\n\n{line}\n> Shall we paint the hull?\n"))

    assert found.own_text == "Yes."
    assert [quote.text for quote in found.quotes] == ["Shall we paint the hull?"]
    assert "Ben Okri" in found.quotes[0].author


UNPREFIXED = [
    "чт, 12 нояб. 2026 г. в 18:20, Ben Okri <ben@example.net>:",
    '12.11.2026, 18:20, "Ben Okri" <ben@example.net>:',
    "Thursday, 12 November 2026, 6:20 PM +0300 from Ben Okri <ben@example.net>:",
    "to 12. marraskuuta 2026 klo 18.20 Ben Okri\n<ben@example.net> kirjoitti:",
    "---- On Thu, 12 Nov 2026 18:20:00 +0100 Ben Okri <ben@example.net> wrote ----",
    "On Thu, 12 Nov 2026 18:20:00 +0100 Ben Okri <ben@example.net> wrote",
    "W dniu 2026-11-12 18:20:00 użytkownik Ben Okri <ben@example.net> napisał:",
]


@pytest.mark.parametrize("line", UNPREFIXED, ids=lambda line: line[:24])
def test_a_full_attribution_ends_the_users_part_though_no_angle_follows(line: str) -> None:
    found = extract(mail(f"Yes.\n\n{line}\n\nShall we paint the hull?\n"))

    assert found.own_text == "Yes."
    assert [(quote.author, quote.text) for quote in found.quotes] == [
        ("Ben Okri <ben@example.net>", "Shall we paint the hull?")
    ]


HEADER_BLOCKS = [
    "From: Ben Okri\nSent: Thursday, 12 November 2026 18:20\nTo: Ann Lee\nSubject: The boat",
    "Von: Ben Okri\nGesendet: Donnerstag, 12. November 2026 18:20\nAn: Ann Lee\nBetreff: Das Boot",
    "De : Ben Okri\nEnvoyé : jeudi 12 novembre 2026 18:20\nÀ : Ann Lee\nObjet : Le bateau",
    "De: Ben Okri\nEnviado el: jueves, 12 de noviembre de 2026 18:20\nPara: Ann Lee\nAsunto: Bote",
    "Da: Ben Okri\nInviato: giovedì 12 novembre 2026 18:20\nA: Ann Lee\nOggetto: La barca",
    "Van: Ben Okri\nVerzonden: donderdag 12 november 2026 18:20\nAan: Ann Lee\nOnderwerp: Boot",
    "Från: Ben Okri\nSkickat: den 12 november 2026 18:20\nTill: Ann Lee\nÄmne: Båten",
    "Fra: Ben Okri\nSendt: 12. november 2026 18:20\nTil: Ann Lee\nEmne: Båden",
    "Lähettäjä: Ben Okri\nLähetetty: 12. marraskuuta 2026 18:20\nVastaanottaja: Ann\nAihe: Vene",
    "Od: Ben Okri\nWysłano: czwartek, 12 listopada 2026 18:20\nDo: Ann Lee\nTemat: Łódź",
    "От: Ben Okri\nОтправлено: 12 ноября 2026 г. 18:20\nКому: Ann Lee\nТема: Лодка",
    "发件人: Ben Okri\n发送时间: 2026年11月12日 18:20\n收件人: Ann Lee\n主题: 船",
    "*From:* Ben Okri\n*Sent:* Thursday, 12 November 2026 18:20\n*To:* Ann Lee\n*Subject:* Boat",
]


@pytest.mark.parametrize("block", HEADER_BLOCKS, ids=lambda block: block.split(":")[0])
def test_outlooks_header_block_ends_the_users_part_in_any_language(block: str) -> None:
    found = extract(mail(f"Yes.\n\n{block}\n\nShall we paint the hull?\n"))

    assert found.own_text == "Yes."
    assert found.quotes[0].author == "Ben Okri"
    assert "2026" in found.quotes[0].date
    assert found.quotes[0].text == "Shall we paint the hull?"
