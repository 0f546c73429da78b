"""Who may see what of past mails: pure.

A past mail lends its content only to people who received it (or share the organisation of one who
did): what was written to one person must not turn up in a draft to another (FIELD-NOTES,
EchoLeak).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from panzad.store.search import PastMail

Share = Literal["participants", "domain", "all"]

# Sharing a public provider does not make two people colleagues.
PUBLIC_DOMAINS = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com aol.com
    icloud.com me.com mac.com proton.me protonmail.com pm.me gmx.de gmx.net gmx.com gmx.at gmx.ch
    web.de t-online.de freenet.de arcor.de posteo.de mailbox.org tutanota.com tuta.io bluewin.ch
    a1.net aon.at chello.at mail.ru bk.ru list.ru inbox.ru yandex.ru yandex.com rambler.ru ukr.net
    qq.com foxmail.com 163.com 126.com sina.com naver.com hanmail.net daum.net fastmail.com
    fastmail.fm mail.com email.com zoho.com hey.com rocketmail.com rediffmail.com
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it
    wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz email.cz azet.sk freemail.hu citromail.hu
    abv.bg yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.com.br
    hotmail.fr hotmail.de hotmail.it hotmail.es hotmail.co.uk live.fr live.co.uk live.nl
    outlook.de outlook.fr outlook.es uol.com.br bol.com.br terra.com.br ziggo.nl kpnmail.nl
    planet.nl xs4all.nl telenet.be skynet.be btinternet.com sky.com talktalk.net virginmedia.com
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net
    shaw.ca rogers.com bigpond.com bigpond.net.au optusnet.com.au xtra.co.nz
    """.split()  # noqa: SIM905
)


def may_lend(mail: PastMail, audience: Collection[str], share: Share) -> bool:
    """Whether a past mail's content may be shown to the model when it writes to `audience`.

    `audience` are the addresses of everybody who would read the draft. Who is only quoted in a
    mail has not received it: what was said about them to others is not for them to read.
    """
    if share == "all":
        return True
    readers = {address.lower() for address in audience} - {mail.sender}
    if not readers:
        return False
    if share == "participants":
        return readers <= mail.readers
    domains = _domains(mail.readers)
    return all(reader in mail.readers or domain_of(reader) in domains for reader in readers)


def nearness(mail: PastMail, audience: Collection[str]) -> int:
    """How near a past mail's people are: 0 one of the audience, 1 their colleagues, 2 others."""
    readers = {address.lower() for address in audience} - {mail.sender}
    if readers & mail.readers:
        return 0
    return 1 if _domains(readers) & _domains(mail.readers) else 2


def domain_of(address: str) -> str:
    """The domain of an address."""
    return address.rpartition("@")[2]


def _domains(addresses: Collection[str]) -> set[str]:
    """The organisations' domains among those of the addresses."""
    return {domain_of(address) for address in addresses} - PUBLIC_DOMAINS
