"""The samples of a run: as many prompts as it reads, and the same ones when it is gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from panzad.config import Account, Auth, Config, ImapServer, Retrieval, Training
from panzad.engines.catalogue import ModelFiles
from panzad.learning.dataset import contrasted, dataset
from panzad.learning.samples import READINGS, older_and_newest
from panzad.store import pairs
from panzad.store.drafts import Preference
from panzad.training.dataset import fingerprint
from tests.learning.test_samples import Box, letter, words

# Without past mails in the prompts no embedder is loaded.
CONFIG = Config(
    accounts={
        "work": Account(
            address="ann@own.example",
            name="Ann Lee",
            imap=ImapServer(host="localhost", port=1, security="none"),
            auth=Auth(command="true"),
        )
    },
    training=Training(retrieved=0),
)


FILES = ModelFiles("base", "hf", Path(), "fingerprint")


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    monkeypatch.setattr("panzad.engines.gguf_base.token_counter", lambda _: words)
    box = Box(tmp_path)
    for number in range(20):
        box.add(letter(number))
    return box


class TestDataset:
    @pytest.mark.parametrize(
        ("epochs", "prompts"), [(1, 1), (2, 2), (READINGS, READINGS), (9, READINGS)]
    )
    def test_a_mail_has_a_prompt_for_each_epoch_and_one_to_be_judged_by(
        self, box: Box, epochs: int, prompts: int
    ) -> None:
        older, newest = older_and_newest(pairs.finished(box.db))
        learnt, held_out = dataset(box.db, CONFIG, FILES, older, newest, epochs)
        assert [one.mail_id for one in learnt] == list(range(1, 17))
        assert [one.mail_id for one in held_out] == list(range(17, 21))
        assert {1 + len(one.others) for one in learnt} == {prompts}
        assert {1 + len(one.others) for one in held_out} == {1}

    def test_the_prompts_of_a_longer_run_begin_with_those_of_a_shorter(self, box: Box) -> None:
        older, newest = older_and_newest(pairs.finished(box.db))
        short, again, long = (
            dataset(box.db, CONFIG, FILES, older, newest, epochs)[0] for epochs in (2, 2, 3)
        )
        assert fingerprint(short) == fingerprint(again)
        for one, other in zip(short, long, strict=True):
            assert (one.messages, *one.others) == (other.messages, *other.others[:1])


class TestContrasted:
    EDIT = "The ferry sails at 17:40."
    DRAFT = "The ferry sails on 3 May."

    @pytest.mark.parametrize("mask", [True, False])
    def test_facts_of_both_sides_are_masked_as_those_of_mails_are(
        self, box: Box, mask: bool
    ) -> None:
        pair = pairs.get(box.db, box.add(self.EDIT))
        assert pair is not None
        config = CONFIG.model_copy(
            update={
                "retrieval": Retrieval(examples=0),
                "training": Training(mask_facts=mask),
            }
        )
        kept = Preference(4, pair.mail, self.DRAFT, "tell them when it sails")
        [found] = contrasted(box.db, config, FILES, [kept]).values()
        shown = [
            [one.completion[start:end] for start, end in one.masked]
            for one in (found.chosen, found.rejected)
        ]
        assert shown == ([["17:40"], ["3 May"]] if mask else [[], []])
