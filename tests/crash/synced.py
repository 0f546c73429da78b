"""The life of a sent mail until it stands in the dataset: taken in, excluded, moved, imported."""

from __future__ import annotations

from tests.crash.lives import Stage
from tests.crash.world import World
from tests.servers.mailbox import mail

SMALL = {
    "panzad.imap.fetch:MAILS_PER_BATCH": 3,
    "panzad.learning.privacy:BATCH": 3,
    "panzad.learning.signatures:BATCH": 3,
}
SIGNATURE = "\n\nAnn Lee\nHarbour Office, Pier 4\n"
ASKED = mail(
    "Key", "Who has the key of the boathouse?\n", sender="Bob Ray <bob@example.net>",
    To="me@example.org", Message_ID="<key@example.net>",
)  # fmt: skip
REPLY = mail(
    "Re: Key", "I have it, it lies in my desk." + SIGNATURE, To="bob@example.net",
    In_Reply_To="<key@example.net>", References="<key@example.net>", Message_ID="<reply@x>",
)  # fmt: skip
FROM_A_FILE = mail("File", "This one was kept in a file." + SIGNATURE, Message_ID="<file@x>")


def sent(number: int, to: str = "you@example.net") -> bytes:
    """A sent mail with an unmarked signature."""
    text = f"The boat number {number} is ready and lies at the pier."
    return mail(f"Boat {number}", text + SIGNATURE, To=to, Message_ID=f"<{number}@x>")


def begin(world: World) -> World:
    world.mailbox.append("INBOX", ASKED)
    eve = "Eve <eve@example.com>"
    world.mailbox.append("Sent", sent(1), sent(2, to=eve), REPLY, sent(3))
    return world


def changed(world: World) -> World:
    """One mail is deleted, two come."""
    world.mailbox.expunge("Sent", 1)
    world.mailbox.append("Sent", sent(4), sent(5))
    return world


def excluded(world: World) -> World:
    return world.configured('[privacy]\nexclude_people = ["eve@example.com"]\n')


def moved(world: World) -> World:
    """The Sent folder is made anew: the same mails under other UIDs, but for one."""
    with world.mailbox.client() as client:
        client.rename_folder("Sent", "Sent before")
        client.create_folder("Sent")
        client.select_folder("Sent before")
        client.move([uid for uid in client.search() if uid != 3][::-1], "Sent")
        client.delete_folder("Sent before")
    return world


def in_a_file(world: World) -> World:
    (world.folder / "kept.eml").write_bytes(FROM_A_FILE)
    return world


STAGES = (
    Stage(("sync",), begin, constants=SMALL),
    Stage(("sync",), changed, constants=SMALL),
    Stage(("sync",), excluded, constants=SMALL),
    Stage(("sync",), moved, constants=SMALL),
    Stage(("import", "{folder}/kept.eml"), in_a_file, constants=SMALL),
    Stage(("pause",)),
)
