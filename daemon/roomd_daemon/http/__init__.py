"""The control socket's server: HTTP/1.1 with JSON, made from the core's table of routes."""
