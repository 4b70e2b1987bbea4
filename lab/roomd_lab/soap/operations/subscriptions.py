"""Subscribe, Unsubscribe and GetEvents."""

from collections.abc import Callable

from roomd_lab.model.access import open_folder
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.events import EventKind
from roomd_lab.model.folders import FolderName
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.subscription import Subscription, Wish
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.event_fields import event, notification, status_event
from roomd_lab.soap.references import folder_at
from roomd_lab.soap.xml import (
    Element,
    child,
    first,
    leaf,
    local_name,
    m,
    read_bool,
    read_int,
    schema_violation,
    t,
    text_of,
)

_LONGEST_PULL = 1440
_STREAM_LIFETIME = 30


def subscribe(call: Call) -> str:
    """A pull or streaming subscription to folders of one mailbox, or to all of them.

    Push subscriptions are refused: this server calls nobody. A watermark of an earlier subscription is not taken up.
    """
    return response("Subscribe", _message("SubscribeResponseMessage", call, _subscribe))


def _subscribe(call: Call) -> str:
    request = first(call.element)
    kind = local_name(request)
    if kind == "PushSubscriptionRequest":
        raise ExchangeError("ErrorInvalidPushSubscriptionUrl", "This server sends no push notifications.")
    mailbox, folders = _target(call, request)
    if not call.caller.owns(mailbox):
        raise ExchangeError(
            "ErrorSubscriptionDelegateAccessNotSupported", "You must be the owner of the mailbox to subscribe to it."
        )
    if text_of(request.find(t("Watermark"))):
        raise ExchangeError("ErrorInvalidWatermark", "The watermark of the request is not valid.")
    is_pull = kind == "PullSubscriptionRequest"
    minutes = _pull_timeout(request) if is_pull else _STREAM_LIFETIME
    registry = call.organization.subscriptions
    wish = Wish(folders=folders, kinds=_kinds(request), is_pull=is_pull, lifetime=registry.minutes(minutes))
    opened = registry.open(mailbox, call.caller.account.username, wish)
    watermark = leaf("m:Watermark", opened.watermark(0)) if is_pull else ""
    return leaf("m:SubscriptionId", opened.subscription_id) + watermark


def _target(call: Call, request: Element) -> tuple[Mailbox, frozenset[str] | None]:
    references = request.find(t("FolderIds"))
    everything = read_bool(request.get("SubscribeToAllFolders", "false").lower())
    if everything is (references is not None):
        raise ExchangeError("ErrorInvalidSubscriptionRequest", "Name folders, or subscribe to all of them.")
    if references is None:
        return open_folder(call.organization, call.caller, FolderName.ROOT)[0], None
    found = [folder_at(call.organization, call.caller, each) for each in references]
    if len({id(mailbox) for mailbox, _ in found}) != 1:
        raise ExchangeError("ErrorInvalidSubscriptionRequest", "A subscription is to folders of one mailbox.")
    return found[0][0], frozenset(folder.folder_id for _, folder in found)


def _kinds(request: Element) -> frozenset[EventKind]:
    try:
        return frozenset(EventKind(text_of(each)) for each in child(request, t("EventTypes")))
    except ValueError as error:
        raise schema_violation(str(error)) from None


def _pull_timeout(request: Element) -> int:
    minutes = read_int(text_of(child(request, t("Timeout"))))
    if not 1 <= minutes <= _LONGEST_PULL:
        raise schema_violation(f"Timeout must be from 1 to {_LONGEST_PULL} minutes.")
    return minutes


def unsubscribe(call: Call) -> str:
    """End a subscription."""

    def end(call: Call) -> str:
        wanted = text_of(child(call.element, m("SubscriptionId")))
        call.organization.subscriptions.close(wanted, call.caller.account.username)
        return ""

    return response("Unsubscribe", _message("UnsubscribeResponseMessage", call, end))


def get_events(call: Call) -> str:
    """What happened since a watermark, at most fifty events at a time; a StatusEvent when nothing did."""
    return response("GetEvents", _message("GetEventsResponseMessage", call, _get_events))


def _get_events(call: Call) -> str:
    registry = call.organization.subscriptions
    wanted = text_of(child(call.element, m("SubscriptionId")))
    found = registry.use(wanted, call.caller.account.username, pull=True)
    watermark = text_of(child(call.element, m("Watermark")))
    return _notification(found, watermark, registry.limits.events_per_answer)


def _notification(subscription: Subscription, watermark: str, limit: int) -> str:
    number = subscription.number_of(watermark)
    events, more = subscription.fetch(number, limit)
    content = "".join(event(each, subscription.watermark(n)) for n, each in events)
    return notification(
        subscription.subscription_id,
        f"{leaf('t:PreviousWatermark', watermark)}<t:MoreEvents>{str(more).lower()}</t:MoreEvents>"
        f"{content or status_event(watermark)}",
    )


def _message(name: str, call: Call, answer: Callable[[Call], str]) -> str:
    return call.one(name, lambda: success(name, answer(call)))
