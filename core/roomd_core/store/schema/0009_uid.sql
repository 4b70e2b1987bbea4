-- The UID of what was made in Exchange is its global id in capitals, and found by that: an index of both would be
-- written at two random places for every event, which is most of what storing one costs in a large store.
DROP INDEX event_by_uid;
CREATE INDEX event_by_uid ON event (uid) WHERE uid IS NOT upper(global_id);
