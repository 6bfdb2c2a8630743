"""What a question asks about, and whether a text speaks of it."""

import pytest

from retrieval.focus import focus, unfocused
from retrieval.segment import Segmenter


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("双向邮寄走的哪家快递", "快递"),
        ("小型工程面积多大以下算", "面积"),
        ("联合预审会要提交几份材料", "材料"),
        ("人工客服电话是多少", "电话"),
        ("评价表在网上能填吗", "填"),
    ],
)
def test_the_word_beside_the_question_word_weighs_most(
    segmenter: Segmenter, question: str, asked: str
) -> None:
    near = focus(question, segmenter.words(question))
    others = [weight for word, weight in near.items() if word != asked]
    assert near[asked] > max(others, default=0) / 2
    assert unfocused(near, question) == 0
    assert unfocused(near, question.replace(asked, "")) > 0.15


def test_what_stands_inside_the_asking_is_not_what_is_asked_about(segmenter: Segmenter) -> None:
    question = "管家培训多久组织一次"
    assert "组织" not in focus(question, segmenter.words(question))


def test_without_a_question_word_the_end_counts(segmenter: Segmenter) -> None:
    near = focus("三元区代办收费标准", segmenter.words("三元区代办收费标准"))
    assert near["标准"] > near["代办"]


def test_nothing_asked_is_nothing_missing() -> None:
    assert unfocused(focus("", []), "代办") == 0
    assert unfocused(focus("怎么", ["怎么"]), "代办") == 0
