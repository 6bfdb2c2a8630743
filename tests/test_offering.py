"""What the buttons of a clarifying reply say, with documents that are made up."""

import pytest

from bot.offering import find_choice, topic
from bot.reply import Option, Reply
from knowledge.documents import import_file
from knowledge.regions import load_gazetteer
from knowledge.validity import revoke_document
from retrieval.places import Gazetteer
from storage import Database
from tests.dialog import Dialog, content, start_dialog

SANYUAN = """三元区重大项目会商服务工作实施方案

为做好项目会商服务，制定本方案。

一、会商机制
（一）会商启动。窗口收到企业的会商申请后，由管委会登记并安排会商。
（二）会商会议。会商会议由管委会召集，有关部门参加会商，研究企业提出的难题。
（三）会商纪要（试行）。会商结束以后，由管委会整理会商纪要。
1.会商纪要写明会商的事项、意见和各部门的分工，发给参加会商的各个部门和企业，部门按会商纪要办理，
管委会每月检查会商纪要落实的情况，没有落实的向区政府报告，并在下一次会商会议上说明原因和办法。
2.会商纪要由窗口保存，企业可以到窗口查阅本企业的会商纪要，窗口应当提供方便，不得收取费用，也不得
要求企业提供与查阅无关的材料，查阅的情况由窗口登记，每年汇总一次报送管委会，管委会据此改进会商。
"""
TRIAL = """三元区重大项目会商服务试行办法

一、会商启动
企业的会商申请由窗口登记，窗口三日内启动会商。
"""
RUSHAN = """关于开展工程建设项目会商工作的通知

各有关单位：

一、会商机制
会商由市里召集，每个部门派人参加会商会议。
二、会商会议
会商会议的纪要由牵头部门整理。
"""


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    dialog = await start_dialog(database, ())
    for text, place in ((SANYUAN, "三元区"), (RUSHAN, "乳山市")):
        await add_document(dialog, text, place)
    return dialog


async def add_document(dialog: Dialog, text: str, place: str) -> str:
    """Import it; this process has it when this returns."""
    given = {"region": place, "number": f"某政办〔2025〕{len(text)}号", "issuer": "某局"}
    imported = await dialog.database.write(
        import_file, text.encode(), "plan.txt", dialog.live.gazetteer, given, by="小许"
    )
    await dialog.live.refresh()
    return imported.document.id


def offered(reply: Reply) -> list[str]:
    assert reply.kind == "clarify", reply
    assert all(len(option.text) <= 30 for option in reply.options)
    return [option.text for option in reply.options[:-1]]


async def test_a_clause_is_called_by_what_it_is_about_and_whose_it_is(dialog: Dialog) -> None:
    assert offered(await dialog.say("会商会议"))[:2] == [
        "会商会议（乳山市工程建设项目会商工作）",
        "会商会议（三元区重大项目会商服务）",
    ]
    answered = await dialog.say("会商会议（乳山市工程建设项目会商工作）")  # typed, not pressed
    assert (answered.kind, "牵头部门整理" in answered.text) == ("answer", True)


async def test_a_clause_without_a_heading_is_called_by_its_first_words(dialog: Dialog) -> None:
    assert offered(await dialog.say("会商纪要给谁")) == [
        "会商纪要写明会商的事项、意见和各部…（三元区）",
        "会商纪要（三元区重大项目会商服务）",
        "会商纪要由窗口保存（三元区重大项目会商服务）",
    ]


async def test_what_would_be_called_alike_is_told_apart_by_what_it_says(dialog: Dialog) -> None:
    await add_document(dialog, TRIAL, "三元区")
    found = offered(await dialog.say("会商怎么启动"))
    assert {
        "会商启动：窗口收到企业的会商…（三元区）",
        "会商启动：企业的会商申请由窗…（三元区）",
    } <= set(found)


