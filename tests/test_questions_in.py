"""Several questions in one message, and what of a message is asked rather than told."""

import pytest

from knowledge.regions import load_gazetteer
from retrieval.places import Gazetteer
from retrieval.questions_in import asking_parts, split_questions


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(["370000", "371000", "371083", "350404", "440704"])


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("代办收费吗", ["代办收费吗"]),
        ("代办收费吗？材料交哪里？", ["代办收费吗?", "材料交哪里?"]),
        ("代办收费吗？要多久？", ["代办收费吗?", "代办 要多久"]),
        ("三元区代办收费吗，多久能办完", ["三元区代办收费吗", "三元区代办 多久能办完"]),
        ("代办要不要钱，怎么联系窗口", ["代办要不要钱", "怎么联系窗口"]),
        ("最快的是哪类，几天", ["最快的是哪类,几天"]),
        ("1. 代办要钱吗 2. 材料交哪里", ["代办要钱吗", "材料交哪里"]),
        ("乳山代办收费吗，另外怎么申请", ["乳山代办收费吗", "怎么申请"]),
        ("你好。代办收费吗。谢谢", ["代办收费吗"]),
        ("我们是做食品的，想扩建厂房，代办收费吗", ["我们是做食品的,想扩建厂房,代办收费吗"]),
        ("没有问题，就是说一下", ["没有问题,就是说一下"]),
        ("", [""]),
    ],
)
def test_questions_in_one_message(gazetteer: Gazetteer, message: str, questions: list[str]) -> None:
    assert [q.rstrip("。谢 ") for q in split_questions(message, gazetteer)] == questions


def test_of_a_long_paste_the_questions_are_kept(gazetteer: Gazetteer) -> None:
    paste = (
        "各位老师好，打扰了。\n我是一家食品厂的经办人。\n我们去年买了块地，\n准备建一个冷库，\n"
        "面积大概五千平。\n前期设计已经找好了。\n环评也在走了。\n朋友说可以找人代办。\n"
        "我想了解一下：\n代办要不要收钱？\n还需要准备什么材料？\n盼复。\n谢谢各位！"
    )
    assert split_questions(paste, gazetteer) == ["代办要不要收钱?", "还需要准备什么材料?"]
    as_one_line = paste.replace("\n", " ")
    assert split_questions(as_one_line, gazetteer) == ["代办要不要收钱?", "还需要准备什么材料?"]


def test_what_is_only_told_is_no_question(gazetteer: Gazetteer) -> None:
    message = (
        "我们想扩建一个冷库，前面的人走了，我不知道怎么接着办，也没人跟我说过，听说代办分好几种。\n"
        "家里人让我先问邻居怎么办的。\n请问包办从哪一步开始算？"
    )
    assert split_questions(message, gazetteer) == ["包办从哪一步开始算?"]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        # a sentence, or what stands behind 请问, is asked by itself
        ("我们厂去年拿的地,图纸也画好了。代办服务要交多少钱", ["代办服务要交多少钱"]),
        ("我们厂去年拿的地,请问代办服务要交多少钱", ["代办服务要交多少钱"]),
        ("刚成立没多久,什么都不懂。想问一下入园企业能代办吗", ["入园企业能代办吗"]),
        ("谢谢你上次的回答!工业类项目审批时限", ["工业类项目审批时限"]),
        # where it stays in one sentence, what is told may be what it is about
        ("前任都走了。我项目在乳山,市级政策包归谁编", ["我项目在乳山,市级政策包归谁编"]),
    ],
)
def test_what_is_told_is_left_out(gazetteer: Gazetteer, message: str, parts: list[str]) -> None:
    assert [part.text for part in asking_parts(message, gazetteer) if part.whole] == parts


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("施工许可证过期了,还能延期吗", ["还能延期吗"]),
        ("我项目在乳山,市级政策包归谁编", ["市级政策包归谁编"]),
        ("办结单丢了。补办要多久", ["补办要多久"]),  # too slight to go by itself
        ("国债项目,山东的管家帮不帮忙", ["山东的管家帮不帮忙"]),
    ],
)
def test_a_clause_may_be_about_what_is_told(
    gazetteer: Gazetteer, message: str, parts: list[str]
) -> None:
    found = asking_parts(message, gazetteer)
    assert [(part.text, part.whole) for part in found] == [(text, False) for text in parts]


@pytest.mark.parametrize(
    "message",
    [
        "代办收费吗",
        "施工许可证过期了。怎么办?",  # names no matter in what it asks
        "三元区代办要多久,急",
        "我们厂去年拿的地",
        "什么都不懂",
        "",
    ],
)
def test_nothing_to_leave_out(gazetteer: Gazetteer, message: str) -> None:
    assert not asking_parts(message, gazetteer)


def test_what_asks_nothing_is_no_question_of_its_own(gazetteer: Gazetteer) -> None:
    message = "刚成立没多久，什么都不懂。代办收费吗"
    assert split_questions(message, gazetteer) == ["刚成立没多久,什么都不懂。代办收费吗"]
    assert split_questions("材料交了，还有人管吗", gazetteer) == ["材料交了,还有人管吗"]
