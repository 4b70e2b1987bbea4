-- What the audit of a mailbox against Exchange's own calendar view found, until the next one.

ALTER TABLE mailbox ADD COLUMN audited_at INTEGER;

CREATE TABLE finding (
    mailbox  TEXT NOT NULL REFERENCES mailbox (address),
    start_at INTEGER NOT NULL,
    end_at   INTEGER NOT NULL,
    title    TEXT NOT NULL,
    shown_by TEXT NOT NULL CHECK (shown_by IN ('exchange', 'local')),
    event    TEXT REFERENCES event (id)
) STRICT;
CREATE INDEX finding_by_mailbox ON finding (mailbox);
