"""Entries of the FAQ library as they are read: standard question, similar questions, answer."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from faq.errors import EntryNotFound
from retrieval.passages import Passage
from retrieval.segment import normalise
from storage import Row, Transaction, holding

Status = Literal["draft", "in_review", "published", "retired"]
STATUSES: tuple[Status, ...] = get_args(Status)
STATUS_NAMES: dict[Status, str] = {
    "draft": "草稿",
    "in_review": "待审",
    "published": "已发布",
    "retired": "已停用",
}
STAGES = ("全流程", "立项用地规划许可", "工程建设许可", "施工许可", "竣工验收")
ROOT = "100000"
TOPIC = "library"
"""Announced whenever what may be answered has changed; also the name of the revision counter."""


@dataclass(frozen=True, slots=True)
class Source:
    """依据: where an answer stands. `region` is a code, `effective_from` an ISO date."""

    title: str
    document_number: str = ""
    clause: str = ""
    issuer: str = ""
    region: str = ""
    effective_from: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a curator edits. Dates are ISO dates; `expires_on` is the first day without it.

    `hands_over`: a known gap (转人工条目). Nothing answers such a question; people do, and
    `standard_answer` says to the asker what is not laid down.
    """

    standard_question: str
    standard_answer: str
    similar_questions: tuple[str, ...] = ()
    stage: str = STAGES[0]
    region: str = ROOT
    sources: tuple[Source, ...] = ()
    effective_from: str | None = None
    expires_on: str | None = None
    hands_over: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its content and history. `origin_*`: the ticket and manager it came from."""

    id: str
    status: Status
    content: Content
    version: int
    revision: int
    origin_ticket: str | None
    origin_manager: str | None
    created_by: str
    created_at: int
    updated_at: int
    published_by: str | None
    published_at: int | None


def phrasing_key(text: str) -> str:
    """What two phrasings share when they are the same to a reader: letters and digits alone."""
    return "".join(char for char in normalise(text) if char.isalnum())


def get_entry(tx: Transaction, entry_id: str) -> Entry:
    """One entry, whatever its status. Raises EntryNotFound."""
    row = tx.one("SELECT * FROM entry WHERE id = :id", id=entry_id)
    if row is None:
        raise EntryNotFound("没有这个条目。")
    return _with_parts(tx, [row])[0]


def list_entries(
    tx: Transaction,
    statuses: tuple[Status, ...] = (),
    query: str = "",
    limit: int = 100,
    offset: int = 0,
    *,
    unpublished_in: str = "",
) -> tuple[list[Entry], int]:
    """A page of entries, the last changed first, and how many there are in all.

    Of what is not published only that of regions whose code begins with `unpublished_in`.
    """
    where = (
        "(:every = 1 OR status IN (:draft, :in_review, :published, :retired))"
        " AND (:query = '' OR standard_question LIKE :like ESCAPE '!'"
        " OR standard_answer LIKE :like ESCAPE '!' OR EXISTS (SELECT 1 FROM phrasing"
        " WHERE entry_id = entry.id AND text LIKE :like ESCAPE '!'))"
        " AND (status = 'published' OR region = :root OR region LIKE :within)"
    )
    params: dict[str, Any] = {
        "every": int(not statuses),
        "query": query.strip(),
        "like": holding(query),
        "root": ROOT,
        "within": f"{unpublished_in}%",
        **{status: status if status in statuses else "" for status in STATUSES},
    }
    total = tx.value(f"SELECT count(*) FROM entry WHERE {where}", **params)
    rows = tx.all(
        f"SELECT * FROM entry WHERE {where}"
        " ORDER BY updated_at DESC, id LIMIT :limit OFFSET :offset",
        limit=limit,
        offset=offset,
        **params,
    )
    return _with_parts(tx, rows), int(total)


def list_citing(tx: Transaction, title: str, number: str) -> list[Entry]:
    """Published entries that cite a document, the oldest first: by its number, or where they or it
    have none by its title, which a newer version shares."""
    rows = tx.all(
        "SELECT * FROM entry WHERE status = 'published' AND id IN"
        " (SELECT entry_id FROM entry_source WHERE (document_number = :number AND :number <> '')"
        " OR (title = :title AND (document_number = '' OR :number = '')))"
        " ORDER BY created_at, id",
        title=title,
        number=number,
    )
    return _with_parts(tx, rows)


def list_expiring(tx: Transaction, day: str) -> list[Entry]:
    """Published entries that are no longer given from that day (ISO date) on, or from before."""
    rows = tx.all(
        "SELECT * FROM entry WHERE status = 'published' AND expires_on <= :day"
        " ORDER BY expires_on, id",
        day=day,
    )
    return _with_parts(tx, rows)


def load_changed(tx: Transaction, since: int) -> tuple[list[Passage], list[str], int]:
    """For an index: passages published or changed after a revision, ids withdrawn, new revision."""
    revision = tx.revision(TOPIC)
    entries = _with_parts(tx, tx.all("SELECT * FROM entry WHERE revision > :since", since=since))
    live = [passage_of(entry) for entry in entries if entry.status == "published"]
    gone = [passage_id(entry.id) for entry in entries if entry.status != "published"]
    return live, gone, revision


def passage_id(entry_id: str) -> str:
    return f"entry:{entry_id}"


def passage_of(entry: Entry) -> Passage:
    """What the index holds of an entry. It applies where its sources do (see `rule_regions`)."""
    content = entry.content
    return Passage(
        id=passage_id(entry.id),
        kind="entry",
        questions=(content.standard_question, *content.similar_questions),
        text=content.standard_answer,
        regions=rule_regions(content),
        effective_from=content.effective_from,
        expires_on=content.expires_on,
        hands_over=content.hands_over,
        cites=frozenset(f"{source.title} {source.clause}" for source in content.sources),
    )


def rule_regions(content: Content) -> tuple[str, ...]:
    """Where an answer is a rule: its region; for one that gathers several places, theirs."""
    if content.region != ROOT:
        return (content.region,)
    regions = {source.region for source in content.sources}
    return tuple(sorted(regions)) if regions and ROOT not in regions and "" not in regions else ()


def load_regions(tx: Transaction) -> set[str]:
    """The places that published entries are rules of."""
    rows = tx.all(
        "SELECT DISTINCT region FROM entry WHERE status = 'published' UNION"
        " SELECT DISTINCT entry_source.region FROM entry_source"
        " JOIN entry ON entry.id = entry_id WHERE status = 'published'"
    )
    return {row["region"] for row in rows if row["region"]}


def load_history(tx: Transaction, entry_id: str) -> list[Row]:
    """All versions of an entry: version, action, content (decoded), by, at, reason."""
    rows = tx.all(
        "SELECT version, action, content, by, at, reason FROM entry_version"
        " WHERE entry_id = :id ORDER BY version DESC",
        id=entry_id,
    )
    return [{**row, "content": json.loads(row["content"])} for row in rows]


def find_claimants(tx: Transaction, keys: list[str], except_id: str) -> list[Row]:
    """Published entries that have one of these phrasings already: id, standard_question, text."""
    marks = ", ".join(f":k{number}" for number in range(len(keys)))
    # The status is looked at here: asked for in the query, it makes SQLite read every entry.
    rows = tx.all(
        "SELECT DISTINCT entry.id, entry.standard_question, entry.status, phrasing.text"
        " FROM phrasing JOIN entry ON entry.id = phrasing.entry_id"
        f" WHERE entry.id <> :id AND phrasing.key IN ({marks})",
        id=except_id,
        **{f"k{number}": key for number, key in enumerate(keys)},
    )
    return [row for row in rows if row["status"] == "published"]


def encode(content: Content) -> str:
    """The content as it is kept in the history."""
    return json.dumps(asdict(content), ensure_ascii=False)


def _with_parts(tx: Transaction, rows: list[Row]) -> list[Entry]:
    """Entries of these rows, with phrasings and sources read in two queries."""
    if not rows:
        return []
    only = (
        ""
        if len(rows) > 50
        else " WHERE entry_id IN (" + ", ".join(f":e{number}" for number in range(len(rows))) + ")"
    )
    ids = {f"e{number}": row["id"] for number, row in enumerate(rows)} if only else {}
    phrasings: dict[str, list[str]] = {}
    for part in tx.all(
        f"SELECT entry_id, text FROM phrasing{only} ORDER BY entry_id, position", **ids
    ):
        phrasings.setdefault(part["entry_id"], []).append(part["text"])
    sources: dict[str, list[Source]] = {}
    for part in tx.all(f"SELECT * FROM entry_source{only} ORDER BY entry_id, position", **ids):
        fields = {name: part[name] for name in Source.__slots__}
        sources.setdefault(part["entry_id"], []).append(Source(**fields))
    return [_entry(row, phrasings.get(row["id"], []), sources.get(row["id"], [])) for row in rows]


def _entry(row: Row, phrasings: list[str], sources: list[Source]) -> Entry:
    content = Content(
        standard_question=row["standard_question"],
        standard_answer=row["standard_answer"],
        similar_questions=tuple(phrasings[1:]),
        stage=row["stage"],
        region=row["region"],
        sources=tuple(sources),
        effective_from=row["effective_from"],
        expires_on=row["expires_on"],
        hands_over=bool(row["hands_over"]),
    )
    names = [name for name in Entry.__slots__ if name != "content"]
    return Entry(content=content, **{name: row[name] for name in names})
