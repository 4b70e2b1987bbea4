"""Who may decide a conflict. Pure."""

from roomd_core.access import Caller
from roomd_core.api.wire import ConflictView

_TO = "decide this conflict"


def require_may_decide(caller: Caller, conflict: ConflictView) -> None:
    """Raise NotAllowed unless the caller may act for the event's organizer, or for whom the mailbox belongs to.

    A room belongs to nobody: what is about a room as a whole is decided by who may act for everybody.
    """
    if conflict.event is not None:
        caller.require_may_act_for(conflict.event.organizer, to=_TO)
    elif conflict.mailbox is None or not caller.may_act_for(conflict.mailbox):
        caller.require_may_act_for_all(to=_TO)
