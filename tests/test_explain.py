"""Why a message was treated as it was, as the desk tells it."""

import pytest

from handoff.desk.explain import explain_trace
from storage import Database
from tests.desk_house import open_desk
from tests.dialog import Dialog, content, start_dialog


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    return await start_dialog(database)


@pytest.mark.parametrize("question", ["找代办收不收银子", "三元代办的食堂几点开门"])
async def test_a_reply_is_explained_by_what_was_written_down_with_it(
    dialog: Dialog, question: str
) -> None:
    reply = await dialog.say(question)
    desk = open_desk(dialog.database, dialog.live, dialog.calendar)
    given = await dialog.database.read(explain_trace, desk, reply.trace)
    assert given.action == reply.trace["action"]
    first = given.compared[0]
    assert any(reason.startswith("问题的字在其中的比例：") for reason in first.reasons)
    assert set(question) & set("".join(first.matched + first.missing))
    assert not any(each.reasons for each in given.compared[1:])


async def test_asking_for_the_place_is_explained_by_the_places(dialog: Dialog) -> None:
    await dialog.publish(
        content("江海区代办服务收费吗？", "江海区：免费。", "440704", "代办要钱吗")
    )
    await dialog.publish(
        content("威海市代办服务收费吗？", "威海市：免费。", "371000", "代办要钱吗")
    )
    reply = await dialog.say("代办要钱吗")
    assert reply.kind == "clarify"
    desk = open_desk(dialog.database, dialog.live, dialog.calendar)
    given = await dialog.database.read(explain_trace, desk, reply.trace)
    assert given.verdict.startswith("各地规定不同（")
    assert "江海区" in given.verdict
    assert "所以先问地区" in given.verdict
