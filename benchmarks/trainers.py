"""Our training loop beside the Hugging Face Trainer: same mails, same LoRA, same steps.

Each trains one epoch in a process of its own. Seconds are those of the steps alone; the CPU's are
the whole process's, which beside them loads the model and judges it twice; the loss is that of the
same held-out mails by the same code; the peak is the process's (VmHWM).

    python -m benchmarks.trainers --data DIR --models DIR [--mails 48] [--person david]
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from benchmarks.mailbox import PaperMail, read
from panzad.engines.catalogue import DEFAULT, ModelFiles, resolve
from panzad.engines.protocol import ChatMessage

HELD_OUT = 8
SEED = 7


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--models", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--person", default="david", type=click.Choice(["david", "isabel"]))
@click.option("--mails", default=48, show_default=True)
@click.option("--only", type=click.Choice(["ours", "transformers"]), hidden=True)
def main(data: Path, models: Path, person: str, mails: int, only: str | None) -> None:
    """Run both and print their figures, one JSON object a line."""
    if only is None:
        for name in ("ours", "transformers"):
            subprocess.run(
                [sys.executable, "-m", "benchmarks.trainers", *sys.argv[1:], "--only", name],
                check=True,
            )
        return
    run: dict[str, Callable[..., dict[str, float]]] = {"ours": ours, "transformers": theirs}
    learnt, _ = read(data, person)
    figures = run[only](learnt[:mails], learnt[mails : mails + HELD_OUT], resolve(DEFAULT, models))
    whole = {"process_cpu_seconds": round(time.process_time()), "peak_mb": _peak()}
    click.echo(json.dumps({"loop": only, "mails": mails, **figures, **whole}))


def ours(
    train: Sequence[PaperMail], held_out: Sequence[PaperMail], files: ModelFiles
) -> dict[str, float]:
    """`training.run.train`; its step seconds leave judging and checkpoints out."""
    from panzad.training.methods import METHODS
    from panzad.training.priority import memory_limit
    from panzad.training.run import train as run

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        outcome = run(
            files,
            [_sample(one) for one in train],
            [_sample(one) for one in held_out],
            replace(METHODS["lora"], epochs=1),
            Path(folder),
            seed=SEED,
            champion=None,
            report=lambda _: None,
            stop=lambda: False,
            memory=memory_limit(0),
        )
        metrics = json.loads((Path(folder) / "manifest.json").read_text())["metrics"]
    return {
        "steps": math.ceil(len(train) / METHODS["lora"].batch),
        "tokens": metrics["tokens"],
        "seconds": round(metrics["tokens"] / outcome.tokens_per_second, 1),
        "tokens_per_second": outcome.tokens_per_second,
        "base_loss": round(outcome.base_loss, 4),
        "loss": round(outcome.loss, 4),
    }


def theirs(
    train: Sequence[PaperMail], held_out: Sequence[PaperMail], files: ModelFiles
) -> dict[str, float]:
    """transformers.Trainer as its users set it up: padded batches by length, labels of -100."""
    import torch
    from transformers import Trainer, TrainingArguments

    from panzad.engines.chat import format_of
    from panzad.training.dataset import tokenised
    from panzad.training.learner import with_adapter
    from panzad.training.loss import mean_loss
    from panzad.training.methods import METHODS
    from panzad.training.model import dtype_for, load

    method, cpu = METHODS["lora"], torch.device("cpu")
    base, tokenizer = load(files, cpu, dtype_for(method, cpu))
    pad = tokenizer.pad_token_id or 0

    def tokens(mails: Sequence[PaperMail]) -> list[Any]:
        chat, samples = format_of(files), [_sample(one) for one in mails]
        return tokenised(
            samples, chat, lambda text: tokenizer.encode(text, add_special_tokens=False)
        )

    learnt, judged = tokens(train), tokens(held_out)
    base_loss = mean_loss(base, judged, pad)
    model = with_adapter(base, method, SEED)
    rows = [
        {
            "input_ids": [*one.prompt, *one.completion],
            "labels": [-100] * len(one.prompt) + [*one.completion],
        }
        for one in learnt
    ]

    def collate(batch: list[dict[str, list[int]]]) -> dict[str, Any]:
        length = max(len(one["input_ids"]) for one in batch)

        def padded(key: str, value: int) -> Any:
            return torch.tensor([one[key] + [value] * (length - len(one[key])) for one in batch])

        ids = padded("input_ids", pad)
        mask = torch.tensor([[at < len(one["labels"]) for at in range(length)] for one in batch])
        return {"input_ids": ids, "attention_mask": mask.long(), "labels": padded("labels", -100)}

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=folder,
                num_train_epochs=1,
                per_device_train_batch_size=method.batch,
                learning_rate=method.learning_rate,
                weight_decay=method.weight_decay,
                max_grad_norm=method.clip,
                lr_scheduler_type="linear",
                warmup_steps=round(method.warmup * math.ceil(len(rows) / method.batch)),
                train_sampling_strategy="group_by_length",
                seed=SEED,
                use_cpu=True,
                dataloader_pin_memory=False,
                disable_tqdm=True,
                logging_strategy="no",
                save_strategy="no",
                report_to="none",
            ),
            train_dataset=rows,  # pyright: ignore[reportArgumentType] - any sequence will do
            data_collator=collate,
        )
        result = trainer.train()
    seconds, count = result.metrics["train_runtime"], sum(len(one) for one in learnt)
    return {
        "steps": result.global_step,
        "tokens": count,
        "seconds": round(seconds, 1),
        "tokens_per_second": round(count / seconds, 1),
        "base_loss": round(base_loss, 4),
        "loss": round(mean_loss(model, judged, pad), 4),
    }


def _sample(mail: PaperMail) -> Any:
    """The mail with its subject and opening as what is asked for."""
    from panzad.training.dataset import Sample

    asked = f"Write my mail. Subject: {mail.subject}. {' '.join(mail.text.split()[:20])}"
    return Sample(mail.line, f"{mail.line:06}", (ChatMessage("user", asked),), mail.text)


def _peak() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


if __name__ == "__main__":
    main()
