"""What the library offers a manager to answer with: texts that may be sent as they stand."""

from dataclasses import dataclass, replace

from faq.entries import Source, get_entry
from faq.errors import EntryNotFound
from handoff.desk.context import Desk
from handoff.tickets import ROOT
from knowledge.documents import Clause, get_clause
from knowledge.errors import DocumentNotFound
from retrieval.decide import Hit
from retrieval.passages import Scope
from storage import Transaction

_MOST = 5
_LEAST = 0.1  # of ten passages that are less likely than this, nine would only be in the way


@dataclass(frozen=True, slots=True)
class Named:
    """A passage as staff know it: what it is called, its text, where it stands, its page."""

    title: str
    text: str
    source: str
    link: str
    kind: str
    hands_over: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A passage with how sure the search is of it; `answer` is what goes into the answer box."""

    id: str
    named: Named
    confidence: float

    @property
    def answer(self) -> str:
        named = self.named
        return f"{named.text}\n依据：{named.source}" if named.source else named.text


def find_suggestions(
    tx: Transaction, desk: Desk, question: str, region: str | None
) -> list[Suggestion]:
    """The nearest published entries and clauses for a place (None: unknown); no known gaps."""
    hits = desk.live.library.search(question, scope_of(desk, region), _MOST)
    near = [hit for hit in hits if hit.confidence >= _LEAST and not hit.passage.hands_over]
    named = [(hit, name_passage(tx, hit.passage.id)) for hit in near]
    return [_suggestion(hit, found) for hit, found in named if found is not None]


def scope_of(desk: Desk, region: str | None) -> Scope:
    """Today, for an asker of this place; the root is an unknown place."""
    today = desk.today().isoformat()
    return Scope(today, None if region == ROOT else desk.live.gazetteer.around(region))


def name_passage(tx: Transaction, passage_id: str) -> Named | None:
    """What a passage is called and where it stands; None when it is no longer there."""
    kind, _, key = passage_id.partition(":")
    try:
        return _name_clause(get_clause(tx, key)) if kind == "clause" else _name_entry(tx, key)
    except (EntryNotFound, DocumentNotFound):
        return None


def cite(source: Source | Clause) -> str:
    """A source in one line: 《title》（文号）clause."""
    number = f"（{source.document_number}）" if source.document_number else ""
    return f"《{source.title}》{number}{source.clause}"


def clause_anchor(path: str) -> str:
    """Where a clause stands on the page of its document."""
    return "c-" + "".join(path.split())


def _name_entry(tx: Transaction, entry_id: str) -> Named:
    entry = get_entry(tx, entry_id)
    content = entry.content
    source = "；".join(cite(each) for each in content.sources if each.document_number)
    link = f"/desk/curation/entries/{entry_id}"
    kind = "转人工条目" if content.hands_over else "常见问题"
    question, answer = content.standard_question, content.standard_answer
    return Named(question, answer, source, link, kind, content.hands_over)


def _name_clause(clause: Clause) -> Named:
    heading = clause.heading if clause.heading and clause.heading != clause.clause else ""
    title = f"{clause.title} {clause.clause}{heading}"
    link = f"/desk/policies/{clause.document_id}#{clause_anchor(clause.clause)}"
    return Named(title, clause.text, cite(clause), link, "政策条款")


def _suggestion(hit: Hit, named: Named) -> Suggestion:
    """A clause is offered with what stands below it, as it was found."""
    text = named.text if hit.passage.kind == "entry" else hit.passage.text
    return Suggestion(hit.passage.id, replace(named, text=text), hit.confidence)
