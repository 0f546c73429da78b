"""The real model worker, whose drafts are a few tokens long."""

from __future__ import annotations

from panzad import worker
from panzad.drafting import drawing

MAX_TOKENS = 12

if __name__ == "__main__":
    drawing.MAX_TOKENS = MAX_TOKENS
    worker.main()
