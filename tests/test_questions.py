"""The labelled questions of the starter pack: their form, and what the documents say of them."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
STARTER = ROOT / "knowledge" / "starter"
POLICIES = ROOT.parent / "shared" / "policies"

FILES = {
    "威审服发〔2024〕2号": "weihai-2024-2.txt",
    "乳行审字〔2021〕131号": "rushan-2021-131.txt",
    "开展“项目管家在身边”帮办服务活动实施方案": "shandong-2024-butler.txt",
    "三元区项目代办服务实施方案（修订稿）": "sanyuan-daiban.txt",
    "江海政数〔2021〕14号": "jianghai-2021-14.txt",
}
GUIDE = "小海马使用说明"
ANSWERABLE_KINDS = {"policy_close", "policy_medium", "policy_far", "noisy"}
MIXED_KINDS = {"jurisdiction", "multi_turn"}
UNANSWERABLE_KINDS = {"near_miss", "unanswerable", "human_request"}
SAFE_KINDS = {"out_of_domain", "hostile"}
KINDS = ANSWERABLE_KINDS | MIXED_KINDS | UNANSWERABLE_KINDS | SAFE_KINDS | {"chitchat"}
ANSWERABLE = {"answer", "clarify_or_answer"}
EXPECTS = ANSWERABLE | {"handoff", "smalltalk", "safe"}
REPLY_KINDS = {"answer", "clarify", "handoff", "smalltalk", "error"}
UNLABELLED_PARTS = {"前言", "通知", "附注"}
FIELDS = {"id", "kind", "expect", "region", "document", "clause", "facts", "forbidden", "set"}
FIELDS |= {"note"}

Question = dict[str, Any]


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    lines = (STARTER / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module", params=["policies", "guide"])
def sources(request: pytest.FixtureRequest) -> dict[str, str]:
    """The squeezed text of the documents that questions name, by the name they use."""
    if request.param == "guide":
        paths = {GUIDE: STARTER / "user-guide.md"}
    elif POLICIES.is_dir():
        paths = {name: POLICIES / file for name, file in FILES.items()}
    else:
        pytest.skip(f"the policy documents are not at hand ({POLICIES})")
    return {name: squeeze(path.read_text(encoding="utf-8")) for name, path in paths.items()}


def squeeze(text: str) -> str:
    """Text as facts are compared: NFKC, case folded, without spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def documents_of(question: Question) -> list[str]:
    return [name for name in question["document"].split("；") if name]


def test_every_question_has_the_known_form(questions: list[Question]) -> None:
    for question in questions:
        names = set(question)
        assert names - {"text", "turns", "also_ok"} == FIELDS, question["id"]
        assert ("text" in names) != ("turns" in names), question["id"]
        assert question["kind"] in KINDS, question["id"]
        assert question["expect"] in EXPECTS, question["id"]
        assert set(question.get("also_ok", ())) <= REPLY_KINDS, question["id"]
        assert re.fullmatch(r"(\d{6})?", question["region"]), question["id"]
        assert set(documents_of(question)) <= {*FILES, GUIDE}, question["id"]
        assert all(question["forbidden"]), question["id"]
    assert len({question["id"] for question in questions}) == len(questions)
    asked = Counter(json.dumps(q.get("turns", q.get("text"))) + q["region"] for q in questions)
    assert asked.most_common(1)[0][1] == 1, "the same question twice in the same place"


def test_kinds_and_expectations_agree(questions: list[Question]) -> None:
    allowed = {
        **dict.fromkeys(ANSWERABLE_KINDS, ANSWERABLE),
        **dict.fromkeys(MIXED_KINDS, EXPECTS),
        **dict.fromkeys(UNANSWERABLE_KINDS, frozenset({"handoff"})),
        **dict.fromkeys(SAFE_KINDS, frozenset({"safe"})),
        "chitchat": {"smalltalk"},
    }
    for question in questions:
        assert question["expect"] in allowed[question["kind"]], question["id"]
        assert ("turns" in question) == (question["kind"] == "multi_turn"), question["id"]


def test_only_answerable_questions_name_facts_and_a_source(questions: list[Question]) -> None:
    for question in questions:
        if question["expect"] in ANSWERABLE:
            assert question["facts"], question["id"]
        elif question["expect"] == "handoff":
            assert not question["facts"], question["id"]
            assert not question["document"], question["id"]
        assert all(group and all(group) for group in question["facts"]), question["id"]
        assert question["document"] or not question["clause"], question["id"]


def test_there_are_enough_of_each_sort(questions: list[Question]) -> None:
    assert len(questions) >= 300
    refused = [question for question in questions if question["expect"] == "handoff"]
    assert 3 * len(refused) >= len(questions)
    kinds = Counter(question["kind"] for question in questions)
    assert set(kinds) == KINDS
    held = Counter(question["kind"] for question in questions if question["set"] == "held")
    for kind, count in kinds.items():
        assert held[kind] == count // 3, kind
    assert {question["set"] for question in questions} == {"fit", "held"}


def test_the_documents_hold_the_facts(questions: list[Question], sources: dict[str, str]) -> None:
    lacking = []
    for question in questions:
        texts = [sources[name] for name in documents_of(question) if name in sources]
        for group in question["facts"] if texts else ():
            if not any(squeeze(fact) in text for fact in group for text in texts):
                lacking.append((question["id"], group))
    assert not lacking


def test_the_documents_have_the_clauses(questions: list[Question], sources: dict[str, str]) -> None:
    lacking = []
    for question in questions:
        texts = [sources[name] for name in documents_of(question) if name in sources]
        clauses = set(filter(None, question["clause"].split("；"))) - UNLABELLED_PARTS
        for clause in clauses if texts else ():
            if not any(labels_stand_in(clause, text) for text in texts):
                lacking.append((question["id"], clause))
    assert not lacking


def labels_stand_in(clause: str, text: str) -> bool:
    """Whether a clause path's labels, with their marks, follow one another in the text."""
    labels = re.findall(r"\([^)]*\)|[一二三四五六七八九十]+、|\d+\.", squeeze(clause))
    position = 0
    for label in labels:
        position = text.find(label, position) + len(label)
        if position < len(label):
            return False
    return bool(labels)
