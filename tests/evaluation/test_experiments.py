"""The same mails, written in every way."""

from __future__ import annotations

from panzad.engines.protocol import ChatMessage
from panzad.evaluation.experiments import VARIANTS, Answer, Case, Variant, cases_of, written

REPLY = Case(1, "Ahoy Tom,\n\nyes.", "Say yes", is_reply=True)
NEW = Case(2, "Ahoy Iris,\n\ncome.", "Ask Iris to come", is_reply=False)
BARE = Case(3, "Ahoy Ken,\n\nno.", "", is_reply=True)


def echo(case: Case, variant: Variant) -> Answer:
    return Answer(
        f"{variant.name} of {case.mail_id}", (ChatMessage("user", case.instruction),), 0.5
    )


class TestCases:
    def test_instruction_mode_takes_what_has_an_instruction(self) -> None:
        assert cases_of([REPLY, NEW, BARE], "instruction") == [REPLY, NEW]

    def test_reply_mode_takes_replies_and_hides_their_instruction(self) -> None:
        found = cases_of([REPLY, NEW, BARE], "reply")
        assert [(one.mail_id, one.instruction) for one in found] == [(1, ""), (3, "")]


class TestWritten:
    def test_every_variant_writes_every_mail_of_every_mode(self) -> None:
        told: list[None] = []
        found = written([REPLY, NEW], echo, done=lambda: told.append(None))
        assert [(one.mode, one.variant) for one in found] == [
            (mode, variant) for mode in ("instruction", "reply") for variant in VARIANTS
        ]
        assert [len(one.drafts) for one in found] == [2] * 4 + [1] * 4
        assert len(told) == 12

    def test_the_likelihood_is_taken_of_the_true_mail_by_the_draft_s_own_prompt(self) -> None:
        [experiment] = written([NEW], echo, VARIANTS[:1])
        [sample], [draft] = experiment.samples, experiment.drafts
        assert (sample.messages[0].content, sample.completion) == (NEW.instruction, NEW.truth)
        assert (draft.text, draft.truth, draft.seconds) == ("base of 2", NEW.truth, 0.5)

    def test_a_mode_without_mails_is_left_out(self) -> None:
        assert {one.mode for one in written([NEW], echo)} == {"instruction"}
        assert {one.mode for one in written([BARE], echo)} == {"reply"}
