"""What somebody asks of their own case, which no document tells."""

import pytest

from knowledge.documents import import_file
from retrieval.own_case import asks_own_case
from retrieval.segment import normalise
from storage import Database
from tests.dialog import Dialog, content, start_dialog

PROGRESS = """三元区项目进展通报办法

一、项目卡在哪个部门的通报
我们的项目卡在谁那了、卡在哪个部门，由窗口每周汇总，并向项目单位通报。
"""


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    dialog = await start_dialog(database)
    given = {"region": "三元区", "number": "某政办〔2025〕9号", "issuer": "某局"}
    text = PROGRESS.encode()
    await database.write(import_file, text, "plan.txt", dialog.live.gazetteer, given, by="小许")
    await dialog.live.refresh()
    return dialog


@pytest.mark.parametrize(
    ("message", "own"),
    [
        ("帮我查一下我的件到哪了", True),
        ("我的证批下来没有？", True),
        ("我们项目卡在谁那了", True),
        ("我交的材料审完了吗，急用", True),
        ("我的许可证怎么还没下来", True),
        ("查下我的进度", True),
        ("怎么查进度", False),
        ("我的件在哪里查", False),
        ("怎么知道我的件到哪了", False),
        ("我的证能邮寄吗", False),
        ("我们项目代办要钱吗", False),
        ("项目卡在哪个部门由谁通报", False),
    ],
)
def test_what_is_asked_of_the_own_case(message: str, own: bool) -> None:
    assert asks_own_case(normalise(message)) is own


async def test_no_clause_answers_for_somebodys_own_case(dialog: Dialog) -> None:
    asked = await dialog.say("三元区项目卡在哪个部门由谁汇总并通报")
    assert asked.kind != "handoff"
    own = await (await dialog.another()).say("三元区，我们项目卡在谁那了")
    assert (own.kind, own.text.splitlines()[0]) == (
        "handoff",
        "我看不到您这个件的办理情况，要由工作人员来查。这个问题已转给项目管家。",
    )
    beside = await (await dialog.another()).say("三元代办要钱吗？我们的证批下来没有？")
    assert beside.text.split("\n\n")[:2] == [
        "1. 三元区：不收费。",
        "2. 我看不到您这个件的办理情况，要由工作人员来查。",
    ]


async def test_an_approved_answer_may_stand_for_it(dialog: Dialog) -> None:
    asked = "我的件批到哪了"
    phrasings = (asked, "我的件批到哪一步了", "帮我看我的件批到哪了", "我的件现在批到哪了呀")
    await dialog.publish(
        content("件批到哪了怎么看？", "请登录平台查看办件。", "350404", *phrasings)
    )
    reply = await dialog.say(asked)
    assert (reply.kind, reply.text.splitlines()[0]) == ("answer", "请登录平台查看办件。")
