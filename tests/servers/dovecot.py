"""A real Dovecot on free loopback ports, in a folder of its own, for tests and benchmarks.

It runs as whoever starts it (root or not) and touches nothing of an installed Dovecot. Mail lies
in Maildirs, so large mailboxes can be written straight to disk.
"""

from __future__ import annotations

import grp
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Self

from imapclient import imap_utf7

from tests.servers import certificates
from tests.servers.processes import HOST, ProcessServer, free_ports, greets

FOLDERS: Mapping[str, str | None] = MappingProxyType(
    {"Sent": r"\Sent", "Drafts": r"\Drafts", "Trash": r"\Trash", "Junk": r"\Junk"}
)

_CONFIG = """\
base_dir = {home}/run
state_dir = {home}/run
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 0
first_valid_gid = 0
disable_plaintext_auth = no
auth_failure_delay = 0
mail_max_userip_connections = 100
mail_fsync = never
mail_location = maildir:{home}/mail/%u
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
ssl_dh =
ssl_min_protocol = TLSv1.2
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
{mailboxes}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  user = {user}
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
{extra}
"""


class DovecotServer(ProcessServer):
    """One Dovecot process; `start` returns when it accepts connections.

    `folders` are made for every user: name (behind `prefix`) to SPECIAL-USE attribute or None.
    `extra` is put at the end of the configuration, e.g. to load the quota plugin.
    """

    def __init__(
        self,
        root: Path,
        *,
        prefix: str = "",
        separator: str = "/",
        folders: Mapping[str, str | None] = FOLDERS,
        extra: str = "",
    ) -> None:
        self.root = root
        self.host = HOST
        self.port = 0
        self.tls_port = 0
        self._prefix = prefix
        self._separator = separator
        self._folders = dict(folders)
        self._extra = extra
        self._account, self._internal, self._login, self._mail = _accounts()
        # A short path of its own: Unix socket paths end at 107 bytes, which a test's folder may
        # exceed, and as root the mail's user could not pass through a folder of root's.
        self._home = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._home.chmod(0o755)
        weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        (self._home / "run").mkdir()
        self._own_directory(self._home / "mail")
        self._mail_number = itertools.count(1)
        root.mkdir(parents=True, exist_ok=True)
        # A file for each user: Dovecot rereads a changed file only once a second.
        (root / "users").mkdir(mode=0o700, exist_ok=True)
        self._certificates = certificates.make(root)
        self.ca_file = self._certificates.ca

    def start(self) -> Self:
        """Start the server; raises RuntimeError with its log when it does not come up."""
        executable = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if executable is None:
            raise RuntimeError("no dovecot: apt-get install dovecot-imapd")
        for _ in range(3):
            self.port, self.tls_port = free_ports(2)
            config = self.root / "dovecot.conf"
            config.write_text(self._config(), encoding="utf-8")
            self._process = subprocess.Popen(
                [executable, "-F", "-c", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            if greets(self._process, self.port):
                return self
            self.stop()
        raise RuntimeError(f"dovecot did not start:\n{self.log()}")

    def add_user(self, name: str, password: str) -> None:
        """Let `name` log in from now on; the mailbox is made at the first login."""
        entry = f"{name}:{{PLAIN}}{password}\n"
        (self.root / "users" / name).write_text(entry, encoding="utf-8")

    def log(self) -> str:
        """What Dovecot has logged so far."""
        path = self.root / "dovecot.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def maildir(self, user: str, folder: str) -> Path:
        """The Maildir of a folder (named without prefix), made when missing."""
        path = self._home / "mail" / user
        self._own_directory(path)
        if folder.upper() != "INBOX":
            encoded = imap_utf7.encode(folder.replace(self._separator, "."))
            path /= "." + (encoded.decode("ascii") if isinstance(encoded, bytes) else encoded)
        for directory in (path, path / "cur", path / "new", path / "tmp"):
            self._own_directory(directory)
        return path

    def deliver(
        self,
        user: str,
        folder: str,
        raw: bytes,
        *,
        flags: str = "S",
        when: datetime | None = None,
    ) -> None:
        """Put a mail straight into the Maildir; `flags` are Maildir letters (F flagged, S seen).

        Many times faster than APPEND; Dovecot gives the UID at the next look, in order of `when`
        and delivery.
        """
        moment = int(when.timestamp()) if when else int(time.time())
        number = next(self._mail_number)
        name = f"{moment}.M{number:09d}P{os.getpid()}.panzad,S={len(raw)}:2,{flags}"
        path = self.maildir(user, folder) / "cur" / name
        path.write_bytes(raw)
        os.utime(path, (moment, moment))

    def _config(self) -> str:
        return _CONFIG.format(
            home=self._home,
            root=self.root,
            user=self._account.pw_name,
            internal=self._internal.pw_name,
            group=grp.getgrgid(self._internal.pw_gid).gr_name,
            login=self._login.pw_name,
            uid=self._mail.pw_uid,
            gid=self._mail.pw_gid,
            certificate=self._certificates.certificate,
            key=self._certificates.key,
            separator=self._separator,
            prefix=self._prefix,
            mailboxes="\n".join(map(_mailbox, self._folders.items())),
            port=self.port,
            tls_port=self.tls_port,
            extra=self._extra,
        )

    def _own_directory(self, path: Path) -> None:
        if not path.exists():
            path.mkdir(mode=0o700)
            os.chown(path, self._mail.pw_uid, self._mail.pw_gid)


def _accounts() -> tuple[pwd.struct_passwd, ...]:
    """Whom Dovecot's parts run as: the starter, internal processes, login, mail access.

    imap-login and mail access refuse to be root, so root lends them the users of Debian's package.
    """
    me = pwd.getpwuid(os.geteuid())
    if me.pw_uid != 0:
        return me, me, me, me
    return me, pwd.getpwnam("dovecot"), pwd.getpwnam("dovenull"), pwd.getpwnam("nobody")


def _mailbox(entry: tuple[str, str | None]) -> str:
    name, special_use = entry
    use = f"    special_use = {special_use}\n" if special_use else ""
    return f'  mailbox "{name}" {{\n    auto = subscribe\n{use}  }}'
