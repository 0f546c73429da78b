"""The model as it is trained: the tokens that the engine will use, and the loss."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer

from panzad.engines.catalogue import ModelFiles
from panzad.engines.gguf_base import tokenise_as_llama_cpp
from panzad.engines.llama_server import LlamaServer
from panzad.training import loss as loss_room
from panzad.training.dataset import Tokens
from panzad.training.learner import trainable, with_adapter
from panzad.training.loss import Stopped, backward, mean_loss, summed_loss
from panzad.training.methods import METHODS
from panzad.training.model import load

pytestmark = pytest.mark.model

MAILS = [
    "Two remarks:\n\n1. In 2023 we paid 14,500€ - 3% too much.\n\n2.  See https://example.org/a?b=12",
    "Hallo Jörg,\n\n   12.5.2024 passt!\t\tGrüße 😀\n\n\n  – M.\n",
    "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    "日本語のメール、12時30分",
]

LONG = Tokens(tuple(range(100, 140)), tuple(range(500, 560)))
SHORT = Tokens(tuple(range(200, 210)), tuple(range(700, 703)))


@pytest.fixture(scope="module")
def model(base_hf: ModelFiles, cpu: torch.device) -> Any:
    """The base with an adapter that is not nothing."""
    base, _ = load(base_hf, cpu)
    model = with_adapter(base, METHODS["lora"], seed=1)
    with torch.no_grad():
        for parameter in trainable(model):
            parameter.normal_(std=0.02)
    return model


class TestTokenizer:
    def test_it_gives_the_tokens_of_llama_cpp(self, base_gguf: ModelFiles) -> None:
        place, name = base_gguf.path.parent, base_gguf.path.name
        tokenizer = AutoTokenizer.from_pretrained(place, gguf_file=name)
        tokenise_as_llama_cpp(tokenizer, base_gguf.path)
        server = LlamaServer(
            base_gguf.path, lora=None, context=256, threads=1, gpu=False, verbose=False
        )
        for mail in MAILS:
            assert tokenizer.encode(mail, add_special_tokens=False) == server.tokenize(mail)
        server.close()


class TestWithAdapter:
    def test_only_the_adapter_learns_and_in_full_precision(self, model: Any) -> None:
        kinds = {
            (parameter.requires_grad, parameter.dtype, ".lora_" in name)
            for name, parameter in model.named_parameters()
        }
        assert kinds == {(True, torch.float32, True), (False, torch.bfloat16, False)}


class TestLoss:
    def test_it_is_that_of_transformers_on_the_same_labels(self, model: Any) -> None:
        """Against the plain way: all logits, labels of -100 where nothing is learnt."""
        ids = torch.tensor([LONG.prompt + LONG.completion])
        labels = ids.clone()
        labels[:, : len(LONG.prompt)] = -100
        with torch.no_grad():
            plain = model(input_ids=ids, labels=labels).loss.item()
            ours = summed_loss(model, [LONG], pad=0).item() / len(LONG.completion)
        assert math.isclose(ours, plain, rel_tol=2e-3)

    def test_padding_changes_nothing(self, model: Any) -> None:
        with torch.no_grad():
            together = summed_loss(model, [SHORT, LONG], pad=2).item()
            apart = sum(summed_loss(model, [one], pad=2).item() for one in (SHORT, LONG))
        assert math.isclose(together, apart, rel_tol=2e-3)

    def test_the_mean_is_over_tokens_not_over_mails(self, model: Any) -> None:
        with torch.no_grad():
            total = sum(summed_loss(model, [one], pad=2).item() for one in (SHORT, LONG))
        assert math.isclose(mean_loss(model, [LONG, SHORT], pad=2), total / 63, rel_tol=2e-3)

    def test_judging_ends_when_it_is_asked_to(self, model: Any) -> None:
        with pytest.raises(Stopped):
            mean_loss(model, [SHORT], pad=2, stop=lambda: True)


class TestBackward:
    def test_a_batch_in_parts_has_the_gradient_of_the_whole(
        self, base_short: ModelFiles, cpu: torch.device
    ) -> None:
        """In float32, where rounding hides nothing."""
        base, _ = load(base_short, cpu, torch.float32)
        model = with_adapter(base, METHODS["lora"], seed=1)

        def gradient(limit: int) -> tuple[float, torch.Tensor]:
            model.zero_grad()
            loss = backward(model, [LONG, SHORT], pad=2, limit=limit)
            parts = [p.grad.flatten() for p in trainable(model) if p.grad is not None]
            assert len(parts) == len(trainable(model))
            return loss, torch.cat(parts)

        loss, whole = gradient(1024)
        other_loss, parts = gradient(100)
        assert math.isclose(loss, other_loss, rel_tol=1e-5)
        torch.testing.assert_close(parts, whole, rtol=1e-3, atol=1e-5)

    @pytest.mark.parametrize("fast", [True, False])
    def test_where_all_weights_are_learnt_only_the_products_are_bfloat16(
        self, base_short: ModelFiles, cpu: torch.device, monkeypatch: pytest.MonkeyPatch, fast: bool
    ) -> None:
        monkeypatch.setattr(loss_room, "multiplies_bfloat16", lambda _: fast)
        base, _ = load(base_short, cpu, torch.float32)
        model = base.requires_grad_(True)
        seen: set[torch.dtype] = set()
        linear = model.model.layers[0].mlp.up_proj
        linear.register_forward_hook(lambda _, __, out: seen.add(out.dtype))
        backward(model, [SHORT], pad=2)
        assert seen == {torch.bfloat16 if fast else torch.float32}
        kinds = {(one.dtype, one.grad.dtype) for one in trainable(model) if one.grad is not None}
        assert kinds == {(torch.float32, torch.float32)}

    def test_products_in_bfloat16_point_where_those_in_float32_do(
        self, base_short: ModelFiles, cpu: torch.device
    ) -> None:
        def gradient(dtype: torch.dtype) -> torch.Tensor:
            base, _ = load(base_short, cpu, dtype)
            model = with_adapter(base, METHODS["lora"], seed=1)
            backward(model, [LONG, SHORT], pad=2)
            return torch.cat([p.grad.flatten() for p in trainable(model) if p.grad is not None])

        exact, rounded = gradient(torch.float32), gradient(torch.bfloat16)
        assert torch.cosine_similarity(exact, rounded, dim=0) > 0.99
        assert math.isclose(exact.norm(), rounded.norm(), rel_tol=0.05)
