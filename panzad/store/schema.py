"""The tables. A released migration is never changed; a new one is appended.

`mails.id` is never used twice (AUTOINCREMENT), so it serves as the label in the vector index.
"""

_FIRST = """\
CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('sent', 'watch', 'drafts')),
    uidvalidity INTEGER,
    last_uid INTEGER NOT NULL DEFAULT 0,
    highestmodseq INTEGER,
    synced_at TEXT,
    baseline_at TEXT,
    UNIQUE (account, name, role)
) STRICT;

CREATE TABLE mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    date TEXT NOT NULL,
    subject TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    parents TEXT NOT NULL,
    reason TEXT,
    own_text TEXT NOT NULL,
    thread TEXT NOT NULL,
    thread_wanted INTEGER NOT NULL DEFAULT 0,
    added_at TEXT NOT NULL,
    UNIQUE (account, message_id)
) STRICT;

CREATE TABLE locations (
    folder_id INTEGER NOT NULL REFERENCES folders ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    mail_id INTEGER REFERENCES mails,
    reason TEXT,
    PRIMARY KEY (folder_id, uid)
) STRICT, WITHOUT ROWID;

CREATE INDEX locations_mail ON locations (mail_id);

CREATE TABLE pairs (
    mail_id INTEGER PRIMARY KEY REFERENCES mails ON DELETE CASCADE,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
    instruction TEXT,
    model TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    done_at TEXT
) STRICT;

CREATE INDEX pairs_state ON pairs (state);

CREATE TABLE embeddings (
    mail_id INTEGER PRIMARY KEY REFERENCES mails ON DELETE CASCADE,
    model TEXT NOT NULL,
    vector BLOB NOT NULL
) STRICT;

CREATE TABLE index_files (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    generation INTEGER NOT NULL,
    file TEXT NOT NULL,
    model TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    written_at TEXT NOT NULL
) STRICT;

CREATE TABLE adapters (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('training', 'serving', 'kept', 'refused', 'failed')),
    base TEXT NOT NULL,
    plan TEXT NOT NULL,
    metrics TEXT,
    reason TEXT,
    mails INTEGER NOT NULL,
    newest_mail INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    served_at TEXT
) STRICT;

CREATE UNIQUE INDEX adapters_serving ON adapters (state) WHERE state = 'serving';

CREATE UNIQUE INDEX adapters_training ON adapters (state) WHERE state = 'training';

CREATE TABLE marks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'instruction')),
    state TEXT NOT NULL CHECK (state IN (
        'ignored', 'marked', 'gathered', 'written', 'appending', 'appended',
        'cancelled', 'refused', 'failed')),
    present INTEGER NOT NULL DEFAULT 1,
    task TEXT,
    text TEXT,
    adapter TEXT,
    draft BLOB,
    draft_message_id TEXT,
    drafts_folder TEXT,
    drafts_uidvalidity INTEGER,
    drafts_uidnext INTEGER,
    draft_uid INTEGER,
    keyword_state TEXT,
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at TEXT,
    marked_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX marks_state ON marks (state);

CREATE UNIQUE INDEX marks_present ON marks (account, message_id, kind) WHERE present = 1;

CREATE TABLE problems (
    scope TEXT PRIMARY KEY,
    what TEXT NOT NULL,
    remedy TEXT NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL
) STRICT;

CREATE TABLE notes (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT"""

# How each mail was written: what a draft takes its language, quote place and signature from.
_MANNER = """\
ALTER TABLE mails ADD COLUMN language TEXT NOT NULL DEFAULT '';

ALTER TABLE mails ADD COLUMN layout TEXT NOT NULL DEFAULT '';

ALTER TABLE mails ADD COLUMN html INTEGER NOT NULL DEFAULT 0;

ALTER TABLE mails ADD COLUMN signature TEXT NOT NULL DEFAULT ''"""

# When a draft was appended, apart from later changes of its row; whether its mail vanished with the
# mark on; which mark a folder's baseline was taken for; which mail is answered and what the user is
# told of it. A settled mark keeps nothing of the mails.
_SETTLED_MARKS = """\
ALTER TABLE marks ADD COLUMN appended_at TEXT;

UPDATE marks SET appended_at = changed_at WHERE state = 'appended';

ALTER TABLE marks ADD COLUMN vanished INTEGER NOT NULL DEFAULT 0;

ALTER TABLE marks ADD COLUMN wanted INTEGER NOT NULL DEFAULT 1;

UPDATE marks SET task = NULL, text = NULL, draft = NULL
    WHERE state IN ('ignored', 'appended', 'cancelled', 'refused', 'failed');

ALTER TABLE folders ADD COLUMN baseline_mark TEXT;

UPDATE folders SET baseline_mark = 'flag' WHERE baseline_at IS NOT NULL;

ALTER TABLE marks ADD COLUMN answers TEXT;

ALTER TABLE marks ADD COLUMN note TEXT NOT NULL DEFAULT ''"""

# A mail that is deleted must leave the index file too: whoever deletes it, the file is stale.
_STALE_INDEX = """\
ALTER TABLE index_files ADD COLUMN stale INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER embeddings_removed AFTER DELETE ON embeddings BEGIN
    UPDATE index_files SET stale = 1;
END"""

# The earlier mail that a mail repeats: it counts once. When that one leaves, this one counts.
_REPEATS = """\
ALTER TABLE pairs ADD COLUMN repeats INTEGER REFERENCES mails ON DELETE SET NULL;

CREATE INDEX pairs_repeats ON pairs (repeats)"""

