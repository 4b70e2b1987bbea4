-- Items that Exchange has and that could not be read: passed over, and tried again.

CREATE TABLE unreadable (
    mailbox TEXT NOT NULL REFERENCES mailbox (address),
    item_id TEXT NOT NULL,
    title   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (mailbox, item_id)
) STRICT, WITHOUT ROWID;
