"""The library of approved answers, on both databases."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from faq.answers import load_answer
from faq.entries import Content, Source, get_entry, list_entries, load_changed, load_history
from faq.errors import EntryConflict, EntryInvalid, EntryNotFound
from faq.privacy import find_names, mask_numbers, remove_personal
from faq.publishing import (
    add_entry,
    edit_entry,
    publish_entry,
    retire_entry,
    retract_entry,
)
from faq.transfer import export_entries, import_entries
from knowledge.regions import load_gazetteer
from storage import Database

SOURCE = Source("某市代办办法", "某办发〔2025〕1号", "第三条", "某市政务局", "350404", "2025-01-01")
FEES = Content(
    "代办收费吗？",
    "不收费。",
    ("要钱吗", "要 钱 吗？", "代办多少钱", ""),
    region="350404",
    sources=(SOURCE,),
)


async def publish(database: Database, content: Content = FEES) -> str:
    entry = await database.write(add_entry, content, "小许")
    await database.write(publish_entry, entry.id, "小许")
    return entry.id


async def test_an_entry_is_found_only_while_it_is_published(database: Database) -> None:
    entry = await database.write(add_entry, FEES, "小许")
    assert await database.read(load_changed, 0) == ([], [], 0)

    await database.write(publish_entry, entry.id, "小许")
    live, gone, revision = await database.read(load_changed, 0)
    assert [passage.questions for passage in live] == [("代办收费吗？", "要钱吗", "代办多少钱")]
    assert gone == []

    await database.write(retire_entry, entry.id, "小许", "过时")
    live, gone, later = await database.read(load_changed, revision)
    assert (live, gone) == ([], [f"entry:{entry.id}"])
    assert later > revision


async def test_only_what_is_published_is_answered(database: Database) -> None:
    more = (SOURCE, replace(SOURCE, clause="第九条"), replace(SOURCE, clause="第一条"))
    entry = await database.write(add_entry, replace(FEES, sources=more), "小许")
    with pytest.raises(EntryNotFound):
        await database.read(load_answer, entry.id)
    await database.write(publish_entry, entry.id, "小许")
    assert await database.read(load_answer, entry.id) == ("不收费。", more)
    await database.write(retire_entry, entry.id, "小许", "过时")
    with pytest.raises(EntryNotFound):
        await database.read(load_answer, entry.id)


async def test_every_step_is_kept(database: Database) -> None:
    entry_id = await publish(database)
    await database.write(edit_entry, entry_id, replace(FEES, standard_answer="免费。"), "小王")
    await database.write(retract_entry, entry_id, "小王", "写错了", "无偿提供。")
    entry = await database.read(get_entry, entry_id)
    assert (entry.status, entry.content.standard_answer) == ("published", "无偿提供。")
    history = await database.read(load_history, entry_id)
    assert [(row["version"], row["action"]) for row in history] == [
        (4, "corrected"),
        (3, "edited"),
        (2, "published"),
        (1, "created"),
    ]
    assert history[0]["reason"] == "写错了"
    assert history[2]["content"]["standard_answer"] == "不收费。"


async def test_nothing_is_published_without_a_source(database: Database) -> None:
    entry = await database.write(add_entry, replace(FEES, sources=()), "小许")
    with pytest.raises(EntryInvalid, match="依据"):
        await database.write(publish_entry, entry.id, "小许")


async def test_no_two_entries_of_a_place_claim_a_phrasing(database: Database) -> None:
    await publish(database)
    same = replace(FEES, standard_question="办代办贵不贵", similar_questions=("要钱吗？",))
    second = await database.write(add_entry, same, "小许")
    with pytest.raises(EntryConflict, match="要钱吗"):
        await database.write(publish_entry, second.id, "小许")
    elsewhere = replace(same, region="371083")
    third = await database.write(add_entry, elsewhere, "小许")
    assert (await database.write(publish_entry, third.id, "小许")).status == "published"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"standard_question": " ？ "}, "标准问"),
        ({"standard_answer": ""}, "标准答复"),
        ({"stage": "开工"}, "阶段"),
        ({"effective_from": "2025-02-01", "expires_on": "2025-01-01"}, "失效日期"),
        ({"similar_questions": ("问" * 301,)}, "相似问"),
        ({"similar_questions": tuple(f"{n}" + "问" * 290 for n in range(150))}, "30000"),
        ({"sources": (SOURCE,) * 21}, "依据"),
        ({"sources": (replace(SOURCE, title="题" * 301),)}, "依据"),
    ],
)
async def test_what_is_not_fit_is_refused(
    database: Database, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(EntryInvalid, match=message):
        await database.write(add_entry, replace(FEES, **changes), "小许")
    assert (await database.read(list_entries))[1] == 0


async def test_what_is_no_character_is_left_out(database: Database) -> None:
    odd = replace(
        FEES,
        standard_question="收费\x00吗？",
        standard_answer="不\x0b收费。\n第二行\ud800",
        similar_questions=("要钱\x1f吗",),
        sources=(replace(SOURCE, clause="第三条\x08"),),
    )
    entry_id = await publish(database, odd)
    content = (await database.read(get_entry, entry_id)).content
    assert (content.standard_question, content.standard_answer) == ("收费吗？", "不收费。\n第二行")
    assert (content.similar_questions, content.sources) == (("要钱吗",), (SOURCE,))
    await database.read(export_entries, "xlsx", load_gazetteer())
    with pytest.raises(EntryInvalid, match="原因"):
        await database.write(retract_entry, entry_id, "小许", " \x00")


async def test_two_curators_cannot_overwrite_each_other(database: Database) -> None:
    entry_id = await publish(database)
    stale = await database.read(get_entry, entry_id)
    await database.write(edit_entry, entry_id, replace(FEES, standard_answer="免费。"), "小王")
    assert stale.version == 2
    assert (await database.read(get_entry, entry_id)).version == 3


@pytest.mark.parametrize("format", ["xlsx", "csv", "json"])
async def test_the_library_goes_out_and_comes_back_unchanged(
    database: Database, format: str
) -> None:
    odd = replace(
        FEES,
        standard_question="=1+1 是什么",
        similar_questions=("带“引号”,逗号", "- 开头是减号", "两\n行", "又\u2028两行"),
        standard_answer="'=第一行\n第二行：=SUM(A1)",
        sources=(replace(SOURCE, title="办法|细则", clause="第三条\n第二款"),),
        expires_on="2030-01-01",
    )
    gap = Content("消防验收几天", "文件没有写，要问住建部门。", hands_over=True)
    await publish(database)
    await publish(database, odd)
    gap_id = await publish(database, gap)
    gazetteer = load_gazetteer()
    data, count = await database.read(export_entries, format, gazetteer)
    assert count == 3
    outcome = await database.write(import_entries, data, f"x.{format}", gazetteer, by="小王")
    assert (outcome.added, outcome.changed, outcome.unchanged) == (0, 0, 3)

    older = [{"编号": gap_id, "标准问": gap.standard_question, "标准答复": "文件没有写。"}]
    await database.write(import_entries, json.dumps(older).encode(), "x.json", gazetteer, by="小王")
    changed = (await database.read(get_entry, gap_id)).content
    assert (changed.hands_over, changed.standard_answer) == (True, "文件没有写。")


async def test_a_spreadsheets_own_date_is_a_date(database: Database) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["标准问", "标准答复", "施行日期"])
    sheet.append(["代办收费吗", "不收费。", datetime(2026, 1, 2)])
    data = io.BytesIO()
    book.save(data)
    await database.write(import_entries, data.getvalue(), "x.xlsx", load_gazetteer(), by="小王")
    found, _ = await database.read(list_entries)
    assert [entry.content.effective_from for entry in found] == ["2026-01-02"]


async def test_rows_with_problems_are_named_and_nothing_is_taken(database: Database) -> None:
    rows = [
        {"标准问": "新问题", "标准答复": "新答复", "地区": "三元区"},
        {"标准问": "没有答复", "标准答复": "", "地区": "三元区"},
        {"标准问": "地方不对", "标准答复": "答复", "地区": "火星"},
        {"标准问": "连答复这一列也没有"},
        {"标准问": "日期不对", "标准答复": "答复", "失效日期": "下周"},
        {"标准问": "依据不对", "标准答复": "答复", "依据": "某办法 | | | | 火星"},
        {"编号": "../x", "标准问": "编号不对", "标准答复": "答复"},
    ]
    data = json.dumps(rows, ensure_ascii=False).encode()
    listed = "等 6 处：" + "；".join(f"第 {row} 行：.+" for row in range(3, 8))
    with pytest.raises(EntryInvalid, match=listed):
        await database.write(import_entries, data, "x.json", load_gazetteer(), by="小王")
    assert (await database.read(list_entries))[1] == 0


@pytest.mark.parametrize("filename", ["x.xlsx", "x.csv", "x.json", "x.exe"])
async def test_a_broken_file_is_refused_in_words(database: Database, filename: str) -> None:
    with pytest.raises(EntryInvalid) as refused:
        await database.write(
            import_entries, b"\xff\x00PK\x03\x04broken", filename, load_gazetteer(), by="小王"
        )
    assert any("\u4e00" <= char <= "\u9fa5" for char in str(refused.value))


async def test_cells_of_the_export_are_text(database: Database) -> None:
    await publish(database, replace(FEES, standard_question="=1+1"))
    data, _ = await database.read(export_entries, "xlsx", load_gazetteer())
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet["C2"].value == "=1+1"
    assert sheet["C2"].data_type == "s"
    for number, answer in enumerate(("=1+1", "'=1+1", "＝1+1", "-1")):
        await publish(database, Content(f"第{number}问", answer, sources=(SOURCE,)))
    data, _ = await database.read(export_entries, "csv", load_gazetteer())
    cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
    assert "'=1+1" in cells
    assert not any(cell.startswith(("=", "＝", "-", "+", "@")) for cell in cells)


async def test_a_spreadsheet_that_says_it_is_endless_is_read_to_its_end(database: Database) -> None:
    data, large = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["标准问", "标准答复"])  # type: ignore[union-attr]
    book.save(data)
    with zipfile.ZipFile(data) as small, zipfile.ZipFile(large, "w") as archive:
        for name in small.namelist():
            content = small.read(name)
            content = content.replace(b'ref="A1:B1"', b'ref="A1:XFD1048576"')
            last = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            archive.writestr(name, content.replace(b"</sheetData>", last))
    with pytest.raises(EntryInvalid, match=r"20000 行|没有条目"):
        await database.write(
            import_entries, large.getvalue(), "x.xlsx", load_gazetteer(), by="小王"
        )


async def test_a_spreadsheet_that_unpacks_beyond_measure_is_refused(database: Database) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(101 * 1024 * 1024))
    with pytest.raises(EntryInvalid, match="过大"):
        await database.write(import_entries, data.getvalue(), "x.xlsx", load_gazetteer(), by="王")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("我是乳山宏远建材有限公司的，电话13812345678", "我是某公司的，电话（号码略）"),
        ("电话１３８１２３４５６７８", "电话（号码略）"),
        ("身份证 370602199001011234 怎么填", "身份证 （号码略） 怎么填"),
        ("我叫李建国，代办要带什么材料？", "我叫（姓名略），代办要带什么材料？"),
        ("我是施工单位的会计，代办收费吗", "我是施工单位的会计，代办收费吗"),
        ("发到 zhang.san@example.com 行吗", "发到 （邮箱略） 行吗"),
        ("审批要70个工作日吗，2024年5月的文件", "审批要70个工作日吗，2024年5月的文件"),
    ],
)
def test_what_belongs_to_the_asker_is_taken_out(text: str, left: str) -> None:
    assert remove_personal(text) == left


def test_known_names_are_taken_out() -> None:
    assert remove_personal("赵敏问的：代办收费吗", ["赵敏"]) == "（姓名略）问的：代办收费吗"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我叫李建国，代办收费吗", ["李建国"]),
        ("联系人：赵敏 电话13812345678", ["赵敏"]),
        ("我是新来的，代办收费吗", []),
        ("姓名：业主，代办收费吗", []),
    ],
)
def test_names_are_found_where_people_introduce_themselves(text: str, names: list[str]) -> None:
    assert find_names(text) == names


def test_numbers_are_masked_not_lost() -> None:
    text = "13812345678、１３８１２３４５６７８ 和 370602199001011234"
    assert mask_numbers(text) == "138****5678、138****5678 和 370602********1234"