# Full-text search over what is learnt. It keeps no text of its own and follows `mails` by
# triggers, so that no way of changing a mail can forget it.
_SEARCH = """\
CREATE VIRTUAL TABLE mail_search USING fts5 (
    subject, own_text, thread, content='mails', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2"
);

INSERT INTO mail_search (rowid, subject, own_text, thread)
    SELECT id, subject, own_text, thread FROM mails WHERE reason IS NULL;

CREATE TRIGGER mail_search_new AFTER INSERT ON mails WHEN new.reason IS NULL BEGIN
    INSERT INTO mail_search (rowid, subject, own_text, thread)
    VALUES (new.id, new.subject, new.own_text, new.thread);
END;

CREATE TRIGGER mail_search_gone AFTER DELETE ON mails WHEN old.reason IS NULL BEGIN
    INSERT INTO mail_search (mail_search, rowid, subject, own_text, thread)
    VALUES ('delete', old.id, old.subject, old.own_text, old.thread);
END;

CREATE TRIGGER mail_search_before BEFORE UPDATE OF subject, own_text, thread, reason ON mails
WHEN old.reason IS NULL BEGIN
    INSERT INTO mail_search (mail_search, rowid, subject, own_text, thread)
    VALUES ('delete', old.id, old.subject, old.own_text, old.thread);
END;

CREATE TRIGGER mail_search_after AFTER UPDATE OF subject, own_text, thread, reason ON mails
WHEN new.reason IS NULL BEGIN
    INSERT INTO mail_search (rowid, subject, own_text, thread)
    VALUES (new.id, new.subject, new.own_text, new.thread);
END"""

# How well an instruction tells its mail (writing/playback.py, `score`).
_SCORE = "ALTER TABLE pairs ADD COLUMN score REAL"

# What became of a draft is a state of its mark. SQLite cannot change a CHECK: the table is made
# anew. `drafts` keeps of an appended draft what its outcome is told by; the text stays only where
# it was edited and sent, beside the mail that it became.
_OUTCOMES = """\
CREATE TABLE marks_with_outcomes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'instruction')),
    state TEXT NOT NULL CHECK (state IN (
        'ignored', 'marked', 'gathered', 'written', 'appending', 'appended', 'stale',
        'sent-unchanged', 'sent-edited', 'discarded', 'answered-without',
        'cancelled', 'refused', 'failed')),
    present INTEGER NOT NULL DEFAULT 1,
    task TEXT,
    text TEXT,
    adapter TEXT,
    draft BLOB,
    draft_message_id TEXT,
    drafts_folder TEXT,
    drafts_uidvalidity INTEGER,
    drafts_uidnext INTEGER,
    draft_uid INTEGER,
    keyword_state TEXT,
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at TEXT,
    marked_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    appended_at TEXT,
    vanished INTEGER NOT NULL DEFAULT 0,
    wanted INTEGER NOT NULL DEFAULT 1,
    answers TEXT,
    note TEXT NOT NULL DEFAULT ''
) STRICT;

INSERT INTO marks_with_outcomes SELECT
    id, account, folder, uidvalidity, uid, message_id, kind, state, present, task, text, adapter,
    draft, draft_message_id, drafts_folder, drafts_uidvalidity, drafts_uidnext, draft_uid,
    keyword_state, reason, attempts, retry_at, marked_at, changed_at, appended_at, vanished, wanted,
    answers, note
    FROM marks;

DROP TABLE marks;

ALTER TABLE marks_with_outcomes RENAME TO marks;

CREATE INDEX marks_state ON marks (state);

CREATE UNIQUE INDEX marks_present ON marks (account, message_id, kind) WHERE present = 1;

CREATE TABLE drafts (
    mark_id INTEGER PRIMARY KEY REFERENCES marks ON DELETE CASCADE,
    audience TEXT NOT NULL,
    instruction TEXT NOT NULL,
    text TEXT,
    missing_since TEXT,
    mail_id INTEGER REFERENCES mails ON DELETE SET NULL,
    distance REAL,
    decided_at TEXT
) STRICT;

CREATE INDEX drafts_mail ON drafts (mail_id);

CREATE TRIGGER drafts_mail_gone BEFORE DELETE ON mails BEGIN
    UPDATE drafts SET text = NULL, instruction = '' WHERE mail_id = old.id;
END;

CREATE TRIGGER drafts_mail_withdrawn AFTER UPDATE OF reason ON mails
WHEN new.reason IS NOT NULL BEGIN
    UPDATE drafts SET text = NULL, instruction = '' WHERE mail_id = new.id;
END"""

# What the user had forgotten, as keyed digests: so that no sync takes it in again. `cause` is the
# digest of what was asked for, by which all that followed from it can be lifted. A cut-off date
# names nobody and stands in clear. Adapters that may have learnt from it are `tainted_at` then.
_FORGOTTEN = """\
CREATE TABLE forgotten (
    digest BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('address', 'message', 'folder', 'before')),
    cause BLOB NOT NULL,
    cutoff TEXT,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE adapters ADD COLUMN tainted_at TEXT"""

# Mails that came from files: they lie in no folder of the server.
_IMPORTED = """\
CREATE TABLE imported (
    mail_id INTEGER PRIMARY KEY REFERENCES mails ON DELETE CASCADE,
    at TEXT NOT NULL
) STRICT"""

MIGRATIONS = (
    _FIRST,
    _MANNER,
    _SETTLED_MARKS,
    _STALE_INDEX,
    _REPEATS,
    _SEARCH,
    _SCORE,
    _OUTCOMES,
    _FORGOTTEN,
    _IMPORTED,
)
