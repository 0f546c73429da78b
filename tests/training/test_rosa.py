"""RoSA against its definition (arXiv 2401.04679): W = W0 + s B A + S, S on chosen places only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM

from panzad.engines.catalogue import ModelFiles
from panzad.engines.sparse import INDEX, VALUES, collected, layers
from panzad.training.dataset import Tokens
from panzad.training.learner import Learner, learner_of, trainable
from panzad.training.loss import backward
from panzad.training.methods import METHODS
from panzad.training.rosa import places

METHOD = replace(METHODS["rosa"], rank=2, alpha=6, density=0.05, mask_mails=3)
SCALE = 3.0
MAILS = [
    Tokens((1, 2, 3), (4, 5, 6, 7)),
    Tokens((8, 9), (10, 11)),
    Tokens((12, 13, 14, 15), (16, 17, 18)),
    Tokens((20,), (21, 22)),
]
IDS = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6]])


def base_model() -> Any:
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=40,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        use_cache=False,
    )
    return LlamaForCausalLM(config).requires_grad_(False)


@pytest.fixture
def files(tmp_path: Any) -> ModelFiles:
    return ModelFiles("tiny", "hf", tmp_path, "f")


@pytest.fixture
def learner(files: ModelFiles) -> Learner:
    return learner_of(base_model(), files, METHOD, 3, mails=MAILS)


def steps(learner: Learner, count: int) -> None:
    optimizer = torch.optim.AdamW(trainable(learner.model), lr=0.05, weight_decay=0.0)
    for _ in range(count):
        learner.model.train()
        optimizer.zero_grad()
        backward(learner.model, MAILS, pad=0)
        optimizer.step()


def plain_loss(model: Any, mail: Tokens) -> torch.Tensor:
    """The mean loss over the completion, by nothing of ours."""
    ids = torch.tensor([mail.prompt + mail.completion])
    logits = model(input_ids=ids).logits[0, len(mail.prompt) - 1 : -1]
    return cross_entropy(logits, torch.tensor(mail.completion))


class TestMask:
    def test_the_largest_squared_gradients_of_the_base_over_the_first_mails_are_chosen(
        self, learner: Learner
    ) -> None:
        base = base_model().requires_grad_(True)
        sums: dict[str, torch.Tensor] = {}
        for mail in MAILS[: METHOD.mask_mails]:
            base.zero_grad()
            plain_loss(base, mail).backward()
            for name, parameter in base.named_parameters():
                assert parameter.grad is not None
                sums[name] = sums.get(name, 0) + parameter.grad.square()
        found = collected(learner.model)
        assert len(found) == 2 * 2 * 7  # places and values of seven matrices in two layers
        for key, index in found.items():
            if not key.endswith(INDEX):
                continue
            module = key.removesuffix(INDEX).removeprefix("base_model.model.")
            total = sums[f"{module}.weight"].flatten()
            count = int(METHOD.density * total.numel())
            assert len(index) == count
            threshold = total.sort(descending=True).values[count - 1]
            chosen = torch.zeros_like(total, dtype=torch.bool)
            chosen[index.long()] = True
            assert (total[chosen] >= threshold * (1 - 1e-4)).all()
            assert (total[~chosen] <= threshold * (1 + 1e-4)).all()

    @given(st.integers(1, 20), st.integers(1, 20), st.floats(0.001, 1.0))
    def test_as_many_places_as_the_density_says_and_each_once(
        self, rows: int, columns: int, density: float
    ) -> None:
        found = places(torch.rand(rows, columns), density)
        assert len(found) == max(1, int(density * (rows * columns)))
        assert found.unique().equal(found)

    def test_the_base_is_as_it_was_and_still_frozen(self, learner: Learner) -> None:
        before = dict(base_model().named_parameters())
        for name, layer in layers(learner.model):
            weight = layer.base_layer.weight
            assert not weight.requires_grad
            assert weight.grad is None
            assert weight.equal(before[name.removeprefix("base_model.model.") + ".weight"])


class TestForward:
    def test_at_first_it_is_the_base(self, learner: Learner) -> None:
        with torch.no_grad():
            assert learner.model(IDS).logits.equal(base_model()(IDS).logits)

    def test_it_is_the_base_with_the_sum_of_all_three_parts_as_its_weights(
        self, learner: Learner
    ) -> None:
        steps(learner, 5)
        summed = base_model()
        modules = dict(summed.named_modules())
        with torch.no_grad():
            for name, layer in layers(learner.model):
                a, b = layer.lora_A["default"].weight, layer.lora_B["default"].weight
                found = collected(learner.model)
                dense = torch.zeros(layer.out_features * layer.in_features)
                dense[found[name + INDEX].long()] = found[name + VALUES]
                target = modules[name.removeprefix("base_model.model.")]
                target.weight += SCALE * (b @ a) + dense.view_as(target.weight)
            learner.model.eval()
            torch.testing.assert_close(
                learner.model(IDS).logits, summed(IDS).logits, rtol=1e-4, atol=1e-5
            )
            with learner.model.disable_adapter():
                assert learner.model(IDS).logits.equal(base_model()(IDS).logits)


class TestTraining:
    def test_values_move_and_places_do_not(self, learner: Learner) -> None:
        before = collected(learner.model)
        steps(learner, 3)
        after = collected(learner.model)
        for key, tensor in after.items():
            if key.endswith(INDEX):
                assert tensor.equal(before[key])
            else:
                assert (tensor != 0).all()

    def test_the_gradient_of_a_value_is_that_of_its_weight(
        self, learner: Learner, files: ModelFiles
    ) -> None:
        backward(learner.model, MAILS, pad=0)
        base = base_model().requires_grad_(True)
        learnt = sum(len(mail.completion) for mail in MAILS)
        total = sum(plain_loss(base, mail) * len(mail.completion) for mail in MAILS) / learnt
        assert isinstance(total, torch.Tensor)
        total.backward()
        dense = dict(base.named_parameters())
        for name, layer in layers(learner.model):
            gradient = dense[name.removeprefix("base_model.model.") + ".weight"].grad
            assert gradient is not None
            expected = gradient.flatten()[layer.sparse.index]
            torch.testing.assert_close(layer.sparse.values.grad, expected, rtol=1e-3, atol=1e-6)

    def test_what_is_gone_on_with_keeps_its_places_whatever_the_mails_say(
        self, learner: Learner, files: ModelFiles
    ) -> None:
        steps(learner, 3)
        kept = learner.weights()
        other = learner_of(base_model(), files, METHOD, 3, mails=MAILS[::-1], kept=kept)
        assert all(one.equal(kept[name]) for name, one in other.weights().items())
        with torch.no_grad():
            assert other.model(IDS).logits.equal(learner.model(IDS).logits)
