"""Events as notifications name them, in schema order."""

from collections.abc import Iterable

from roomd_lab.model.events import Event, Reference
from roomd_lab.soap.xml import leaf, write_time


def notification(subscription_id: str, content: str) -> str:
    """The Notification element of one subscription.

    It stands in the messages namespace, as Microsoft's samples have it, though the schema says types.
    """
    return f"<m:Notification>{leaf('t:SubscriptionId', subscription_id)}{content}</m:Notification>"


def events(happened: Iterable[Event]) -> str:
    """Events of a stream, which have no watermarks."""
    return "".join(event(each) for each in happened)


def event(happened: Event, watermark: str | None = None) -> str:
    """One event."""
    parts = [leaf("t:Watermark", watermark) if watermark else ""]
    parts.append(f"<t:TimeStamp>{write_time(happened.at)}</t:TimeStamp>{_where(happened.subject)}")
    if happened.before:
        parts.append(_where(happened.before, "Old"))
    if happened.unread is not None:
        parts.append(f"<t:UnreadCount>{happened.unread}</t:UnreadCount>")
    return f"<t:{happened.kind}>{''.join(parts)}</t:{happened.kind}>"


def status_event(watermark: str) -> str:
    """Nothing happened."""
    return f"<t:StatusEvent>{leaf('t:Watermark', watermark)}</t:StatusEvent>"


def _where(thing: Reference, old: str = "") -> str:
    name = "FolderId" if thing.is_folder else "ItemId"
    return (
        f'<t:{old}{name} Id="{thing.entry_id}" ChangeKey="{thing.change_key}"/>'
        f'<t:{old}ParentFolderId Id="{thing.parent_id}" ChangeKey="AQAAAA=="/>'
    )
