"""The five real documents, where they are at hand: every field, every clause, every word."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

from knowledge.clauses import walk
from knowledge.files import read_lines
from knowledge.lines import Line, mend
from knowledge.parsing import ParsedDocument, parse_document
from knowledge.regions import load_gazetteer
from tests.conftest import SHARED_POLICIES
from tests.policy_files import characters, paths, shown, text_at, word_file

pytestmark = pytest.mark.skipif(
    not SHARED_POLICIES.is_dir(), reason="the five policy documents (../shared/policies) are absent"
)

FIELDS = {  # number, region, issued_on, effective_from
    "weihai-2024-2": ("威审服发〔2024〕2号", "371000", "2024-04-30", None),
    "rushan-2021-131": ("乳行审字〔2021〕131号", "371083", "2021-11-17", None),
    "shandong-2024-butler": (None, "370000", "2024-05-03", None),
    "sanyuan-daiban": (None, "350404", None, None),
    "jianghai-2021-14": ("江海政数〔2021〕14号", "440704", "2021-06-22", "2021-06-22"),
}
# How many clauses there are on each level: 一、, then （一）, then 1., then (1).
SHAPES = {
    "weihai-2024-2": [3, 6, 9],
    "rushan-2021-131": [10, 19, 3],
    "shandong-2024-butler": [5, 16, 7],
    "sanyuan-daiban": [4, 12, 12],
    "jianghai-2021-14": [6, 13],
}


@pytest.fixture(scope="module", params=sorted(FIELDS))
def policy(request: pytest.FixtureRequest) -> tuple[str, Path, ParsedDocument]:
    path = SHARED_POLICIES / f"{request.param}.txt"
    return request.param, path, parse_document(path.read_bytes(), path.name, load_gazetteer())


def test_the_fields(policy: tuple[str, Path, ParsedDocument]) -> None:
    name, _, document = policy
    number, region, issued_on, effective_from = FIELDS[name]
    assert document.number == number
    assert document.region == region
    assert document.issued_on == issued_on
    assert document.effective_from == effective_from
    assert document.expires_on is None
    asked = {question.field for question in document.questions}
    missing = {"number": number, "issued_on": issued_on, "issuer": document.issuer}
    assert asked == {field for field, value in missing.items() if value is None}


def test_nothing_is_lost_or_doubled(policy: tuple[str, Path, ParsedDocument]) -> None:
    _, path, document = policy
    assert shown(document) == characters(path.read_text(encoding="utf-8"))


def test_the_shape_of_the_tree(policy: tuple[str, Path, ParsedDocument]) -> None:
    name, _, document = policy
    level = [
        clause
        for clause in document.clauses
        if re.fullmatch(r"[一二三四五六七八九十]+、", clause.label)
    ]
    shape = []
    while level:
        shape.append(len(level))
        level = [child for clause in level for child in clause.children]
    assert shape == SHAPES[name]
    assert len(set(paths(document))) == len(paths(document))


def test_sentences_are_whole(policy: tuple[str, Path, ParsedDocument]) -> None:
    _, _, document = policy
    for clause in walk(document.clauses):
        last = clause.text.split("\n")[-1]
        if clause.label not in ("附注", "文头", "通知") and last != clause.heading:
            assert re.search(r"[。；：;:]$", last), (clause.path, last[-20:])


@pytest.mark.parametrize("kind", ["docx", "html", "gbk", "wrapped"])
def test_every_kind_of_file_gives_the_same_tree(
    policy: tuple[str, Path, ParsedDocument], kind: str
) -> None:
    _, path, document = policy
    source = re.sub(r"^#+ |\*\*", "", path.read_text(encoding="utf-8"), flags=re.M)
    lines = [line for line in source.splitlines() if line.strip()]
    files = {
        "docx": (word_file(lines), "a.docx"),
        "html": ("".join(f"<p>{escape(line)}</p>" for line in lines).encode(), "a.html"),
        "gbk": (source.encode("gb18030"), "a.txt"),
        "wrapped": ("\n".join(_wrapped(read_lines(path.read_bytes(), "a.txt"))).encode(), "a.txt"),
    }
    data, name = files[kind]
    other = parse_document(data, name, load_gazetteer())
    assert [(c.path, re.sub(r"\s", "", c.text)) for c in walk(other.clauses)] == [
        (c.path, re.sub(r"\s", "", c.text)) for c in walk(document.clauses)
    ]
    assert (other.title, other.number, other.region, other.issued_on) == (
        *(document.title, document.number, document.region, document.issued_on),
    )


def _wrapped(lines: list[Line]) -> Iterator[str]:
    """As a text file with 36 characters to the line, paragraphs indented by two."""
    for line in mend(lines):
        text = f"　　{line.text}"
        yield from (text[at : at + 36] for at in range(0, len(text), 36))


def test_letters_plans_and_endnotes_are_told_apart() -> None:
    gazetteer = load_gazetteer()
    labels = {}
    for name in FIELDS:
        path = SHARED_POLICIES / f"{name}.txt"
        document = parse_document(path.read_bytes(), path.name, gazetteer)
        labels[name] = [c.label for c in document.clauses if not c.label.endswith("、")]
    assert labels == {
        "weihai-2024-2": ["通知", "前言"],
        "rushan-2021-131": ["文头", "前言", "附注"],
        "shandong-2024-butler": ["通知", "前言", "附注"],
        "sanyuan-daiban": ["前言"],
        "jianghai-2021-14": ["通知", "前言"],
    }


def test_lists_inside_paragraphs_and_slips_of_the_source() -> None:
    gazetteer = load_gazetteer()
    path = SHARED_POLICIES / "sanyuan-daiban.txt"
    sanyuan = parse_document(path.read_bytes(), path.name, gazetteer)
    assert "70" in text_at(sanyuan, "三、（三）1.")
    assert text_at(sanyuan, "三、（二）3.").startswith("事项流转。")
    assert text_at(sanyuan, "三、（五）3.").count("是") >= 3  # 一是 … 二是 … 三是 stay together
    path = SHARED_POLICIES / "rushan-2021-131.txt"
    rushan = parse_document(path.read_bytes(), path.name, gazetteer)
    assert "全 X 帮办" in text_at(rushan, "二、4.(1)")
    assert "有业务全程" in text_at(rushan, "二、4.(3)")  # mended across a page
