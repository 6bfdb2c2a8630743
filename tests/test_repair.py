"""Sloppy questions put right, and correct ones left alone."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from knowledge.regions import shipped_regions
from retrieval.places import Gazetteer
from retrieval.repair import Repairer
from retrieval.segment import Segmenter, normalise

STARTER = Path(__file__).parent.parent / "knowledge" / "starter"
KNOWN_PLACES = ("370000", "371000", "371083", "350404", "440704")


def starter_texts() -> Iterable[str]:
    for file in sorted((STARTER / "entries").glob("*.toml")):
        for entry in tomllib.loads(file.read_text("utf-8"))["entry"]:
            yield entry["standard_question"]
            yield from entry["similar_questions"]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    words = tomllib.loads((STARTER / "words.toml").read_text("utf-8"))
    return Segmenter(words["dictionary"]["words"])


@pytest.fixture(scope="module")
def repairer(segmenter: Segmenter) -> Repairer:
    made = Repairer(segmenter, Gazetteer(shipped_regions(), KNOWN_PLACES))
    for text in starter_texts():
        made.publish(segmenter.terms(text))
    return made


def texts(repairer: Repairer, question: str) -> list[str]:
    return [reading.text for reading in repairer.readings(normalise(question))]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # homophones
        ("三元区房健类审批时线", "三元区房建类审批时限"),
        ("乳山帮半代半谁来做", "乳山帮办代办谁来做"),
        ("项木管家在哪里", "项目管家在哪里"),
        ("证策包有几种", "政策包有几种"),
        ("包办模快怎么用", "包办模块怎么用"),
        ("智会表单是什么", "智慧表单是什么"),
        ("园服小祖负责什么", "园服小组负责什么"),
        ("绿涩通道怎么走", "绿色通道怎么走"),
        ("容却办理可以吗", "容缺办理可以吗"),
        ("三元并连审批谁发启", "三元并联审批谁发起"),
        ("保交搂的项目算不算", "保交楼的项目算不算"),
        ("项目官家是谁", "项目管家是谁"),
        ("三源区代办怎么申请", "三元区代办怎么申请"),
        # sounds that are often confused
        ("代版怎么申请", "代办怎么申请"),
        ("施工许可振怎么办", "施工许可证怎么办"),
        # one character too few, too many, or in the wrong place
        ("施工许证怎么办", "施工许可证怎么办"),
        ("施工许可可证怎么办", "施工许可证怎么办"),
        ("施许工可证怎么办", "施工许可证怎么办"),
        ("周未能办吗", "周末能办吗"),
        # blanks
        ("施 工 许 可 证 在哪办", "施工许可证 在哪办"),
        # letters
        ("jige gongzuori", "几个工作日"),
        ("guanjia电话", "管家电话"),
        ("rushan daibanyuan 是谁当的", "乳山代办员是谁当的"),
        ("shigongxukezheng怎么办", "施工许可证怎么办"),
        ("xiāofáng yànshōu", "消防验收"),
        ("sgxkz多久", "施工许可证多久"),
        # dialects and chat
        ("三元區貴賓服務卡係乜嘢", "三元区贵宾服务卡是什么"),
        ("聯審會議係邊個召集嘅", "联审会议是谁召集的"),
        ("江海幾耐開一次推進會", "江海多久开一次推进会"),
        ("唔知去邊度攞施工許可證", "不知去哪里拿施工许可证"),
        ("啷个申请代办", "怎么申请代办"),
        ("这个按钮是干森么的", "这个按钮是干什么的"),
        # voice
        ("那个那个就是政策包在哪里看", "政策包在哪里看"),
        ("呃,政策包在哪里看", "政策包在哪里看"),
    ],
)
def test_what_was_meant_is_the_first_reading(repairer: Repairer, typed: str, meant: str) -> None:
    assert texts(repairer, typed)[:1] == [meant]


@pytest.mark.parametrize(
    "question",
    [
        # correct, in scope
        "三元区房建类审批时限是几个工作日",
        "代办是由谁负责的",
        "地方是哪里",
        "施工许可证在哪里办",
        "一项目一专员是什么意思",
        "我的办件在哪里看",
        "我的件交上去快十天了没动静",
        "留个联系电话",
        "管家上课的先后顺序归谁排",
        "可以先办后补吗,还是要先补后办",
        # correct, and of something else
        "退款要多久",
        "退宽了怎么办",
        "证件丢了怎么补办",
        "政见不同怎么办",
        "我的快递到哪了",
        "孩子上学怎么报名",
        "身份证过期了",
        "待办事项在哪里看",
        "停业整顿了还能办吗",
        "三元提前开工了,会罚吗",
        "误了工怎么赔",
        "帮我写一首关于大海的诗",
        "微信支付怎么开通",
        "陈立农是谁",
        # numbers and negations
        "不代办行不行",
        "未办理怎么办",
        "40个工作日够吗",
        "第二条说的是什么",
        # other places
        "烟台的项目管家收费吗",
        "鹤山市专班设在哪里",
        "永安市三明市哪个近",
        "三原县能代办吗",
        # letters that are not pinyin
        "你们有app吗",
        "pdf和excel都能传吗",
        "can you help me",
        "bim模型要交吗",
        "a4纸打印行吗",
        # words of dialects that are parts of others
        "联系人是谁,系统打不开",
        "甲方和乙方有什么关系",
        "呵呵是什么意思",
        "文件的格式要求",
    ],
)
def test_what_is_correct_stays(repairer: Repairer, question: str) -> None:
    assert texts(repairer, question) == []


@pytest.mark.parametrize(
    "text", ["", " ", "?", "😅😅", "\0", "啊啊啊", "嗯", "a" * 100, "证" * 300]
)
def test_what_says_nothing_is_left_alone(repairer: Repairer, text: str) -> None:
    assert texts(repairer, text) == []


def test_no_published_question_is_read_as_another(repairer: Repairer) -> None:
    standard = [
        normalise(entry["standard_question"])
        for file in sorted((STARTER / "entries").glob("*.toml"))
        for entry in tomllib.loads(file.read_text("utf-8"))["entry"]
    ]
    changed = {question: texts(repairer, question) for question in standard}
    assert {question: read for question, read in changed.items() if read} == {}


def test_numbers_negations_and_places_are_never_touched(repairer: Repairer) -> None:
    for reading in repairer.readings("三原县不能代半的40个房健类项目"):
        assert "三原县不能" in reading.text
        assert "40个" in reading.text


def test_a_reading_says_what_was_changed_and_how_likely_it_is(repairer: Repairer) -> None:
    (first, *_) = repairer.readings("咗点算,代半嘅时线")
    assert [(change.was, change.now, change.kind) for change in first.changes] == [
        ("点算", "怎么办", "dialect"),
        ("嘅", "的", "dialect"),
        ("咗", "了", "dialect"),
        ("代半", "代办", "sound"),
        ("时线", "时限", "sound"),
    ]
    assert 0 < first.prior < 1


def test_a_surer_repair_has_a_higher_prior(repairer: Repairer) -> None:
    (sure, *_) = repairer.readings("绿涩通道怎么走")
    (unsure, *_) = repairer.readings("自元的吗")
    assert unsure.prior < sure.prior


def test_only_words_of_the_live_library_are_meant() -> None:
    segmenter = Segmenter()
    repairer = Repairer(segmenter)
    terms = [*segmenter.terms("施工许可怎么办理"), *segmenter.terms("施工许可在哪里办理")]
    assert repairer.readings("施工许渴怎么办理") == []
    repairer.publish(terms)
    assert [each.text for each in repairer.readings("施工许渴怎么办理")] == ["施工许可怎么办理"]
    repairer.withdraw(terms)
    assert repairer.readings("施工许渴怎么办理") == []
    repairer.publish(terms)
    assert [each.text for each in repairer.readings("施工许渴怎么办理")] == ["施工许可怎么办理"]


def test_a_dialect_word_that_the_library_knows_needs_no_translation() -> None:
    segmenter = Segmenter()
    repairer = Repairer(segmenter)
    assert [each.text for each in repairer.readings("代办是啥")] == ["代办是什么"]
    for text in ("代办是啥", "包办是啥", "啥叫帮办", "帮办是啥") * 3:
        repairer.publish(segmenter.terms(text))
    assert repairer.readings("代办是啥") == []