async def test_a_clause_that_has_just_left_service_is_not_offered(dialog: Dialog) -> None:
    document = await add_document(dialog, TRIAL, "三元区")
    await dialog.database.write(revoke_document, document, "小许", "过时")
    found = offered(await dialog.say("会商怎么启动"))  # this process has not heard of it yet
    assert found
    assert "会商启动：企业的会商申请由窗…（三元区）" not in found


OPTIONS = (
    Option("三元区代办服务收费吗？", "passage", "a"),
    Option("全程包办（乳山市会商服务）", "passage", "b"),
    Option("代办服务找谁申请？", "passage", "c"),
    Option("都不是，转人工", "handoff"),
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1", 1),
        ("2.", 2),
        ("第2个", 2),
        ("第二个吧", 2),
        ("选3", 3),
        ("就第一个", 1),
        ("4", 4),
        ("代办服务找谁申请?", 3),
        ("全程包办", 2),
        ("都不是", 4),
        ("以上都不是", 4),
        ("都不对", 4),
        ("没有我要问的", 4),
        ("都不是,转人工", 4),
        ("不是这些", 4),
        ("没有我要的", 4),
        ("这些都不是我想问的", 4),
        ("没有一个是我要找的", 4),
        ("不是我要问的", 4),
        ("没一个对的", 4),
        ("都跟我问的没关系", 4),
    ],
)
def test_a_choice_may_be_typed(typed: str, number: int) -> None:
    assert find_choice(typed, OPTIONS) == OPTIONS[number - 1]


@pytest.mark.parametrize(
    "typed",
    ["不是重点项目的", "5", "0", "代办服务", "2个工作日", "20", "没有", "是不是要钱", "乳山", ""],
)
def test_what_says_something_else_is_no_choice(typed: str) -> None:
    assert find_choice(typed, OPTIONS) is None


@pytest.mark.parametrize(
    ("title", "about"),
    [
        ("乳山市关于推行“五个一”服务机制的工作方案", "“五个一”服务机制"),
        ("关于在全市推行企业专员制的实施意见（试行）", "企业专员制"),
        ("乳山市工程建设项目会商工作制度", "工程建设项目会商"),
        ("小海马使用说明", "小海马使用说明"),
        ("工作方案", "工作方案"),
    ],
)
def test_the_topic_of_a_title(gazetteer: Gazetteer, title: str, about: str) -> None:
    assert topic(title, gazetteer) == about


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(["371083"])


async def test_who_asks_the_same_again_is_not_offered_the_same_again(dialog: Dialog) -> None:
    asked = "会商的纪要由谁保存"
    assert (await dialog.say(asked)).kind == "clarify"
    assert (await dialog.say(asked + "？")).kind == "handoff"
    assert await dialog.handed_over() == asked + "？"


async def test_who_only_names_a_matter_is_offered_the_same_twice(dialog: Dialog) -> None:
    kinds = [(await dialog.say("会商")).kind for _ in range(3)]
    assert kinds == ["clarify", "clarify", "handoff"]
    assert await dialog.handed_over() == "会商"


async def test_of_a_clause_that_is_only_headings_its_parts_are_offered(dialog: Dialog) -> None:
    await dialog.say("三元区会商机制")
    parts = await dialog.choose("会商机制（三元区重大项目会商服务）")
    assert (parts.kind, parts.text) == ("clarify", "“会商机制”有下面几部分，您想看哪一部分？")
    assert len(parts.options) == 4
    assert (await dialog.say("第二个")).text.startswith("会商会议。会商会议由管委会召集")


async def test_who_only_names_a_matter_is_offered_questions_not_clauses(dialog: Dialog) -> None:
    question = "三元区会商纪要要提前几天申请？"
    similar = ("会商纪要提前多久报", "会商纪要几天前申请", "三元会商纪要提前几天说")
    await dialog.publish(content(question, "三元区：提前三天申请。", "350404", *similar))
    reply = await dialog.say("会商纪要")
    assert [option.text for option in reply.options[:-1]] == [question]
