"""The starter pack: its form, who claims which phrasing, and each fact standing in its source."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.clauses import walk
from knowledge.parsing import parse_document
from knowledge.regions import load_gazetteer
from retrieval.segment import normalise

ROOT = Path(__file__).resolve().parents[1]
STARTER = ROOT / "knowledge" / "starter"
POLICIES = ROOT.parent / "shared" / "policies"

FILES = {
    "关于在全市推行“三个一”项目服务机制的工作方案": "weihai-2024-2.txt",
    "乳山市工程建设项目帮办代办包办工作制度": "rushan-2021-131.txt",
    "开展“项目管家在身边”帮办服务活动实施方案": "shandong-2024-butler.txt",
    "三元区项目代办服务实施方案（修订稿）": "sanyuan-daiban.txt",
    "江门市江海区重大项目政务服务专班工作实施方案": "jianghai-2021-14.txt",
}
GUIDE = "小海马使用说明"
STAGES = {"全流程", "立项用地规划许可", "工程建设许可", "施工许可", "竣工验收"}
ENTRY_FIELDS = {"id", "standard_question", "similar_questions", "answer", "stage", "region"}
ENTRY_FIELDS |= {"sources"}
SOURCE_FIELDS = {"document", "number", "clause"}
GAP_FIELDS = {"id", "question", "similar_questions", "answer", "region"}

Entry = dict[str, Any]
Gap = dict[str, Any]


# What an answer states, in one form for the answer and for its clauses.

_QUOTED = re.compile(r"“([^“”]+)”")
_TITLED = re.compile(r"《([^《》]+)》")
_DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff]{2}〔\d{4}〕\d+号")
_MAIL = re.compile(r"[\w.]+@[\w.]+\w", re.ASCII)
_PHONE = re.compile(r"\d{3,4}[-—]\d{7,8}|(?<!\d)\d{5,}(?!\d)")
_DATE = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?")
_RHYTHM = re.compile(r"每(?:季度|工作日|[日天周月年])|按[日周月年]")
_UNIT = r"个?(?:工作日|小时|分钟|阶段|月|类|项|层)|[个名次天日年月周类项级条种步份家位元页种]"
_COUNT = re.compile(rf"(?<![第\d])([一二两三四五六七八九十百]+|\d+)({_UNIT})?")
_NAME = re.compile(
    r"[\u4e00-\u9fff]{3}局|综合窗口|帮办窗口|专窗|园服小组|管委会|工商联|招商服务中心|政务服务中心"
    r"|工改办|管理股|(?:审批|代办|管理)系统"
)
_SMALL = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_PLACES = re.compile("三元区?")


def squeeze(text: str) -> str:
    """Text as facts are compared: NFKC, case folded, without spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def letters(text: str) -> str:
    """What is left of a text without its punctuation and spaces."""
    return re.sub(r"[\W_]", "", normalise(text))


def number(text: str) -> int:
    """The value of 70, 七十, 十二 or 两."""
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for char in text:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = _SMALL[char]
    return total + digit


def counts(text: str) -> Iterator[tuple[int, str]]:
    """The counted things of a text: (70, 工作日). 一 before 个, 种, 份, ... is an article."""
    for match in _COUNT.finditer(_PLACES.sub("", text)):
        written, unit = match[1], match[2] or ""
        unit = unit.removeprefix("个") or unit
        article = written == "一" and unit not in {"名", "次", "年", "月", "周", "天"}
        if written.isdecimal() or (unit and not article):
            yield number(written), unit


def facts(answer: str) -> set[str]:
    """What an answer says word for word: quoted names, titles, numbers of documents, dates, ..."""
    found = set(_DOCUMENT_NUMBER.findall(answer)) | set(_DATE.findall(answer))
    found |= set(_MAIL.findall(answer)) | set(_PHONE.findall(answer))
    found |= set(_RHYTHM.findall(answer)) | set(_NAME.findall(answer))
    for pattern in (_QUOTED, _TITLED):
        found |= set(pattern.findall(answer))
    return found


