"""Which entries stand on which document."""

from dataclasses import replace

from faq.entries import list_citing
from faq.publishing import add_entry, publish_entry
from storage import Database, Transaction
from tests.dialog import content


async def test_a_newer_version_of_the_same_title_is_another_document(database: Database) -> None:
    def set_up(tx: Transaction) -> None:
        numbers = {"旧版": "甲〔2023〕1号", "新版": "甲〔2025〕9号", "无号": ""}
        for question, number in numbers.items():
            entry = content(f"{question}怎么办？", "照办。", "350404")
            source = replace(entry.sources[0], title="帮办办法", document_number=number)
            entry = replace(entry, sources=(source,))
            publish_entry(tx, add_entry(tx, entry, "周编").id, "周编")

    await database.write(set_up)

    async def citing(number: str) -> set[str]:
        found = await database.read(list_citing, "帮办办法", number)
        return {entry.content.standard_question[:2] for entry in found}

    assert await citing("甲〔2023〕1号") == {"旧版", "无号"}
    assert await citing("甲〔2025〕9号") == {"新版", "无号"}
    assert await citing("") == {"旧版", "新版", "无号"}
