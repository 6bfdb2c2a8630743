"""What a change would do, seen on a library of its own; calibrations taken out and put in."""

from dataclasses import replace

import pytest

from retrieval.library import Library
from retrieval.passages import Passage, Scope
from retrieval.segment import Segmenter

EVERYWHERE = Scope("2026-11-21")
PASSAGES = (
    Passage("entry:fee", "entry", ("代办服务收费吗？", "代办要钱吗", "代办多少费用"), "不收费。"),
    Passage("entry:mail", "entry", ("证照可以邮寄吗？", "批文能快递吗", "怎么拿证"), "可以。"),
    Passage("clause:one", "clause", (), "代办服务不收取任何费用。", "某方案 第一条", "某方案"),
)  # fmt: skip


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.fixture
def library(segmenter: Segmenter) -> Library:
    made = Library(segmenter)
    made.publish(PASSAGES)
    return made


def best(library: Library, question: str) -> tuple[str, float]:
    first = library.search(question, EVERYWHERE)[0]
    return first.passage.id, first.confidence


def test_a_trial_knows_the_change_and_the_library_does_not(library: Library) -> None:
    question = "帮跑腿的收不收银子"
    before = best(library, question)
    fee = PASSAGES[0]
    trial = library.trial([replace(fee, questions=(*fee.questions, question))])
    assert best(trial, question) > ("entry:fee", 0.9)
    assert best(library, question) == before
    for text in (*fee.questions, *PASSAGES[1].questions):
        assert best(trial, text)[0] == best(library, text)[0]


def test_library_and_trial_go_on_apart(library: Library) -> None:
    trial = library.trial()
    library.withdraw(["entry:mail"])
    trial.publish([Passage("entry:new", "entry", ("公章刻制找谁？",), "找窗口。")])
    library.publish([Passage("entry:other", "entry", ("图纸要盖章吗？",), "要。")])
    assert best(trial, "证照可以邮寄吗？")[0] == "entry:mail"
    assert best(trial, "公章刻制找谁")[0] == "entry:new"
    assert best(library, "图纸要盖章吗")[0] == "entry:other"
    found = {hit.passage.id for hit in library.search("公章刻制找谁", EVERYWHERE)}
    assert not found & {"entry:new", "entry:mail"}


def test_what_one_library_was_fitted_to_can_be_used_by_another(
    library: Library, segmenter: Segmenter
) -> None:
    fitted = library.calibrations["entry"]
    raised = replace(fitted, thresholds=replace(fitted.thresholds, answer=0.999_999))
    other = Library(segmenter)
    other.publish(PASSAGES)
    assert other.decide("代办的收费", EVERYWHERE) == library.decide("代办的收费", EVERYWHERE)
    other.use({"entry": raised})
    assert other.calibrations == {**library.calibrations, "entry": raised}
    assert other.decide("证照可以邮寄么", EVERYWHERE).threshold == 0.999_999
    assert library.calibrations["entry"] == fitted