def unsupported(answer: str, support: str) -> list[str]:
    """The facts of an answer that do not stand in the text it rests on."""
    plain = letters(support)
    missing = sorted(fact for fact in facts(answer) if letters(fact) not in plain)
    have = set(counts(squeeze(support)))
    values = {value for value, _ in have}
    for value, unit in counts(squeeze(answer)):
        if (value, unit) not in have and (unit or value not in values):
            missing.append(f"{value}{unit}")
    return missing


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    paths = sorted((STARTER / "entries").glob("*.toml"))
    return [entry for path in paths for entry in tomllib.loads(path.read_text("utf-8"))["entry"]]


@pytest.fixture(scope="module")
def gaps() -> list[Gap]:
    paths = sorted((STARTER / "gaps").glob("*.toml"))
    return [gap for path in paths for gap in tomllib.loads(path.read_text("utf-8"))["gap"]]


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    listed = tomllib.loads((STARTER / "documents.toml").read_text("utf-8"))["document"]
    return {document["title"]: document for document in listed}


def phrasings(entry: Entry) -> list[str]:
    """How an entry or a gap is asked for."""
    first = entry["question"] if "question" in entry else entry["standard_question"]
    return [first, *entry["similar_questions"]]


def test_every_entry_has_the_known_form(
    entries: list[Entry], documents: dict[str, dict[str, Any]]
) -> None:
    for entry in entries:
        name = entry.get("id")
        assert set(entry) == ENTRY_FIELDS, name
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry["id"]), name
        assert len(entry["similar_questions"]) >= 6, name
        assert all(question.strip() == question != "" for question in phrasings(entry)), name
        assert 40 <= len(entry["answer"].strip()) <= 220, name
        assert entry["stage"] in STAGES, name
        assert entry["sources"], name
        for source in entry["sources"]:
            assert set(source) == SOURCE_FIELDS, name
            assert source["number"] == documents[source["document"]]["number"], name
    assert len(entries) >= 160


def test_an_entry_is_a_rule_where_its_sources_are(
    entries: list[Entry], documents: dict[str, dict[str, Any]]
) -> None:
    for entry in entries:
        places = [documents[source["document"]]["region"] for source in entry["sources"]]
        answer = entry["answer"].strip()
        if entry["region"] == "全国":
            named = [place for place in dict.fromkeys(places) if place != "全国"]
            assert all(f"{place}：" in answer for place in named), entry["id"]
            assert len(named) != 1, entry["id"]
        else:
            assert set(places) == {entry["region"]}, entry["id"]
            assert answer.startswith(f"{entry['region']}："), entry["id"]


def test_every_gap_has_the_known_form(gaps: list[Gap], places: dict[str, str]) -> None:
    for gap in gaps:
        name = gap.get("id")
        assert set(gap) == GAP_FIELDS, name
        assert re.fullmatch(r"gap(-[a-z0-9]+)+", gap["id"]), name
        assert len(gap["similar_questions"]) >= 5, name
        assert all(question.strip() == question != "" for question in phrasings(gap)), name
        assert gap["region"] in places.values(), name
        # One sentence: what follows it, that the question was handed over, is said elsewhere.
        assert 15 <= len(gap["answer"]) <= 80, name
        assert gap["answer"].index("。") == len(gap["answer"]) - 1, name
    assert len(gaps) >= 300


def test_ids_are_unique_over_entries_and_gaps(entries: list[Entry], gaps: list[Gap]) -> None:
    ids = [each["id"] for each in (*entries, *gaps)]
    assert len(set(ids)) == len(ids)


def test_no_two_entries_or_gaps_claim_the_same_phrasing(
    entries: list[Entry], gaps: list[Gap]
) -> None:
    claims = defaultdict(list)
    for each in (*entries, *gaps):
        for question in phrasings(each):
            assert letters(question), each["id"]
            claims[letters(question)].append(each["id"])
    assert {question: ids for question, ids in claims.items() if len(ids) > 1} == {}


