"""A file to a parsed document: the fields, the tree of clauses, and what has to be asked."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.clauses import ParsedClause, build_tree, walk
from knowledge.errors import UnreadableDocument
from knowledge.fields import OpenQuestion, read_fields
from knowledge.files import read_lines
from knowledge.jurisdiction import read_region
from knowledge.lines import Line, mend
from knowledge.parts import Parts, divide
from retrieval.places import Gazetteer


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document as its file states it; None = not stated or not sure (see `questions`).

    Dates are ISO; `effective_from` is the first day in force, `expires_on` the first day that is
    not any more. `clauses` holds every word of the file but the title.
    """

    filename: str
    sha256: str
    title: str
    number: str | None
    issuer: str | None
    region: str | None  # a code
    issued_on: str | None
    effective_from: str | None
    expires_on: str | None
    clauses: tuple[ParsedClause, ...]
    questions: tuple[OpenQuestion, ...]
    given: tuple[str, ...] = ()  # the fields that were given with the file
    region_name: str = ""  # for the screen, with the places above it


def parse_document(data: bytes, filename: str, gazetteer: Gazetteer) -> ParsedDocument:
    """Read a file; the gazetteer tells which place its issuer and title name.

    Raises UnreadableDocument with a message for the screen.
    """
    parts = divide(mend(read_lines(data, filename)))
    clauses = _clauses(parts)
    if not any(clause.text for clause in walk(clauses)):
        raise UnreadableDocument("文件里只有标题，没有正文。")
    fields = read_fields(parts)
    if not parts.title:
        fields.questions.insert(0, OpenQuestion("title", "没有找到标题。这份文件叫什么？"))
    region, asked = read_region(gazetteer, fields.issuer, parts.title)
    if asked is not None:
        fields.questions.append(asked)
    return ParsedDocument(
        filename=filename,
        sha256=hashlib.sha256(data).hexdigest(),
        title=parts.title,
        number=fields.number,
        issuer=fields.issuer,
        region=region,
        issued_on=fields.issued_on,
        effective_from=fields.effective_from,
        expires_on=fields.expires_on,
        clauses=clauses,
        questions=tuple(fields.questions),
        region_name=gazetteer.path(region) if region else "",
    )


def _clauses(parts: Parts) -> tuple[ParsedClause, ...]:
    clauses: list[ParsedClause] = []
    if parts.letter:
        clauses.append(_letter(parts.letter))
    if parts.head:
        clauses.append(ParsedClause("文头", "文头", "", _text(parts.head)))
    clauses += build_tree(parts.body)
    if parts.endnotes:
        clauses.append(ParsedClause("附注", "附注", "", _text(parts.endnotes)))
    times: Counter[str] = Counter()
    for label, lines in parts.annexes:
        times[label] += 1
        again = f"[{times[label]}]" if times[label] > 1 else ""
        clauses.append(_annex(label, label + again, lines))
    return tuple(clauses)


def _letter(lines: Sequence[Line]) -> ParsedClause:
    """The covering letter, with its own clauses when it has some."""
    inner = build_tree([replace(line, heading=0) for line in lines], prefix="通知")
    preface = inner[0].text if inner and inner[0].label == "前言" else ""
    children = inner[1:] if preface else inner
    return ParsedClause("通知", "通知", "", preface, children)


def _annex(label: str, path: str, lines: Sequence[Line]) -> ParsedClause:
    title = lines[0].text if lines and not lines[0].row else ""
    if len(title) > 40 or any(mark in title for mark in "。；，"):
        title = ""
    inner = build_tree(lines[1:] if title else lines, prefix=f"{path}：")
    preface = inner[0].text if inner and inner[0].label == "前言" else ""
    children = inner[1:] if preface else inner
    text = "\n".join(part for part in (title, preface) if part)
    return ParsedClause(path, label, title, text, children)


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines)
