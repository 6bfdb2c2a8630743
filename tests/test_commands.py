"""The command line as an operator meets it when something is wrong: one line, in Chinese."""

import json
import socket
from pathlib import Path

import pytest

from bot.cli import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIAOHAIMA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XIAOHAIMA_STARTER", "false")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Terminal:
    """Runs a command; its exit status and what it said to the operator."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._patch = patch

    def run(self, *words: str) -> tuple[int, str]:
        self._patch.setattr("sys.argv", ["xiaohaima", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        status = ended.value.code
        return status if isinstance(status, int) else 0, self._capsys.readouterr().err


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(capsys, monkeypatch)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("import-policy", "nothing.pdf"), 1, "没有这个文件"),
        (("import-faq", "nothing.csv"), 1, "没有这个文件"),
        (("export-faq", "nowhere/x.csv"), 1, "没有这个文件或文件夹"),
        (("evaluate", "."), 1, "这是文件夹"),
        (("restore", "nothing.db"), 1, "没有这个文件"),
        (("ask", "收费吗", "--region", "火星"), 1, "火星"),
        (("staff", "add", "林晓", "--role", "boss", "--region", "三元区"), 1, "boss"),
        (("staff", "disable", "没有这个人"), 1, "没有这个人"),
        (("staff", "add", "林晓"), 2, "--role"),
        (("ask",), 2, "--help"),
        (("dance",), 2, "dance"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    terminal: Terminal, words: tuple[str, ...], status: int, said: str
) -> None:
    ended, errors = terminal.run(*words)
    assert (ended, said in errors) == (status, True), errors
    assert "Errno" not in errors
    assert "Traceback" not in errors


def test_a_command_that_worked_ends_with_nothing_wrong(terminal: Terminal) -> None:
    assert terminal.run("staff", "list") == (0, "")


def test_a_port_in_use_is_said(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("XIAOHAIMA_PORT", str(taken.getsockname()[1]))
        status, errors = terminal.run("serve")
    assert (status, "端口已被占用" in errors) == (1, True)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("PORT", "99999", "监听端口"), ("PORT", "八千", "监听端口"), ("TIMEZONE", "Mars/X", "时区")],
)
def test_a_wrong_setting_is_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"XIAOHAIMA_{name}", value)
    status, errors = terminal.run("staff", "list")
    assert (status, f"XIAOHAIMA_{name}" in errors, said in errors) == (1, True, True), errors


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"",
        b"not json",
        b"[1]",
        *(
            json.dumps({"id": 1, "expect": "answer", **wrong}).encode()
            for wrong in ({"text": 5}, {"turns": "ab"}, {"text": "x", "facts": ["ab"]}, {})
        ),
    ],
)
def test_a_file_without_labelled_questions_is_refused(
    terminal: Terminal, folder: Path, content: bytes
) -> None:
    questions = folder / "questions.jsonl"
    questions.write_bytes(content)
    status, errors = terminal.run("evaluate", str(questions))
    assert (status, "questions.jsonl" in errors, "Traceback" in errors) == (1, True, False), errors
