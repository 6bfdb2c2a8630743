"""The queue as staff see it: tabs, counts, and a page of rows, most urgent first."""

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from handoff.alike import count_alike
from handoff.staff import Staff
from handoff.tickets import VISIBLE, Ticket, get_ticket, visible_to, would_tell
from storage import Transaction, holding

Tab = Literal["open", "mine", "others", "escalated", "done"]
TABS: tuple[Tab, ...] = get_args(Tab)
PAGE = 50

_LIVE = "ticket.status IN ('open', 'claimed', 'escalated')"
_FREE = "(ticket.status = 'open' OR (ticket.status = 'escalated' AND :above = 1))"
_IN_TAB: dict[Tab, str] = {
    "open": _FREE,
    "mine": f"{_LIVE} AND ticket.assignee = :me",
    "others": "ticket.status = 'claimed' AND ticket.assignee <> :me",
    "escalated": f"{_LIVE} AND ticket.escalated_at IS NOT NULL",
    "done": "ticket.status IN ('resolved', 'closed')",
}
_LAST_SPEAKER = (
    "(SELECT author FROM message WHERE message.conversation_id = ticket.conversation_id"
    " AND private = 0 AND author IN ('asker', 'manager') ORDER BY seq DESC LIMIT 1)"
)
_URGENT = (
    " ORDER BY CASE ticket.status WHEN 'escalated' THEN 0 ELSE 1 END,"
    f" CASE WHEN ticket.first_reply_at IS NULL THEN 0 WHEN {_LAST_SPEAKER} = 'asker' THEN 1"
    " ELSE 2 END, ticket.due_at, ticket.created_at"
)
_LATEST = " ORDER BY coalesce(ticket.resolved_at, ticket.updated_at) DESC, ticket.created_at DESC"
_NUMBERED = " AND ticket.number LIKE :like ESCAPE '!'"
_SEARCHED = (
    " AND (ticket.number LIKE :like ESCAPE '!' OR ticket.question LIKE :like ESCAPE '!'"
    " OR EXISTS (SELECT 1 FROM message WHERE message.conversation_id = ticket.conversation_id"
    " AND message.text LIKE :like ESCAPE '!'))"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket of the queue; `asker_waits`: the asker wrote last, after an answer; `alike` others
    that wait ask the same."""

    ticket: Ticket
    asker_waits: bool
    alike: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of one tab with the counts of all; `total` is what the tab holds for the search.

    `overdue` counts, in all tabs, what nobody answered within its promised time.
    """

    tab: Tab
    query: str
    page: int
    rows: tuple[Row, ...]
    total: int
    counts: dict[Tab, int]
    overdue: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def load_queue(tx: Transaction, staff: Staff, tab: Tab, query: str = "", page: int = 1) -> Queue:
    """What this member of staff may see of a tab; `query`: in number, question or conversation, but
    in the number alone where it would tell what is hidden from them."""
    counts = count_tickets(tx, staff)
    params = _params(staff, query)
    searched = _NUMBERED if would_tell(staff, query) else _SEARCHED if query.strip() else ""
    where = f"{VISIBLE} AND {_IN_TAB[tab]}{searched}"
    total = tx.value(f"SELECT count(*) FROM ticket WHERE {where}", **params)
    order = _LATEST if tab == "done" else _URGENT
    rows = tx.all(
        f"SELECT ticket.id, {_LAST_SPEAKER} AS last_speaker FROM ticket WHERE {where}{order}"
        f" LIMIT {PAGE} OFFSET :offset",
        offset=(page - 1) * PAGE,
        **params,
    )
    listed = [_row(tx, row["id"], row["last_speaker"]) for row in rows]
    alike = count_alike(tx, [row.ticket for row in listed], staff)
    found = tuple(replace(row, alike=alike.get(row.ticket.id, 0)) for row in listed)
    return Queue(tab, query.strip(), page, found, int(total), counts, _count_overdue(tx, staff))


def find_next(tx: Transaction, staff: Staff, after: Ticket) -> str | None:
    """The number of the most urgent ticket that waits for somebody, other than this one."""
    number = tx.value(
        f"SELECT number FROM ticket WHERE {VISIBLE} AND {_FREE} AND ticket.id <> :after{_URGENT}"
        " LIMIT 1",
        after=after.id,
        **_params(staff),
    )
    return str(number) if number else None


def count_tickets(tx: Transaction, staff: Staff) -> dict[Tab, int]:
    """How many tickets each tab holds for this member of staff."""
    sums = ", ".join(
        f"count(CASE WHEN {condition} THEN 1 END) AS {tab}" for tab, condition in _IN_TAB.items()
    )
    row = tx.one(f"SELECT {sums} FROM ticket WHERE {VISIBLE}", **_params(staff))
    counts = row or {}
    return {tab: int(counts[tab]) for tab in TABS}


def _count_overdue(tx: Transaction, staff: Staff) -> int:
    return int(
        tx.value(
            f"SELECT count(*) FROM ticket WHERE {VISIBLE} AND {_LIVE}"
            " AND ticket.first_reply_at IS NULL AND ticket.due_at < :now",
            now=tx.now,
            **_params(staff),
        )
    )


def _params(staff: Staff, query: str = "") -> dict[str, Any]:
    return {**visible_to(staff), "like": holding(query)}


def _row(tx: Transaction, ticket_id: str, last_speaker: str | None) -> Row:
    ticket = get_ticket(tx, ticket_id)
    return Row(ticket, ticket.first_reply_at is not None and last_speaker == "asker")
