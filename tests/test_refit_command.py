"""`xiaohaima refit`, as an operator runs it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from faq.calibration import read_file


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
    refusal = {"id": "q1", "text": "食堂排烟管多粗", "expect": "handoff"}
    questions.write_text(json.dumps(refusal, ensure_ascii=False), "utf-8")
    written = run.invoke(app, ["refit", str(questions), "--out", str(out)])
    assert written.exit_code == 0, written.output
    assert "金标问题 1 个：处理对 1 → 1" in written.output
    calibrations, figures = read_file(out)
    assert set(calibrations) == {"entry", "clause"}
    assert figures["held"]["after"]["right"] == 1
