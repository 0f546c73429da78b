"""A real Cyrus IMAP on free loopback ports, in a folder of its own.

Set up much as Debian does it: folders below `INBOX.`, notices to IDLE by idled, no mail outside its
own spool. Its programs are unpacked, not installed (tools/servers). It has MOVE, QRESYNC,
SPECIAL-USE and more; expunged mail stays on the disk and never comes back.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import weakref
from pathlib import Path
from typing import Self

from tests.servers import certificates
from tests.servers.processes import (
    HOST,
    ProcessServer,
    environment,
    free_ports,
    give,
    greets,
    mail_user,
    unpacked,
)

PREFIX = "INBOX."

_IMAPD = """\
configdirectory: {home}/db
defaultpartition: default
partition-default: {home}/spool
proc_path: {home}/run/proc
mboxname_lockpath: {home}/run/lock
idlesocket: {home}/run/idle
lmtpsocket: {home}/run/lmtp
notifysocket: {home}/run/notify
cyrus_user: {user}
altnamespace: no
unixhierarchysep: no
virtdomains: userid
allowplaintext: yes
autocreate_quota: 0
autocreate_inbox_folders: Sent | Drafts | Trash
xlist-sent: Sent
xlist-drafts: Drafts
xlist-trash: Trash
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {home}/sasldb2
sasl_mech_list: PLAIN
tls_server_cert: {home}/certificate.pem
tls_server_key: {home}/certificate.key
failedloginpause: 0
"""

_CYRUS = """\
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {home}/imapd.conf -r"
}}
DAEMON {{
  idled cmd="{bin}/idled -C {home}/imapd.conf"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {home}/imapd.conf" listen="127.0.0.1:{port}"
  imaps cmd="{bin}/imapd -s -C {home}/imapd.conf" listen="127.0.0.1:{tls_port}"
}}
EVENTS {{
}}
"""


class CyrusServer(ProcessServer):
    """One Cyrus; `start` returns when it accepts connections."""

    def __init__(self) -> None:
        self.host = HOST
        self.port = 0
        self.tls_port = 0
        self._user = mail_user()
        # Short, and open to the mail's user: see DovecotServer.
        self._home = Path(tempfile.mkdtemp(prefix="cyrus-"))
        self._home.chmod(0o755)
        self._root = unpacked("cyrus", self._home)
        self._environment = environment(self._root)
        weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        for name in ("db", "spool", "run", "run/proc", "run/lock"):
            (self._home / name).mkdir()
        self.ca_file = certificates.make(self._home).ca

    def start(self) -> Self:
        """Start the server; raises RuntimeError with its master's output when it does not."""
        self.port, self.tls_port = free_ports(2)
        programs = self._root / "usr/lib/cyrus/bin"
        for name, text in (("imapd.conf", _IMAPD), ("cyrus.conf", _CYRUS)):
            values = {"home": self._home, "user": self._user.pw_name, "bin": programs}
            (self._home / name).write_text(
                text.format(**values, port=self.port, tls_port=self.tls_port), encoding="utf-8"
            )
        give(self._home, self._user)
        master = [str(programs / "master"), "-L", str(self._home / "log")]
        settings = ["-C", "imapd.conf", "-M", "cyrus.conf", "-p", "run/master.pid"]
        self._process = subprocess.Popen(
            [*master, *settings],
            cwd=self._home,
            env=self._environment,
            user=self._user.pw_uid,
            group=self._user.pw_gid,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if greets(self._process, self.port):
            return self
        self.stop()
        raise RuntimeError(f"cyrus did not start:\n{self.log()}")

    def add_user(self, name: str, password: str) -> None:
        """Let `name` (an address) log in from now on; the mailbox is made at the first login."""
        user, _, realm = name.partition("@")
        command = [self._root / "usr/sbin/saslpasswd2", "-p", "-c"]
        subprocess.run(
            [*command, "-f", self._home / "sasldb2", "-u", realm, user],
            input=password.encode("utf-8"),
            env=self._environment,
            check=True,
        )
        give(self._home / "sasldb2", self._user)

    def log(self) -> str:
        """What the master and its children have written; the rest goes to syslog."""
        path = self._home / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
