"""What of a mail is learnt: its style, and what of its facts the prompt holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import ChatFormat
from panzad.engines.gguf_base import tokenizer_of
from panzad.engines.protocol import ChatMessage
from panzad.training.dataset import Sample, Tokens, fingerprint, tokenised, without_facts
from panzad.training.learner import trainable, with_adapter
from panzad.training.loss import backward, mean_losses, token_losses
from panzad.training.methods import METHODS
from panzad.training.model import load, spans_of
from tests.training.test_dataset import CHATML
from tests.training.tiny import write_model

MAIL = (
    "Hi Marta,\n\nThursday at 3pm suits me; the ticket is 42 €. See https://example.org/x.\n\nAnn"
)
PROMPT = "Write my reply to Marta. Thursday, three o'clock."


def sample(completion: str = MAIL, prompt: str = PROMPT) -> Sample:
    return Sample(1, "2026-05-01", (ChatMessage("user", prompt),), completion)


def hidden(one: Sample) -> list[str]:
    return [one.completion[start:end] for start, end in one.masked]


def characters(text: str) -> list[int]:
    return [ord(one) for one in text]


def each(text: str) -> list[tuple[int, int]]:
    return [(index, index + 1) for index in range(len(text))]


class TestWithoutFacts:
    def test_what_the_prompt_holds_is_learnt_and_what_it_does_not_is_masked(self) -> None:
        assert hidden(without_facts(sample())) == ["42 €", "https://example.org/x"]

    def test_a_bare_prompt_masks_all_facts(self) -> None:
        masked = hidden(without_facts(sample(prompt="Write my reply.")))
        assert masked == ["Marta", "Thursday", "3pm", "42 €", "https://example.org/x"]

    def test_a_mail_without_facts_is_learnt_whole(self) -> None:
        assert without_facts(sample("Fine with me.")).masked == ()

    def test_a_run_with_another_mask_is_another_run(self) -> None:
        assert fingerprint([sample()]) != fingerprint([without_facts(sample())])


class TestTokenised:
    def test_tokens_that_overlap_a_masked_span_are_not_learnt(self) -> None:
        one = without_facts(sample())
        [tokens] = tokenised([one], CHATML, characters, each)
        learnt = "".join(
            chr(token) for token, kept in zip(tokens.completion, tokens.learnt, strict=True) if kept
        )
        rest = MAIL.replace("42 €", "").replace("https://example.org/x", "")
        assert learnt == f"{rest}<|im_end|>"

    def test_a_template_that_strips_its_turns_still_hides_the_right_characters(self) -> None:
        strips = ChatFormat(
            CHATML.template.replace("message['content']", "message['content'] | trim"),
            CHATML.bos_token,
            CHATML.eos_token,
        )
        one = without_facts(sample("\n  It is 42 € now."))
        [tokens] = tokenised([one], strips, characters, each)
        unlearnt = [
            chr(token)
            for token, kept in zip(tokens.completion, tokens.learnt, strict=True)
            if not kept
        ]
        assert "".join(unlearnt) == "42 €"

    def test_without_a_mask_all_is_learnt(self) -> None:
        [tokens] = tokenised([sample()], CHATML, characters, each)
        assert all(tokens.learnt)
        assert len(tokens.learnt) == len(tokens.completion)

    @given(st.text("aZ 3€é.\n", max_size=60))
    def test_any_mail_has_a_weight_for_each_token(self, text: str) -> None:
        [tokens] = tokenised([without_facts(sample(text))], CHATML, characters, each)
        assert len(tokens.learnt) == len(tokens.completion)


@pytest.mark.model
class TestSpansOf:
    def test_the_embedded_tokenizer_hides_whole_facts_and_nothing_beside_them(
        self, base_gguf: ModelFiles
    ) -> None:
        tokenizer = tokenizer_of(base_gguf)
        mail = "Grüße 😀 an Jörg: 1.234,50 € am 12. Mai, siehe https://example.org/ä?b=12."
        spans = spans_of(tokenizer, mail)
        ids = tokenizer.encode(mail, add_special_tokens=False)
        assert len(spans) == len(ids)
        covered = {index for start, end in spans for index in range(start, end)}
        assert covered == set(range(len(mail)))
        one = without_facts(sample(mail, prompt="Write."))
        [tokens] = tokenised(
            [one],
            CHATML,
            lambda text: tokenizer.encode(text, add_special_tokens=False),
            lambda text: spans_of(tokenizer, text),
        )
        learnt = tokenizer.decode(
            [token for token, kept in zip(tokens.completion, tokens.learnt, strict=True) if kept]
        )
        for fact in ("234", "50", "12", "Mai", "example"):
            assert fact not in learnt
        for word in ("Gr", " an", " am", "siehe"):
            assert word in learnt


@pytest.fixture(scope="module")
def tiny(base_gguf: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A model of two small layers with an adapter that is not nothing."""
    path: Path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    write_model("llama", base_gguf.path, path)
    base, _ = load(ModelFiles("tiny", "gguf", path, ""), torch.device("cpu"))
    model = with_adapter(base, METHODS["lora"], seed=1)
    with torch.no_grad():
        for parameter in trainable(model):
            parameter.normal_(std=0.1)
    return model


# The first tokens of the vocabulary are control tokens, which are silent in the small model.
ALL = Tokens((305, 306, 307), (308, 409, 310, 411))
HALF = Tokens(ALL.prompt, ALL.completion, (False, True, True, False))


@pytest.mark.model
class TestLoss:
    def test_masked_tokens_give_no_gradient(self, tiny: Any) -> None:
        def gradient(of: Any) -> torch.Tensor:
            tiny.zero_grad()
            of()
            return torch.cat([p.grad.flatten() for p in trainable(tiny) if p.grad is not None])

        def by_hand() -> None:
            (token_losses(tiny, [HALF], 0)[[0, 3]].sum() / 2).backward()

        masked = gradient(lambda: backward(tiny, [HALF], 0))
        assert masked.norm() > 0
        assert torch.allclose(masked, gradient(by_hand), rtol=1e-4, atol=1e-7)
        assert not torch.allclose(
            masked, gradient(lambda: backward(tiny, [ALL], 0)), rtol=0.05, atol=0
        )

    def test_a_mail_that_is_masked_whole_teaches_nothing(self, tiny: Any) -> None:
        tiny.zero_grad()
        assert backward(tiny, [Tokens((305, 306), (308, 409), (True, True))], 0) == 0
        assert all(p.grad is None or not p.grad.any() for p in trainable(tiny))

    def test_the_held_out_loss_is_told_over_all_tokens_and_over_the_learnt(self, tiny: Any) -> None:
        with torch.no_grad():
            each_token = token_losses(tiny, [HALF], 0)
        found = mean_losses(tiny, [HALF], 0)
        assert found.all == pytest.approx(each_token.mean().item(), rel=1e-4)
        assert found.learnt == pytest.approx(each_token[[0, 3]].mean().item(), rel=1e-4)
        assert mean_losses(tiny, [ALL], 0).all == pytest.approx(found.all, rel=1e-4)
