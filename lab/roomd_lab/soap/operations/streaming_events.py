"""GetStreamingEvents: a connection that hangs and tells."""

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.subscription import Subscription
from roomd_lab.soap.call import Call
from roomd_lab.soap.event_stream import EventStream, refused
from roomd_lab.soap.xml import child, m, read_int, schema_violation, text_of

_MOST_SUBSCRIPTIONS = 200
_LONGEST = 30


def get_streaming_events(call: Call) -> EventStream | str:
    """The events of up to 200 subscriptions for 1 to 30 minutes (GetStreamingEvents operation, ConnectionTimeout).

    One subscription that cannot be used keeps all of them from being streamed.
    """
    minutes = read_int(text_of(child(call.element, m("ConnectionTimeout"))))
    ids = list(dict.fromkeys(text_of(each) for each in child(call.element, m("SubscriptionIds"))))
    if not 1 <= minutes <= _LONGEST or not ids or not all(ids):
        raise schema_violation(
            f"ConnectionTimeout must be from 1 to {_LONGEST} minutes, for one subscription or more."
        )
    if len(ids) > _MOST_SUBSCRIPTIONS:
        error = ExchangeError("ErrorInvalidSubscriptionRequest", "At most 200 subscriptions can share a connection.")
        return refused([], error)
    registry, holder = call.organization.subscriptions, call.caller.acts_as or call.caller.account.username
    try:
        found = _usable(call, ids)
        if isinstance(found, str):
            return found
        registry.connect(holder)
    except ExchangeError as error:
        return refused([], error)
    seconds = registry.minutes(minutes).total_seconds()
    return EventStream(registry=registry, subscriptions=tuple(found), holder=holder, seconds=seconds)


def _usable(call: Call, ids: list[str]) -> list[Subscription] | str:
    found: list[Subscription] = []
    failed: list[tuple[str, ExchangeError]] = []
    for each in ids:
        try:
            found.append(call.organization.subscriptions.use(each, call.caller.account.username, pull=False))
        except ExchangeError as error:
            failed.append((each, error))
    return refused([each for each, _ in failed], failed[0][1]) if failed else found
