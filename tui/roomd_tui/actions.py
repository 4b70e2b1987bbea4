"""Everything that can be done, each as one object: it makes the bindings, the footer, the help and the palette."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from msgspec import Struct
from textual.binding import Binding, BindingType

from roomd_core.api.wire import ConflictView
from roomd_tui.chart import Selection
from roomd_tui.state import Board, cannot_act, cannot_reach


class Situation(Struct, frozen=True, kw_only=True):
    """What an action may depend on: how the daemon stands, and what the cursor is on."""

    board: Board
    selection: Selection | None = None
    conflict: ConflictView | None = None


def _nothing(_situation: Situation) -> str:
    return ""


class Action(Struct, frozen=True, kw_only=True):
    """``name`` is the method ``do_NAME`` of the screen; ``label`` stands in the footer, when there is one.

    ``obstacle`` says why it cannot be done now, and is empty when it can: the key stays in its place and tells.
    """

    name: str
    keys: tuple[str, ...]
    help: str
    label: str = ""
    obstacle: Callable[[Situation], str] = _nothing

    NAMES: ClassVar[dict[str, str]] = {
        "left_square_bracket": "[",
        "right_square_bracket": "]",
        "question_mark": "?",
        "escape": "esc",
        "pagedown": "pgdn",
        "pageup": "pgup",
    }

    @property
    def key(self) -> str:
        """The first key, as it is written."""
        return self.NAMES.get(self.keys[0], self.keys[0])

    @property
    def key_text(self) -> str:
        """All keys, as they are written."""
        return " ".join(self.NAMES.get(key, key) for key in self.keys)


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """Bind every key of every action."""
    return [
        Binding(",".join(action.keys), f"do('{action.name}')", action.help, show=False, id=action.name)
        for action in actions
    ]


def _no_free_time(situation: Situation) -> str:
    if situation.selection is None:
        return "no room is shown"
    if not situation.selection.stop.is_free:
        return "the room is taken here: move to free time"
    return cannot_act(situation.board)


def _not_mine(situation: Situation) -> str:
    span = situation.selection.stop.span if situation.selection else None
    if span is None:
        return "there is no booking under the cursor"
    return cannot_act(situation.board) or ("" if span.mine else f"it is {span.organizer}'s: only the organizer may")


def _no_conflict(situation: Situation) -> str:
    return cannot_reach(situation.board) if situation.conflict else "there is no conflict to decide"


def _no_alternative(number: int) -> Callable[[Situation], str]:
    def obstacle(situation: Situation) -> str:
        offered = len(situation.conflict.alternatives) if situation.conflict else 0
        if number > offered:
            return f"{offered or 'no'} other rooms are offered here"
        return cannot_reach(situation.board)

    return obstacle


def _no_room(situation: Situation) -> str:
    return "" if situation.selection else "no room is shown"


def _away(situation: Situation) -> str:
    return cannot_reach(situation.board)


HELP = Action(name="help", keys=("question_mark", "f1"), label="Help", help="Show what the keys of this screen do")
QUIT = Action(name="quit", keys=("q",), help="Leave roomctl")
BACK = Action(name="back", keys=("escape", "q"), label="Back", help="Go back")

SHOW_SYNC = Action(name="show_sync", keys=("s",), label="Sync", help="Show how well each mailbox is known")
SHOW_WAITING = Action(
    name="show_waiting",
    keys=("w",),
    label="Waiting",
    help="Show what waits to be sent to Exchange, and whom it mails",
)
SHOW_CONFLICTS = Action(
    name="show_conflicts", keys=("c",), label="Conflicts", help="Show what a person should decide"
)

OPEN = Action(
    name="open", keys=("enter",), label="Book/open", obstacle=_no_room, help="Book the free time, or open the booking"
)
BOOK = Action(name="book", keys=("b",), obstacle=_no_free_time, help="Book the room from the cursor on")
MOVE = Action(
    name="move", keys=("m",), label="Move", obstacle=_not_mine, help="Change the booking's time, room or words"
)
CANCEL = Action(name="cancel", keys=("x", "d"), label="Cancel", obstacle=_not_mine, help="Cancel the booking")

EARLIER = Action(name="earlier", keys=("left", "h"), help="Step to the earlier half hour or booking")
LATER = Action(name="later", keys=("right", "l"), help="Step to the later half hour or booking")
LEAP_EARLIER = Action(name="leap_earlier", keys=("H", "shift+left"), help="Leap three hours back")
LEAP_LATER = Action(name="leap_later", keys=("L", "shift+right"), help="Leap three hours on")
UP = Action(name="up", keys=("up", "k"), help="Go one line up")
DOWN = Action(name="down", keys=("down", "j"), help="Go one line down")
PAGE_UP = Action(name="page_up", keys=("pageup", "ctrl+u"), help="Go a page up")
PAGE_DOWN = Action(name="page_down", keys=("pagedown", "ctrl+d"), help="Go a page down")
FIRST = Action(name="first", keys=("g", "home"), help="Go to the first line")
LAST = Action(name="last", keys=("G", "end"), help="Go to the last line")
PREVIOUS_DAY = Action(name="previous_day", keys=("left_square_bracket", "p"), help="Show the day before")
NEXT_DAY = Action(name="next_day", keys=("right_square_bracket", "n"), help="Show the day after")
TODAY = Action(name="today", keys=("t",), help="Show today, with the cursor on now")

SYNC_NOW = Action(
    name="sync_now", keys=("r",), label="Sync now", obstacle=_away, help="Bring both sides together now"
)
KEEP_EXCHANGE = Action(
    name="keep_exchange", keys=("e",), label="Keep Exchange", obstacle=_no_conflict, help="Keep Exchange's side"
)
KEEP_LOCAL = Action(
    name="keep_local", keys=("l",), label="Keep local", obstacle=_no_conflict, help="Keep the local side"
)

TAKE_ROOM = tuple(
    Action(
        name=f"take_{number}",
        keys=(str(number),),
        label="Other room" if number == 1 else "",
        obstacle=_no_alternative(number),
        help=f"Take alternative {number}",
    )
    for number in range(1, 6)
)
"""The rooms offered instead, by their numbers."""
THIS_ONE = Action(name="this_one", keys=("t",), label="This one", help="Only this occurrence of the series")
FOLLOWING = Action(
    name="following", keys=("f",), label="And following", help="This occurrence of the series and the following"
)
ALL = Action(name="all", keys=("a",), label="All", help="All occurrences of the series")

LISTING = (UP, DOWN, PAGE_UP, PAGE_DOWN, FIRST, LAST)
"""How to go through lines, the same on every screen."""
