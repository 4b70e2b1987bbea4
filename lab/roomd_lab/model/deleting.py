"""What DeleteItem means for meetings and everything else."""

from roomd_lab.model.announcing import SILENTLY, Mailing, Notify
from roomd_lab.model.folders import FolderName
from roomd_lab.model.items import CalendarItem, Response, StoredItem
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.organizing import cancel
from roomd_lab.model.responding import respond


def delete(mailbox: Mailbox, item: StoredItem, folder: FolderName | None, mailing: Mailing = SILENTLY) -> None:
    """Delete an item into `folder`, or for good when that is None.

    With mail, deleting the organizer's copy calls the meeting off, and deleting an attendee's copy declines it.
    An occurrence goes for good, whatever the folder.
    """
    if isinstance(item, CalendarItem) and item.is_meeting and not item.is_cancelled:
        item = _take_leave(mailbox, item, mailing)
    if folder is None or _occurs(item):
        mailbox.remove(item)
    elif mailbox.folder_of(item).name is not folder:
        mailbox.move(item, folder)


def _take_leave(mailbox: Mailbox, item: CalendarItem, mailing: Mailing) -> CalendarItem:
    if mailing.notify is Notify.NOBODY:
        return item
    if item.is_organizer:
        return cancel(mailbox, item, mailing)
    return respond(mailbox, item, Response.DECLINE, mailing=mailing)


def _occurs(item: StoredItem) -> bool:
    return isinstance(item, CalendarItem) and item.instance is not None
