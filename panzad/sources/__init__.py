"""What other mail programs on this machine keep: read, never written."""
