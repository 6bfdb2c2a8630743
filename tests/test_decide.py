"""Three zones: answer, clarify, hand over."""

from retrieval.decide import Hit, Thresholds, decide
from retrieval.extract import SHORT, extract
from retrieval.passages import Kind, Passage, Scope

THRESHOLDS: dict[Kind, Thresholds] = {
    "entry": Thresholds(0.8, 0.2),
    "clause": Thresholds(0.9, 0.3),
}
NOWHERE = Scope("2026-11-21")
SOMEWHERE = Scope("2026-11-21", frozenset({"371083", "371000", "370000", "100000"}))


def hit(name: str, confidence: float, kind: Kind = "entry", *regions: str) -> Hit:
    return Hit(Passage(name, kind, regions=regions), 1.0, confidence)


def test_a_sure_entry_is_the_answer() -> None:
    decision = decide([hit("a", 0.85), hit("b", 0.1)], THRESHOLDS, NOWHERE)
    assert (decision.action, decision.hits[0].passage.id) == ("answer", "a")


def test_an_unsure_one_is_offered_among_others() -> None:
    hits = [hit("a", 0.4), hit("b", 0.3), hit("c", 0.1), hit("d", 0.05)]
    decision = decide(hits, THRESHOLDS, NOWHERE)
    assert decision.action == "clarify"
    assert [shown.passage.id for shown in decision.shown] == ["a", "b", "c"]


def test_a_hopeless_one_is_handed_over() -> None:
    decision = decide([hit("a", 0.1), hit("b", 0.05)], THRESHOLDS, NOWHERE)
    assert (decision.action, decision.shown) == ("handoff", ())
    assert decision.confidence == 0.1


def test_an_approved_answer_goes_before_a_clause() -> None:
    decision = decide([hit("a", 0.82), hit("c", 0.99, "clause")], THRESHOLDS, NOWHERE)
    assert decision.hits[0].passage.id == "a"
    unsure = decide([hit("a", 0.5), hit("c", 0.95, "clause")], THRESHOLDS, NOWHERE)
    assert (unsure.action, unsure.hits[0].passage.id) == ("answer", "c")


def test_each_kind_has_its_own_threshold() -> None:
    assert decide([hit("c", 0.85, "clause")], THRESHOLDS, NOWHERE).action == "clarify"


def test_places_are_asked_for_when_rules_differ_by_place() -> None:
    hits = [hit("a", 0.45, "entry", "371083"), hit("b", 0.44, "entry", "350404")]
    decision = decide(hits, THRESHOLDS, NOWHERE)
    assert (decision.action, decision.places) == ("clarify", ("371083", "350404"))
    assert decide(hits, THRESHOLDS, SOMEWHERE).places == ()


def test_one_place_alone_is_not_asked_for() -> None:
    hits = [hit("a", 0.85, "entry", "371083"), hit("b", 0.05, "entry", "350404")]
    decision = decide(hits, THRESHOLDS, NOWHERE)
    assert (decision.action, decision.places) == ("answer", ())


def gap(confidence: float) -> Hit:
    return Hit(Passage("gap", "entry", text="文件没有写。", hands_over=True), 1.0, confidence)


def test_a_known_gap_says_why_only_when_it_is_likely_the_one_that_is_meant() -> None:
    sure = decide([gap(0.7), hit("c", 0.8, "clause")], THRESHOLDS, NOWHERE)
    assert (sure.action, sure.text, sure.hits[0].passage.id) == ("handoff", "文件没有写。", "gap")
    vague = decide([gap(0.2), hit("c", 0.4, "clause")], THRESHOLDS, NOWHERE)
    assert (vague.action, vague.text, vague.hits[0].passage.id) == ("handoff", "", "gap")


def test_what_a_known_gap_rivals_is_asked_back() -> None:
    decision = decide([hit("a", 0.81), gap(0.21)], THRESHOLDS, NOWHERE)
    assert decision.action == "clarify"
    assert [shown.passage.id for shown in decision.shown] == ["a"]
    assert decide([hit("a", 0.81), gap(0.19)], THRESHOLDS, NOWHERE).action == "answer"


def coverage_of(*wanted: str):  # type: ignore[no-untyped-def]  # a test's shorthand
    return lambda text: float(sum(word in text for word in wanted))


def test_a_short_clause_is_shown_whole() -> None:
    text = "代办员由窗口指派。"
    assert extract(text, coverage_of("没有")) == text


def test_the_sentence_that_answers_is_shown() -> None:
    filler = "各单位要加强领导，确保工作落到实处。" * 14
    text = f"{filler}代办员应当在两个工作日内联系项目单位。{filler}"
    assert len(text) > SHORT
    assert extract(text, coverage_of("代办员", "联系")) == "代办员应当在两个工作日内联系项目单位。"


def test_announced_items_come_along() -> None:
    filler = "各单位要加强领导，确保工作落到实处。" * 14
    text = f"{filler}\n申请时提交下列材料：\n1.申请表；\n2.营业执照；\n3.承诺书。"
    shown = extract(text, coverage_of("提交", "材料"))
    assert shown == "申请时提交下列材料：\n1.申请表；\n2.营业执照；\n3.承诺书。"


def test_a_gap_between_shown_sentences_is_marked() -> None:
    filler = "各单位要加强领导，确保工作落到实处。" * 14
    text = f"代办不收费。{filler}代办不收任何押金。"
    assert extract(text, coverage_of("代办", "不收")) == "代办不收费。……代办不收任何押金。"


def test_a_heading_brings_what_stands_below() -> None:
    filler = "各单位要加强领导，确保工作落到实处。" * 14
    text = f"基本原则\n坚持自愿、无偿、合法、高效。\n{filler}"
    assert extract(text, coverage_of("基本", "原则")).startswith("基本原则\n坚持自愿、无偿")
