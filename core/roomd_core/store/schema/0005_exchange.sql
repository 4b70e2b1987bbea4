-- Mailboxes that the configuration does not name one by one: rooms that Exchange lists, people made through the API.

ALTER TABLE mailbox ADD COLUMN source TEXT NOT NULL DEFAULT 'configuration';

CREATE TABLE roster (
    source  TEXT NOT NULL,       -- 'list ...' or 'pattern ...', as the configuration says
    address TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (source, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    address   TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    unix_user TEXT,
    added_by  TEXT NOT NULL,     -- unix:NAME
    added_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who answers a room's invitations, as far as Exchange or experience tells.
CREATE TABLE room_answers (
    address  TEXT PRIMARY KEY,
    setting  TEXT CHECK (setting IN ('exchange', 'roomd')),  -- as the room's own setting says
    unread   TEXT NOT NULL DEFAULT '',                       -- why it could not be read the last time
    tried_at INTEGER,
    learned  TEXT CHECK (learned IN ('exchange', 'roomd'))   -- by what happened
) STRICT, WITHOUT ROWID;

INSERT INTO room_answers (address, learned)
    SELECT substr(name, length('room-answers:') + 1), value FROM meta WHERE name GLOB 'room-answers:*';
DELETE FROM meta WHERE name GLOB 'room-answers:*';
