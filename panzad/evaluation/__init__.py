"""How good drafts are: figures, style, what was learnt by heart, experiments, their report."""
