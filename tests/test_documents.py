"""Policy documents in the store, on both databases."""

from collections.abc import AsyncIterator

import pytest

from knowledge.documents import (
    TOPIC,
    get_clause,
    get_document,
    get_tree,
    import_document,
    import_file,
    list_documents,
    load_changed_clauses,
    read_document,
    render_tree,
)
from knowledge.errors import (
    DocumentConflict,
    DocumentIncomplete,
    DocumentNotFound,
    UnreadableDocument,
)
from knowledge.schema import MIGRATIONS
from knowledge.validity import (
    correct_document,
    load_document_log,
    replace_document,
    revoke_document,
)
from retrieval.places import UnknownRegion
from storage import Database, open_database
from tests.conftest import StoreAddress
from tests.policy_files import DOCUMENTS, GAZETTEER, word_file

PLAN = (DOCUMENTS / "plan.txt").read_bytes()
GIVEN = {"region": "东岭市"}


@pytest.fixture
async def store(address: StoreAddress) -> AsyncIterator[Database]:
    opened = await open_database(address.url, address.path, MIGRATIONS)
    yield opened
    await opened.close()


async def test_a_file_becomes_a_document_with_its_clauses(store: Database) -> None:
    imported = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="李馆员")
    assert imported.added
    document = await store.read(get_document, imported.document.id)
    assert document.number == "某审服发〔2023〕17号"
    assert (document.region, document.status) == ("910100", "active")
    assert (document.effective_from, document.expires_on) == ("2023-07-01", "2025-07-01")
    parsed = read_document(PLAN, "plan.txt", GAZETTEER, GIVEN)
    assert await store.read(get_tree, document.id) == parsed.clauses
    assert "【二、（二）1.】登录系统。" in await store.read(render_tree, document.id)
    assert "22 条条款" in imported.summary()
    assert "云海省东岭市" in imported.summary()


async def test_the_same_file_adds_nothing(store: Database) -> None:
    first = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    again = await store.write(import_file, PLAN, "copy.txt", GAZETTEER, GIVEN, by="乙")
    assert not again.added
    assert again.document == first.document
    assert "没有重复导入" in again.summary()
    assert len(await store.read(list_documents)) == 1


async def test_the_same_text_in_another_kind_of_file_adds_nothing(store: Database) -> None:
    await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    as_word = word_file(PLAN.decode().splitlines())
    again = await store.write(import_file, as_word, "plan.docx", GAZETTEER, GIVEN, by="甲")
    assert not again.added
    assert len(await store.read(list_documents)) == 1


async def test_another_text_of_the_same_title_is_another_document(store: Database) -> None:
    await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    newer = PLAN.decode().replace("7个工作日", "4个工作日").encode()
    imported = await store.write(import_file, newer, "plan.txt", GAZETTEER, GIVEN, by="甲")
    assert imported.added
    assert "替换" in imported.summary()
    elsewhere = await store.write(
        import_file, newer + b"\n", "plan.txt", GAZETTEER, {"region": "西原市"}, by="甲"
    )
    assert elsewhere.added
    assert elsewhere.alike is None


async def test_given_fields_correct_a_document_that_is_there(store: Database) -> None:
    first = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    given = {"region": "南溪区", "effective_from": "2023年8月1日", "title": ""}
    again = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, given, by="乙")
    assert not again.added
    assert again.corrected == ("适用地区", "施行日期")
    document = await store.read(get_document, first.document.id)
    assert (document.region, document.effective_from) == ("910102", "2023-08-01")
    log = await store.read(load_document_log, document.id)
    assert [(row["action"], row["by"]) for row in log] == [("corrected", "乙"), ("imported", "甲")]


