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
        ("三元区房健类审批时县", "三元区房建类审批时限"),
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
