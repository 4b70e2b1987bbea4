"""Mailboxes and meetings as Exchange keeps them, without any protocol."""
