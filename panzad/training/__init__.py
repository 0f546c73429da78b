"""Fine-tuning, readable top to bottom: samples in, an adapter's files out. It knows no mailbox."""
