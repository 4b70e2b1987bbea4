"""The commands of `roomctl`, one file each, in the order `--help` shows them."""

from roomd_tui.commands import (
    audit,
    book,
    cancel,
    conflicts,
    move,
    release,
    resolve,
    rooms,
    show,
    sign_in,
    status,
    sync,
    timeline,
)
from roomd_tui.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    status.COMMAND,
    rooms.COMMAND,
    timeline.COMMAND,
    book.COMMAND,
    move.COMMAND,
    cancel.COMMAND,
    show.COMMAND,
    sync.COMMAND,
    conflicts.COMMAND,
    resolve.COMMAND,
    audit.COMMAND,
    release.COMMAND,
    sign_in.COMMAND,
)
