"""What a newer document says otherwise."""

import pytest

from knowledge.differences import Difference, Piece, compare_documents
from knowledge.documents import import_file
from knowledge.errors import DocumentNotFound
from knowledge.regions import load_gazetteer
from storage import Database

OLD = """代办服务办法

第一条 代办服务不收取任何费用。
第二条 代办人员应当在两个工作日内联系申请人。
第三条 档案由城建档案馆保管。
第四条 本办法自印发之日起施行。
"""


async def compare(database: Database, newer: str) -> list[Difference]:
    ids = []
    for text in (OLD, newer):
        given = {"region": "三元区", "number": f"某办〔2025〕{len(ids) + 1}号"}
        done = await database.write(
            import_file, text.encode(), "办法.txt", load_gazetteer(), given, by="甲"
        )
        ids.append(done.document.id)
    return await database.read(compare_documents, ids[0], ids[1])


async def test_only_what_differs_within_a_clause_is_marked(database: Database) -> None:
    (found,) = await compare(database, OLD.replace("两个", "三个"))
    assert found.path == "第二条"
    assert [each.text for each in found.before if each.changed] == ["两"]
    assert [each.text for each in found.after if each.changed] == ["三"]
    assert "".join(each.text for each in found.after) == "代办人员应当在三个工作日内联系申请人。"


async def test_clauses_that_came_and_went_are_named(database: Database) -> None:
    newer = OLD.replace("第三条 档案由城建档案馆保管。\n", "").replace(
        "第四条", "第三条 企业可以在网上查询进度。\n第四条"
    )
    came, went = await compare(database, newer)
    assert came == Difference("第三条", after=(Piece("企业可以在网上查询进度。", True),))
    assert went == Difference("第三条", before=(Piece("档案由城建档案馆保管。", True),))


async def test_the_same_words_are_no_difference(database: Database) -> None:
    assert await compare(database, OLD.replace("第四条 ", "第四条　")) == []
    with pytest.raises(DocumentNotFound):
        await database.read(compare_documents, "none", "none")
