"""What the daemon's problems say to a person, in the person's own zone."""

from zoneinfo import ZoneInfo

from roomd_core.api.wire import Problem
from roomd_tui.moments import moment_text


def sentence(problem: Problem, zone: ZoneInfo) -> str:
    """Say what went wrong. The daemon writes times in the event's zone: another zone's reader gets his own too."""
    if problem.until is None or zone.key in problem.detail:
        return problem.detail
    return f"{problem.detail} For you that is until {moment_text(problem.until, zone)} ({zone.key})."
