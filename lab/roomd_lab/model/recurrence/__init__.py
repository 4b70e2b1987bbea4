"""When something recurs: patterns and ranges as EWS has them, and the days and times they come to."""
