"""The log: a line for each event, nothing that people wrote, and never in the way of the work."""

import io
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import set_up_logs


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    set_up_logs()
    yield
    structlog.reset_defaults()


def test_a_fault_is_logged_without_what_people_wrote(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = "我的电话是" + "13800138000"
    try:
        int(said[:2])
    except ValueError:
        structlog.get_logger().exception("letter failed", letter="7")
    line = capsys.readouterr().err
    assert "level='error' event='letter failed' letter='7'" in line
    assert "ValueError" in line
    assert "13800138000" not in line


def test_a_log_that_nobody_can_read_any_more_stops_no_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr("sys.stderr", gone)
    structlog.get_logger().warning("letter undeliverable", letter="7")
