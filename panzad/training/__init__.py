"""Fine-tuning, readable top to bottom: samples in, an adapter's files out. It knows no mailbox."""

from panzad.engines.environment import prepare

# Here, because OpenMP reads its environment once, when the first module below imports torch.
prepare()
