"""Which entries stand on a policy document, and which on one that is in force no longer."""

from dataclasses import dataclass

from faq.entries import Entry, list_citing, list_expiring
from knowledge.documents import Document, list_documents
from storage import Transaction


@dataclass(frozen=True, slots=True)
class Outdated:
    """A published entry that has to be looked at: for the `document` that it cites, or (None) for
    its own last day."""

    entry: Entry
    document: Document | None


def list_outdated(tx: Transaction, day: str) -> list[Outdated]:
    """Published entries that end by that day (ISO date), or cite a document that does; not those
    whose document is there in force as well, imported anew."""
    documents = list_documents(tx)
    over = [each for each in documents if is_over(each, day)]
    valid = {_cited_as(each) for each in documents if not is_over(each, day)}
    found = {entry.id: Outdated(entry, None) for entry in list_expiring(tx, day)}
    for document in over:
        if _cited_as(document) in valid:
            continue
        for entry in list_citing(tx, document.title, document.number or ""):
            found.setdefault(entry.id, Outdated(entry, document))
    return list(found.values())


def is_over(document: Document, day: str) -> bool:
    """Whether a document is out of force on a day (ISO date)."""
    return document.status == "revoked" or (document.expires_on or "9999") <= day


def _cited_as(document: Document) -> str:
    """What entries cite it by: its number, or where it has none its title."""
    return document.number or document.title
