-- A conflict, and an entry of the feed, may be about a mailbox as a whole instead of an event.

CREATE TABLE conflict_of_mailboxes (
    id          TEXT PRIMARY KEY,
    event       TEXT REFERENCES event (id),
    mailbox     TEXT,                       -- of what is about a mailbox; then there is no event
    kind        TEXT NOT NULL,
    summary     TEXT NOT NULL,
    units       TEXT NOT NULL,
    base        BLOB,
    local       BLOB,
    remote      BLOB,
    other       TEXT REFERENCES event (id),
    room        TEXT,
    missing     BLOB,                       -- JSON array of the events that a mailbox no longer has, NULL for none
    opened_at   INTEGER NOT NULL,
    resolved_at INTEGER,
    kept        TEXT,
    resolved_by TEXT,
    CHECK (event IS NOT NULL OR mailbox IS NOT NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO conflict_of_mailboxes (
    id, event, kind, summary, units, base, local, remote, other, room, opened_at, resolved_at, kept, resolved_by
) SELECT
    id, event, kind, summary, units, base, local, remote, other, room, opened_at, resolved_at, kept, resolved_by
FROM conflict;
DROP TABLE conflict;
ALTER TABLE conflict_of_mailboxes RENAME TO conflict;
CREATE INDEX conflict_open ON conflict (event) WHERE resolved_at IS NULL;
CREATE INDEX conflict_open_other ON conflict (other) WHERE resolved_at IS NULL;
CREATE INDEX conflict_open_mailbox ON conflict (mailbox) WHERE resolved_at IS NULL;

CREATE TABLE change_of_mailboxes (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    event   TEXT REFERENCES event (id),     -- NULL for what is about a mailbox as a whole
    actor   TEXT NOT NULL,
    mailbox TEXT,
    before  BLOB,
    after   BLOB,
    note    TEXT NOT NULL
) STRICT;
INSERT INTO change_of_mailboxes (seq, at, kind, event, actor, mailbox, before, after, note)
    SELECT seq, at, kind, event, actor, mailbox, before, after, note FROM change;
DROP TABLE change;
ALTER TABLE change_of_mailboxes RENAME TO change;
CREATE INDEX change_by_event ON change (event);

-- 1: the mailbox no longer has this copy, and a person decided to keep here what it held.
ALTER TABLE item ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;

-- What the copy itself says, to tell a room's copy that differs from the organizer's.
ALTER TABLE item ADD COLUMN start_at INTEGER;
ALTER TABLE item ADD COLUMN end_at INTEGER;
ALTER TABLE item ADD COLUMN exceptions BLOB;            -- JSON array of ModifiedOccurrence, NULL for none
ALTER TABLE item ADD COLUMN drift TEXT NOT NULL DEFAULT '' CHECK (drift IN ('', 'seen', 'asked'));
CREATE INDEX item_drifting ON item (event) WHERE drift <> '';
