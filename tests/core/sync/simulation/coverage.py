"""What a run must have met to count as one: a simulation in which nothing happened proves nothing."""

from collections import Counter

FLOORS = {
    "fault: busy": 0.1,
    "fault: busy with a wish": 0.1,
    "fault: mailbox away": 0.1,
    "fault: mailbox poisoned": 0.1,
    "fault: Exchange away": 0.1,
    "fault: sign-in refused": 0.1,
    "fault: surprise before a call": 0.1,
    "fault: surprise after a call": 0.1,
    "fault: answer lost, applied": 0.1,
    "fault: answer lost, not applied": 0.05,
    "fault: answer lost, applied late": 0.1,
    "fault: rejected": 0.05,
    "fault: stale": 0.05,
    "fault: gone": 0.05,
    "fault: sync state refused": 0.1,
    "fault: page repeated": 0.1,
    "fault: disk full": 0.1,
    "fault: crash before a call": 0.1,
    "fault: crash after a call": 0.1,
    "fault: crash before a commit": 0.1,
    "fault: crash after a commit": 0.1,
    "fault: somebody acts meanwhile": 1.0,
    "operation: nothing -> queued": 5.0,
    "operation: queued -> sending": 1.0,
    "operation: sending -> done": 1.0,
    "operation: sending -> queued": 0.25,
    "operation: sending -> unknown": 0.25,
    "operation: sending -> parked": 0.05,
    "operation: unknown -> done": 0.25,
    "operation: unknown -> queued": 0.1,
    "operation: queued -> done": 0.25,
    "operation: parked -> queued": 0.02,
    "operation: parked -> done": 0.02,
    "conflict: edit": 0.25,
    "conflict: edit-vs-delete": 0.35,
    "conflict: rejected": 0.08,
    "conflict: room-declined": 0.35,
    "conflict: room-dropped": 0.14,
    "conflict: drift": 0.8,
    "conflict: missing-remote": 0.1,
    "conflict: double-booking": 0.18,
    "conflict: duplicate": 0.08,
    "conflict: mass-delete": 0.06,
    "conflict decided": 1.5,
    "conflict: mass-delete, kept exchange": 0.02,
    "conflict: mass-delete, kept local": 0.02,
    "conflict: duplicate, kept exchange": 0.02,
    "conflict: duplicate, kept local": 0.02,
    "conflict: missing-remote, kept exchange": 0.02,
    "conflict: missing-remote, kept local": 0.02,
    "series here: booked": 1.0,
    "series here: this changed": 0.7,
    "series here: this-and-following changed": 0.35,
    "series here: all changed": 0.3,
    "series here: this called off": 0.25,
    "series here: this-and-following called off": 0.09,
    "series in Outlook: made": 0.4,
    "series in Outlook: this changed": 0.3,
    "series in Outlook: this-and-following changed": 0.09,
    "series in Outlook: all changed": 0.3,
    "series in Outlook: this called off": 0.15,
    "crashes": 2.0,
    "rounds beside a poisoned mailbox": 0.1,
    "runs with clock jumps": 0.5,
    "second daemons refused": 1.0,
    "act: clone_machine": 0.5,
    "runs with non-empty stores": 0.95,
}
"""How often each has to happen, for each seed."""


def shortfalls(counts: Counter[str]) -> list[str]:
    """Name what did not happen often enough; ``counts["seeds"]`` says how many were lived."""
    seeds = counts["seeds"]
    return [
        f"{name} happened {counts[name]} times in {seeds} seeds, {floor * seeds:.0f} were to be expected"
        for name, floor in FLOORS.items()
        if counts[name] < floor * seeds
    ]
