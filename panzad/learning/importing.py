"""Takes in sent mail from files: what lies in no folder of the server, and stays without one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import structlog

from panzad.config import Account, Privacy
from panzad.learning.forgetting import FORGOTTEN, known, without_forgotten
from panzad.learning.intake import intake, owner
from panzad.learning.privacy import enforce, exclusions_of
from panzad.learning.signatures import strip_repeated
from panzad.store import mails
from panzad.store.database import Database

log = structlog.get_logger("panzad.learning")


@dataclass
class Imported:
    """How many mails were new, known already, and not used, by reason."""

    used: int = 0
    known: int = 0
    unused: dict[str, int] = field(default_factory=dict[str, int])

    def count(self, reason: str) -> None:
        """One more that is not used."""
        self.unused[reason] = self.unused.get(reason, 0) + 1


def import_mails(
    db: Database, name: str, account: Account, privacy: Privacy, raws: Iterable[bytes]
) -> Imported:
    """Learn from an account's sent mails in `raws`; each is committed by itself.

    Only what is learnt from is kept: mail of others, automatic mail and the like leave no row.
    """
    enforce(db, privacy)
    exclusions, forgotten, identities = exclusions_of(privacy), known(db), owner(account)
    usual = mails.usual_language(db, name)
    before = mails.message_ids_of(db, name)
    result = Imported()
    for raw in raws:
        try:
            taken = intake(raw, None, identities, exclusions, usual)
        except Exception as error:  # One mail must not keep the others from being learnt.
            log.error("mail.unreadable", error=type(error).__name__)
            result.count("unreadable")
            continue
        mail = without_forgotten(taken, forgotten)
        if mail is None or mail.reason is not None:
            result.count(FORGOTTEN if mail is None or mail.reason is None else mail.reason)
            continue
        if mail.message_id in before:
            result.known += 1
            continue
        before.add(mail.message_id)
        if mail.thread:
            # The files may be there once only: what came out of folders could not be made anew
            # when those are excluded.
            mail = replace(mail, thread_wanted=False)
        with db.transaction() as tx:
            mails.keep_imported(tx, mails.keep(tx, name, mail))
        result.used += 1
    strip_repeated(db, name, identities)
    log.info("import.done", account=name, used=result.used, known=result.known)
    return result
