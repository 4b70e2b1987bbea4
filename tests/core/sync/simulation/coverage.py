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
    "conflict: edit": 0.1,
    "conflict: edit-vs-delete": 0.1,
    "conflict: rejected": 0.05,
    "conflict: room-declined": 0.4,
    "conflict: room-dropped": 0.1,
    "conflict: drift": 0.5,
    "conflict: missing-remote": 0.01,
    "conflict: double-booking": 0.1,
    "conflict decided": 0.25,
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
