-- Since when Exchange says that it knows no such mailbox, and how often it has said so since.

ALTER TABLE mailbox ADD COLUMN unknown_since INTEGER;
ALTER TABLE mailbox ADD COLUMN unknown_count INTEGER NOT NULL DEFAULT 0;
