"""The sample mailbox: a mailbox as a server would hold it, and a style one cannot miss."""

from __future__ import annotations

import email
import re
from calendar import month_name
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.demo.mailbox import SampleMailbox, sample_mailbox, sample_threads
from panzad.demo.mailbox.render import render_thread
from panzad.demo.mailbox.source import Letter, read_people, read_thread

PEOPLE = read_people(
    """
owner = "odile"
[people.odile]
name = "Odile"
address = "odile@boat.example.org"
client = "thunderbird-bottom"
signature = "the bindery"
[people.soren]
name = "Søren Dahl"
address = "soren@example.net"
client = "gmail"
"""
)

# What else an answer or a new mail of hers carries beside greeting and sign-off.
TURNS_OF_PHRASE = (
    "Short answer:",
    "Plainly put",
    "y my reckoning",
    "hipshape",
    "Shout if that scuppers anything.",
    "1) ",
)


@pytest.fixture(scope="module")
def mailbox() -> SampleMailbox:
    return sample_mailbox()


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def plain_text(raw: bytes) -> str:
    body = parsed(raw).get_body(("plain",))
    assert body is not None
    return body.get_content().replace("\r\n", "\n")


def odiles_own() -> list[Letter]:
    """The mails to learn from: hers, neither automatic nor forwarded."""
    return [
        letter
        for thread in sample_threads()
        for letter in thread
        if letter.sender.email == "odile@marchbanks.example.org"
        and letter.client not in ("thunderbird-forward", "responder")
    ]


def thread(*mails: str) -> tuple[Letter, ...]:
    return read_thread("tea", "\n".join(('subject = "Tea"', *mails)), PEOPLE)


def mail(sender: str, hour: int, text: str, more: str = "") -> str:
    return (
        f'[[mail]]\nfrom = "{sender}"\ndate = 2026-05-04T{hour:02}:00:00+01:00\n'
        f"{more}\ntext = '''\n{text}\n'''"
    )


class TestTheMailbox:
    def test_is_the_same_every_time(self, mailbox: SampleMailbox) -> None:
        assert sample_mailbox() == mailbox

    def test_holds_enough_to_learn_from(self, mailbox: SampleMailbox) -> None:
        own = odiles_own()
        assert len(own) >= 70
        replies = sum(letter.subject.startswith("Re: ") for letter in own)
        assert 0.75 <= replies / len(own) <= 0.9
        assert len(mailbox.sent) > len(own), "automatic replies and forwards are there to be left"

    def test_holds_eight_to_twelve_correspondents(self, mailbox: SampleMailbox) -> None:
        assert 8 <= len({parsed(raw)["From"] for raw in mailbox.inbox}) <= 12

    def test_has_threads_that_go_to_and_fro(self) -> None:
        assert sum(len(letters) >= 3 for letters in sample_threads()) >= 5

    def test_mixes_the_layouts_of_real_clients(self) -> None:
        used = [letter.client for letter in odiles_own()]
        assert used.count("thunderbird-top") >= 10
        assert used.count("thunderbird-bottom") >= 10
        assert used.count("gmail") >= 5
        assert used.count("thunderbird-inline") >= 2
        assert 1 <= used.count("outlook") <= 3

    def test_every_message_is_whole_by_the_standard_librarys_reading(
        self, mailbox: SampleMailbox
    ) -> None:
        for raw in mailbox.sent + mailbox.inbox:
            message = parsed(raw)
            for part in message.walk():
                assert not part.defects
            for name in ("From", "To", "Date", "Message-ID", "Subject"):
                assert message[name]
                assert not message[name].defects
            assert plain_text(raw).strip()
            assert b"\n" not in raw.replace(b"\r\n", b"")
            assert max(map(len, raw.split(b"\r\n"))) <= 998

    def test_every_address_is_under_a_reserved_domain(self, mailbox: SampleMailbox) -> None:
        for raw in mailbox.sent + mailbox.inbox:
            message = parsed(raw)
            text = "\n".join((*map(str, message.values()), plain_text(raw)))
            addresses = re.findall(r"[\w.+-]+@[\w.-]+\w", text)
            assert len(addresses) >= 3
            for address in addresses:
                assert re.search(r"[@.]example\.(org|com|net)$", address), address

    def test_is_spread_over_half_a_year_and_oldest_first(self, mailbox: SampleMailbox) -> None:
        for folder in (mailbox.sent, mailbox.inbox):
            dates = [parsedate_to_datetime(parsed(raw)["Date"]) for raw in folder]
            assert dates == sorted(dates)
            assert dates[0] >= datetime(2026, 4, 1, tzinfo=UTC)
            assert dates[-1] < datetime(2026, 10, 1, tzinfo=UTC)
            assert dates[-1] - dates[0] > timedelta(days=150)


