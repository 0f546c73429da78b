"""What `panzad demo` needs: a sample mailbox, and a private IMAP server for it."""