def test_a_fact_that_the_source_does_not_give_is_found() -> None:
    clause = "社会投资项目审批时限70个工作日，每周线上一次，由区工商联负责，见〔2024〕3号"
    assert unsupported("时限为七十个工作日，每周一次，找工商联", clause) == []
    assert unsupported("时限为70天", clause) == ["70天"]
    assert unsupported("每月两次，问专窗", clause) == ["专窗", "每月", "2次"]
    assert unsupported("叫“拿地即开工”，见国发〔2024〕4号", clause) == [
        "国发〔2024〕4号",
        "拿地即开工",
        "4",
    ]


def clauses_of(path: Path) -> dict[str, str]:
    """The text of each clause of a file with all that is below it, by its path."""
    document = parse_document(path.read_bytes(), path.name, load_gazetteer())
    return {
        clause.path: "\n".join(below.text for below in walk([clause]))
        for clause in walk(document.clauses)
    }


def check_sources(entries: list[Entry], title: str, clauses: dict[str, str]) -> None:
    cited = {
        source["clause"]
        for entry in entries
        for source in entry["sources"]
        if source["document"] == title
    }
    assert cited
    assert cited - set(clauses) == set(), f"《{title}》 has no such clause"


def parts(entry: Entry, places: dict[str, str]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """What an answer says, with the sources for it: of each place it names apart from the rest."""
    pieces = re.split(f"({'|'.join(set(places.values()))})：", entry["answer"].strip())
    for place, said in zip(pieces[1::2], pieces[2::2], strict=True):
        yield said, [each for each in entry["sources"] if places[each["document"]] == place]
    if pieces[0]:
        yield pieces[0], entry["sources"]


def check_facts(
    entries: list[Entry], places: dict[str, str], texts: dict[str, dict[str, str]]
) -> None:
    """`places`: the region of each document; `texts`: its clauses. Other entries are left out."""
    wrong: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if {source["document"] for source in entry["sources"]} <= set(texts):
            for said, sources in parts(entry, places):
                support = [
                    [each["document"], each["number"], texts[each["document"]][each["clause"]]]
                    for each in sources
                ]
                wrong[entry["id"]] += unsupported(said, "\n".join(map("\n".join, support)))
    assert {name: missing for name, missing in wrong.items() if missing} == {}


@pytest.fixture(scope="module")
def places(documents: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {title: document["region"] for title, document in documents.items()}


@pytest.fixture(scope="module")
def policies() -> dict[str, dict[str, str]]:
    if not POLICIES.is_dir():
        pytest.skip(f"the policy documents are not at hand ({POLICIES})")
    return {title: clauses_of(POLICIES / file) for title, file in FILES.items()}


def test_each_source_is_a_clause_of_the_guide(entries: list[Entry], places: dict[str, str]) -> None:
    clauses = clauses_of(STARTER / "user-guide.md")
    check_sources(entries, GUIDE, clauses)
    check_facts(entries, places, {GUIDE: clauses})


def test_each_source_is_a_clause_of_a_policy_document(
    entries: list[Entry], policies: dict[str, dict[str, str]]
) -> None:
    for title, clauses in policies.items():
        check_sources(entries, title, clauses)


def test_each_fact_stands_in_the_clauses_of_its_answer(
    entries: list[Entry], places: dict[str, str], policies: dict[str, dict[str, str]]
) -> None:
    check_facts(entries, places, policies)


def test_each_saying_stands_for_one_word() -> None:
    words = tomllib.loads((STARTER / "words.toml").read_text("utf-8"))
    listed = words["dictionary"]["words"]
    sayings = [other for group in words["synonym"] for other in group["others"]]
    assert len(set(listed)) == len(listed)
    assert len(set(sayings)) == len(sayings)
    assert set(sayings) & {group["word"] for group in words["synonym"]} == set(), "a chain"
