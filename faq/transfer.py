"""The FAQ library in and out: xlsx, csv and json with the same columns, all rows or none."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from faq.entries import (
    ROOT,
    STATUS_NAMES,
    Content,
    Entry,
    Source,
    get_entry,
    list_entries,
)
from faq.errors import EntryInvalid, FaqError
from faq.publishing import add_entry, check_content, check_date, edit_entry, publish_entry
from retrieval.places import Gazetteer, UnknownRegion
from storage import Transaction

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
COLUMNS = (
    "编号",
    "状态",
    "标准问",
    "相似问",
    "标准答复",
    "阶段",
    "地区",
    "依据",
    "施行日期",
    "失效日期",
    "转人工",
)
_SOURCE_PARTS = ("title", "document_number", "clause", "issuer", "region", "effective_from")
_MOST_ROWS = 20_000
_MOST_COLUMNS = 50
_LARGEST_UNPACKED = 100 * 1024 * 1024
_FORMULA = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_YES = "是"


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do. `problems`: row number and what is wrong with it."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    published: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    def summary(self) -> str:
        parts = [f"新增 {self.added} 条", f"更新 {self.changed} 条", f"未变 {self.unchanged} 条"]
        return "，".join(parts) + f"；其中已发布 {self.published} 条。"

    def as_json(self) -> dict[str, Any]:
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "published": self.published,
            "problems": [{"row": row, "message": text} for row, text in self.problems],
        }


def export_entries(tx: Transaction, format: str, gazetteer: Gazetteer) -> tuple[bytes, int]:
    """All entries in one of FORMATS, and how many. Raises EntryInvalid for another format."""
    if format not in FORMATS:
        raise EntryInvalid(f"没有“{format}”这种格式，可选：{'、'.join(FORMATS)}。")
    entries, _ = list_entries(tx, limit=_MOST_ROWS)
    rows = [_row(entry, gazetteer) for entry in sorted(entries, key=lambda each: each.created_at)]
    if format == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1).encode(), len(rows)
    if format == "csv":
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
        return text.getvalue().encode("utf-8-sig"), len(rows)
    return _write_xlsx(rows), len(rows)


def import_entries(
    tx: Transaction, data: bytes, filename: str, gazetteer: Gazetteer, *, by: str
) -> Outcome:
    """Take over all rows, or none: raises EntryInvalid that lists the rows with problems."""
    outcome = _import(tx, data, filename, gazetteer, by)
    if outcome.problems:
        listed = "；".join(f"第 {row} 行：{text}" for row, text in outcome.problems[:5])
        more = f"等 {len(outcome.problems)} 处" if len(outcome.problems) > 5 else ""
        raise EntryInvalid(f"没有导入，请先修改{more}：{listed}")
    return outcome


def preview_import(
    tx: Transaction, data: bytes, filename: str, gazetteer: Gazetteer, *, by: str
) -> Outcome:
    """What an import would do, row by row. It writes: run it in a transaction that is undone."""
    return _import(tx, data, filename, gazetteer, by)


def read_table(data: bytes, filename: str) -> list[dict[str, str]]:
    """The rows of a file by column name. Raises EntryInvalid for what cannot be read."""
    suffix = filename.rpartition(".")[2].lower()
    readers: dict[str, Callable[[bytes], list[dict[str, str]]]] = {
        "xlsx": _read_xlsx,
        "csv": _read_csv,
        "json": _read_json,
    }
    if suffix not in readers:
        raise EntryInvalid("请用 xlsx、csv 或 json 文件导入。")
    return readers[suffix](data)


def read_rows(data: bytes, filename: str) -> list[dict[str, str]]:
    """The rows of a file of entries. Raises EntryInvalid for one that cannot be read as such."""
    rows = read_table(data, filename)
    if not rows:
        raise EntryInvalid("文件里没有条目。")
    if len(rows) > _MOST_ROWS:
        raise EntryInvalid(f"一次最多导入 {_MOST_ROWS} 行，请分几次导入。")
    if missing := [name for name in ("标准问", "标准答复") if name not in rows[0]]:
        raise EntryInvalid(f"缺少“{'”“'.join(missing)}”列；可先导出一份作为模板。")
    return rows


def _import(tx: Transaction, data: bytes, filename: str, gazetteer: Gazetteer, by: str) -> Outcome:
    outcome = Outcome()
    for number, row in enumerate(read_rows(data, filename), 2):
        try:
            _take_over(tx, row, gazetteer, by, outcome)
        except (FaqError, UnknownRegion, ValueError) as error:
            outcome.problems.append((number, str(error)))
    return outcome


def _take_over(
    tx: Transaction, row: dict[str, str], gazetteer: Gazetteer, by: str, outcome: Outcome
) -> None:
    entry_id = row.get("编号", "").strip()
    if entry_id and not _ID.fullmatch(entry_id):
        raise ValueError("编号只能用字母、数字、- 和 _，新条目请留空。")
    known = tx.value("SELECT 1 FROM entry WHERE id = :id", id=entry_id) if entry_id else None
    entry = get_entry(tx, entry_id) if known else None
    content = check_content(_content(row, gazetteer, entry))
    if entry:
        if entry.content != content:
            entry = edit_entry(tx, entry_id, content, by)
            outcome.changed += 1
        else:
            outcome.unchanged += 1
    else:
        entry = add_entry(tx, content, by, entry_id=entry_id or None)
        outcome.added += 1
    if row.get("状态", "").strip() == STATUS_NAMES["published"]:
        publish_entry(tx, entry.id, by)
        outcome.published += 1


def _row(entry: Entry, gazetteer: Gazetteer) -> dict[str, str]:
    content = entry.content
    return {
        "编号": entry.id,
        "状态": STATUS_NAMES[entry.status],
        "标准问": content.standard_question,
        "相似问": "\n".join(content.similar_questions),
        "标准答复": content.standard_answer,
        "阶段": content.stage,
        "地区": gazetteer[content.region].name,
        "依据": "\n".join(_source_line(source) for source in content.sources),
        "施行日期": content.effective_from or "",
        "失效日期": content.expires_on or "",
        "转人工": _YES if content.hands_over else "",
    }


def _source_line(source: Source) -> str:
    return " | ".join(str(getattr(source, name) or "") for name in _SOURCE_PARTS).rstrip(" |")


def _content(row: dict[str, str], gazetteer: Gazetteer, before: Entry | None) -> Content:
    """What a row says. Whether people answer is kept where an older file has no such column."""
    plain = Content(row.get("标准问", ""), row.get("标准答复", ""))
    return replace(
        plain,
        similar_questions=tuple(row.get("相似问", "").splitlines()),
        stage=row.get("阶段", "").strip() or plain.stage,
        region=_place(row.get("地区", ""), gazetteer) or ROOT,
        sources=tuple(
            _source(line, gazetteer) for line in row.get("依据", "").splitlines() if line.strip()
        ),
        effective_from=check_date(row.get("施行日期"), "施行日期"),
        expires_on=check_date(row.get("失效日期"), "失效日期"),
        hands_over=row["转人工"].strip() == _YES
        if "转人工" in row
        else before is not None and before.content.hands_over,
    )


def _source(line: str, gazetteer: Gazetteer) -> Source:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) > len(_SOURCE_PARTS):
        raise ValueError("依据每行最多六项：标题 | 文号 | 条款 | 发文单位 | 地区 | 施行日期")
    title, number, clause, issuer, place, since = (
        *parts,
        *[""] * (len(_SOURCE_PARTS) - len(parts)),
    )
    return Source(
        title,
        number,
        clause,
        issuer,
        _place(place, gazetteer),
        check_date(since, "依据的施行日期"),
    )


def _place(name: str, gazetteer: Gazetteer) -> str:
    """The code of a place given by name or code; empty for none. Raises UnknownRegion."""
    return gazetteer.find(name.strip()).code if name.strip() else ""


def _write_xlsx(rows: list[dict[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("常见问题", 0)
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([row[name] for name in COLUMNS])
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s"  # text, even when it begins with an equals sign
    for letter, width in zip(
        "ABCDEFGHIJK", (14, 8, 32, 44, 60, 14, 10, 50, 12, 12, 8), strict=True
    ):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _read_xlsx(data: bytes) -> list[dict[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _LARGEST_UNPACKED:
            raise EntryInvalid("这个 xlsx 文件解开后过大，请删去多余的工作表和图片后再试。")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]  # which may say that it is larger than it is
        rows = sheet.iter_rows(max_row=_MOST_ROWS + 2, max_col=_MOST_COLUMNS, values_only=True)
        values = list(rows)
    except EntryInvalid:
        raise
    except (InvalidFileException, KeyError, ValueError, OSError, EOFError, IndexError) as error:
        raise EntryInvalid("这个 xlsx 文件打不开，请用 Excel 或 WPS 另存后再试。") from error
    except Exception as error:  # openpyxl lets its zip and xml parsers' own errors through
        raise EntryInvalid("这个 xlsx 文件已损坏，请重新导出后再试。") from error
    if not values:
        return []
    names = [str(name or "").strip() for name in values[0]]
    return [
        {name: _text(value) for name, value in zip(names, row, strict=False) if name}
        for row in values[1:]
        if any(value not in (None, "") for value in row)
    ]


def _read_csv(data: bytes) -> list[dict[str, str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise EntryInvalid("认不出这个 csv 文件的编码，请另存为 UTF-8 再试。")
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise EntryInvalid(f"这个 csv 文件格式不对：{error}") from error
    return [
        {str(name).strip(): _unharmed(_text(value)) for name, value in row.items() if name}
        for row in rows
    ]


def _read_json(data: bytes) -> list[dict[str, str]]:
    try:
        rows = json.loads(data)
    except (ValueError, UnicodeDecodeError, RecursionError) as error:
        raise EntryInvalid("这个 json 文件格式不对。") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise EntryInvalid("json 文件应为条目的列表。")
    return [{str(name): _text(value) for name, value in row.items()} for row in rows]


def _text(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(str(each) for each in value)
    if isinstance(value, date):  # a cell that a spreadsheet took for a date
        return value.isoformat()[:10]
    return "" if value is None else str(value)


def _harmless(value: str) -> str:
    """Spreadsheets run a csv cell that begins like a formula; a quote before it makes it text."""
    return f"'{value}" if value.lstrip("'").startswith(_FORMULA) else value


def _unharmed(value: str) -> str:
    quoted = value.startswith("'") and value.lstrip("'").startswith(_FORMULA)
    return value[1:] if quoted else value
