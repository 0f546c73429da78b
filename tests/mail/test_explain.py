"""`panzad explain` on files, through the command itself."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from panzad.cli import cli
from tests.mail.builder import raw

REPLY = raw(
    "Too cold.\n\n-- \nAnn\n\nOn 12 Nov 2026 at 18:20, Ben <ben@example.net> wrote:\n> Shall we?\n",
    message_id="<3@x>",
    in_reply_to="<2@x>",
)


def test_json_gives_one_object_a_mail_with_every_field_of_the_contract(tmp_path: Path) -> None:
    single, several = tmp_path / "a.eml", tmp_path / "sent.mbox"
    single.write_bytes(REPLY)
    several.write_bytes(b"From a Fri Nov 13 10:04:00 2026\n" + REPLY.replace(b"\r", b"") + b"\n")

    result = CliRunner().invoke(
        cli, ["--state", str(tmp_path), "explain", "--json", str(single), str(several)]
    )

    assert result.exit_code == 0
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first.pop("path") == str(single)
    assert second.pop("path") == str(several)
    assert first == second
    assert first == {
        "message_id": "<3@x>",
        "kind": "personal",
        "used": True,
        "reason": None,
        "language": None,
        "unquoted": "Too cold.\n\n-- \nAnn",
        "own_text": "Too cold.",
        "signature": "Ann",
        "footer": "",
        "quotes": [
            {"from": "Ben <ben@example.net>", "date": "12 Nov 2026 at 18:20", "text": "Shall we?"}
        ],
        "reply_to": ["ann@example.org"],
        "in_reply_to": "<2@x>",
    }


def test_people_see_the_verdict_and_the_words(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(REPLY)

    result = CliRunner().invoke(cli, ["--state", str(tmp_path), "explain", str(path)])

    assert "personal, used" in result.stdout
    assert "    Too cold." in result.stdout
