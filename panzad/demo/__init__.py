"""What `panzad demo` needs: a sample mailbox and the show that runs on it."""
