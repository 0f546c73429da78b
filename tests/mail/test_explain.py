"""`panzad explain` on files, through the command itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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
        "language": "en",
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

    assert "personal, used, in en" in result.stdout
    assert "answers <2@x>" in result.stdout
    assert "    Too cold." in result.stdout
    assert "quotes Ben <ben@example.net> 12 Nov 2026 at 18:20 (1 line):" in result.stdout
    assert "    > Shall we?" in result.stdout


def test_nobody_is_answered_where_no_draft_would_be_made(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(raw("Your parcel arrives.", from_="Shop <no-reply@shop.example>"))

    shown = CliRunner().invoke(cli, ["--state", str(tmp_path), "explain", str(path)]).stdout

    assert lines_of(path)[0]["reply_to"] == []
    assert "no draft: no-reply@shop.example takes no replies" in shown


def lines_of(path: Path, *options: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(
        cli, ["--state", str(path.parent), "explain", "--json", *options, str(path)]
    )
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_unmarked_signature_shows_where_an_author_has_several_mails(tmp_path: Path) -> None:
    path = tmp_path / "sent.mbox"
    mails = [raw(f"Text {n} of mine.\n\nBest,\nAnn Lee\nHarbour Office\n") for n in range(3)]
    path.write_bytes(
        b"".join(b"From a Fri Nov 13 10:04:00 2026\n" + one + b"\n\n" for one in mails)
    )

    found = lines_of(path)

    assert [one["own_text"] for one in found] == [
        f"Text {n} of mine.\n\nBest,\nAnn Lee" for n in range(3)
    ]
    assert {one["signature"] for one in found} == {"Harbour Office"}


def test_what_is_no_mail_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "boat.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))

    result = CliRunner().invoke(cli, ["--state", str(tmp_path), "explain", str(path)])

    assert "not a mail" in result.stdout
    assert [(one["used"], one["reason"]) for one in lines_of(path)] == [(False, "no-header")]


def test_a_mail_cannot_steer_the_terminal_or_break_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(
        raw("Red \x1b[31m text\x85and\u2028more", content_type="text/plain; charset=utf-8")
    )

    result = CliRunner().invoke(cli, ["--state", str(tmp_path), "explain", str(path)])

    assert "\x1b[31m" not in result.stdout
    assert len(lines_of(path)) == 1


def test_other_files_name_the_language_of_an_ok_and_of_nothing_longer(tmp_path: Path) -> None:
    path = tmp_path / "sent.mbox"
    texts = ["Please come to the harbour on Thursday.", "Ok", "Može, vidimo se sutra."]
    path.write_bytes(
        b"".join(b"From a Fri Nov 13 10:04:00 2026\n" + raw(text) + b"\n\n" for text in texts)
    )

    languages = [one["language"] for one in lines_of(path)]

    assert languages[:2] == ["en", "en"]
    assert languages[2] != "en"


def test_what_the_config_excludes_and_what_is_all_secret_is_said_to_be_unused(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.toml").write_text(
        """[accounts.work]
address = "ben@example.net"
imap = { host = "localhost" }
auth = { keyring = true }
[privacy]
exclude_people = ["*@example.org"]
exclude_words = ["salary"]
"""
    )
    for name, to, text in (
        ("person", "ann@example.org", "Too cold."),
        ("word", "cy@example.com", "The Salary is late."),
        ("secret", "cy@example.com", "4111 1111 1111 1111"),
        ("plain", "cy@example.com", "Too cold."),
    ):
        (tmp_path / name).write_bytes(raw(text, from_="ben@example.net", to=to))
    paths = [str(tmp_path / name) for name in ("person", "word", "secret", "plain")]
    result = CliRunner().invoke(cli, ["--state", str(tmp_path), "explain", "--json", *paths])
    reasons = [json.loads(line)["reason"] for line in result.stdout.splitlines()]
    assert reasons == ["excluded", "excluded", "secret", None]
