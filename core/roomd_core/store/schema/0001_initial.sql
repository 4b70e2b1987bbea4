-- Instants are integers: seconds since 1970-01-01T00:00:00Z. Exchange's ids compare byte for byte (BINARY).

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mailbox (
    address    TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('room', 'person')),
    name       TEXT NOT NULL,
    capacity   INTEGER,
    features   TEXT NOT NULL,               -- JSON array
    answers    TEXT NOT NULL,
    unix_user  TEXT,
    position   INTEGER NOT NULL,            -- order of the configuration
    listed     INTEGER NOT NULL DEFAULT 1,  -- 0: no longer configured; its history stays
    sync_state TEXT,                        -- opaque, whole, only ever written with the rows it covers
    read_at    INTEGER,
    tried_at   INTEGER,
    error      TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    id                 TEXT PRIMARY KEY,
    origin             TEXT NOT NULL CHECK (origin IN ('local', 'exchange')),
    organizer          TEXT NOT NULL,
    organizer_name     TEXT NOT NULL,
    status             TEXT NOT NULL CHECK (status IN ('confirmed', 'cancelled')),
    start_at           INTEGER NOT NULL,
    end_at             INTEGER NOT NULL,
    recurring          INTEGER NOT NULL,    -- 1: the content has a series
    content            BLOB NOT NULL,       -- JSON of Content
    base               BLOB,                -- JSON of Content last agreed on
    responses          BLOB NOT NULL,       -- JSON array of Response
    uid                TEXT NOT NULL,
    global_id          TEXT,                -- hexadecimal, so that many can be asked for at once (json_each)
    key                TEXT,
    title_is_organizer INTEGER NOT NULL,
    version            INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    changed_at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX event_by_global_id ON event (global_id) WHERE global_id IS NOT NULL;
CREATE UNIQUE INDEX event_by_key ON event (key) WHERE key IS NOT NULL;
CREATE INDEX event_by_uid ON event (uid);
CREATE INDEX event_recurring ON event (id) WHERE recurring;

CREATE TABLE item (
    mailbox        TEXT NOT NULL REFERENCES mailbox (address),
    item_id        TEXT NOT NULL,
    change_key     TEXT NOT NULL,
    event          TEXT NOT NULL REFERENCES event (id),
    kind           TEXT NOT NULL,
    is_organizer   INTEGER NOT NULL,
    answer         TEXT NOT NULL,
    modified_at    INTEGER,
    original_start INTEGER,                 -- of a copy of one occurrence of a series
    replies        BLOB,                    -- JSON array of Reply, NULL for none
    PRIMARY KEY (mailbox, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_by_event ON item (event);

CREATE TABLE occupancy (
    mailbox        TEXT NOT NULL REFERENCES mailbox (address),
    start_at       INTEGER NOT NULL,
    end_at         INTEGER NOT NULL,
    event          TEXT NOT NULL REFERENCES event (id),
    original_start INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('pending', 'tentative', 'accepted', 'declined')),
    PRIMARY KEY (mailbox, start_at, event, original_start)
) STRICT, WITHOUT ROWID;
CREATE INDEX occupancy_by_start ON occupancy (start_at, mailbox);
CREATE INDEX occupancy_by_event ON occupancy (event);
-- The longest one bounds how far back an overlap can have begun.
CREATE INDEX occupancy_by_length ON occupancy (end_at - start_at);

CREATE TABLE operation (
    id             INTEGER PRIMARY KEY,
    event          TEXT NOT NULL REFERENCES event (id),
    mailbox        TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('create', 'update', 'cancel')),
    key            TEXT NOT NULL,
    payload        BLOB NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'unknown', 'done', 'parked')),
    attempts       INTEGER NOT NULL,
    not_before     INTEGER,
    sent_at        INTEGER,
    probe_from     TEXT,
    absent_once_at INTEGER,
    error          TEXT,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX operation_waiting ON operation (event, id, state) WHERE state <> 'done';

CREATE TABLE conflict (
    id          TEXT PRIMARY KEY,
    event       TEXT NOT NULL REFERENCES event (id),
    kind        TEXT NOT NULL,
    summary     TEXT NOT NULL,
    units       TEXT NOT NULL,
    base        BLOB,
    local       BLOB,
    remote      BLOB,
    other       TEXT REFERENCES event (id),
    room        TEXT,
    opened_at   INTEGER NOT NULL,
    resolved_at INTEGER,
    kept        TEXT,
    resolved_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX conflict_open ON conflict (event) WHERE resolved_at IS NULL;
CREATE INDEX conflict_open_other ON conflict (other) WHERE resolved_at IS NULL;

CREATE TABLE change (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    event   TEXT NOT NULL REFERENCES event (id),
    actor   TEXT NOT NULL,
    mailbox TEXT,
    before  BLOB,
    after   BLOB,
    note    TEXT NOT NULL
) STRICT;
CREATE INDEX change_by_event ON change (event);

CREATE TABLE run (
    id          INTEGER PRIMARY KEY,
    trigger     TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    mailboxes   INTEGER NOT NULL,
    fetched     INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    deleted     INTEGER NOT NULL,
    pushed      INTEGER NOT NULL,
    conflicts   INTEGER NOT NULL,
    errors      BLOB NOT NULL
) STRICT;

CREATE TABLE request (
    caller TEXT NOT NULL,
    key    TEXT NOT NULL,                   -- the caller's Idempotency-Key
    digest TEXT NOT NULL,                   -- of what was asked, so that the key cannot stand for something else
    event  TEXT NOT NULL REFERENCES event (id),
    at     INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_by_age ON request (at);
