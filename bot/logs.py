"""What the server writes down: one line for each event, without what people wrote."""

import sys

import structlog


def set_up_logs() -> None:
    """Plain tracebacks: those with local variables would hold messages of askers."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
