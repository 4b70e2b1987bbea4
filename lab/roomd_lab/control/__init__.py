"""A small JSON interface for demos and tests: what Outlook users do, what mailboxes hold, what shall fail."""
