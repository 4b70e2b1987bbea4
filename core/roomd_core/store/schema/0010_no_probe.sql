-- Where a mailbox's feed stood before a write: the feed is read on from where it stands, and that is always after.

ALTER TABLE operation DROP COLUMN probe_from;
