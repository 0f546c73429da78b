"""The prompt text: byte for byte what transformers makes of the same template."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.utils.chat_template_utils import render_jinja_template

from panzad.engines.catalogue import ModelFiles
from panzad.engines.chat import ChatFormat, format_of_directory, format_of_gguf, render
from panzad.engines.protocol import ChatMessage
from panzad.errors import ModelDamaged

CHATML = """{% for message in messages %}
    {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>\\n' }}
{% endfor %}
{% if add_generation_prompt %}
{{ '<|im_start|>assistant\\n' }}{% endif %}"""
MISTRAL = """{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}
{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}
{% generation %}{{ ' ' + message['content'] + eos_token }}{% endgeneration %}{% else %}
{% set notes = message | tojson %}{{ notes }}{% endif %}{% endfor %}"""
DATED = """{{ bos_token }}{{ strftime_now('%Y') }}{% for message in messages %}
{% if loop.index > 2 %}{% break %}{% endif %}{{ message.content }}{% endfor %}
{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}"""

MESSAGES = st.lists(
    st.builds(
        ChatMessage,
        st.sampled_from(("system", "user", "assistant")),
        st.text(max_size=60) | st.sampled_from(("  Dear Anna,\n\n{{ 7*7 }}\n", "<b>&amp;</b>")),
    ),
    min_size=1,
    max_size=4,
)


def by_transformers(template: str, messages: Sequence[ChatMessage], *, generate: bool) -> str:
    texts, _ = render_jinja_template(
        conversations=[[{"role": one.role, "content": one.content} for one in messages]],
        chat_template=template,
        add_generation_prompt=generate,
        bos_token="<s>",
        eos_token="</s>",
        enable_thinking=False,
    )
    return texts[0]


class TestRender:
    @settings(max_examples=60, deadline=None)
    @given(
        template=st.sampled_from((CHATML, MISTRAL, DATED)),
        messages=MESSAGES,
        generate=st.booleans(),
    )
    def test_every_template_renders_as_transformers_renders_it(
        self, template: str, messages: list[ChatMessage], generate: bool
    ) -> None:
        ours = render(
            template, messages, bos_token="<s>", eos_token="</s>", add_generation_prompt=generate
        )
        assert ours == by_transformers(template, messages, generate=generate)

    def test_a_template_that_refuses_the_messages_is_named(self) -> None:
        template = "{{ raise_exception('roles must alternate') }}"
        with pytest.raises(ModelDamaged, match="roles must alternate"):
            render(template, [], bos_token="", eos_token="", add_generation_prompt=True)

    def test_a_template_cannot_leave_its_sandbox(self) -> None:
        template = "{{ messages.__class__.__mro__[1].__subclasses__() }}"
        with pytest.raises(ModelDamaged, match="unsafe"):
            render(template, [], bos_token="", eos_token="", add_generation_prompt=True)


@pytest.fixture(scope="module")
def embedded(base_gguf: ModelFiles) -> ChatFormat:
    return format_of_gguf(base_gguf.path)


class TestFormats:
    @pytest.mark.model
    @settings(max_examples=40, deadline=None)
    @given(messages=MESSAGES, generate=st.booleans())
    def test_the_embedded_models_own_template_renders_as_transformers_renders_it(
        self, embedded: ChatFormat, messages: list[ChatMessage], generate: bool
    ) -> None:
        chat = embedded
        assert (chat.bos_token, chat.eos_token) == ("<|im_start|>", "<|im_end|>")
        ours = render(
            chat.template,
            messages,
            bos_token="<s>",
            eos_token="</s>",
            add_generation_prompt=generate,
        )
        assert ours == by_transformers(chat.template, messages, generate=generate)

    def test_a_directory_names_its_template_in_its_own_file_or_in_the_tokenizers(
        self, tmp_path: Path
    ) -> None:
        config = tmp_path / "tokenizer_config.json"
        tokens = {"bos_token": {"content": "<s>"}, "eos_token": "</s>"}
        config.write_text(json.dumps({**tokens, "chat_template": "inside"}))
        assert format_of_directory(tmp_path) == ChatFormat("inside", "<s>", "</s>")
        named = [{"name": "tool_use", "template": "no"}, {"name": "default", "template": "yes"}]
        config.write_text(json.dumps({**tokens, "chat_template": named}))
        assert format_of_directory(tmp_path).template == "yes"
        (tmp_path / "chat_template.jinja").write_text("beside")
        assert format_of_directory(tmp_path).template == "beside"

    def test_a_model_without_a_template_is_no_instruct_model(self, tmp_path: Path) -> None:
        (tmp_path / "tokenizer_config.json").write_text("{}")
        with pytest.raises(ModelDamaged, match="has no chat template: choose an instruct model"):
            format_of_directory(tmp_path)
