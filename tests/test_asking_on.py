"""Who asks on, of another place or of one case of what was answered, or several at once."""

import pytest

from storage import Database
from tests.dialog import LIBRARY, Dialog, content, start_dialog

TRAINING = content(
    "威海市项目管家多久培训一次？",
    "威海市：每周线上培训一次。每季度线下培训一次；结业时测试。",
    "371000",
    "威海管家几天培训一回",
    "管家培训频次是多少",
    "项目管家培训多长时间一次",
    "多久给管家培训一次",
    "威海的管家培训勤不勤",
)
WINDOW = content(
    "江海区哪些项目可以进绿色通道？",
    "江海区：重大项目可以进绿色通道。",
    "440704",
    "江海什么项目走绿色通道",
    "哪些项目能走绿色通道",
    "绿色通道收哪些项目",
    "江海绿色通道的项目范围",
    "什么项目可以申请绿色通道",
)


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    return await start_dialog(database, (*LIBRARY, TRAINING, WINDOW))


async def test_of_a_case_the_sentence_of_the_last_answer_is_told(dialog: Dialog) -> None:
    whole = await dialog.say("威海项目管家多久培训一次")
    assert whole.text.startswith("威海市：每周线上")
    case = await dialog.say("那线下的呢")
    assert (case.kind, case.text.splitlines()[0]) == ("answer", "每季度线下培训一次")
    assert (case.sources, case.entry_id) == (whole.sources, whole.entry_id)
    assert (await dialog.say("夜里的呢")).kind != "answer"


async def test_what_is_said_of_one_place_is_not_sought_in_another_rule(dialog: Dialog) -> None:
    assert (await dialog.say("三元区哪些项目可以申请代办")).kind == "answer"
    assert (await dialog.say("那江海呢")).kind != "answer"


async def test_an_unsure_part_does_not_hide_the_answer_to_another(dialog: Dialog) -> None:
    unsure = "证件是什么？"
    assert (await dialog.say(unsure)).kind == "clarify"
    reply = await (await dialog.another()).say(f"三元代办要不要钱，{unsure}")
    assert (reply.kind, reply.text.split("\n\n")[0]) == ("answer", "1. 三元区：不收费。")
    assert "证件是什么”没有查到" in reply.text


async def test_no_choice_stands_for_several_questions(dialog: Dialog) -> None:
    reply = await dialog.say("三元代办是什么？三元代办的证件是什么？")
    assert reply.kind == "handoff"


async def test_who_only_ever_names_a_place_gets_to_people(dialog: Dialog) -> None:
    kinds = [(await dialog.say("三元区")).kind for _ in range(3)]
    assert kinds == ["notice", "notice", "handoff"]
    assert await dialog.handed_over() == "三元区"
