"""Past mails that are like the one at hand: vectors, the index over them, who may see what."""

EMBEDDER = "all-MiniLM-L6-v2"
"""The embedder, as rows name it; a row of another embedder counts as missing."""
