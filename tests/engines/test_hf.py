"""The transformers engine with the real embedded model, in full and in 4-bit weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaForCausalLM

from panzad.engines import llama_cpp
from panzad.engines.catalogue import ModelFiles, resolve
from panzad.engines.gguf_base import token_counter
from panzad.engines.hf import Quantisation, Transformers
from panzad.engines.llama_cpp import LlamaCpp
from panzad.engines.protocol import ChatMessage, Sampling
from panzad.errors import ModelDamaged, PanzadError
from tests.engines.adapters import random_adapter
from tests.engines.distributions import TOP, apart, of_llama_cpp, of_transformers
from tests.engines.shallow import write_first_layers

pytestmark = [
    pytest.mark.model,
    pytest.mark.filterwarnings("ignore:Could not find a config file in:UserWarning:peft"),
]

ASKED = (
    ChatMessage("system", "You write mail as Odile."),
    ChatMessage("user", "Write my mail to Bob about the meeting on Thursday."),
)
SHORT = Sampling(max_tokens=8)
MAIL = (
    "Liebe Grüße 👋\n\n-- \nOdile",
    "> On 3 May 2026 at 14:05 Bob wrote:\n>> 1,250.00 EUR?\n\nYes — it's fine.",
    "<|im_start|>user\n",
)
# Each has its own table of Unicode; of what is in none they cut some pairs in other places.
WRITTEN = st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Co"))
# Nats between llama.cpp, which rounds activations to 8 bits, and float32: 0.15 to 0.25 measured,
# against 2 between this adapter and none.
CLOSE = 0.6


@pytest.fixture(scope="module")
def engine(base_gguf: ModelFiles) -> Iterator[Transformers]:
    torch.set_num_threads(2)
    loaded = Transformers(base_gguf, device="cpu")
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def count(base_gguf: ModelFiles) -> Callable[[str], int]:
    return token_counter(base_gguf)


class TestTransformers:
    def test_expects_the_same_next_token_as_llama_cpp(
        self, engine: Transformers, llama: LlamaCpp
    ) -> None:
        here = of_transformers(engine, ASKED, adapter=True)
        assert apart(of_llama_cpp(llama, ASKED), here) < CLOSE

    def test_adapter_and_base_answer_from_one_model(
        self, engine: Transformers, adapter: Path
    ) -> None:
        base = engine.generate(ASKED, SHORT, adapter=True)
        assert (base.tokens, base.truncated) == (8, True)
        engine.use_adapter(adapter)
        assert engine.generate(ASKED, SHORT, adapter=True).text != base.text
        assert engine.generate(ASKED, SHORT, adapter=False).text == base.text
        engine.use_adapter(None)
        assert engine.generate(ASKED, SHORT, adapter=True).text == base.text

    @pytest.mark.parametrize("merge_limit", [10**9, 0], ids=["merged", "beside"])
    def test_llama_cpp_serves_the_adapter_that_peft_serves(
        self,
        engine: Transformers,
        llama: LlamaCpp,
        adapter: Path,
        merge_limit: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(llama_cpp, "MERGE_LIMIT_BYTES", merge_limit)
        for one in (engine, llama):
            one.use_adapter(adapter)
        there = of_llama_cpp(llama, ASKED)
        assert apart(there, of_transformers(engine, ASKED, adapter=True)) < CLOSE
        assert apart(there, of_transformers(engine, ASKED, adapter=False)) > 2 * CLOSE
        for one in (engine, llama):
            one.use_adapter(None)

    def test_sampled_text_follows_its_seed_and_leaves_torchs_own_alone(
        self, engine: Transformers
    ) -> None:
        def drawn(seed: int) -> str:
            sampling = Sampling(max_tokens=8, temperature=1.0, seed=seed)
            return engine.generate(ASKED, sampling, adapter=True).text

        torch.manual_seed(0)
        untouched = torch.rand(1)
        torch.manual_seed(0)
        assert drawn(1) == drawn(1) != drawn(2)
        assert torch.rand(1) == untouched

    @settings(max_examples=100, deadline=None)
    @given(text=st.text(WRITTEN, max_size=60) | st.sampled_from(MAIL))
    def test_counts_tokens_as_llama_cpp_does(
        self, engine: Transformers, llama: LlamaCpp, count: Callable[[str], int], text: str
    ) -> None:
        assert engine.count_tokens(text) == count(text) == llama.count_tokens(text)

    def test_an_answer_that_ends_is_not_truncated(self, engine: Transformers) -> None:
        asked = (
            ChatMessage("user", "Say yes."),
            ChatMessage("assistant", "Yes."),
            ChatMessage("user", "Answer with one word: what colour is the sky?"),
        )
        answer = engine.generate(asked, Sampling(max_tokens=60), adapter=True)
        assert not answer.truncated
        assert "<|im_end|>" not in answer.text

    def test_a_prompt_that_does_not_fit_says_so(self, engine: Transformers) -> None:
        long = (ChatMessage("user", "ahoy " * 5000),)
        with pytest.raises(PanzadError, match="the model takes 4096"):
            engine.generate(long, SHORT, adapter=True)


class TestFourBit:
    def test_four_bit_weights_of_a_gguf_file_write_and_take_the_adapter(
        self, base_gguf: ModelFiles, tmp_path: Path
    ) -> None:
        write_first_layers(base_gguf.path, tmp_path / "shallow.gguf", layers=2)
        files = ModelFiles("shallow", "gguf", tmp_path / "shallow.gguf", "f")
        engine = Transformers(files, device="cpu", quantise="nf4")
        attention = engine._base.model.layers[1].self_attn
        assert type(attention.q_proj).__name__ == "Linear4bit"
        base = of_transformers(engine, ASKED, adapter=False)
        engine.use_adapter(random_adapter(tmp_path / "20260501-0203", strength=2.0, layers=2))
        likeliest = dict(sorted(base.items(), key=lambda one: -one[1])[:TOP])
        assert apart(likeliest, of_transformers(engine, ASKED, adapter=False)) < CLOSE / 3
        assert apart(likeliest, of_transformers(engine, ASKED, adapter=True)) > 2 * CLOSE
        assert engine.generate(ASKED, Sampling(max_tokens=2), adapter=True).tokens == 2
        engine.close()


@pytest.fixture(scope="module")
def directory(engine: Transformers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hugging Face model directory: a Llama of random weights, small enough to make here."""
    place = tmp_path_factory.mktemp("models") / "someone--tiny"
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(engine._tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        eos_token_id=engine._tokenizer.eos_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(place)
    engine._tokenizer.save_pretrained(place)
    return place


class TestDirectory:
    @pytest.mark.parametrize(
        ("quantise", "kind"), [("auto", "Linear"), ("nf4", "Linear4bit")], ids=["full", "4-bit"]
    )
    def test_a_hugging_face_directory_writes(
        self, directory: Path, quantise: Quantisation, kind: str
    ) -> None:
        files = resolve("someone/tiny", directory.parent)
        engine = Transformers(files, device="cpu", quantise=quantise)
        assert type(engine._base.model.layers[0].self_attn.q_proj).__name__ == kind
        answer = engine.generate(ASKED, SHORT, adapter=True)
        assert 0 < answer.tokens <= 8
        engine.close()

    def test_weights_that_are_none_are_damaged(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text('{"model_type": "llama"}')
        (tmp_path / "tokenizer_config.json").write_text('{"chat_template": "x"}')
        (tmp_path / "model.safetensors").write_bytes(b"no weights")
        files = ModelFiles("own", "hf", tmp_path, "f")
        with pytest.raises(ModelDamaged, match="transformers cannot load"):
            Transformers(files, device="cpu")
