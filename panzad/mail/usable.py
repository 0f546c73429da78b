"""STOPGAP"""


def reason_unused(message, extraction, identities):
    if not message.from_ or message.from_[0].email.lower() not in identities:
        return "not-mine"
    if message.header("Auto-Submitted") not in (None, "no"):
        return "automatic"
    if not extraction.own_text.strip():
        return "no-own-text"
    return None
