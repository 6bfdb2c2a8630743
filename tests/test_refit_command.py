"""`xiaohaima refit`, as an operator runs it."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from faq.calibration import read_file
from tests.test_evaluation import publish


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("XIAOHAIMA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XIAOHAIMA_STARTER", "false")
    return CliRunner()


def test_it_shows_what_would_change_and_asks(run: CliRunner, tmp_path: Path) -> None:
    tried = run.invoke(app, ["refit"], input="n\n")
    assert tried.exit_code == 0, tried.output
    assert "直接回答的门槛" in tried.output
    assert "没有采用" in tried.output
    used = run.invoke(app, ["refit", "--yes"])
    assert "已采用" in used.output


def test_it_measures_a_file_and_writes_another(run: CliRunner, tmp_path: Path) -> None:
    questions, out = tmp_path / "own.jsonl", tmp_path / "calibration.json"
    asyncio.run(publish(tmp_path / "data", {"代办收费吗？": "不收费。"}))
    rows = [
        {"text": "食堂排烟管多粗", "expect": "handoff"},
        {"text": "代办收费吗", "entry": "代办收费吗", "region": "三元区"},
    ]
    questions.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    written = run.invoke(app, ["refit", str(questions), "--out", str(out)])
    assert written.exit_code == 0, written.output
    assert "金标问题 2 个：处理对 2 → 2" in written.output
    calibrations, figures = read_file(out)
    assert set(calibrations) == {"entry", "clause"}
    assert figures["held"]["after"]["right"] == 2
