"""What the server writes down: one line for each event, without what people wrote."""

import sys
from contextlib import suppress

import structlog


class _StderrLogger:
    """Writes to the standard error there is now. A log that cannot be written stops no work."""

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):  # the reader of a pipe left, or the stream is closed
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


def set_up_logs() -> None:
    """Plain tracebacks: those with local variables would hold messages of askers."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=_StderrLogger,
    )
