"""`xiaohaima evaluate`: what it says of the assistant's answers, and the picture."""

import asyncio
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.schema import MIGRATIONS
from faq.entries import Content, Source
from faq.publishing import add_entry, publish_entry
from storage import Transaction, open_database

DOCUMENT = """代办服务办法

第一条 代办服务由政务服务中心提供，不收取任何费用。
第二条 代办人员应当在两个工作日内联系申请人。
第三条 档案由城建档案馆保管，保管期限为三十年。
"""
SOURCE = Source("某某办法", "某办发〔2025〕1号", "第三条", "某局", "100000", "2025-01-01")
QUESTIONS: list[dict[str, object]] = [
    {
        "id": "fee",
        "text": "代办服务由政务服务中心提供收取费用吗",
        "kind": "close",
        "expect": "answer",
        "facts": [["不收取任何费用", "免费"]],
    },
    {
        "id": "lie",
        "text": "代办人员应当在两个工作日内联系申请人",
        "kind": "near_miss",
        "expect": "handoff",
    },
    {"text": "档案由哪个馆保管", "facts": [["城建档案馆"]], "forbidden": ["政务服务中心"]},
    {"turns": ["你好", "月亮上有几只兔子"], "expect": "handoff", "kind": "unanswerable"},
    {"text": "谢谢", "expect": "smalltalk"},
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("XIAOHAIMA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XIAOHAIMA_STARTER", "false")
    runner = CliRunner()
    (tmp_path / "policy.txt").write_text(DOCUMENT, "utf-8")
    path = str(tmp_path / "policy.txt")
    imported = runner.invoke(app, ["import-policy", path, "--region", "三元区"])
    assert imported.exit_code == 0, imported.output
    return runner


def evaluated(run: CliRunner, folder: Path, rows: list[dict[str, object]]) -> str:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8-sig")
    done = run.invoke(app, ["evaluate", str(path), "--out", str(folder / "report")])
    assert done.exit_code == 0, done.output
    return done.output


def test_figures_and_every_wrong_answer_with_its_reason(run: CliRunner, tmp_path: Path) -> None:
    said = evaluated(run, tmp_path, QUESTIONS)
    assert "问题 5 个，其中应当回答 2 个，应当转人工 2 个" in said
    assert "正确内容排在前 1：100.0%（2/2）" in said
    assert "近似题误答：100.0%（1/1）" in said
    assert "其他没有答案的误答：0.0%（0/1）" in said
    assert said.count("误答 ") == 1
    wrong = said[said.index("误答 lie（near_miss）") :]
    assert "应当：转人工" in wrong
    assert "最相近：代办服务办法 第二条" in wrong
    assert "对上的词：" in wrong
    assert "没对上的词：无" in wrong
    assert "门槛 90.0%" in wrong
    assert "问题的字在其中的比例：100%" in wrong
    assert (tmp_path / "report" / "report.txt").read_text("utf-8") in said


def test_the_curve_is_a_picture(run: CliRunner, tmp_path: Path) -> None:
    evaluated(run, tmp_path, QUESTIONS)
    picture = ET.parse(tmp_path / "report" / "curve.svg").getroot()
    assert picture.tag.endswith("svg")
    assert "准确率—覆盖率曲线" in picture.attrib["aria-label"]


def test_what_was_asked_back_is_listed_with_the_place_of_the_right_one(
    run: CliRunner, tmp_path: Path
) -> None:
    vague: dict[str, object] = {"id": "vague", "text": "代办多久有人管", "facts": [["两个工作日"]]}
    said = evaluated(run, tmp_path, [vague])
    assert "有答案而没有直接答的 1 个" in said
    assert "vague：代办多久有人管（正确内容排第 1，把握" in said


def test_an_entry_named_by_its_question_is_a_label_too(run: CliRunner, tmp_path: Path) -> None:
    asyncio.run(publish(tmp_path / "data", {"代办收费吗": "不收费。", "窗口几点上班": "八点半。"}))
    asked: list[dict[str, object]] = [
        {"text": "代办收费吗", "entry": "代办收费吗"},
        {"text": "窗口几点上班", "entry": "代办收费吗"},
    ]
    said = evaluated(run, tmp_path, asked)
    assert "答了的里面答对（准确率）：50.0%（1/2）" in said
    assert "应当：用“代办收费吗”作答" in said


def test_a_table_is_as_good_as_json_lines(run: CliRunner, tmp_path: Path) -> None:
    asyncio.run(publish(tmp_path / "data", {"代办收费吗？": "不收费。"}))
    table = (
        "问题,条目,应有,转人工,近似题,地区\n"
        "代办收费吗,代办收费吗,,,,三元区\n"
        "代办人员应当在两个工作日内联系申请人,,2个工作日/两个工作日,,,\n"
        "月亮上有几只兔子,,,是,是,\n"
        ",,,,,\n"
    )
    for encoding in ("utf-8-sig", "gbk"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(table.encode(encoding))
        done = run.invoke(app, ["evaluate", str(path)])
        assert done.exit_code == 0, done.output
        assert "问题 3 个，其中应当回答 2 个，应当转人工 1 个" in done.output
        assert "答对：100.0%（2/2）" in done.output
        assert "近似题误答：0.0%（0/1）" in done.output


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "q.jsonl", "里没有问题"),
        ("问题\n", "q.csv", "里没有问题"),
        ("甲,乙\n1,2\n", "q.csv", "缺少“问题”列"),
        ("问题\n收费吗\n", "q.csv", "第 2 行没有写什么是对的"),
        ("问题,地区,转人工\n收费吗,火星,是\n", "q.csv", "没有名为“火星”的地区"),
        ("问题,条目\n收费吗,没有这个\n", "q.csv", "没有在用的条目“没有这个”"),
        ('{"text": "收费吗"', "q.jsonl", "第 1 行不是 JSON"),
        ("[1]", "q.jsonl", "第 1 行不是 JSON 对象"),
        ('{"entry": "收费吗"}', "q.jsonl", "第 1 行没有写问题"),
        ('{"text": "收费吗", "facts": ["不"]}', "q.jsonl", "facts 应为几组说法"),
        ('{"text": "收费吗", "forbidden": "不"}', "q.jsonl", "forbidden 应为几个说法"),
        ('{"text": "收费吗", "expect": "恭喜"}', "q.jsonl", "expect 不能是“恭喜”"),
        ('{"text": "收费吗", "entry": 7}', "q.jsonl", "entry 应为文字"),
        ('\n{"text": "收费吗"}\n{}', "q.jsonl", "第 3 行没有写问题"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_line(
    run: CliRunner, tmp_path: Path, text: str, name: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    for command in ("evaluate", "refit"):
        refused = run.invoke(app, [command, str(path)])
        assert refused.exit_code == 1
        assert said in str(refused.exception)


async def publish(folder: Path, answers: dict[str, str]) -> None:
    database = await open_database("", folder / "xiaohaima.db", MIGRATIONS)

    def add(tx: Transaction) -> None:
        for question, answer in answers.items():
            content = Content(question, answer, sources=(SOURCE,))
            publish_entry(tx, add_entry(tx, content, "小许").id, "小许")

    await database.write(add)
    await database.close()
