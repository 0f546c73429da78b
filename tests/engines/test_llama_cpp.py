"""The CPU engine with the real embedded model, its adapter merged and beside it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from panzad.engines import llama_cpp
from panzad.engines.catalogue import ModelFiles
from panzad.engines.llama_cpp import LlamaCpp
from panzad.engines.protocol import ChatMessage, Sampling
from panzad.errors import ModelDamaged, PanzadError
from tests.engines.adapters import random_adapter

pytestmark = pytest.mark.model

ASKED = (
    ChatMessage("system", "You write mail as Odile."),
    ChatMessage("user", "Write my mail to Bob about the meeting on Thursday."),
)
SHORT = Sampling(max_tokens=24)


@pytest.fixture
def adapted(llama: LlamaCpp, adapter: Path) -> Iterator[LlamaCpp]:
    llama.use_adapter(adapter)
    yield llama
    llama.use_adapter(None)


class TestGenerate:
    def test_greedy_text_is_the_same_every_time(self, llama: LlamaCpp) -> None:
        first = llama.generate(ASKED, SHORT, adapter=True)
        assert first.text.strip()
        assert (first.tokens, first.truncated) == (24, True)
        assert llama.generate(ASKED, SHORT, adapter=True).text == first.text

    def test_sampled_text_follows_its_seed(self, llama: LlamaCpp) -> None:
        def drawn(seed: int) -> str:
            sampling = Sampling(max_tokens=24, temperature=1.0, top_p=0.95, seed=seed)
            return llama.generate(ASKED, sampling, adapter=True).text

        assert drawn(1) == drawn(1) != drawn(2)

    def test_a_finished_answer_ends_before_its_end_of_turn(self, llama: LlamaCpp) -> None:
        asked = (ChatMessage("user", "Answer with one word: what colour is the sky?"),)
        answer = llama.generate(asked, Sampling(max_tokens=200), adapter=True)
        assert not answer.truncated
        assert 0 < answer.tokens < 200
        assert "<|im_end|>" not in answer.text

    def test_the_prompt_is_the_chat_template_and_no_token_more(
        self, llama: LlamaCpp, base_gguf: ModelFiles
    ) -> None:
        asked = (ChatMessage("system", "a"), ChatMessage("user", "b"))
        text = (
            "<|im_start|>system\na<|im_end|>\n"
            "<|im_start|>user\nb<|im_end|>\n"
            "<|im_start|>assistant\n"
        )
        answer = llama.generate(asked, Sampling(max_tokens=1), adapter=True)
        assert answer.prompt_tokens == llama.count_tokens(text)

    def test_special_tokens_count_as_one(self, llama: LlamaCpp) -> None:
        assert llama.count_tokens("") == 0
        assert llama.count_tokens("<|im_start|>") == 1

    def test_a_prompt_that_does_not_fit_says_so(self, llama: LlamaCpp) -> None:
        long = (ChatMessage("user", "ahoy " * 5000),)
        with pytest.raises(PanzadError, match=r"the prompt has \d+ tokens, the model takes 4096"):
            llama.generate(long, SHORT, adapter=True)

    def test_a_long_prompt_leaves_what_room_there_is(self, base_gguf: ModelFiles) -> None:
        engine = LlamaCpp(base_gguf.path, context=64)
        answer = engine.generate(ASKED, Sampling(max_tokens=500), adapter=True)
        engine.close()
        assert answer.truncated
        assert answer.prompt_tokens + answer.tokens == 64

    def test_llama_cpp_keeps_quiet(
        self, base_gguf: ModelFiles, capfd: pytest.CaptureFixture[str]
    ) -> None:
        engine = LlamaCpp(base_gguf.path, context=64)
        engine.generate(ASKED, Sampling(max_tokens=1), adapter=True)
        engine.close()
        assert capfd.readouterr() == ("", "")


class TestAdapter:
    def test_the_adapter_and_the_base_answer_from_one_engine(
        self, llama: LlamaCpp, adapter: Path
    ) -> None:
        base = llama.generate(ASKED, SHORT, adapter=True).text
        llama.use_adapter(adapter)
        with_it = llama.generate(ASKED, SHORT, adapter=True).text
        without_it = llama.generate(ASKED, SHORT, adapter=False).text
        llama.use_adapter(None)
        assert with_it != base == without_it
        assert llama.generate(ASKED, SHORT, adapter=True).text == base

    def test_beside_a_large_base_adapter_and_base_share_one_model(
        self, adapter: Path, base_gguf: ModelFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(llama_cpp, "MERGE_LIMIT_BYTES", 0)
        engine = LlamaCpp(base_gguf.path)
        base = engine.generate(ASKED, SHORT, adapter=True).text
        engine.use_adapter(adapter)
        with_it = engine.generate(ASKED, SHORT, adapter=True).text
        assert with_it != base
        assert engine.generate(ASKED, SHORT, adapter=False).text == base
        assert engine.generate(ASKED, SHORT, adapter=True).text == with_it
        engine.use_adapter(None)
        assert engine.generate(ASKED, SHORT, adapter=True).text == base
        engine.close()

    def test_a_second_adapter_takes_the_place_of_the_first(
        self, adapted: LlamaCpp, adapter: Path
    ) -> None:
        first = adapted.generate(ASKED, SHORT, adapter=True).text
        assert list(adapter.glob("merged-*.gguf"))
        other = random_adapter(adapter.parent / "20260502-020304-abcd", seed=7)
        adapted.use_adapter(other)
        assert adapted.generate(ASKED, SHORT, adapter=True).text != first
        assert not list(adapter.glob("merged-*.gguf"))

    def test_a_flipped_byte_is_noticed_and_the_base_serves(
        self, llama: LlamaCpp, adapter: Path, tmp_path: Path
    ) -> None:
        damaged = shutil.copytree(adapter, tmp_path / adapter.name)
        content = bytearray((damaged / "adapter.gguf").read_bytes())
        content[-1] ^= 1
        (damaged / "adapter.gguf").write_bytes(content)
        base = llama.generate(ASKED, SHORT, adapter=False).text
        with pytest.raises(ModelDamaged, match=r"adapter\.gguf is damaged"):
            llama.use_adapter(damaged)
        assert llama.generate(ASKED, SHORT, adapter=True).text == base

    def test_an_unfinished_adapter_is_not_served(self, llama: LlamaCpp, tmp_path: Path) -> None:
        with pytest.raises(ModelDamaged, match="no readable manifest"):
            llama.use_adapter(tmp_path)


class TestDamage:
    def test_a_file_cut_short_is_damaged(self, base_gguf: ModelFiles, tmp_path: Path) -> None:
        cut = tmp_path / "cut.gguf"
        cut.write_bytes(base_gguf.path.read_bytes()[:50_000_000])
        with pytest.raises(ModelDamaged, match=r"llama\.cpp cannot load .*cut\.gguf"):
            LlamaCpp(cut)
