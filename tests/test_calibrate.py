"""A library learns from its own phrasings how sure it may be."""

from itertools import product

import numpy as np
import pytest

from retrieval.calibrate import calibrate
from retrieval.choice import NONE_FEATURES, Choice, Example, fit
from retrieval.cutter import Cutter
from retrieval.features import CLAUSES, ENTRIES, TAUGHT
from retrieval.labels import Label, read_labels
from retrieval.maker import ShelfMaker
from retrieval.passages import Passage
from retrieval.priors import load_priors
from retrieval.segment import Segmenter
from retrieval.trials import labelled, own_trials, sentence_trials
from retrieval.weighing import QUESTION_FEATURES

FEATURES = ENTRIES.features

THINGS = ("许可证", "验收", "用地", "图纸", "招标", "消防", "档案", "人防", "环评", "水电")
ASKING = ("{}怎么办", "办{}找谁", "{}要几天", "我想问{}的事", "{}流程")


@pytest.fixture(scope="module")
def cutter() -> Cutter:
    return Cutter(Segmenter())


@pytest.fixture(scope="module")
def maker(cutter: Cutter) -> ShelfMaker:
    made = ShelfMaker(ENTRIES, cutter)
    made.change(
        [Passage(thing, "entry", tuple(form.format(thing) for form in ASKING)) for thing in THINGS],
        (),
    )
    return made


def test_a_phrasing_is_asked_as_if_it_had_never_been_written(
    maker: ShelfMaker, cutter: Cutter
) -> None:
    found = own_trials(maker.shelf(), cutter)
    assert len(found) == 2 * len(THINGS) * len(ASKING)
    exact = FEATURES.index("exact")
    assert all(trial.example.candidates[:, exact].max() == 0 for trial in found)
    inside = [trial for trial in found if trial.kind == "inside"]
    assert all(trial.example.right for trial in inside)


def test_out_of_scope_the_whole_entry_is_gone(maker: ShelfMaker, cutter: Cutter) -> None:
    shelf = maker.shelf()
    outside = [trial for trial in own_trials(shelf, cutter) if trial.kind == "near"]
    assert all(trial.example.right == () for trial in outside)
    # Its own words are now unknown to the library.
    unknown = QUESTION_FEATURES.index("unknown_characters")
    assert all(trial.example.question[unknown] > 0 for trial in outside)
    assert maker.shelf().stats.phrasings == len(THINGS) * len(ASKING)


def test_calibration_tells_known_from_unknown(maker: ShelfMaker, cutter: Cutter) -> None:
    found = own_trials(maker.shelf(), cutter)
    fitted = calibrate(found, (), load_priors()["entry"], 0.95)
    known, unknown = [], []
    for trial in found:
        example = trial.example
        chances, _ = fitted.choice.probabilities(example.candidates, example.question)
        (known if trial.kind == "inside" else unknown).append(chances.max(initial=0))
    answered = np.array(known) >= fitted.thresholds.answer
    assert answered.mean() > 0.6
    assert (np.array(unknown) >= fitted.thresholds.answer).mean() <= 0.07
    assert fitted.thresholds.offer <= fitted.thresholds.answer


def test_without_similar_questions_near_misses_still_set_the_bar(cutter: Cutter) -> None:
    bare = ShelfMaker(ENTRIES, cutter)
    bare.change(
        [
            Passage(f"{thing}{form}", "entry", (form.format(thing),))
            for thing in THINGS
            for form in ASKING
        ],
        (),
    )
    prior = load_priors()["entry"]
    fitted = calibrate(own_trials(bare.shelf(), cutter), (), prior, 0.95)
    assert fitted.choice == prior.choice
    assert fitted.thresholds.answer >= prior.thresholds.answer


