-- Every question names its mailboxes, and is answered by the primary key: the index by start alone was never used.
DROP INDEX occupancy_by_start;

-- Nearly every occupancy lasts less than four hours. Only the longer ones are indexed, to find the longest.
DROP INDEX occupancy_by_length;
CREATE INDEX occupancy_by_length ON occupancy (end_at - start_at) WHERE end_at - start_at > 14400;

-- Which rooms still owe an answer is asked in every run; few do.
CREATE INDEX occupancy_unanswered ON occupancy (event) WHERE state IN ('pending', 'tentative');
