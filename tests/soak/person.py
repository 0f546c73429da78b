"""A user at a mail program and those who write to them, by chance but from a seed.

Every act is what mail programs do over IMAP; the book is told what it should come to. A mail is
acted on once in a while (`begins`), and then left alone until panzad has done its part: what has no
certain outcome (a flag taken off at once) is told apart by the checks.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from imapclient import IMAPClient

from tests.servers.mailbox import TestMailbox
from tests.soak import letters
from tests.soak.book import WATCHED, Book, Fate, Letter

FLAGGED = r"\Flagged"
# A reply dated in the second in which a draft was asked for could be from before or after.
_APART_SECONDS = 2.0
# How long somebody takes at most who flags a mail by mistake.
_SECOND_THOUGHTS = 0.3


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of panzad's as it lies in Drafts: whose mark, and which mail it answers."""

    uid: int
    raw: bytes
    mark: int
    answers: str | None


class Person:
    """The owner of one account."""

    def __init__(self, account: str, mailbox: TestMailbox, rng: Random) -> None:
        self.account = account
        self.mailbox = mailbox
        self.book = Book()
        self.done: Counter[str] = Counter()
        self._rng = rng
        self._number = 0
        self._busy: set[str] = set()
        self._acts: dict[Callable[[IMAPClient], bool], int] = {
            self.gets_mail: 6,
            self.gets_a_newsletter: 1,
            self.gets_an_answer: 2,
            self.flags: 7,
            self.flags_by_mistake: 2,
            self.unflags: 3,
            self.edits_a_draft: 3,
            self.sends_a_draft: 4,
            self.throws_a_draft_away: 1,
            self.notes_a_draft: 2,
            self.answers: 2,
            self.writes: 2,
            self.moves: 3,
            self.deletes: 2,
            self.deletes_what_was_sent: 1,
        }

    @property
    def name(self) -> str:
        return f"Ann Lee <{self.mailbox.user}>"

    def moves_in(self) -> None:
        """The mailbox before panzad comes: mail, one of it flagged long ago, and what was sent."""
        with self.mailbox.client() as client:
            for _ in range(5):
                self.writes(client)
            for _ in range(6):
                self.gets_mail(client)
            first = self.book.lying("INBOX")[0]
            self._flag(client, first, on=True)
        self.done.clear()

    def begins(self) -> None:
        """What happened before is settled."""
        self._busy.clear()

    def acts(self, client: IMAPClient) -> None:
        """Do one thing that can be done now."""
        acts = list(self._acts)
        while not (act := self._rng.choices(acts, [self._acts[one] for one in acts])[0])(client):
            acts.remove(act)
        self.done[act.__name__.replace("_", " ")] += 1

    def gets_mail(self, client: IMAPClient) -> bool:
        self._arrives(client, self._rng.choice(letters.PEOPLE))
        return True

    def gets_a_newsletter(self, client: IMAPClient) -> bool:
        headers = {"List_Unsubscribe": "<https://example.net/no>", "Precedence": "bulk"}
        self._arrives(client, "News Letter", **headers).automatic = True
        return True

    def gets_an_answer(self, client: IMAPClient) -> bool:
        """Somebody answers what was sent; then that is what the thread is about."""
        sent = self._one(one for one in self.book.lying("Sent") if one.answers is not None)
        if sent is None or sent.answers is None or sent.answers in self._busy:
            return False
        before = self.book.letters[sent.answers]
        if before.overtaken:
            return False
        headers = {"In_Reply_To": sent.message_id, "References": sent.message_id}
        self._arrives(client, before.sender, **headers)
        before.overtaken = True
        self._busy |= {sent.message_id, before.message_id}
        return True

    def flags(self, client: IMAPClient) -> bool:
        wanted = self._to_flag(automatic=True)
        if wanted is None:
            return False
        self._flag(client, wanted, on=True)
        counter = self.book.refusals if wanted.automatic else self.book.drafts
        counter[wanted.message_id] += 1
        return True

    def flags_by_mistake(self, client: IMAPClient) -> bool:
        wanted = self._to_flag(automatic=False)
        if wanted is None:
            return False
        self._flag(client, wanted, on=True)
        time.sleep(self._rng.choice((0, self._rng.uniform(0, _SECOND_THOUGHTS))))
        self._flag(client, wanted, on=False)
        self.book.takes_back(wanted.message_id, time.time())
        return True

    def unflags(self, client: IMAPClient) -> bool:
        """The draft is there, or there is none to come: nothing is to happen."""
        flagged = self._one(one for one in self.book.lying(*WATCHED, "Drafts") if one.flagged)
        if flagged is not None:
            self._flag(client, flagged, on=False)
        return flagged is not None

    def edits_a_draft(self, client: IMAPClient) -> bool:
        """As mail programs do: a new mail under a new id, and the old one goes."""
        draft = self._draft(client, lambda one: one.answers is not None)
        if draft is None:
            return False
        raw, message_id = self._as_saved(draft.raw, edited=True)
        edited = Letter(message_id, raw, "Drafts", answers=draft.answers, draft=draft.mark)
        self._replaces(client, draft.uid, edited)
        self.book.fates[draft.mark] = "edited"
        return True

    def sends_a_draft(self, client: IMAPClient) -> bool:
        """One of panzad's, as it is or changed in the window; or one that was edited before."""
        edited = self._one(one for one in self.book.lying("Drafts") if one.draft is not None)
        if edited is not None and edited.answers not in self._busy:
            assert edited.draft is not None
            [uid] = self._uids(client, edited)
            edited.folder = None
            self._sends(client, uid, edited.raw, edited.answers, edited.draft, "sent-edited")
            return True
        draft = self._draft(client, lambda _: True)
        if draft is None:
            return False
        changed = draft.answers is not None and self._rng.random() < 0.5
        raw = self._as_saved(draft.raw, edited=True)[0] if changed else draft.raw
        fate: Fate = "sent-edited" if changed else "sent-unchanged"
        self._sends(client, draft.uid, raw, draft.answers, draft.mark, fate)
        return True

    def throws_a_draft_away(self, client: IMAPClient) -> bool:
        draft = self._draft(client, lambda _: True)
        if draft is None:
            return False
        client.select_folder("Drafts")
        self._expunges(client, draft.uid)
        self.book.fates[draft.mark] = "thrown away"
        return True

    def notes_a_draft(self, client: IMAPClient) -> bool:
        """A draft of the user's own with what to say, flagged: to answer a mail, or a new one."""
        answered = self._rng.choice((None, self._to_answer()))
        message_id = self._new_id()
        to, headers = f"Friend {self._number} <friend.{self._number}@example.net>", {}
        if answered is not None:
            to, headers = answered.sender, {"In_Reply_To": answered.message_id}
            self._busy.add(answered.message_id)
        subject = f"Note {self._number}"
        raw = letters.letter(self._rng, self.name, to, subject, message_id, 1, **headers)
        self._puts(client, "Drafts", Letter(message_id, raw, None, flagged=True))
        self.book.drafts[message_id] += 1
        return True

    def answers(self, client: IMAPClient) -> bool:
        """In other words than any draft's: those that were not touched are of no use any more."""
        answered = self._to_answer()
        if answered is None:
            return False
        message_id = self._new_id()
        headers = {"In_Reply_To": answered.message_id, "References": answered.message_id}
        raw = letters.letter(
            self._rng, self.name, answered.sender, f"Re: {self._number}", message_id, 5, **headers
        )
        drafts = [one for one in self._drafts(client) if one.answers == answered.message_id]
        self._puts(client, "Sent", Letter(message_id, raw, None, answers=answered.message_id))
        self._answered(answered.message_id, drafts)
        return True

    def writes(self, client: IMAPClient) -> bool:
        message_id = self._new_id()
        to = letters.address(self._rng.choice(letters.PEOPLE))
        subject = f"Plan {self._number}"
        raw = letters.letter(self._rng, self.name, to, subject, message_id, 3)
        self._puts(client, "Sent", Letter(message_id, raw, None))
        return True

    def moves(self, client: IMAPClient) -> bool:
        """Between watched folders, into the archive, and out of it."""
        moved = self._one(self.book.lying(*WATCHED, "Archive"))
        if moved is not None:
            others = [one for one in (*WATCHED, "Archive") if one != moved.folder]
            self._move(client, moved, self._rng.choice(others))
        return moved is not None

    def deletes(self, client: IMAPClient) -> bool:
        """Into the bin or for good."""
        gone = self._one(self.book.lying(*WATCHED, "Drafts", "Archive"))
        if gone is None or gone.draft is not None:
            return False
        if gone.folder != "Drafts" and self._rng.random() < 0.5:
            self._move(client, gone, "Trash")
        else:
            self._expunges(client, *self._uids(client, gone))
            gone.folder = None
        return True

    def deletes_what_was_sent(self, client: IMAPClient) -> bool:
        gone = self._one(self.book.lying("Sent"))
        if gone is None:
            return False
        self._expunges(client, *self._uids(client, gone))
        gone.folder = None
        return True

    # What the acts are made of.

    def _one(self, found: Iterable[Letter]) -> Letter | None:
        """One of these mails that has been left alone for a while; it is busy from now on."""
        free = [one for one in found if one.message_id not in self._busy]
        if not free:
            return None
        one = self._rng.choice(free)
        self._busy.add(one.message_id)
        return one

    def _to_flag(self, *, automatic: bool) -> Letter | None:
        return self._one(
            one
            for one in self.book.lying(*WATCHED)
            if not one.flagged
            and not one.overtaken
            and (automatic or not one.automatic)
            and time.time() - one.answered_at > _APART_SECONDS
        )

    def _to_answer(self) -> Letter | None:
        return self._one(
            one
            for one in self.book.lying(*WATCHED, "Archive")
            if not one.automatic and not one.overtaken
        )

    def _draft(self, client: IMAPClient, wanted: Callable[[Draft], bool]) -> Draft | None:
        """One of panzad's drafts whose mail has been left alone."""
        found = [
            one for one in self._drafts(client) if wanted(one) and one.answers not in self._busy
        ]
        if not found:
            return None
        draft = self._rng.choice(found)
        if draft.answers is not None:
            self._busy.add(draft.answers)
        return draft

    def _drafts(self, client: IMAPClient) -> list[Draft]:
        client.select_folder("Drafts")
        found: Any = client.fetch(client.search(), ["BODY.PEEK[]"])
        drafts: list[Draft] = []
        for uid, one in sorted(found.items()):
            raw = one[b"BODY[]"]
            headers = letters.headers(raw)
            if told := headers["X-Panzad"]:
                mark = int(told.partition(";")[0])
                drafts.append(Draft(uid, raw, mark, headers["In-Reply-To"]))
        return drafts

    def _sends(
        self,
        client: IMAPClient,
        uid: int,
        raw: bytes,
        answers: str | None,
        mark: int,
        fate: Fate,
    ) -> None:
        raw, message_id = self._as_saved(raw, edited=False)
        others = [
            one
            for one in self._drafts(client)
            if answers is not None and one.answers == answers and one.mark != mark
        ]
        self._replaces(client, uid, Letter(message_id, raw, "Sent", answers=answers))
        self.book.fates[mark] = fate
        if answers is not None:
            self._answered(answers, others)

    def _answered(self, message_id: str, drafts: list[Draft]) -> None:
        self.book.letters[message_id].answered_at = time.time()
        for one in drafts:
            self.book.fates[one.mark] = "answered-without"

    def _as_saved(self, raw: bytes, *, edited: bool) -> tuple[bytes, str]:
        """A draft as a mail program saves or sends it, and its new id."""
        message_id = self._new_id()
        raw = re.sub(rb"(?im)^X-Panzad:.*\r\n", b"", raw)
        raw = re.sub(rb"(?im)^Message-ID: <[^>]*>", f"Message-ID: {message_id}".encode(), raw)
        raw = re.sub(rb"(?im)^Date: .*\r\n", f"Date: {letters.now()}\r\n".encode(), raw)
        if edited:
            words = f"Number {self._number} it is.\r\n\r\n".encode()
            raw = raw.replace(b"\r\n\r\n", b"\r\n\r\n" + words, 1)
        return raw, message_id

    def _arrives(self, client: IMAPClient, name: str, **headers: str) -> Letter:
        message_id = self._new_id()
        sender = letters.address(name)
        subject = f"Question {self._number}"
        raw = letters.letter(self._rng, sender, self.name, subject, message_id, 2, **headers)
        letter = Letter(message_id, raw, None, sender=sender)
        self._puts(client, "INBOX", letter)
        return letter

    def _puts(self, client: IMAPClient, folder: str, letter: Letter) -> None:
        flags = {
            "INBOX": [],
            "Sent": [r"\Seen"],
            "Drafts": [r"\Draft", r"\Seen", *([FLAGGED] if letter.flagged else [])],
        }
        client.append(folder, letter.raw, flags[folder])
        letter.folder = folder
        self.book.letters[letter.message_id] = letter
        self._busy.add(letter.message_id)

    def _replaces(self, client: IMAPClient, uid: int, letter: Letter) -> None:
        """A mail comes to its folder and a draft goes, in the one order or the other."""
        folder = letter.folder
        assert folder is not None

        def comes() -> None:
            self._puts(client, folder, letter)

        def goes() -> None:
            client.select_folder("Drafts")
            self._expunges(client, uid)

        steps = [comes, goes]
        self._rng.shuffle(steps)
        for step in steps:
            step()

    def _flag(self, client: IMAPClient, letter: Letter, *, on: bool) -> None:
        change = client.add_flags if on else client.remove_flags
        change(self._uids(client, letter), [FLAGGED])
        letter.flagged = on

    def _move(self, client: IMAPClient, letter: Letter, folder: str) -> None:
        client.move(self._uids(client, letter), folder)
        letter.folder = folder

    def _expunges(self, client: IMAPClient, *uids: int) -> None:
        client.delete_messages(uids)
        client.expunge(uids)

    def _uids(self, client: IMAPClient, letter: Letter) -> list[int]:
        """Where a mail lies in its folder, which is selected then."""
        client.select_folder(letter.folder)
        return client.search(f'HEADER MESSAGE-ID "{letter.message_id}"')

    def _new_id(self) -> str:
        self._number += 1
        return f"<{self._number}.{self.account}@example.org>"
