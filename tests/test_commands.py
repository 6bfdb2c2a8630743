"""The command line as an operator meets it when something is wrong: one line, in Chinese."""

import json
import os
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
    """Runs a command; its exit status and what it said to the operator of what went wrong."""

    printed = ""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._patch = patch

    def run(self, *words: str) -> tuple[int, str]:
        self._patch.setattr("sys.argv", ["xiaohaima", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        status = ended.value.code
        self.printed, errors = self._capsys.readouterr()
        return status if isinstance(status, int) else 0, errors


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


def test_a_folder_is_imported_and_what_else_stands_in_it_is_named(
    terminal: Terminal, folder: Path
) -> None:
    policies = folder / "policies"
    (policies / "old").mkdir(parents=True)
    text = "代办服务办法\n\n第一条 为企业服务。\n第二条 代办不收费。\n"
    (policies / "a.MARKDOWN").write_text(text, "utf-8")
    for name in ("b.doc", "~$a.docx", ".hidden.txt", "README.md"):
        (policies / name).write_text("别的", "utf-8")
    os.mkfifo(policies / "pipe.txt")  # reading it would never end
    assert terminal.run("import-policy", str(policies), "--region", "三元区") == (0, "")
    assert "a.MARKDOWN：已导入《代办服务办法》" in terminal.printed
    assert "没有导入 3 项" in terminal.printed
    assert "b.doc、old、pipe.txt" in terminal.printed


def test_a_data_folder_that_cannot_be_used_is_not_called_an_address(
    terminal: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOHAIMA_STARTER", "true")  # enough of it to be kept in the cache
    monkeypatch.setenv("XIAOHAIMA_PORT", "65432")
    (folder / "data").mkdir()
    (folder / "data" / "cache").write_text("", "utf-8")
    status, errors = terminal.run("serve")
    assert (status, "cache：" in errors, "监听" in errors) == (1, True, False), errors


def test_a_place_of_the_operators_own_is_used_by_name_everywhere(terminal: Terminal) -> None:
    assert terminal.run("regions", "list")[0] == 0
    assert "没有添加过" in terminal.printed
    assert terminal.run("regions", "add", "岩前镇", "--under", "三元区")[0] == 0
    assert "已添加福建省三明市三元区岩前镇，代码 350404900" in terminal.printed
    assert terminal.run("regions", "add", "岩前镇", "--under", "三元区")[0] == 1
    terminal.run("regions", "list")
    assert terminal.printed == "350404900\t镇街\t福建省三明市三元区岩前镇\n"
    assert terminal.run("staff", "add", "镇管家", "--role", "manager", "--region", "岩前镇")[0] == 0
    terminal.run("staff", "list")
    assert "镇管家\t项目管家\t岩前镇\t在岗" in terminal.printed
    assert terminal.run("ask", "代办收费吗", "--region", "岩前镇")[0] == 0
