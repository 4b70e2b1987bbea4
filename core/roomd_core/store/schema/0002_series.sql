-- An operation waits until another is done: the end of a series comes before the beginning of what follows it.
ALTER TABLE operation ADD COLUMN after INTEGER REFERENCES operation (id);
