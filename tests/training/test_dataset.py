"""Samples, split, tokens and batches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panzad.engines.chat import ChatFormat
from panzad.engines.protocol import ChatMessage
from panzad.training.dataset import (
    MAX_PROMPT_TOKENS,
    MAX_TOKENS,
    MIN_HOLDOUT,
    Sample,
    batches,
    fingerprint,
    folded,
    micro_batches,
    split,
    steps_per_epoch,
    texts,
    tokenised,
)

CHATML = ChatFormat(
    template=(
        "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
        "{{ message['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    ),
    bos_token="<|im_start|>",
    eos_token="<|im_end|>",
)


def sample(number: int, text: str = "Yes.", date: str = "2026-05-01") -> Sample:
    return Sample(number, date, (ChatMessage("user", f"Write mail {number}."),), text)


class TestSplit:
    def test_the_newest_mails_are_held_out(self) -> None:
        samples = [sample(day, f"text {day}", f"2026-05-{day:02}") for day in range(1, 31)]
        train, holdout = split(samples[::-1])
        assert [one.mail_id for one in holdout] == [27, 28, 29, 30]
        assert len(train) == 26

    def test_a_text_written_often_is_learnt_and_judges_nobody(self) -> None:
        samples = [sample(day, f"text {day}", f"2026-05-{day:02}") for day in range(1, 21)]
        samples += [sample(30 + day, "Thanks!", f"2026-05-{day:02}") for day in (2, 9, 20)]
        train, holdout = split(samples)
        assert {one.completion for one in holdout} == {f"text {day}" for day in range(17, 21)}
        assert [one.date[-2:] for one in train if one.completion == "Thanks!"] == ["02", "09", "20"]

    def test_when_all_mails_are_one_text_nothing_is_held_out(self) -> None:
        train, holdout = split([sample(number) for number in range(9)])
        assert (len(train), holdout) == (9, [])

    @given(
        st.lists(
            st.tuples(
                st.integers(1, 28), st.sampled_from(["Yes.", "yes. ", "No.", "Maybe.", "A b"])
            )
        )
    )
    def test_no_text_stands_on_both_sides_and_no_mail_is_lost(
        self, mails: list[tuple[int, str]]
    ) -> None:
        samples = [
            sample(number, text, f"2026-05-{day:02}") for number, (day, text) in enumerate(mails)
        ]
        train, holdout = split(samples)
        learnt, held_out = ({folded(one.completion) for one in side} for side in (train, holdout))
        assert not learnt & held_out
        assert sorted(one.mail_id for one in [*train, *holdout]) == list(range(len(mails)))
        assert bool(train) is bool(mails)
        assert bool(holdout) is (len({folded(text) for _, text in mails}) > 1)

    @given(st.lists(st.tuples(st.integers(1, 28), st.integers(0, 9)), min_size=2, max_size=60))
    def test_what_is_held_out_was_new_to_every_earlier_run(
        self, mails: list[tuple[int, int]]
    ) -> None:
        """An adapter trained a month ago is judged by today's hold-out without having seen it."""
        samples = [
            sample(number, f"text {text}", f"2026-05-{number:03}-{day}")
            for number, (day, text) in enumerate(mails)
        ]
        earlier, _ = split(samples[: len(samples) // 2])
        _, holdout = split(samples)
        assert not {one.completion for one in earlier} & {one.completion for one in holdout}

    def test_older_mail_that_comes_later_moves_no_learnt_mail_to_the_hold_out(self) -> None:
        mails = [sample(number, f"text {number}", f"2026-{number:03}") for number in range(100)]
        learnt, held_out = split(mails)
        imported = [sample(number, f"text {number}", "2019") for number in range(100, 1000)]
        train, holdout = split([*mails, *imported], {one.mail_id for one in learnt})
        assert holdout == held_out
        assert len(train) == 990

    @given(st.lists(st.integers(1, 28), min_size=8, max_size=90), st.integers(8, 60))
    def test_what_an_earlier_run_learnt_is_not_held_out_whatever_the_dates_of_what_was_added(
        self, days: list[int], count: int
    ) -> None:
        samples = [
            sample(number, f"text {number}", f"2026-05-{day:02}") for number, day in enumerate(days)
        ]
        learnt = {one.mail_id for one in split(samples[:count])[0]}
        train, holdout = split(samples, learnt)
        assert len(holdout) >= MIN_HOLDOUT
        assert not learnt & {one.mail_id for one in holdout}
        assert max(one.date for one in train) <= holdout[0].date

    @given(
        st.lists(st.tuples(st.integers(1, 28), st.integers(0, 30)), max_size=60),
        st.sets(st.integers(0, 59)),
    )
    def test_the_hold_out_is_new_or_the_newest(
        self, mails: list[tuple[int, int]], learnt: set[int]
    ) -> None:
        samples = [
            sample(number, f"text {text}", f"2026-05-{day:02}")
            for number, (day, text) in enumerate(mails)
        ]
        (_, held_out), (_, newest) = split(samples, learnt), split(samples)
        if held_out != newest:
            texts = {one.completion for one in samples if one.mail_id in learnt}
            assert not texts & {one.completion for one in held_out}
            assert newest[-len(held_out) :] == held_out

    def test_where_too_little_is_newer_than_what_was_learnt_the_newest_are_held_out(self) -> None:
        samples = [sample(day, f"text {day}", f"2026-05-{day:02}") for day in range(1, 31)]
        learnt = set(range(1, 28))
        assert split(samples, learnt) == split(samples)
        assert [one.mail_id for one in split(samples, learnt - {27})[1]] == [27, 28, 29, 30]


class TestFingerprint:
    def test_changes_with_any_word(self) -> None:
        assert fingerprint([sample(1)]) == fingerprint([sample(1)])
        assert fingerprint([sample(1)]) != fingerprint([sample(1, "No.")])
        assert fingerprint([sample(1), sample(2)]) != fingerprint([sample(2), sample(1)])


class TestTexts:
    def test_the_prompt_is_what_an_engine_gets_and_the_turn_is_closed(self) -> None:
        prompt, completion = texts(sample(1), CHATML)
        assert prompt == CHATML.prompt(sample(1).messages)
        assert completion == "Yes.<|im_end|>"

    def test_a_template_that_writes_turns_otherwise_still_ends_them(self) -> None:
        thinking = ChatFormat(
            CHATML.template.replace("assistant\n{%", "assistant\n<think></think>{%"),
            "",
            "<|im_end|>",
        )
        assert texts(sample(1), thinking)[1] == "Yes.<|im_end|>"


class TestTokenised:
    def test_long_mails_are_cut_to_bounds(self) -> None:
        long = Sample(1, "", (ChatMessage("user", "x" * 5000),), "y" * 5000)
        [tokens] = tokenised([long], CHATML, lambda text: [ord(one) for one in text])
        assert len(tokens.prompt) == MAX_PROMPT_TOKENS
        assert len(tokens) == MAX_TOKENS
        assert chr(tokens.prompt[-2]) == "t"  # the end of the prompt is what counts


class TestBatches:
    @given(
        lengths=st.lists(st.integers(1, 500), max_size=200),
        size=st.integers(1, 9),
        seed=st.integers(0, 3),
        epoch=st.integers(0, 3),
    )
    def test_every_sample_once_and_always_in_the_same_order(
        self, lengths: list[int], size: int, seed: int, epoch: int
    ) -> None:
        found = batches(lengths, size, seed, epoch)
        assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
        assert all(0 < len(batch) <= size for batch in found)
        assert len(found) == steps_per_epoch(len(lengths), size)
        assert found == batches(lengths, size, seed, epoch)

    def test_epochs_differ(self) -> None:
        assert batches([1] * 40, 4, 1, 0) != batches([1] * 40, 4, 1, 1)

    def test_batches_hold_mails_of_like_length(self) -> None:
        lengths = [10, 500] * 32
        for batch in batches(lengths, 8, 1, 0):
            assert len({lengths[index] for index in batch}) == 1


class TestMicroBatches:
    @given(lengths=st.lists(st.integers(1, 300), max_size=40), limit=st.integers(1, 1000))
    def test_every_mail_once_and_no_group_over_the_limit_but_of_one(
        self, lengths: list[int], limit: int
    ) -> None:
        groups = micro_batches(lengths, limit)
        assert sorted(index for group in groups for index in group) == list(range(len(lengths)))
        for group in groups:
            assert len(group) == 1 or len(group) * max(lengths[one] for one in group) <= limit
