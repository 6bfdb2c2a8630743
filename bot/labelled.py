"""Files of labelled questions, as curators write them: a table, or JSON lines."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from faq.transfer import read_table
from handoff.errors import Invalid
from retrieval.labels import find_named
from retrieval.passages import Passage
from retrieval.places import Gazetteer, UnknownRegion

ANSWERABLE = ("answer", "clarify_or_answer")
EXPECTED = (*ANSWERABLE, "handoff", "clarify", "smalltalk", "chitchat", "safe")
_OTHER_NAMES = {"must_contain_any": "facts", "must_not_contain": "forbidden"}
_TABLES = (".csv", ".xlsx")
_COLUMNS = ("问题", "条目", "应有", "不应有", "转人工", "近似题", "地区")
_YES = "是"
_SHOWN = 5  # wrong lines


class _Wrong(Exception):
    """What is the matter with a line."""


def read_questions(path: Path) -> list[dict[str, Any]]:
    """Labelled questions: `text` or `turns`, and what is right: `facts` (groups of wordings, one of
    each must be told) without what is `forbidden`, or `entry` (the standard question or the id of
    what answers), or `expect` "handoff" when nothing does. `id`, `kind` and `region` may be given.

    A .csv or .xlsx has a question in each row, any other file a JSON object in each line; UTF-8 or
    GBK. Raises OSError, FaqError for a table that cannot be read, and Invalid, which says which
    lines are wrong and why.
    """
    rows = _read_table(path) if path.suffix.lower() in _TABLES else _read_lines(path)
    questions, problems = [], []
    for number, row in rows:
        try:
            question = _filled(row, number)
            _check(question)
        except _Wrong as error:
            problems.append(f"第 {number} 行{error}")
        else:
            questions.append(question)
    _refuse(path.name, problems)
    if not questions:
        raise Invalid(f"{path.name} 里没有问题。")
    return questions


def settle(
    questions: Iterable[dict[str, Any]], passages: Sequence[Passage], gazetteer: Gazetteer
) -> list[dict[str, Any]]:
    """The same questions with the codes of their places. Raises Invalid, which says which of them
    name a place that there is not, or an entry that is not in service."""
    settled, problems = [], []
    for question in questions:
        code, who = "", f"“{question.get('text') or question['turns'][0]}”"
        try:
            code = gazetteer.find(question["region"]).code if question.get("region") else ""
        except UnknownRegion as error:
            problems.append(f"{who}的地区：{error}")
        if question["entry"] and not find_named(question["entry"], passages):
            problems.append(f"{who}的条目：没有在用的条目“{question['entry']}”")
        settled.append({**question, "region": code})
    _refuse("带标注的问题", problems)
    return settled


def _refuse(name: str, problems: Sequence[str]) -> None:
    if problems:
        more = f"等 {len(problems)} 处" if len(problems) > _SHOWN else ""
        raise Invalid(f"{name} 请先修改{more}：{'；'.join(problems[:_SHOWN])}。")


def _read_lines(path: Path) -> Iterator[tuple[int, Any]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield number, line


def _read_table(path: Path) -> Iterator[tuple[int, Any]]:
    rows = read_table(path.read_bytes(), path.name)
    if rows and "问题" not in rows[0]:
        raise Invalid(f"{path.name} 缺少“问题”列；表头可以有：{'、'.join(_COLUMNS)}。")
    for number, row in enumerate(rows, 2):
        if any(value.strip() for value in row.values()):
            yield number, _of_row(row)


def _of_row(row: Mapping[str, str]) -> dict[str, Any]:
    """A row of a table as a label: each line of 应有 must be told, in one of its wordings, which
    stand between slashes."""
    cells = {name: row.get(name, "").strip() for name in _COLUMNS}
    wordings = [
        [each.strip() for each in line.replace("／", "/").split("/") if each.strip()]
        for line in cells["应有"].splitlines()
    ]
    label: dict[str, Any] = {
        "text": cells["问题"],
        "entry": cells["条目"] or row.get("标准问", "").strip(),
        "facts": [group for group in wordings if group],
        "forbidden": cells["不应有"].split("\n") if cells["不应有"] else [],
        "region": cells["地区"],
        "kind": "near_miss" if cells["近似题"] == _YES else "",
    }
    return {**label, "expect": "handoff"} if cells["转人工"] == _YES else label


def _filled(row: Any, number: int) -> dict[str, Any]:
    """A row with everything that a label has."""
    if isinstance(row, str):
        try:
            row = json.loads(row)
        except (ValueError, RecursionError):
            raise _Wrong("不是 JSON") from None
    if not isinstance(row, dict):
        raise _Wrong("不是 JSON 对象")
    named: dict[str, Any] = {_OTHER_NAMES.get(str(key), str(key)): row[key] for key in row}
    blank = {"id": f"第 {number} 行", "facts": [], "forbidden": [], "kind": "", "entry": ""}
    question = {**blank, "region": "", **named}
    told = question["facts"] or question["entry"]
    return {"expect": "answer" if told else None, **question}


def _check(question: dict[str, Any]) -> None:
    """Raise _Wrong for one that cannot be asked or judged."""
    turns = [question["text"]] if question.get("text") else question.get("turns")
    if not _are_texts(turns) or not turns:
        raise _Wrong("没有写问题（text）")
    facts = question["facts"]
    if not isinstance(facts, list) or not all(map(_are_texts, facts)):
        raise _Wrong('的 facts 应为几组说法，例如 [["两天", "2天"]]')
    if not _are_texts(question["forbidden"]):
        raise _Wrong('的 forbidden 应为几个说法，例如 ["三天"]')
    for name in ("entry", "region", "kind"):
        if not isinstance(question[name], str):
            raise _Wrong(f"的 {name} 应为文字")
    if question["expect"] is None:
        raise _Wrong("没有写什么是对的（条目 entry、应有 facts，或者转人工 expect）")
    if question["expect"] not in EXPECTED:
        raise _Wrong(f"的 expect 不能是“{question['expect']}”，可以是 {'、'.join(EXPECTED)}")


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
