-- What roomd has made in a mailbox since it was last read, looked for once at each start.
CREATE INDEX operation_made ON operation (mailbox, sent_at) WHERE kind = 'create' AND state = 'done';
