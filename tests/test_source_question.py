"""Who asks where an answer stands is told its sources."""

import pytest

from retrieval.segment import normalise
from retrieval.source_question import asks_source
from storage import Database
from tests.dialog import Dialog, start_dialog


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        ("依据是什么", True),
        ("那哪个文件说的？", True),
        ("哪天发的文", True),
        ("文号多少呀", True),
        ("有红头文件吗", True),
        ("谁发的文", True),
        ("这个规定哪来的", True),
        ("第几条", True),
        ("三元代办的依据是什么", False),
        ("需要哪些文件", False),
        ("什么时候办好", False),
    ],
)
def test_what_asks_for_nothing_but_the_source(message: str, asks: bool) -> None:
    assert asks_source(normalise(message)) is asks


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    return await start_dialog(database)


@pytest.mark.parametrize("asked", ["依据是什么", "哪个文件说的", "哪天发的文", "文号多少"])
async def test_the_source_of_the_last_answer_is_told_again(dialog: Dialog, asked: str) -> None:
    answer = await dialog.say("三元代办要钱吗")
    await dialog.say("谢谢")
    told = await dialog.say(asked)
    assert (told.kind, told.sources, told.entry_id) == ("answer", answer.sources, answer.entry_id)
    assert told.text == (
        "上一条答复的依据：\n"
        "《帮办办法》第二条，文号某政办〔2025〕3号，某市政务局制定，2025-02-01起施行。"
    )
    assert (await dialog.say("文号呢")).text == told.text
    assert (await dialog.say("那乳山证件能邮寄吗")).text.startswith("乳山市：可以当面领取")


async def test_without_an_answer_before_there_is_no_source_to_tell(dialog: Dialog) -> None:
    assert (await dialog.say("依据是什么")).kind != "answer"
