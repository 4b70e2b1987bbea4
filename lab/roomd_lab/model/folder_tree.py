"""The folders of one mailbox as a tree that people can add to."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from roomd_lab.model.changes import Journal
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import Folder, standard_folders


class FolderTree:
    """The standard folders and those made later, with a journal of their coming and going for SyncFolderHierarchy."""

    def __init__(self, new_id: Callable[[], str], now: Callable[[], datetime]) -> None:
        self._new_id = new_id
        self._now = now
        self.standard = standard_folders(new_id, now())
        self._by_id: dict[str, Folder] = {}
        self.journal = Journal()
        self._index(self.standard.values())

    def __iter__(self) -> Iterator[Folder]:
        return iter(list(self._by_id.values()))

    def find(self, folder_id: str) -> Folder | None:
        """The folder with this id, compared byte for byte."""
        return self._by_id.get(folder_id)

    def children(self, folder: Folder) -> list[Folder]:
        """The folders directly in another."""
        return [each for each in self._by_id.values() if each is not folder and each.parent_id == folder.folder_id]

    def below(self, folder: Folder) -> Iterator[Folder]:
        """The folders in another, and in those."""
        for child in self.children(folder):
            yield child
            yield from self.below(child)

    def create(self, parent: Folder, display_name: str, folder_class: str) -> Folder:
        """Make a folder.

        Raises ErrorFolderExists.
        """
        if any(each.display_name.lower() == display_name.lower() for each in self.children(parent)):
            raise ExchangeError("ErrorFolderExists", "A folder with the specified name already exists.")
        made = Folder(
            name=None,
            folder_id=self._new_id(),
            display_name=display_name,
            folder_class=folder_class,
            parent_id=parent.folder_id,
            changed_at=self._now(),
        )
        self._index([made])
        return made

    def move(self, folder: Folder, to: Folder) -> None:
        """Put a folder into another; it keeps its id.

        Raises ErrorDeleteDistinguishedFolder for one that every mailbox has.
        """
        _require_made(folder)
        folder.parent_id = to.folder_id
        self.journal.changed(folder.folder_id)

    def remove(self, folder: Folder) -> None:
        """Take an empty folder away for good. Raises as `move` does."""
        _require_made(folder)
        del self._by_id[folder.folder_id]
        self.journal.went(folder.folder_id)

    def relocate(self) -> None:
        """Give every folder a new id, and forget what changed."""
        new_ids: dict[str, str] = {}
        for folder in self._by_id.values():
            new_ids[folder.folder_id] = folder.folder_id = self._new_id()
            folder.items, folder.journal = {}, Journal()
        for folder in self._by_id.values():
            folder.parent_id = new_ids[folder.parent_id]
        folders, self._by_id, self.journal = list(self._by_id.values()), {}, Journal()
        self._index(folders)

    def _index(self, folders: Iterable[Folder]) -> None:
        for folder in folders:
            self._by_id[folder.folder_id] = folder
            self.journal.came(folder.folder_id)


def _require_made(folder: Folder) -> None:
    if folder.name is not None:
        raise ExchangeError("ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
