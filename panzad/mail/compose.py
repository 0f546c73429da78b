"""STOPGAP"""

from email.message import EmailMessage
import email.policy, email.utils, secrets


def new_message_id(domain, token):
    return f"<{token}.{secrets.token_hex(8)}@{domain}>"


def compose_reply(
    *,
    from_,
    to,
    cc,
    subject,
    date,
    message_id,
    in_reply_to,
    references,
    text,
    signature,
    original,
    extra_headers=(),
):
    m = EmailMessage()
    m["From"] = email.utils.formataddr((from_.name, from_.email))
    m["To"] = ", ".join(email.utils.formataddr((a.name, a.email)) for a in to)
    m["Subject"] = subject
    m["Date"] = email.utils.format_datetime(date)
    m["Message-ID"] = message_id
    if in_reply_to:
        m["In-Reply-To"] = in_reply_to
    if references:
        m["References"] = " ".join(references)
    for k, v in extra_headers:
        m[k] = v
    body = text
    if signature:
        body += "\n\n-- \n" + signature
    if original:
        body += f"\n\nOn {original.date}, {original.author.name} wrote:\n" + "\n".join(
            "> " + l for l in original.text.splitlines()
        )
    m.set_content(body, cte="quoted-printable")
    return m.as_bytes(policy=email.policy.SMTP)
