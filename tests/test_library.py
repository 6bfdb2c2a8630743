"""The library as its users meet it: publish, ask, withdraw."""

import threading
from collections.abc import Iterable

import pytest

from retrieval.library import Library
from retrieval.passages import Passage, Scope
from retrieval.segment import Segmenter

EVERYWHERE = Scope("2026-11-21")

QUESTIONS = {
    "permit": ("施工许可证怎么办理？", "办施工许可证找谁", "施工证去哪里办", "开工要办什么证"),
    "fee": ("帮办代办服务收费吗？", "帮办要花钱吗", "代办一次多少钱", "找人代办贵不贵"),
    "butler": ("项目管家是什么？", "项目管家是干啥的", "管家能帮我做什么", "啥叫项目管家"),
    "acceptance": (
        "竣工验收需要哪些材料？",
        "验收要交什么资料",
        "竣工要准备哪些文件",
        "联合验收材料",
    ),
    "land": (
        "用地规划许可多久办完？",
        "用地许可要几天",
        "规划许可办理时限",
        "用地规划多长时间能批",
    ),
    "mail": ("证照可以邮寄吗？", "能不能把证寄给我", "批文快递到外地行吗", "不去大厅怎么拿证"),
}


def entry(name: str, questions: Iterable[str] | None = None, **more: object) -> Passage:
    known = tuple(questions or QUESTIONS[name])
    return Passage(f"entry:{name}", "entry", known, f"答复：{known[0]}", **more)  # type: ignore[arg-type]  # a test's shorthand


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(["项目管家", "施工许可证"])


@pytest.fixture
def library(segmenter: Segmenter) -> Library:
    made = Library(segmenter)
    made.publish(entry(name) for name in QUESTIONS)
    return made


def first(library: Library, question: str, scope: Scope = EVERYWHERE) -> str | None:
    hits = library.search(question, scope)
    return hits[0].passage.id if hits else None


def test_an_empty_library_hands_everything_over(segmenter: Segmenter) -> None:
    empty = Library(segmenter)
    empty.refit()
    for question in ("施工许可证怎么办理？", "", "？！", "😀", "a" * 5000):
        decision = empty.decide(question, EVERYWHERE)
        assert (decision.action, decision.hits, decision.shown) == ("handoff", (), ())


def test_one_entry_answers_its_question_and_nothing_else(segmenter: Segmenter) -> None:
    single = Library(segmenter)
    single.publish([entry("fee")])
    single.refit()
    assert single.decide("帮办代办服务收费吗", EVERYWHERE).action == "answer"
    for other in ("项目管家什么时候上班", "今天天气怎么样", "竣工验收需要哪些材料", "服务"):
        assert single.decide(other, EVERYWHERE).action != "answer"


def test_a_published_phrasing_is_answered_word_for_word(library: Library) -> None:
    for name, phrasings in QUESTIONS.items():
        for phrasing in phrasings:
            decision = library.decide(phrasing, EVERYWHERE)
            assert decision.action == "answer"
            assert decision.hits[0].passage.id == f"entry:{name}"
            assert decision.text == f"答复：{phrasings[0]}"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("施工許可證怎麼辦理", "permit"),
        ("ＡＰＰ里代办要多少钱呀😀", "fee"),
        ("请问一下，管家到底是干什么的呢", "butler"),
        ("证能寄给我吗", "mail"),
    ],
)
def test_sloppy_questions_find_their_entry(library: Library, typed: str, meant: str) -> None:
    assert first(library, typed) == f"entry:{meant}"


def test_what_shares_no_word_is_handed_over(library: Library) -> None:
    assert library.decide("周末哪儿看电影", EVERYWHERE).action == "handoff"


def test_a_withdrawn_entry_is_no_longer_found(library: Library) -> None:
    assert first(library, "帮办要花钱吗") == "entry:fee"
    library.withdraw(["entry:fee", "entry:never-there"])
    assert first(library, "帮办要花钱吗") != "entry:fee"
    assert len(library) == len(QUESTIONS) - 1


def test_publishing_again_replaces(library: Library) -> None:
    library.publish([entry("fee", ["外地企业怎么注册？"])])
    assert first(library, "外地企业怎么注册") == "entry:fee"
    assert first(library, "帮办要花钱吗") != "entry:fee"
    library.publish([entry("fee", ["？？"])])
    assert first(library, "外地企业怎么注册") != "entry:fee"


def test_order_of_publishing_does_not_matter(segmenter: Segmenter) -> None:
    one, other = Library(segmenter), Library(segmenter)
    one.publish(entry(name) for name in QUESTIONS)
    for name in reversed(QUESTIONS):
        other.publish([entry(name)])
    other.publish([entry("fee", ["别的问题"])])
    other.publish([entry("fee")])
    for question in ("代办多少钱", "验收材料要哪些", "许可几天"):
        found = [(hit.passage.id, hit.confidence) for hit in one.search(question, EVERYWHERE)]
        again = [(hit.passage.id, hit.confidence) for hit in other.search(question, EVERYWHERE)]
        assert [name for name, _ in found] == [name for name, _ in again]
        assert [sure for _, sure in found] == pytest.approx([sure for _, sure in again])


