-- What of a mailbox's calendar view could not be read, until the next audit.

CREATE TABLE passed_over (
    mailbox TEXT NOT NULL REFERENCES mailbox (address),
    title   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    event   TEXT REFERENCES event (id)
) STRICT;
CREATE INDEX passed_over_by_mailbox ON passed_over (mailbox);
