"""Where passwords come from; they are never stored by panzad and never logged."""
