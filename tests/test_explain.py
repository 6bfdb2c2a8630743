"""Why a message was treated as it was, as the desk tells it."""

import pytest

from handoff.desk.context import Desk
from handoff.desk.explain import explain_question, explain_trace
from storage import Database
from tests.dialog import Dialog, start_dialog


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    return await start_dialog(database)


@pytest.mark.parametrize("question", ["找代办收不收银子", "三元代办的食堂几点开门"])
async def test_a_reply_that_was_given_is_explained_as_a_question_that_is_tried(
    dialog: Dialog, question: str
) -> None:
    reply = await dialog.say(question)
    desk = Desk(dialog.database, dialog.live, dialog.calendar)
    given = await dialog.database.read(explain_trace, desk, reply.trace)
    region = reply.trace["region"]
    tried = await dialog.database.read(explain_question, desk, reply.trace["question"], region)
    assert given.action == tried.action == reply.trace["action"]
    assert given.verdict == tried.verdict
    for one, other in zip(given.compared, tried.compared, strict=True):
        assert (one.title, one.matched, one.missing) == (other.title, other.matched, other.missing)
        assert one.reasons == other.reasons
    first = given.compared[0]
    assert any(reason.startswith("问题的字在其中的比例：") for reason in first.reasons)
    assert set(question) & set("".join(first.matched + first.missing))
    assert not any(each.reasons for each in given.compared[1:])
