"""What an entry answers, for the moment when it is given."""

from faq.entries import Source
from faq.errors import EntryNotFound
from storage import Transaction


def load_answer(tx: Transaction, entry_id: str) -> tuple[str, tuple[Source, ...]]:
    """The standard answer of a published entry with its sources. Raises EntryNotFound for any
    other."""
    rows = tx.all(
        "SELECT entry.standard_answer, entry_source.* FROM entry"
        " LEFT JOIN entry_source ON entry_source.entry_id = entry.id"
        " WHERE entry.id = :id AND entry.status = 'published' ORDER BY entry_source.position",
        id=entry_id,
    )
    if not rows:
        raise EntryNotFound("没有这个条目。")
    sources = tuple(
        Source(**{name: row[name] for name in Source.__slots__})
        for row in rows
        if row["entry_id"] is not None
    )
    return rows[0]["standard_answer"], sources
