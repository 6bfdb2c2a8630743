"""Homophones are put right towards what the library knows, and nothing else is touched."""

import pytest

from retrieval.homophones import Homophones
from retrieval.library import Library
from retrieval.passages import Passage, Scope
from retrieval.segment import Segmenter
from retrieval.sounds import Sounds

SCOPE = Scope("2026-11-21")
QUESTIONS = (
    "施工许可证怎么办理",
    "代办员是谁指派的",
    "帮办代办收费吗",
    "项目管家的电话",
    "不能办理怎么办",
)


@pytest.fixture(scope="module")
def library() -> Library:
    made = Library(Segmenter())
    made.publish(Passage(question, "entry", (question,)) for question in QUESTIONS)
    return made


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("施工许可正咋办", "施工许可证怎么办理"),
        ("代半员谁指派", "代办员是谁指派的"),
        ("帮办带办收肥么", "帮办代办收费吗"),
        ("xiangmu guanjia 联系方式", "项目管家的电话"),
    ],
)
def test_homophones_and_pinyin_are_understood(library: Library, typed: str, meant: str) -> None:
    hit = library.search(typed, SCOPE)[0]
    assert hit.passage.id == meant


def test_what_the_language_knows_stays() -> None:
    sounds = Sounds()
    sounds.add(["公正", "许可"])
    mend = Homophones(sounds, Segmenter(), lambda pair: {"公正": 3, "许可": 3}.get(pair, 0))
    for question in ("公证怎么办", "公证", "hello world", "xk", "", "😀"):
        assert mend(question) == question
    assert mend("徐克") == "徐克"  # both characters differ: no reason to believe it
    assert mend("许渴") == "许可"


@pytest.mark.parametrize(
    "question",
    [
        "补能办理吗",  # nothing becomes a negation
        "给部门看",  # 门槛 would cut 部门
        "把我材料拿走",  # a person stays a person
        "散天办完",
        "有人赔吗",  # what is stressed
    ],
)
def test_what_makes_another_sentence_of_it_is_never_mended(question: str) -> None:
    known = {pair: 9 for pair in ("不能", "门槛", "把握", "三天", "人陪")}
    sounds = Sounds()
    sounds.add(known)
    assert Homophones(sounds, Segmenter(), lambda pair: known.get(pair, 0))(question) == question


def test_a_mended_question_counts_as_what_it_meant(library: Library) -> None:
    clean = library.search("施工许可证怎么办理", SCOPE)[0]
    typed = library.search("施工许可正怎么办理", SCOPE)[0]
    assert typed.passage == clean.passage
    assert typed.confidence == pytest.approx(clean.confidence)
