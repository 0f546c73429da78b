"""Environment variables that the model libraries read once, when they are first imported."""

from __future__ import annotations

import logging
import os
import warnings

# OpenMP threads meet at barriers hundreds of times a token and wait there by spinning. When
# another process wants the cores, libgomp's default of 300,000 rounds makes them spin against
# each other. Measured with llama.cpp on two cores, tokens a second: idle machine 125 by default,
# 135 at 1,000 rounds; beside a busy process 2 to 7 by default, 17 to 28 at 1,000 rounds.
_SPIN_ROUNDS = "1000"

# oneDNN keeps a compiled kernel for every shape of matrix it has met, 1,024 by default, and mails
# differ in length. Resident after 50 batches of a model's first four layers: 2.4 GB by default,
# 1.6 GB with 32, and no slower.
_KERNELS = "32"


def prepare() -> None:
    """Set what the user has not set; call it before torch or llama.cpp is imported."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", _SPIN_ROUNDS)
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KERNELS)
    # transformers shows a bar of its own while it reads a GGUF file, terminal or not.
    os.environ.setdefault("TQDM_DISABLE", "1")
    # PEFT asks transformers 5.23 for an attribute under its old name.
    warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
    # bitsandbytes warns at import that an optional kernel is not there.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
