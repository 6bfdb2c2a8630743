"""Tickets as they are read: one matter handed to people, who may see it, its log."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

from handoff.errors import NotFound
from handoff.staff import Staff, covers
from knowledge.regions import region_prefix
from storage import Row, Transaction, holding

Status = Literal["open", "claimed", "escalated", "resolved", "closed"]
STATUSES: tuple[Status, ...] = get_args(Status)
Reason = Literal[
    "unknown", "known_gap", "asked_for", "none_fits", "other_place", "not_solved", "attachment"
]
ROOT = "100000"
_DIGITS = re.compile(r"\d{2}")
# As `may_see` says, with what `visible_to` gives.
VISIBLE = (
    "(ticket.assignee = :me OR ticket.region = '100000' OR ticket.routed_to = '100000'"
    " OR ticket.region LIKE :prefix OR ticket.routed_to LIKE :prefix)"
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A row of the queue. Moments are epoch milliseconds; `due_at` is the promised time."""

    id: str
    number: str
    conversation_id: str
    region: str
    routed_to: str
    status: Status
    assignee: str | None
    assignee_name: str | None
    question: str
    reason: Reason
    created_at: int
    due_at: int
    claimed_at: int | None
    first_reply_at: int | None
    escalated_at: int | None
    resolved_at: int | None
    closed_at: int | None
    reopened: int
    rating: int | None
    rating_comment: str | None

    @property
    def is_live(self) -> bool:
        """Whether people still work on it."""
        return self.status in ("open", "claimed", "escalated")

    def is_overdue(self, now: int) -> bool:
        return self.is_live and self.first_reply_at is None and now > self.due_at


def find_live_ticket(tx: Transaction, conversation_id: str) -> Ticket | None:
    """The ticket of this conversation that people still work on, if there is one."""
    rows = tx.all(
        f"{_SELECT} WHERE ticket.conversation_id = :conversation"
        " AND ticket.status IN ('open', 'claimed', 'escalated') ORDER BY ticket.created_at DESC",
        conversation=conversation_id,
    )
    return _ticket(rows[0]) if rows else None


def find_ticket_of_asker(tx: Transaction, number: str, conversation_id: str) -> Ticket:
    """A ticket by its number, only for the conversation that it belongs to."""
    rows = tx.all(
        f"{_SELECT} WHERE ticket.number = :number AND ticket.conversation_id = :conversation",
        number=number,
        conversation=conversation_id,
    )
    if not rows:
        raise NotFound("没有这个工单。")
    return _ticket(rows[0])


def access_ticket(tx: Transaction, staff: Staff, number: str) -> Ticket:
    """A ticket that this member of staff may see. Raises NotFound for any other."""
    rows = tx.all(f"{_SELECT} WHERE ticket.number = :number", number=number)
    if not rows or not may_see(staff, _ticket(rows[0])):
        raise NotFound(f"没有工单 {number}，或它不属于您负责的地区。")
    return _ticket(rows[0])


def may_see(staff: Staff, ticket: Ticket) -> bool:
    """Their region's tickets, what was routed to it, and what they hold."""
    return (
        ticket.assignee == staff.id
        or covers(staff.region, ticket.region)
        or covers(staff.region, ticket.routed_to)
    )


def would_tell(staff: Staff, query: str) -> bool:
    """Whether looking for this in what was written would tell a member of staff, digit by digit,
    numbers of persons that are hidden from them."""
    return not staff.may("manager", "reform_office") and _DIGITS.search(query) is not None


def get_ticket(tx: Transaction, ticket_id: str) -> Ticket:
    rows = tx.all(f"{_SELECT} WHERE ticket.id = :id", id=ticket_id)
    if not rows:
        raise NotFound("没有这个工单。")
    return _ticket(rows[0])


def list_tickets(
    tx: Transaction, staff: Staff, statuses: tuple[Status, ...] = (), query: str = ""
) -> list[Ticket]:
    """What this member of staff may see, most urgent first; `query`: in number or question."""
    in_question = "" if would_tell(staff, query) else " OR ticket.question LIKE :like ESCAPE '!'"
    rows = tx.all(
        f"{_SELECT} WHERE (:query = '' OR ticket.number LIKE :like ESCAPE '!'{in_question})"
        " ORDER BY CASE ticket.status WHEN 'escalated' THEN 0 WHEN 'open' THEN 1"
        " WHEN 'claimed' THEN 2 ELSE 3 END, ticket.due_at, ticket.created_at",
        query=query.strip(),
        like=holding(query),
    )
    tickets = [_ticket(row) for row in rows if not statuses or row["status"] in statuses]
    return [ticket for ticket in tickets if may_see(staff, ticket)]


def visible_to(staff: Staff) -> dict[str, Any]:
    """What VISIBLE is asked with for who looks; `above`: what was handed up waits for them too."""
    return {
        "me": staff.id,
        "prefix": region_prefix(staff.region) + "%",
        "above": int(staff.may("reform_office")),
    }


def list_waiting(tx: Transaction, staff: Staff, most: int) -> list[Ticket]:
    """Tickets without an answer that this member of staff may see and no colleague holds, the most
    urgent first; what was handed up waits only for those above."""
    rows = tx.all(
        f"{_SELECT} WHERE ticket.status IN ('open', 'claimed', 'escalated')"
        " AND ticket.first_reply_at IS NULL AND (ticket.assignee IS NULL OR ticket.assignee = :me)"
        " AND (ticket.status <> 'escalated' OR :above = 1)"
        f" AND {VISIBLE} ORDER BY ticket.due_at, ticket.created_at LIMIT :most",
        most=most,
        **visible_to(staff),
    )
    return [_ticket(row) for row in rows]


def load_log(tx: Transaction, ticket_id: str) -> list[Row]:
    """The service log of a ticket: at, action, detail (decoded), staff name."""
    rows = tx.all(
        "SELECT at, action, detail, staff.name AS staff_name FROM service_log"
        " LEFT JOIN staff ON staff.id = staff_id WHERE ticket_id = :id ORDER BY at, service_log.id",
        id=ticket_id,
    )
    return [{**row, "detail": json.loads(row["detail"])} for row in rows]


def describe(ticket: Ticket) -> dict[str, Any]:
    """What an asker's reply says of a ticket."""
    return {"number": ticket.number, "status": ticket.status, "due_at": ticket.due_at}


_SELECT = (
    "SELECT ticket.*, staff.name AS assignee_name, rating.score AS rating,"
    " rating.comment AS rating_comment FROM ticket"
    " LEFT JOIN staff ON staff.id = ticket.assignee"
    " LEFT JOIN rating ON rating.ticket_id = ticket.id"
)


def _ticket(row: Row) -> Ticket:
    return Ticket(**{name: row[name] for name in Ticket.__slots__})
