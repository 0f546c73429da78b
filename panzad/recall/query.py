"""What past mails are compared by, and what is looked for: built the same way. Pure."""

from __future__ import annotations

from panzad.store.mails import Mail

# Of what is answered only the beginning counts: the rest would drown what is asked.
ANSWERED_CHARACTERS = 500


def text_of(mail: Mail) -> str:
    """What of a mail is embedded: its subject, what it answers, its own words."""
    return query_of(mail.subject, mail.thread[-1].text if mail.thread else "", mail.own_text)


def query_of(subject: str, answered: str, said: str) -> str:
    """The query for a letter: its subject, what it answers, what is asked as its own words."""
    parts = (subject, answered[:ANSWERED_CHARACTERS], said)
    return "\n".join(part for part in parts if part)
