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
