"""Follow-ups and fragments."""

import pytest

from knowledge.regions import load_gazetteer
from retrieval.followup import Turn, is_fragment, only_tells, readings
from retrieval.places import Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(["370000", "371000", "371083", "350404", "440704"])


def texts(before: str, message: str, gazetteer: Gazetteer) -> list[str]:
    return [r.text for r in readings(message, [Turn(before)], gazetteer)]


@pytest.mark.parametrize(
    ("before", "message", "first"),
    [
        # another place
        ("三元区代办收费吗", "江海区呢", "江海区代办收费吗"),
        ("三元区代办收费吗", "那乳山呢？", "乳山代办收费吗"),
        ("三元区代办收费吗", "乳山的呢", "乳山代办收费吗"),
        ("代办收费吗", "三元区的", "三元区代办收费吗"),
        ("代办收费吗", "三元区", "三元区代办收费吗"),
        # another fact about the same
        ("三元区怎么申请代办", "要钱吗", "三元区申请代办 要钱吗"),
        ("乳山代办收费吗", "那多久", "乳山代办 多久"),
        ("乳山代办收费吗", "电话多少？", "乳山代办 电话多少"),
        ("三元区代办收费吗", "它要哪些材料", "三元区代办 要哪些材料"),
        ("三元区代办收费吗", "多久能办完", "三元区代办 多久能办完"),
        # another case
        ("三元区房建类项目几天", "那工业类的呢", "三元区工业类 几天"),
        ("三元区简易低风险的几天", "小型的嘞", "三元区小型 几天"),
        ("三元区工业项目几天", "带方案出让的呢", "三元区带方案出让 几天"),
        ("乳山的代办是什么意思", "那包办呢", "乳山包办 什么意思"),
        ("管家线上培训多久一次", "线下呢", "管家线下培训多久一次"),
        ("江海专班组长是谁", "副组长呢", "江海专班副组长是谁"),
        ("房建类项目几天", "江海区工业类的呢", "江海区工业类 几天"),
    ],
)
def test_a_follow_up_is_read_with_the_turn_before(
    gazetteer: Gazetteer, before: str, message: str, first: str
) -> None:
    assert texts(before, message, gazetteer)[0] == first


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("三元区代办收费吗", "威海的政策包有哪几种"),
        ("三元区代办收费吗", "小型工程审批要多少个工作日"),
        ("三元区代办收费吗", "对了，项目管家由谁来培训"),
        ("三元区代办收费吗", "换个事，专班多久开会"),
        ("政策包有几种", "乳山的代办员由谁担任"),
        ("政策包有几种", "你好，请问施工许可证怎么变更"),
    ],
)
def test_a_complete_new_question_inherits_nothing(
    gazetteer: Gazetteer, before: str, message: str
) -> None:
    (only,) = readings(message, [Turn(before)], gazetteer)
    assert not only.inherited


def test_a_slight_question_is_first_read_as_it_stands(gazetteer: Gazetteer) -> None:
    found = readings("材料不齐咋整", [Turn("三元区怎么申请代办")], gazetteer)
    assert [r.text for r in found] == [
        "材料不齐咋整",
        "三元区 材料不齐咋整",
        "三元区申请代办 材料不齐咋整",
    ]
    assert [sorted(r.inherited) for r in found] == [[], ["place"], ["place", "topic"]]


def test_what_points_back_is_first_read_with_the_topic(gazetteer: Gazetteer) -> None:
    first, *_ = readings("那要是材料不齐呢", [Turn("三元区怎么申请代办")], gazetteer)
    assert first.inherited == {"place", "topic"}
    assert "申请代办" in first.text


def test_where_the_asker_is_is_no_question_to_hang_on(gazetteer: Gazetteer) -> None:
    (only,) = readings("代办怎么收费", [Turn("我这边是乳山的")], gazetteer)
    assert not only.inherited
    found = readings("要多久", [Turn("怎么申请代办"), Turn("我们公司在三元区")], gazetteer)
    assert found[0].text == "申请代办 要多久"


def test_the_same_message_again_is_no_follow_up_to_itself(gazetteer: Gazetteer) -> None:
    assert texts("三元区代办", "三元区代办", gazetteer) == ["三元区代办"]


def test_without_turns_a_message_stands_alone(gazetteer: Gazetteer) -> None:
    (only,) = readings("你好，那多久", [], gazetteer)
    assert (only.text, only.inherited) == ("那多久", frozenset())


def test_a_chain_of_follow_ups_hangs_on_what_was_searched(gazetteer: Gazetteer) -> None:
    turns = [
        Turn("三元区代办收费吗"),
        Turn("江海区呢", read_as="江海区代办收费吗"),
    ]
    assert readings("要多久", turns, gazetteer)[0].text == "江海区代办 要多久"


def test_the_message_itself_is_always_among_the_readings(gazetteer: Gazetteer) -> None:
    for message in ["江海区呢", "要钱吗", "带方案出让的呢", "材料不齐咋整", "那个要盖章吗"]:
        found = readings(message, [Turn("三元区怎么申请代办")], gazetteer)
        assert message in [r.text for r in found]
        assert [r.prior for r in found] == sorted([r.prior for r in found], reverse=True)


@pytest.mark.parametrize(
    "message",
    [
        "三元区的",
        "三元区",
        "那个",
        "就是那个",
        "你好请问",
        "我想问一下",
        "还有",
        "我们是做食品的，",
        "关于",
        "请问一下哈",
        "在线等，急",
        "我们公司在深圳南山",
        "项目位于乳山",
    ],
)
def test_fragments(gazetteer: Gazetteer, message: str) -> None:
    assert is_fragment(message, gazetteer)


@pytest.mark.parametrize(
    "message",
    [
        "代办",
        "收费吗",
        "多久",
        "三元区代办",
        "你好",
        "谢谢",
        "转人工",
        "三元区怎么申请",
        "施工许可证丢了",
        "",
    ],
)
def test_no_fragments(gazetteer: Gazetteer, message: str) -> None:
    assert not is_fragment(message, gazetteer)


@pytest.mark.parametrize(
    ("message", "more", "tells"),
    [
        ("我们想在三元建个厂", False, True),
        ("你好,我们是做家具的", False, True),
        ("做家具的", False, False),
        ("做家具的", True, True),
        ("大概二十亩地", True, True),
        ("代办", True, False),
        ("我们能申请代办吗", False, False),
        ("我们要办审批流程", False, False),  # asks by its noun
        ("我们想了解一下三元的代办", False, False),
        ("我们投资三千万,占地二十亩,计划明年投产,手续就差施工许可这一块了", False, False),
        ("我的件三个月没动静", False, False),  # is a matter for people
    ],
)
def test_what_only_tells(message: str, more: bool, tells: bool) -> None:
    assert only_tells(message, more) == tells


def test_a_place_without_a_rule_of_its_own_is_also_read_without_its_name(
    gazetteer: Gazetteer,
) -> None:
    def read(message: str) -> list[str]:
        return [reading.text for reading in readings(message, [], gazetteer)]

    assert read("荣成的项目管家是谁当") == ["荣成的项目管家是谁当", "项目管家是谁当"]
    assert read("乳山的代办员是谁当") == ["乳山的代办员是谁当"]  # it has a rule of its own
    assert read("永安的代办员是谁当") == ["永安的代办员是谁当"]  # nobody above it has one
    assert read("荣成除外,项目管家是谁当") == ["荣成除外,项目管家是谁当"]
    assert read("荣成和文登有项目管家吗") == ["荣成和文登有项目管家吗"]
