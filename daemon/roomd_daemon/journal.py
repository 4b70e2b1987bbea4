"""The log: one line an event on standard error, in words journald understands. Never a body, never a secret."""

import logging
import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Shape = Literal["text", "json"]
Renderer = Callable[[WrappedLogger, str, EventDict], str]

PRIORITIES = {"critical": 2, "error": 3, "exception": 3, "warning": 4, "info": 6, "debug": 7}
"""syslog(3) levels, which journald reads from a ``<N>`` at the start of a line (sd-daemon(3))."""


def set_up(shape: Shape, environment: Mapping[str, str]) -> None:
    """Send everything through structlog: ours from info on, the libraries' from warning on."""
    to_journal = _is_journal(environment)
    render = structlog.processors.JSONRenderer(ensure_ascii=False) if shape == "json" else _logfmt()
    shared: list[Processor] = [structlog.stdlib.add_log_level, structlog.processors.format_exc_info]
    if not to_journal:  # journald has its own clock
        shared.insert(0, structlog.processors.TimeStamper(fmt="iso", utc=True))
    final: list[Processor] = [_with_priority(render)] if to_journal else [_without_record(render)]
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared], processors=final
    )
    handler.setFormatter(formatter)
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)


def _logfmt() -> Processor:
    return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)


def _without_record(render: Processor) -> Renderer:
    """Render without what stdlib logging adds for its own use."""

    def rendered(logger: WrappedLogger, method: str, event: EventDict) -> str:
        return str(render(logger, method, _plain(event)))

    return rendered


def _with_priority(render: Processor) -> Renderer:
    """Render with journald's priority in front."""
    plain = _without_record(render)

    def rendered(logger: WrappedLogger, method: str, event: EventDict) -> str:
        priority = PRIORITIES.get(str(event.get("level", method)), 6)
        return f"<{priority}>{plain(logger, method, event)}"

    return rendered


def _plain(event: MutableMapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if not key.startswith("_")}


def _is_journal(environment: Mapping[str, str]) -> bool:
    """Whether standard error is journald's (systemd.exec(5), ``$JOURNAL_STREAM``)."""
    found = os.fstat(sys.stderr.fileno())
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
