"""The mailbox over IMAP: connect, find folders, sync, watch, and put drafts away."""