class TestThreads:
    def test_every_id_is_one_of_a_kind(self, mailbox: SampleMailbox) -> None:
        ids = [parsed(raw)["Message-ID"] for raw in mailbox.sent + mailbox.inbox]
        assert len(ids) == len(set(ids))

    def test_every_reply_finds_its_parent_on_the_server(self, mailbox: SampleMailbox) -> None:
        messages = {parsed(raw)["Message-ID"]: parsed(raw) for raw in mailbox.sent + mailbox.inbox}
        replies = [message for message in messages.values() if message["In-Reply-To"]]
        for reply in replies:
            parent = messages[reply["In-Reply-To"]]
            earlier = (parent["References"] or "").split()
            assert reply["References"].split() == [*earlier, parent["Message-ID"]]
            assert reply["Subject"].removeprefix("Re: ") == parent["Subject"].removeprefix("Re: ")
            assert parsedate_to_datetime(reply["Date"]) > parsedate_to_datetime(parent["Date"])

    def test_the_unanswered_wait_in_the_inbox(self, mailbox: SampleMailbox) -> None:
        inbox = {parsed(raw)["Message-ID"]: parsed(raw) for raw in mailbox.inbox}
        answered = {parsed(raw)["In-Reply-To"] for raw in mailbox.sent}
        assert 5 <= len(mailbox.unanswered) <= 6
        assert "<library-ledgers.1@countylibrary.example.com>" in mailbox.unanswered
        last_sent = parsedate_to_datetime(parsed(mailbox.sent[-1])["Date"])
        for message_id in mailbox.unanswered:
            assert message_id not in answered
            assert parsedate_to_datetime(inbox[message_id]["Date"]) > last_sent
            assert "?" in plain_text(inbox[message_id].as_bytes())

    def test_whoever_waits_has_been_answered_before(self, mailbox: SampleMailbox) -> None:
        known = {address for raw in mailbox.sent for address in parsed(raw)["To"].split(", ")}
        for raw in mailbox.inbox:
            if parsed(raw)["Message-ID"] in mailbox.unanswered:
                assert parsed(raw)["From"] in known


class TestOdile:
    def test_always_greets_and_signs_off_in_one_of_two_ways(self) -> None:
        for letter in odiles_own():
            friend = re.match(r"Ahoy \w+,\n\n", letter.text)
            formal = re.match(r"Good day (Mr|Mrs|Ms|Dr) \w+,\n\n", letter.text)
            ending = (
                r"\n\nFair winds,\nOdile(\n\nP\.S\. .+)?$"
                if friend
                else r"\n\nFair winds from the bindery,\nOdile Marchbanks$"
            )
            assert friend or formal, letter.message_id
            assert re.search(ending, letter.text), letter.message_id

    def test_greets_the_same_person_in_the_same_way(self) -> None:
        greetings: dict[str, set[str]] = {}
        for letter in odiles_own():
            if len(letter.to) == 1 and not letter.cc:
                greetings.setdefault(letter.to[0].email, set()).add(letter.text.split("\n")[0])
        assert len(greetings) >= 10
        assert {len(forms) for forms in greetings.values()} == {1}

    def test_is_known_by_her_turns_of_phrase(self) -> None:
        own = odiles_own()
        marked = [
            letter for letter in own if any(phrase in letter.text for phrase in TURNS_OF_PHRASE)
        ]
        assert len(marked) / len(own) >= 0.9
        for phrase in TURNS_OF_PHRASE:
            assert sum(phrase in letter.text for letter in own) >= 10, phrase

    def test_opens_answers_and_new_mails_differently(self) -> None:
        for letter in odiles_own():
            opening = letter.text.split("\n\n")[1]
            if not letter.subject.startswith("Re: "):
                assert opening.startswith("Plainly put: "), letter.message_id
            elif letter.client != "thunderbird-inline":
                assert opening.startswith("Short answer: "), letter.message_id

    def test_keeps_it_short_and_never_shouts(self) -> None:
        for letter in odiles_own():
            assert len(letter.text.split()) <= 150
            assert "!" not in letter.text

    def test_never_writes_the_same_mail_twice(self) -> None:
        own = odiles_own()
        paragraphs = [
            paragraph
            for letter in own
            for paragraph in letter.text.split("\n\n")[1:]
            if not paragraph.startswith(("Fair winds", "Shout if that scuppers"))
        ]
        assert len({letter.text for letter in own}) == len(own)
        assert len(set(paragraphs)) == len(paragraphs)

    def test_has_the_right_weekday_for_every_date(self) -> None:
        pattern = rf"(\w+day) (\d{{1,2}}) ({'|'.join(month_name[4:12])})"
        found = [
            (letter.message_id, *match.groups())
            for letter in odiles_own()
            for match in re.finditer(pattern, letter.text)
        ]
        assert len(found) >= 40
        for message_id, weekday, day, month in found:
            named = date(2026, list(month_name).index(month), int(day))
            assert f"{named:%A}" == weekday, (message_id, named)


