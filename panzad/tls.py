"""TLS as panzad wants it everywhere."""

from __future__ import annotations

import ssl


def verified() -> ssl.SSLContext:
    """TLS 1.2 or newer; the certificate is signed by a known authority and names the host.

    `SSL_CERT_FILE` names further authorities.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
