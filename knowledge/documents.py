"""Policy documents and their clauses in the store: import, reading, citing."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.clauses import ParsedClause, render_clauses, walk
from knowledge.errors import DocumentNotFound
from knowledge.fields import OpenQuestion
from knowledge.given import FIELD_NAMES, check_complete, take_given
from knowledge.parsing import ParsedDocument, parse_document
from knowledge.parts import flat
from knowledge.passages import make_passages, passage_id
from retrieval.passages import Passage
from retrieval.places import Gazetteer
from storage import Row, Transaction, new_id

TOPIC = "documents"
"""Announced whenever the clauses that may be cited have changed; also the revision counter."""

Status = Literal["active", "replaced", "revoked"]
STATUS_NAMES: dict[Status, str] = {"active": "有效", "replaced": "已被替代", "revoked": "已废止"}


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document. Dates are ISO dates: `effective_from` the first day in force, `expires_on`
    the first day that is not; `region` is a code."""

    id: str
    title: str
    number: str | None
    issuer: str | None
    region: str
    issued_on: str | None
    effective_from: str | None
    expires_on: str | None
    status: Status
    replaced_by: str | None
    filename: str
    sha256: str
    revision: int
    created_by: str
    created_at: int

    @property
    def starts_on(self) -> str | None:
        """Since when it is a rule: the day it says, else the day on which it was issued."""
        return self.effective_from or self.issued_on


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with what is needed to cite it."""

    id: str
    document_id: str
    title: str  # of the document
    document_number: str
    clause: str  # its path
    issuer: str
    region: str
    effective_from: str | None
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: `added` or not, fields `corrected` in a document that was there."""

    document: Document
    added: bool
    clauses: int
    corrected: tuple[str, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    alike: Document | None = None
    region_name: str = ""

    def summary(self) -> str:
        """One line in Chinese for whoever imported the file."""
        name = f"《{self.document.title}》"
        if not self.added:
            if not self.corrected:
                return f"已有{name}，内容相同，没有重复导入。"
            return f"已有{name}，没有重复导入；更正了{'、'.join(self.corrected)}。"
        document = self.document
        facts = [document.number, document.issuer, self.region_name, document.starts_on]
        shown = "，".join(fact for fact in facts if fact)
        text = f"已导入{name}{f'（{shown}）' if shown else ''}，共 {self.clauses} 条条款。"
        if self.questions:
            names = "、".join(FIELD_NAMES[each.field] for each in self.questions)
            text += f"没有识别出：{names}，可以在导入时给出，也可以之后在它的页面上补上。"
        if self.alike is not None:
            text += "库里另有一份同名文件，若这份是新版，请用“替换”让旧版停用。"
        return text


def import_file(
    tx: Transaction,
    data: bytes,
    filename: str,
    gazetteer: Gazetteer,
    given: Mapping[str, str] | None = None,
    *,
    by: str,
) -> Imported:
    """Read a file and store it, with the given fields (see `take_given`) in place of its own.

    A large file takes seconds: where others wait for the transaction, run `read_document` before
    it and `import_document` in it. Raises UnreadableDocument, DocumentIncomplete, UnknownRegion.
    """
    return import_document(tx, read_document(data, filename, gazetteer, given), by)


def read_document(
    data: bytes, filename: str, gazetteer: Gazetteer, given: Mapping[str, str] | None = None
) -> ParsedDocument:
    """A file as it would be imported; touches no database. Raises as `import_file` does."""
    parsed = take_given(parse_document(data, filename, gazetteer), given or {}, gazetteer)
    check_complete(parsed)
    return parsed


def import_document(tx: Transaction, parsed: ParsedDocument, by: str) -> Imported:
    """Store a parsed document with its clauses.

    The same file, or the same text under the same title, number and region, adds nothing; fields
    given with it correct the document that is there. Raises DocumentIncomplete.
    """
    check_complete(parsed)
    key = _text_key(parsed)
    tx.hold(TOPIC)  # two who import the same file at once
    present = tx.one(
        "SELECT * FROM document WHERE sha256 = :sha256 OR text_key = :key"
        " ORDER BY CASE status WHEN 'active' THEN 0 ELSE 1 END, created_at DESC",
        sha256=parsed.sha256,
        key=key,
    )
    if present is not None:
        return _correct(tx, _document(present), parsed, by)
    alike = _find_alike(tx, parsed)
    document_id = new_id()
    tx.insert(
        "document",
        id=document_id,
        status="active",
        replaced_by=None,
        filename=parsed.filename,
        sha256=parsed.sha256,
        text_key=key,
        revision=tx.next_revision(TOPIC),
        created_by=by,
        created_at=tx.now,
        **{name: getattr(parsed, name) for name in FIELD_NAMES},
    )
    rows = list(_clause_rows(document_id, parsed.clauses))
    tx.insert_many("clause", rows)
    write_log(tx, document_id, "imported", parsed.filename, by)
    return Imported(
        document=get_document(tx, document_id),
        added=True,
        clauses=len(rows),
        questions=parsed.questions,
        alike=alike,
        region_name=parsed.region_name,
    )


def _correct(tx: Transaction, document: Document, parsed: ParsedDocument, by: str) -> Imported:
    """The document is there already: take over what was given with the file and differs."""
    changes = {
        name: getattr(parsed, name)
        for name in parsed.given
        if getattr(parsed, name) != getattr(document, name)
    }
    document = change_fields(tx, document, changes, by)
    count = tx.value("SELECT count(*) FROM clause WHERE document_id = :id", id=document.id)
    corrected = tuple(FIELD_NAMES[name] for name in changes)
    return Imported(document, False, int(count), corrected)


def change_fields(
    tx: Transaction, document: Document, changes: Mapping[str, str | None], by: str
) -> Document:
    """Correct fields of a document and note what they were. Nothing without changes."""
    if not changes:
        return document
    assignments = ", ".join(f"{name} = :{name}" for name in changes)
    tx.execute(
        f"UPDATE document SET {assignments}, revision = :revision WHERE id = :id",
        **changes,
        revision=tx.next_revision(TOPIC),
        id=document.id,
    )
    detail = "；".join(
        f"{FIELD_NAMES[name]}：{getattr(document, name) or '未写明'} → {value or '未写明'}"
        for name, value in changes.items()
    )
    write_log(tx, document.id, "corrected", detail, by)
    return get_document(tx, document.id)


def _find_alike(tx: Transaction, parsed: ParsedDocument) -> Document | None:
    """An active document of the same title and region whose text differs: another version."""
    row = tx.one(
        "SELECT * FROM document WHERE title = :title AND region = :region AND status = 'active'",
        title=parsed.title,
        region=parsed.region,
    )
    return _document(row) if row else None


def _text_key(parsed: ParsedDocument) -> str:
    """The same for two files with the same words under the same title, number and region."""
    words = "".join(f"{clause.label}{clause.text}" for clause in walk(parsed.clauses))
    parts = (flat(parsed.title), parsed.number or "", parsed.region or "", words)
    plain = unicodedata.normalize("NFKC", "\n".join(parts))
    return hashlib.sha256(re.sub(r"[^\w\n]", "", plain).encode()).hexdigest()


def _clause_rows(document_id: str, clauses: Sequence[ParsedClause]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(clause: ParsedClause, parent: str | None) -> None:
        clause_id = new_id()
        rows.append(
            {
                "id": clause_id,
                "document_id": document_id,
                "parent_id": parent,
                "position": len(rows),
                "path": clause.path,
                "label": clause.label,
                "heading": clause.heading,
                "text": clause.text,
            }
        )
        for child in clause.children:
            add(child, clause_id)

    for clause in clauses:
        add(clause, None)
    return rows


def get_document(tx: Transaction, document_id: str) -> Document:
    """One document, whatever its status. Raises DocumentNotFound."""
    row = tx.one("SELECT * FROM document WHERE id = :id", id=document_id)
    if row is None:
        raise DocumentNotFound("没有这份政策文件。")
    return _document(row)


def list_documents(
    tx: Transaction, text: str = "", status: Status | None = None, region: str | None = None
) -> list[Document]:
    """The documents whose title, number or issuer holds the text, newest first."""
    rows = tx.all(
        "SELECT * FROM document WHERE (:status = '' OR status = :status)"
        " AND (:region = '' OR region = :region) ORDER BY created_at DESC, id",
        status=status or "",
        region=region or "",
    )
    wanted = flat(text)
    documents = [_document(row) for row in rows]
    return [
        each
        for each in documents
        if wanted in flat(f"{each.title}|{each.number or ''}|{each.issuer or ''}")
    ]


def get_tree(tx: Transaction, document_id: str) -> tuple[ParsedClause, ...]:
    """The clauses of a document as a tree, in order. Raises DocumentNotFound."""
    get_document(tx, document_id)
    rows = _rows_of(tx, document_id)
    children: dict[str | None, list[Row]] = {}
    for row in rows:
        children.setdefault(row["parent_id"], []).append(row)

    def below(parent: str | None) -> tuple[ParsedClause, ...]:
        return tuple(
            ParsedClause(row["path"], row["label"], row["heading"], row["text"], below(row["id"]))
            for row in children.get(parent, [])
        )

    return below(None)


def render_tree(tx: Transaction, document_id: str) -> str:
    """A document with all its clauses as text, for a curator's eye. Raises DocumentNotFound."""
    document = get_document(tx, document_id)
    facts = [f"{FIELD_NAMES[name]}：{getattr(document, name) or '未写明'}" for name in FIELD_NAMES]
    tree = render_clauses(get_tree(tx, document_id))
    return "\n".join([*facts, f"状态：{STATUS_NAMES[document.status]}", tree])


def get_clause(tx: Transaction, clause_id: str) -> Clause:
    """A clause to cite. Raises DocumentNotFound, also when its document was revoked."""
    row = tx.one(
        "SELECT clause.*, document.title, document.number, document.issuer, document.region,"
        " document.effective_from, document.issued_on FROM clause"
        " JOIN document ON document.id = clause.document_id"
        " WHERE clause.id = :id AND document.status != 'revoked'",
        id=clause_id,
    )
    if row is None:
        raise DocumentNotFound("没有这条条款，或者文件已经废止。")
    return Clause(
        id=row["id"],
        document_id=row["document_id"],
        title=row["title"],
        document_number=row["number"] or "",
        clause=row["path"],
        issuer=row["issuer"] or "",
        region=row["region"],
        effective_from=row["effective_from"] or row["issued_on"],
        heading=row["heading"],
        text=row["text"],
    )


def load_changed_clauses(tx: Transaction, since: int) -> tuple[list[Passage], list[str], int]:
    """For an index: passages of documents changed after a revision, ids withdrawn, new revision.

    A replaced document stays with the day on which it ends, so that it serves until then.
    """
    revision = tx.revision(TOPIC)
    passages: list[Passage] = []
    gone: list[str] = []
    for row in tx.all("SELECT * FROM document WHERE revision > :since", since=since):
        document = _document(row)
        clauses = _rows_of(tx, document.id)
        if document.status == "revoked":
            gone += [passage_id(clause["id"]) for clause in clauses]
        else:
            passages += make_passages(document, clauses)
    return passages, gone, revision


def _rows_of(tx: Transaction, document_id: str) -> list[Row]:
    return tx.all("SELECT * FROM clause WHERE document_id = :id ORDER BY position", id=document_id)


def _document(row: Row) -> Document:
    return Document(**{name: row[name] for name in Document.__dataclass_fields__})


def write_log(tx: Transaction, document_id: str, action: str, detail: str, by: str) -> None:
    """Note what was done with a document, in the transaction that does it."""
    tx.insert(
        "document_log",
        id=new_id(),
        document_id=document_id,
        action=action,
        detail=detail,
        by=by,
        at=tx.now,
    )
