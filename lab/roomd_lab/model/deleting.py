"""What DeleteItem means for meetings and everything else."""

from roomd_lab.model.items import CalendarItem, Response, StoredItem
from roomd_lab.model.mailbox import FolderName, Mailbox
from roomd_lab.model.organizing import SILENTLY, Mailing, Notify, cancel
from roomd_lab.model.responding import respond


def delete(mailbox: Mailbox, item: StoredItem, folder: FolderName | None, mailing: Mailing = SILENTLY) -> None:
    """Delete an item into `folder`, or for good when that is None.

    With mail, deleting the organizer's copy calls the meeting off, and deleting an attendee's copy declines it.
    """
    if mailing.notify is not Notify.NOBODY and isinstance(item, CalendarItem):
        item = _take_leave(mailbox, item, mailing)
    if folder is None:
        mailbox.remove(item)
    elif mailbox.folder_of(item).name is not folder:
        mailbox.move(item, folder)


def _take_leave(mailbox: Mailbox, item: CalendarItem, mailing: Mailing) -> CalendarItem:
    if not item.is_meeting or item.is_cancelled:
        return item
    if item.is_organizer:
        return cancel(mailbox, item, mailing)
    return respond(mailbox, item, Response.DECLINE)
