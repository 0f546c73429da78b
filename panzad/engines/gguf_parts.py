"""What stands in an adapter's GGUF file beside llama.cpp's `lora_a` and `lora_b`, by suffix.

Each belongs to the base's tensor whose name it follows; rows are in the base's order.
"""

from __future__ import annotations

ALPHA = "adapter.lora.alpha"
# DoRA: the length of each row; shape (out,).
MAGNITUDE = ".dora_magnitude"
# RoSA: flat places (int32) and what is added there; shape (places,).
INDEX = ".sparse_index"
VALUES = ".sparse_values"
# Trained whole: what is added to the tensor; its shape.
DIFFERENCE = ".difference"
