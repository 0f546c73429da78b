"""The settings model: what config.toml may say, and where panzad keeps its files.

Unknown keys and broken values are errors that name the key, its line and a remedy.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from panzad.config_auth import Auth as Auth
from panzad.config_auth import Login, Section, is_loopback
from panzad.config_auth import OAuth2 as OAuth2
from panzad.config_mistakes import explained
from panzad.errors import ConfigError


def is_address(text: str) -> bool:
    """Whether a text is one bare mail address."""
    return re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text) is not None


def is_account_name(text: str) -> bool:
    """Whether an account may be called so: it stands in file names and on the command line."""
    return re.fullmatch(r"[A-Za-z0-9_-]+", text) is not None


class Server(Section):
    """A server that gets a password. Plain text (`none`) is refused except on loopback."""

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"

    @model_validator(mode="after")
    def _no_plain_text_beyond_loopback(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError(
                'security = "none" would send the password in clear; use "tls" or "starttls"'
            )
        return self


class ImapServer(Server):
    """Where the mailbox is.

    `pin` is the SHA-256 of the one certificate (DER) that is taken, instead of any that an
    authority has signed: for servers that sign their own, such as Proton Bridge.
    """

    port: int = Field(default=993, ge=1, le=65535)
    pin: str | None = None

    @field_validator("pin")
    @classmethod
    def _a_digest(cls, value: str | None) -> str | None:
        if value is None:
            return None
        digest = value.lower().removeprefix("sha256:").replace(":", "")
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValueError('must look like "sha256:" and 64 hexadecimal digits')
        return digest

    @model_validator(mode="after")
    def _pinned_over_tls(self) -> ImapServer:
        if self.security == "none" and self.pin is not None:
            raise ValueError(
                'pin needs security = "tls" or "starttls": without TLS it says nothing'
            )
        return self


class SmtpServer(Server):
    """Where the optional report goes out."""

    port: int = Field(default=465, ge=1, le=65535)


class Folders(Section):
    """Which folders play which part; `auto` finds them by SPECIAL-USE, then by name."""

    sent: Literal["auto"] | str | tuple[str, ...] = "auto"
    drafts: Literal["auto"] | str = "auto"
    watch: tuple[str, ...] = ("INBOX",)


class Account(Section):
    """One mailbox and the person who writes from it."""

    address: str
    aliases: tuple[str, ...] = ()
    name: str = ""
    imap: ImapServer
    auth: Login
    folders: Folders = Folders()
    mark: str = "flag"
    signature: str | None = None

    @field_validator("address")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if not is_address(value):
            raise ValueError('must be one address, such as "me@example.org"')
        return value

    @field_validator("aliases")
    @classmethod
    def _each_an_address(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cls._one_address(one) for one in value)

    @field_validator("mark")
    @classmethod
    def _known_mark(cls, value: str) -> str:
        if value == "flag" or re.fullmatch(r"keyword:[^\s(){%*\"\\\]]+|folder:.+", value):
            return value
        raise ValueError('must be "flag", "keyword:NAME" or "folder:NAME"')

    @property
    def user(self) -> str:
        """The login name: `auth.user`, else the address."""
        return self.auth.user or self.address

    @property
    def identities(self) -> tuple[str, ...]:
        """Every address this person writes from, the main one first."""
        return (self.address, *self.aliases)


class Model(Section):
    """The language model: what it is, what runs it, when it leaves memory."""

    base: str = "smollm2-135m-instruct"
    engine: Literal["auto", "llama_cpp", "transformers", "openai"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    idle_minutes: float = Field(default=10, gt=0)


class Retrieval(Section):
    """How many past mails stand in the prompt, and whose they may be."""

    examples: int = Field(default=3, ge=0, le=10)
    share: Literal["participants", "domain", "all"] = "participants"
    lend_style: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A daily span of local time; it may cross midnight. Equal ends mean the whole day."""

    start: time
    end: time

    def holds(self, moment: time) -> bool:
        """Whether `moment` lies in the window (start included, end not)."""
        if self.start == self.end:
            return True
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


