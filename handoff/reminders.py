"""Promises that are not kept: who is reminded, and who above them is told, each exactly once."""

from handoff import notices, wording
from handoff.actions import log_action
from handoff.clock import Calendar
from handoff.staff import Staff, get_staff, load_managers_on_duty, load_overseers
from handoff.tickets import Ticket, get_ticket
from storage import Transaction

_MINUTE_MS = 60_000
_UNANSWERED = (
    "SELECT id, created_at, due_at, reminded_at FROM ticket WHERE first_reply_at IS NULL"
    " AND overdue_told_at IS NULL AND status IN ('open', 'claimed', 'escalated')"
)


def find_late(tx: Transaction, calendar: Calendar, remind_after: int) -> list[str]:
    """The tickets (ids) of which somebody is to be told now.

    A ticket is late when nobody answered within `remind_after` working minutes, and again when
    its promised time has passed.
    """
    rows = tx.all(
        f"{_UNANSWERED} AND (due_at < :now OR (reminded_at IS NULL AND created_at <= :before))"
        " ORDER BY due_at",
        now=tx.now,
        before=tx.now - remind_after * _MINUTE_MS,  # working time is never longer than the clock's
    )
    return [
        row["id"]
        for row in rows
        if row["due_at"] < tx.now or calendar.due_at(row["created_at"], remind_after) <= tx.now
    ]


def tell_late(tx: Transaction, calendar: Calendar, remind_after: int) -> int:
    """Remind of every late ticket, and tell those above of a broken promise; how many tickets.

    Several processes may do so at once: each step of a ticket is taken by one of them.
    """
    late = find_late(tx, calendar, remind_after)
    for ticket_id in late:
        ticket = get_ticket(tx, ticket_id)
        if tx.now > ticket.due_at:
            _tell_overdue(tx, ticket, calendar)
        else:
            _remind(tx, ticket, calendar)
    return len(late)


def _remind(tx: Transaction, ticket: Ticket, calendar: Calendar) -> None:
    if not _take(tx, ticket, "reminded_at"):
        return
    log_action(tx, ticket.id, None, "reminded")
    for staff in _holders(tx, ticket):
        text = wording.reminded(ticket, calendar.zone)
        notices.tell(tx, staff, ticket.id, "reminded", text)


def _tell_overdue(tx: Transaction, ticket: Ticket, calendar: Calendar) -> None:
    if not _take(tx, ticket, "overdue_told_at"):
        return
    log_action(tx, ticket.id, None, "overdue")
    above = load_overseers(tx, ticket.region)
    told = {staff.id: staff for staff in (*_holders(tx, ticket), *above)}
    for staff in told.values():
        notices.tell(tx, staff, ticket.id, "overdue", wording.overdue(ticket, calendar.zone))


def _take(tx: Transaction, ticket: Ticket, step: str) -> bool:
    """Whether this transaction is the one that takes the step; an answer meanwhile ends it."""
    taken = tx.value(
        f"UPDATE ticket SET {step} = :now WHERE id = :id AND {step} IS NULL"
        " AND first_reply_at IS NULL RETURNING id",
        now=tx.now,
        id=ticket.id,
    )
    return taken is not None


def _holders(tx: Transaction, ticket: Ticket) -> list[Staff]:
    """Who has the ticket; while nobody has, those on duty who may take it."""
    if ticket.assignee:
        return [get_staff(tx, ticket.assignee)]
    on_duty = load_managers_on_duty(tx, ticket.routed_to)
    above = ticket.status == "escalated"
    return [each for each in on_duty if not above or each.role == "reform_office"]
