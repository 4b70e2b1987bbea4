"""HTTPS on connections we own, because NTLM signs in a connection and not a request."""