def parse_window(text: str) -> Window:
    """`"HH:MM-HH:MM"` as a Window. Raises ValueError on anything else."""
    match = re.fullmatch(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*", text)
    if match is None:
        raise ValueError('must look like "01:00-06:00"')
    first_hour, first_minute, last_hour, last_minute = map(int, match.groups())
    return Window(time(first_hour, first_minute), time(last_hour % 24, last_minute))


class Training(Section):
    """When an adapter is trained, and how.

    `min_mails` are needed for a first adapter, `min_new` more for each further night. A night's
    training waits for mains power and an idle machine unless `on_battery` and `in_use` say that it
    need not. `memory_gb` bounds the training's own memory (0: half of the machine's), `disk_gb`
    that of all adapters together. `drop_instruction` is the share of replies that are learnt
    without their instruction, `retrieved` that of all mails that are learnt with past ones beside
    them.
    """

    method: Literal["auto", "lora", "dora", "qlora", "rosa", "full"] = "auto"
    window: str = "01:00-06:00"
    min_mails: int = Field(default=75, ge=8)
    min_new: int = Field(default=20, ge=1)
    on_battery: bool = False
    in_use: bool = False
    memory_gb: float = Field(default=0, ge=0)
    disk_gb: float = Field(default=4, gt=0)
    mask_facts: bool = True
    drop_instruction: float = Field(default=0.3, ge=0, le=1)
    retrieved: float = Field(default=0.55, ge=0, le=1)
    preference_weight: float = Field(default=0.0, ge=0)

    @field_validator("window")
    @classmethod
    def _readable(cls, value: str) -> str:
        parse_window(value)
        return value


class Writing(Section):
    """How a draft's text is made: the best of so many candidates, or up to twice as many."""

    candidates: int = Field(default=12, ge=1, le=32)


class Drafts(Section):
    """Limits and habits of the drafts.

    `remove_stale` takes an untouched draft away when its mail was answered without it;
    `unused_limit` is how many unused drafts in a row end the drafts for plain flags, 0: none.
    """

    reply_all: Literal["auto"] | bool = "auto"
    max_per_hour: int = Field(default=20, ge=1)
    max_age_days: int = Field(default=14, ge=1)
    grounding: bool = True
    remove_stale: bool = True
    unused_limit: int = Field(default=10, ge=0)


class Privacy(Section):
    """Whose mail, which folders and which words are never learnt from.

    People (`eve@x.org`, `*@bank.example`) and folders (`Archive/*`) are shell patterns; words
    count as whole words. Case makes no difference.
    """

    exclude_people: tuple[str, ...] = ()
    exclude_folders: tuple[str, ...] = ()
    exclude_words: tuple[str, ...] = ()

    @field_validator("exclude_people", "exclude_folders", "exclude_words")
    @classmethod
    def _nothing_empty(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not one.strip() for one in value):
            raise ValueError("may hold no empty text")
        return value

    @field_validator("exclude_people")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if "@" not in one:
                raise ValueError(
                    f'{one!r} is no address; write "eve@example.org" or "*@example.org"'
                )
        return value


class Report(Section):
    """The optional report by mail, to the account's own address only."""

    mail: bool = False
    smtp: SmtpServer | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Report:
        if self.mail and self.smtp is None:
            raise ValueError('needs smtp = { host = "…" } when mail = true')
        return self


class Config(Section):
    """All of config.toml."""

    accounts: Annotated[dict[str, Account], Field(min_length=1)]
    model: Model = Model()
    retrieval: Retrieval = Retrieval()
    training: Training = Training()
    writing: Writing = Writing()
    drafts: Drafts = Drafts()
    privacy: Privacy = Privacy()
    report: Report = Report()

    @field_validator("accounts")
    @classmethod
    def _plain_names(cls, value: dict[str, Account]) -> dict[str, Account]:
        for name in value:
            if not is_account_name(name):
                raise ValueError(f"account name {name!r} may hold letters, digits, - and _ only")
        return value


@dataclass(frozen=True, slots=True)
class Paths:
    """Where panzad keeps what (DESIGN.md, "State")."""

    config: Path
    state: Path
    data: Path

    @property
    def database(self) -> Path:
        return self.state / "panzad.db"

    @property
    def locks(self) -> Path:
        return self.state / "locks"

    @property
    def log(self) -> Path:
        return self.state / "panzad.log"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def adapters(self) -> Path:
        return self.data / "adapters"

    @property
    def index(self) -> Path:
        return self.data / "index"


def locate(config: Path | None, state: Path | None) -> Paths:
    """The paths by the XDG base directory rules; `state` puts everything under one folder."""

    def base(variable: str, default: str) -> Path:
        value = os.environ.get(variable, "")
        return (Path(value) if value.startswith("/") else Path.home() / default) / "panzad"

    if state is not None:
        return Paths(config or state / "config.toml", state, state)
    return Paths(
        config or base("XDG_CONFIG_HOME", ".config") / "config.toml",
        base("XDG_STATE_HOME", ".local/state"),
        base("XDG_DATA_HOME", ".local/share"),
    )


def load(path: Path) -> Config:
    """Read config.toml. Raises ConfigError naming the key, its line and the remedy."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"no config file at {path}", "run `panzad init` to write one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path} ({error})", "mend the file or its mode") from error
    return parse(text, str(path))


def parse(text: str, name: str = "config.toml") -> Config:
    """The settings in a TOML text; `name` stands for it in errors. Raises ConfigError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not valid TOML: {error}", "mend that line") from error
    try:
        return Config.model_validate(table)
    except ValidationError as error:
        # A misspelt key is the cause of the missing one: it comes first.
        details = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        raise explained(details[0], text, name, Config) from None