class TestRendering:
    ASKED = mail("soren", 9, "Tea at four?\n\nSøren")

    def test_top_post_puts_the_answer_above_quote_and_signature(self) -> None:
        more = 'client = "thunderbird-top"\nsignature = true'
        raw = render_thread(thread(self.ASKED, mail("odile", 10, "Yes.", more)))[1]
        assert plain_text(raw) == (
            "Yes.\n\n"
            "On 04/05/2026 09:00, Søren Dahl wrote:\n"
            "> Tea at four?\n>\n> Søren\n\n"
            "-- \nthe bindery\n"
        )

    def test_bottom_post_quotes_a_quote_one_level_deeper_without_the_old_signature(self) -> None:
        asked = mail("odile", 9, "Tea?", 'to = ["soren"]\nsignature = true')
        again = mail("odile", 11, "Four.")
        raw = render_thread(thread(asked, again))[1]
        assert plain_text(raw) == "On 04/05/2026 09:00, Odile wrote:\n> Tea?\n\nFour.\n"
        third = mail("odile", 12, "Or five.")
        assert plain_text(render_thread(thread(asked, again, third))[2]) == (
            "On 04/05/2026 11:00, Odile wrote:\n"
            "> On 04/05/2026 09:00, Odile wrote:\n"
            ">> Tea?\n>\n> Four.\n\nOr five.\n"
        )

    def test_gmail_breaks_a_long_attribution_before_wrote(self) -> None:
        more = 'client = "gmail"'
        raw = render_thread(thread(self.ASKED, mail("odile", 10, "Yes.", more)))[1]
        assert plain_text(raw) == (
            "Yes.\n\n"
            "On Mon, 4 May 2026 at 09:00, Søren Dahl <soren@example.net> wrote:\n\n"
            "> Tea at four?\n>\n> Søren\n"
        )
        long_address = next(
            plain_text(raw)
            for raw in sample_mailbox().sent
            if parsed(raw)["Message-ID"].startswith("<allotment-ladder.4@")
        )
        assert "<odile@marchbanks.example.org>\n> wrote:\n" in long_address

    def test_outlook_puts_the_old_mail_unquoted_below_a_block_of_headers(self) -> None:
        more = 'client = "outlook"'
        raw = render_thread(thread(self.ASKED, mail("odile", 10, "Yes.", more)))[1]
        assert plain_text(raw) == (
            "Yes.\n\n"
            "-----Original Message-----\n"
            "From: Søren Dahl <soren@example.net>\n"
            "Sent: 04 May 2026 09:00\n"
            "To: Odile <odile@boat.example.org>\n"
            "Subject: Tea\n\n"
            "Tea at four?\n\nSøren\n"
        )

    def test_inline_answers_stand_between_the_quoted_questions(self) -> None:
        answers = "Ahoy Søren,\n\n> Tea at four?\n\nYes."
        raw = render_thread(
            thread(self.ASKED, mail("odile", 10, answers, 'client = "thunderbird-inline"'))
        )[1]
        assert plain_text(raw) == (
            "Ahoy Søren,\n\nOn 04/05/2026 09:00, Søren Dahl wrote:\n> Tea at four?\n\nYes.\n"
        )

    def test_a_holiday_notice_says_that_no_person_wrote_it(self) -> None:
        raw = render_thread(thread(self.ASKED, mail("odile", 10, "Away.", 'client = "responder"')))
        assert parsed(raw[1])["Auto-Submitted"] == "auto-replied"
        assert plain_text(raw[1]) == "Away.\n"

    def test_a_forward_says_nothing_of_its_own(self) -> None:
        more = 'client = "thunderbird-forward"\nto = ["soren"]'
        raw = render_thread(thread(self.ASKED, mail("odile", 10, "", more)))[1]
        assert parsed(raw)["Subject"] == "Fwd: Tea"
        assert parsed(raw)["In-Reply-To"] is None
        assert plain_text(raw).strip().startswith("-------- Forwarded Message --------\n")

    @given(
        st.lists(st.sampled_from(["a", "From", ">", ">>", "kettle", "18/3", "£85"]), min_size=30)
    )
    def test_flowed_lines_join_to_the_paragraph_again(self, words: list[str]) -> None:
        paragraph = " ".join(("So", *words))
        raw = render_thread(thread(mail("odile", 9, paragraph, 'to = ["soren"]')))[0]
        assert parsed(raw)["Content-Type"].params["format"] == "flowed"
        lines = plain_text(raw).rstrip("\n").split("\n")
        assert all(len(line) <= 78 for line in lines)
        assert all(line.endswith(" ") for line in lines[:-1])
        assert not any(line.startswith((">", "From ")) for line in lines)
        assert "".join(line.removeprefix(" ") for line in lines) == paragraph


class TestABrokenSource:
    @pytest.mark.parametrize(
        ("broken", "named"),
        [
            (mail("odile", 9, "Tea?"), "needs `to`"),
            (mail("nobody", 9, "Tea?"), "nobody"),
            (mail("soren", 9, "Tea?", 'client = "pine"'), "unknown client pine"),
            (mail("soren", 9, "Tea?", "colour = 1"), "unknown key colour"),
        ],
    )
    def test_is_named_with_thread_and_mail(self, broken: str, named: str) -> None:
        with pytest.raises(ValueError, match=rf"tea\.toml, mail 1: .*{named}"):
            thread(broken)

    def test_mails_must_follow_one_another(self) -> None:
        with pytest.raises(ValueError, match=r"tea\.toml, mail 2: .*must follow"):
            thread(mail("soren", 9, "Tea?"), mail("odile", 9, "Yes."))