def documents(twins: bool) -> list[Passage]:
    """Forty documents of one sentence; as twins two and two say the same of two places."""
    matters = [a + b for a, b in product("甲乙丙丁戊己庚辛", "木火土金水")]
    return [
        Passage(str(number), "clause", group=str(number), text=text)
        for number, matter in enumerate(matters)
        for matter in [matters[number // 2] if twins else matter]
        for text in [f"{'东西'[number % 2]}城{matter}项目{matter}手续由{matter}窗口办理。"]
    ]


def test_twin_documents_raise_the_bar_for_clauses(cutter: Cutter) -> None:
    prior = load_priors()["clause"]
    bars = []
    for twins in (False, True):
        maker = ShelfMaker(CLAUSES, cutter)
        maker.change(documents(twins), ())
        asked = sentence_trials(maker.shelf(), cutter)
        assert {trial.source for trial in asked} == {str(number) for number in range(40)}
        assert not any(trial.example.right for trial in asked)
        bars.append(calibrate(asked, (), prior, 0.95).thresholds.answer)
    assert bars[0] < prior.thresholds.answer < bars[1]


def test_too_few_phrasings_leave_the_prior(cutter: Cutter) -> None:
    small = ShelfMaker(ENTRIES, cutter)
    small.change([Passage("a", "entry", ("怎么办证", "办证找谁"))], ())
    prior = load_priors()["entry"]
    assert calibrate(own_trials(small.shelf(), cutter), (), prior, 0.95) == prior


def test_the_draw_is_bounded_and_even(maker: ShelfMaker, cutter: Cutter) -> None:
    found = own_trials(maker.shelf(), cutter, most=10)
    assert len(found) == 20
    assert {trial.source for trial in found} == set(THINGS)


def example(value: float, *right: int) -> Example:
    candidates = np.zeros((2, len(FEATURES)))
    candidates[0, 0] = value
    return Example(candidates, np.zeros(len(QUESTION_FEATURES)), right)


def test_fit_finds_what_decides_and_stays_near_a_trusted_start() -> None:
    examples = [example(1.0, 0)] * 40 + [example(0.0)] * 40
    start = Choice(FEATURES, (0.0,) * len(FEATURES), (0.0,) * len(NONE_FEATURES))
    free, held = fit(examples, start, trust=0.1), fit(examples, start, trust=1000.0)
    assert free.candidate[0] > 1 > held.candidate[0] > 0
    chances, none = free.probabilities(examples[0].candidates, examples[0].question)
    assert chances[0] > 0.9
    assert chances.sum() + none == pytest.approx(1)


def test_a_monotone_choice_holds_no_likeness_against_a_candidate() -> None:
    examples = [example(0.0, 0)] * 40 + [example(1.0)] * 40
    start = Choice(FEATURES, (0.0,) * len(FEATURES), (0.0,) * len(NONE_FEATURES))
    assert fit(examples, start, trust=1.0).candidate[0] < 0
    assert fit(examples, start, trust=1.0, monotone=True).candidate[0] == 0


def test_no_candidate_means_none() -> None:
    choice = load_priors()["entry"].choice
    chances, none = choice.probabilities(
        np.zeros((0, len(FEATURES))), np.zeros(len(QUESTION_FEATURES))
    )
    assert (len(chances), none) == (0, 1.0)


def test_labels_concern_what_is_there_and_is_no_phrasing_yet(
    maker: ShelfMaker, cutter: Cutter
) -> None:
    labels = [
        Label("许可证怎么弄", "许可证"),
        Label("食堂排烟管多粗", None),
        Label("许可证怎么办？", "许可证"),  # a phrasing by now
        Label("图纸盖章", "gone"),
    ]
    right, none = labelled(maker.shelf(), cutter, labels)
    assert (right.kind, right.example.right) == ("inside", (0,))
    assert (none.kind, none.example.right) == ("near", ())


def test_labels_of_a_file_name_the_passages_that_tell_the_facts() -> None:
    passages = [
        Passage("a", "entry", ("要几天",), "三元区：８ 个工作日。"),
        Passage("b", "clause", text="时限为8个工作日，不含公示。"),
        Passage("c", "entry", ("收费吗",), "不收费。"),
    ]
    rows = [
        {"text": "多久", "expect": "answer", "facts": [["8个工作日", "八天"]], "forbidden": []},
        {"text": "多久", "expect": "answer", "facts": [["8个工作日"]], "forbidden": ["公示"]},
        {"text": "哪天", "expect": "answer", "facts": [["2024年"]]},
        {"text": "天气", "expect": "handoff", "kind": "unanswerable", "region": "371083"},
        {"turns": ["多久", "那别的呢"], "expect": "answer", "facts": [["8个工作日"]]},
        {"text": "叫个真人来", "expect": "handoff", "kind": "human_request"},
    ]
    found = read_labels(rows, passages, lambda text, region: frozenset({region} - {""}) or None)
    assert found == [
        Label("多久", "a", frozenset({"a", "b"})),
        Label("多久", "a", frozenset({"a"})),
        Label("天气", None, regions=frozenset({"371083"}), near=False),
    ]


def test_labels_teach_and_set_the_thresholds_when_there_are_enough(
    maker: ShelfMaker, cutter: Cutter
) -> None:
    shelf, prior = maker.shelf(), load_priors()["entry"]
    own = own_trials(shelf, cutter)
    labels = [Label(f"{thing}怎么办理{end}", thing) for thing in THINGS for end in "呢啊呀吧嘛哦"]
    few = calibrate(own, labelled(shelf, cutter, labels[:10]), prior, 0.95)
    many = calibrate(own, labelled(shelf, cutter, labels), prior, 0.95)
    assert few == calibrate(own, (), prior, 0.95)
    assert many.choice != few.choice
    assert many.thresholds != few.thresholds


def test_what_phrasings_cannot_teach_stays_as_labels_taught_it(
    maker: ShelfMaker, cutter: Cutter
) -> None:
    prior = load_priors()["entry"]
    fitted = calibrate(own_trials(maker.shelf(), cutter), (), prior, 0.95)
    before = dict(zip(FEATURES, prior.choice.candidate, strict=True))
    after = dict(zip(FEATURES, fitted.choice.candidate, strict=True))
    assert {name for name in FEATURES if before[name] == after[name]} == TAUGHT
