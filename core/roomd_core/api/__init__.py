"""The control API's contract: one route table, the structs it carries, and the client that speaks it."""