def test_dates_are_kept(library: Library) -> None:
    library.publish([entry("fee", effective_from="2026-01-01", expires_on="2027-01-01")])
    found = {
        day: first(library, "帮办要花钱吗", Scope(day)) for day in ("2025-12-31", "2026-01-01")
    }
    assert found["2025-12-31"] != "entry:fee"
    assert found["2026-01-01"] == "entry:fee"
    assert first(library, "帮办要花钱吗", Scope("2026-12-31")) == "entry:fee"
    assert first(library, "帮办要花钱吗", Scope("2027-01-01")) != "entry:fee"


def test_no_place_gets_the_rule_of_another(library: Library) -> None:
    library.publish([entry("fee", regions=("371083",))])
    rushan = frozenset({"371083", "371000", "370000", "100000"})
    sanyuan = frozenset({"350404", "350400", "350000", "100000"})
    assert first(library, "帮办要花钱吗", Scope("2026-11-21", rushan)) == "entry:fee"
    assert first(library, "帮办要花钱吗", Scope("2026-11-21", sanyuan)) != "entry:fee"
    assert first(library, "帮办要花钱吗", EVERYWHERE) == "entry:fee"


def test_rules_of_two_places_are_told_apart_by_asking(library: Library) -> None:
    library.withdraw(["entry:fee"])
    questions = QUESTIONS["fee"]
    library.publish(
        [
            Passage("entry:here", "entry", questions, "乳山市：不收费。", regions=("371083",)),
            Passage("entry:there", "entry", questions, "三元区：不收费。", regions=("350404",)),
        ]
    )
    decision = library.decide("帮办要花钱吗", EVERYWHERE)
    assert decision.action == "clarify"
    assert set(decision.places) == {"350404", "371083"}
    here = Scope("2026-11-21", frozenset({"371083", "371000", "370000", "100000"}))
    assert library.decide("帮办要花钱吗", here).text == "乳山市：不收费。"


def test_a_clause_answers_with_its_sentence(library: Library) -> None:
    clause = Passage(
        "clause:1",
        "clause",
        text="代办员由窗口指派。"
        + "各单位要提高认识，加强领导，确保工作落到实处。" * 14
        + "代办员应当在受理之日起两个工作日内与项目单位联系。",
        title="代办工作制度 第三条",
        group="document",
    )
    library.publish([clause])
    decision = library.decide("代办员受理之日起几个工作日内与项目单位联系", EVERYWHERE)
    assert decision.hits[0].passage.id == "clause:1"
    assert decision.action == "answer"
    assert "两个工作日内" in decision.text
    assert "提高认识" not in decision.text


def test_refitting_does_not_disturb_askers(library: Library) -> None:
    wrong: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            if first(library, "帮办要花钱吗") != "entry:fee":
                wrong.append("帮办要花钱吗")

    asker = threading.Thread(target=ask)
    asker.start()
    for number in range(20):
        library.publish([entry("extra", [f"第{number}号窗口在哪里？"])])
        library.refit()
        library.withdraw(["entry:extra"])
    done.set()
    asker.join()
    assert wrong == []


def test_a_hit_explains_itself(library: Library) -> None:
    hit = library.search("代办服务要钱吗", EVERYWHERE)[0]
    assert hit.passage.id == "entry:fee"
    assert {"代办", "服务"} <= set(hit.matched)
    assert "要钱" in hit.missing
    assert 0 < hit.features["centroid"] < 1


def test_what_gathers_the_rules_of_several_places_is_for_these_alone() -> None:
    gathered = Passage("all", "entry", ("代办收费吗",), regions=("370000", "371083", "350404"))
    assert gathered.applies_in(None)
    assert gathered.applies_in(frozenset({"371083", "371000", "370000", "100000"}))
    assert gathered.applies_in(frozenset({"371083101", "371083", "371000", "370000", "100000"}))
    assert not gathered.applies_in(frozenset({"370600", "370000", "100000"}))
    assert not gathered.applies_in(frozenset({"440704", "440700", "440000", "100000"}))


def test_a_known_gap_need_not_state_what_it_says_is_stated_nowhere() -> None:
    library = Library(Segmenter())
    gap = Passage("gap", "entry", ("方案的文号是多少",), "方案没有写文号。", hands_over=True)
    library.publish([gap, Passage("basis", "entry", ("方案依据哪些文件",), "国发〔2024〕3号。")])
    hits = {hit.passage.id: hit for hit in library.search("方案的文号是几号", EVERYWHERE)}
    assert (hits["gap"].features["states"], hits["gap"].features["lacks"]) == (0, 0)
    assert hits["gap"].confidence > hits["basis"].confidence


@pytest.mark.parametrize("ids", [("a", "b", "c"), ("c", "a", "b"), ("b", "c", "a")])
def test_what_ties_stands_in_the_same_order_whatever_its_id(
    segmenter: Segmenter, ids: tuple[str, ...]
) -> None:
    library = Library(segmenter)
    asked = ("丙类窗口几点开门", "乙类窗口几点开门", "甲类窗口几点开门")
    library.publish(
        Passage(f"entry:{id}", "entry", (question,), "八点。")
        for id, question in zip(ids, asked, strict=True)
    )
    hits = library.search("窗口几点开门", EVERYWHERE)
    assert len({hit.confidence for hit in hits}) == 1
    assert tuple(hit.passage.questions[0] for hit in hits) == tuple(sorted(asked))