@pytest.mark.parametrize(
    ("data", "name", "given", "refusal"),
    [
        (PLAN, "plan.txt", {}, DocumentIncomplete),
        (PLAN, "plan.txt", {"region": "没有这个市"}, UnknownRegion),
        (PLAN, "plan.txt", {**GIVEN, "issued_on": "去年"}, DocumentIncomplete),
        (PLAN, "plan.txt", {**GIVEN, "expires_on": "2020-01-01"}, DocumentIncomplete),
        (b"%PDF-1.4 broken", "plan.pdf", GIVEN, UnreadableDocument),
    ],
)
async def test_a_refusal_leaves_nothing_behind(
    store: Database, data: bytes, name: str, given: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await store.write(import_file, data, name, GAZETTEER, given, by="甲")
    assert await store.read(list_documents) == []
    assert await store.read(load_changed_clauses, -1) == ([], [], 0)


async def test_documents_are_found_by_words_status_and_region(store: Database) -> None:
    one = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    law = (DOCUMENTS / "regulation.md").read_bytes()
    two = await store.write(import_file, law, "law.md", GAZETTEER, {"region": "云海省"}, by="甲")
    assert {each.id for each in await store.read(list_documents)} == {
        one.document.id,
        two.document.id,
    }
    assert [d.id for d in await store.read(list_documents, "代办员 管理")] == [two.document.id]
    assert [d.id for d in await store.read(list_documents, "〔2023〕17")] == [one.document.id]
    assert [d.id for d in await store.read(list_documents, region="910000")] == [two.document.id]
    await store.write(revoke_document, one.document.id, "甲", "不再适用")
    assert [d.id for d in await store.read(list_documents, status="revoked")] == [one.document.id]


async def test_a_replaced_document_serves_until_the_new_one_begins(store: Database) -> None:
    old = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    text = PLAN.decode().replace("2023年7月1日", "2024年2月1日").replace("17号", "3号")
    new = await store.write(import_file, text.encode(), "new.txt", GAZETTEER, GIVEN, by="甲")
    replaced = await store.write(replace_document, old.document.id, new.document.id, "甲")
    assert (replaced.status, replaced.replaced_by) == ("replaced", new.document.id)
    assert replaced.expires_on == "2024-02-01"
    passages, gone, _ = await store.read(load_changed_clauses, -1)
    ends = {each.group: each.expires_on for each in passages}
    assert ends == {old.document.id: "2024-02-01", new.document.id: "2026-02-01"}
    assert gone == []
    with pytest.raises(DocumentConflict):
        await store.write(replace_document, old.document.id, new.document.id, "甲")
    with pytest.raises(DocumentConflict):
        await store.write(replace_document, new.document.id, new.document.id, "甲")


async def test_a_replacement_needs_a_date(store: Database) -> None:
    old = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    undated = "某市即办规则\n\n一、范围\n本规则适用于仓库。".encode()
    new = await store.write(import_file, undated, "new.txt", GAZETTEER, GIVEN, by="甲")
    with pytest.raises(DocumentIncomplete):
        await store.write(replace_document, old.document.id, new.document.id, "甲")
    assert (await store.read(get_document, old.document.id)).status == "active"


async def test_what_a_file_did_not_say_is_given_afterwards(store: Database) -> None:
    imported = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    before = imported.document
    given = {
        "number": "某政办[2026]7号",
        "effective_from": "2026年1月1日",
        "expires_on": "2027-01-01",
    }
    revision = await store.read(lambda tx: tx.revision(TOPIC))
    after = await store.write(correct_document, before.id, given, before.revision, "乙")
    assert (after.number, after.effective_from) == ("某政办〔2026〕7号", "2026-01-01")
    passages, _, _ = await store.read(load_changed_clauses, revision)
    assert {(each.effective_from, each.expires_on) for each in passages} == {
        ("2026-01-01", "2027-01-01")
    }
    (corrected, _) = await store.read(load_document_log, before.id)
    assert (corrected["action"], corrected["by"]) == ("corrected", "乙")
    assert "失效日期：2025-07-01 → 2027-01-01" in corrected["detail"]
    with pytest.raises(DocumentConflict, match="刚刚被改过"):
        await store.write(correct_document, before.id, {"number": ""}, before.revision, "丙")
    for wrong in ({"expires_on": "2025-01-01"}, {"effective_from": "去年"}):
        with pytest.raises(DocumentIncomplete):
            await store.write(correct_document, after.id, wrong, after.revision, "丙")
    assert await store.read(get_document, after.id) == after
    again = await store.write(correct_document, after.id, given, after.revision, "丙")
    assert again == after


async def test_what_was_replaced_ends_when_the_newer_one_really_begins(store: Database) -> None:
    old = (await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")).document
    later = PLAN.replace("三".encode(), "四".encode())
    dates = {**GIVEN, "effective_from": "2025-01-01"}
    new = (await store.write(import_file, later, "new.txt", GAZETTEER, dates, by="甲")).document
    await store.write(replace_document, old.id, new.id, "甲")
    moved = {"effective_from": "2025-03-01"}
    new = await store.write(correct_document, new.id, moved, new.revision, "乙")
    assert (await store.read(get_document, old.id)).expires_on == "2025-03-01"
    nothing = {"effective_from": "", "issued_on": ""}
    with pytest.raises(DocumentIncomplete, match="不能都不写"):
        await store.write(correct_document, new.id, nothing, new.revision, "乙")
    ended = await store.read(get_document, old.id)
    with pytest.raises(DocumentConflict):
        await store.write(correct_document, old.id, {"number": ""}, ended.revision, "乙")


async def test_a_revoked_document_leaves_the_index(store: Database) -> None:
    imported = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    live, _, before = await store.read(load_changed_clauses, -1)
    await store.write(revoke_document, imported.document.id, "甲", "新规已出")
    passages, gone, after = await store.read(load_changed_clauses, before)
    assert (passages, after) == ([], before + 1)
    assert {each.id for each in live} <= set(gone)
    with pytest.raises(DocumentNotFound):
        await store.read(get_clause, live[0].id.removeprefix("clause:"))
    assert await store.read(load_changed_clauses, after) == ([], [], after)


async def test_a_change_is_announced(store: Database) -> None:
    with store.changes.subscribe(TOPIC) as news:
        parsed = read_document(PLAN, "plan.txt", GAZETTEER, GIVEN)
        await store.write(import_document, parsed, "甲")
        assert await news.wait(timeout=5)


async def test_passages_hold_what_is_needed_to_find_and_to_cite(store: Database) -> None:
    imported = await store.write(import_file, PLAN, "plan.txt", GAZETTEER, GIVEN, by="甲")
    passages, _, _ = await store.read(load_changed_clauses, -1)
    clauses = {}
    for each in passages:
        clause = await store.read(get_clause, each.id.removeprefix("clause:"))
        clauses[clause.clause] = each
        assert (each.group, each.regions) == (imported.document.id, ("910100",))
        assert (each.effective_from, each.expires_on) == ("2023-07-01", "2025-07-01")
    assert "文头" not in clauses
    # A list of short items is one passage with its lead-in.
    assert clauses["三、"].text.split("\n")[:2] == ["办理时限", "1.仓库类项目5个工作日；"]
    assert "三、1." not in clauses
    # Longer sub-clauses stand alone under the headings above them.
    title = "某市小型项目“即来即办”服务机制实施方案（试行） 二、办理方式 （一）窗口办理"
    assert clauses["二、（一）"].title == title
    assert clauses["二、"].text == "办理方式\n（一）窗口办理\n（二）网上办理"


async def test_steps_without_headings_are_found_together_and_one_by_one(store: Database) -> None:
    step = (
        "代办员接到委托以后，应当在两个工作日内与项目单位联系，核对材料清单，并记入代办日志，{}。"
        * 2
    )
    text = "东岭市代办规则\n\n一、办理流程\n" + "".join(
        f"{number}.{step.format(number, number)}\n" for number in (1, 2)
    )
    await store.write(import_file, text.encode(), "a.txt", GAZETTEER, by="甲")
    passages, _, _ = await store.read(load_changed_clauses, -1)
    assert [each.title for each in passages] == [
        "东岭市代办规则 一、办理流程",
        "东岭市代办规则 一、办理流程 1.代办员接到委托以后",
        "东岭市代办规则 一、办理流程 2.代办员接到委托以后",
    ]
    assert passages[0].text.count("代办日志") == 4
