"""What of a sent mail is kept: no secret of it, and nothing of one that the user excludes."""

from __future__ import annotations

from panzad.learning.intake import intake
from panzad.mail.exclusion import Exclusions
from panzad.mail.message import Address
from panzad.store.mails import NewMail
from tests.mail.builder import raw

ANN = (Address("Ann Lee", "ann@example.org"),)
REPLY = (
    "Use hunter2 as password: hunter2\n\nOn 3 May 2026, Eve Fox <eve@x.org> wrote:\n"
    "> What is the code? Mine is PIN: 4821.\n"
)


def taken_in(text: str, exclusions: Exclusions | None = None, **fields: str) -> NewMail:
    sent = raw(text, message_id="<1@x>", **fields)
    return intake(sent, None, ANN, exclusions or Exclusions())


class TestSecrets:
    def test_they_are_masked_in_text_subject_and_thread(self) -> None:
        mail = taken_in(REPLY, subject="PIN: 4821")
        assert mail.reason is None
        assert mail.own_text.endswith("password: [secret]")
        assert mail.subject == "PIN: [secret]"
        assert mail.thread[0].text.endswith("PIN: [secret].")

    def test_they_are_masked_in_the_signature(self) -> None:
        mail = taken_in("See you there.\n\n-- \nAnn Lee\nConference PIN: 4821\n")
        assert mail.manner.signature.endswith("PIN: [secret]")

    def test_a_mail_that_is_nothing_else_is_not_learnt(self) -> None:
        assert taken_in("4111 1111 1111 1111\n").reason == "secret"


class TestExclusions:
    def test_of_a_mail_to_an_excluded_person_only_its_id_is_kept(self) -> None:
        mail = taken_in("Hi!\n", Exclusions(people=["*@example.net"]), subject="Us")
        assert (mail.reason, mail.message_id) == ("excluded", "<1@x>")
        assert not any((mail.own_text, mail.subject, mail.recipients, mail.thread, mail.sender))

    def test_so_it_is_with_an_excluded_word_in_text_or_subject(self) -> None:
        words = Exclusions(words=["salary"])
        assert taken_in("My Salary?\n", words).reason == "excluded"
        assert taken_in("Hm.\n", words, subject="Re: salary").reason == "excluded"

    def test_an_excluded_persons_turn_leaves_the_thread_and_the_mail_stays(self) -> None:
        mail = taken_in(REPLY, Exclusions(people=["eve@x.org"]))
        assert (mail.reason, mail.thread) == (None, ())

    def test_so_does_a_turn_with_an_excluded_word(self) -> None:
        assert taken_in(REPLY, Exclusions(words=["Mine"])).thread == ()


def test_what_a_robot_wrote_and_the_user_forwarded_is_not_the_users_text() -> None:
    mail = taken_in(
        "FYI, it bounced again.\n\n---------- Forwarded message ---------\n"
        "From: Mail Delivery Subsystem <mailer-daemon@example.net>\nDate: Mon, 4 May 2026\n"
        "Subject: Delivery Status Notification (Failure)\nTo: <ann@example.org>\n\n"
        "Your message wasn't delivered to bob@example.net.\n"
    )
    assert mail.own_text == "FYI, it bounced again."


class TestLanguage:
    CROATIAN = "Može, vidimo se sutra.\n\nčet, 12. stu 2026. u 17:01 Ben <b@c.d> napisao je:\n\n> "

    def test_words_that_could_be_of_several_are_read_in_the_clients(self) -> None:
        text = f"{self.CROATIAN}Vidimo se?\n"
        assert taken_in(text, content_type="text/plain; charset=utf-8").manner.language == "hr"

    def test_the_mail_that_is_answered_tells_before_the_client_does(self) -> None:
        above = "Am 12.11.2026 um 17:01 schrieb Ben <b@c.d>:\n> "
        text = f"Ok!\n\n{above}Shall we paint the hull on Saturday, or wait until it is dry?\n"
        assert taken_in(text).manner.language == "en"
