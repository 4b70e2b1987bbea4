"""The store: one SQLite file, one writer, many readers."""

from roomd_core.store.operations import OutboxSummary
from roomd_core.store.requests import StoredRequest
from roomd_core.store.store import Store
from roomd_core.store.tables import Tables

__all__ = ["OutboxSummary", "Store", "StoredRequest", "Tables"]
