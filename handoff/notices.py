"""What a member of staff is told of a ticket outside the desk: the outbox of their messenger."""

from typing import Literal

from handoff.staff import Staff
from storage import Row, Transaction, new_id

Kind = Literal["opened", "asker_message", "transferred", "escalated", "reopened", "update"]


def tell(tx: Transaction, staff: Staff, ticket_id: str, kind: Kind, text: str) -> None:
    """Queue a notice; without a linked messenger it is only kept."""
    due = staff.telegram_id is not None
    tx.insert(
        "notice",
        id=new_id(),
        staff_id=staff.id,
        ticket_id=ticket_id,
        kind=kind,
        text=text,
        created_at=tx.now,
        delivery="due" if due else None,
        next_try_at=tx.now if due else None,
    )
    if due:
        tx.announce("outbox")


def update_others(tx: Transaction, ticket_id: str, by: Staff, text: str) -> None:
    """Tell all who were offered a ticket that somebody has taken it."""
    rows = tx.all(
        "SELECT DISTINCT staff.id, staff.telegram_id FROM notice"
        " JOIN staff ON staff.id = notice.staff_id"
        " WHERE notice.ticket_id = :ticket AND staff.id <> :by AND staff.telegram_id IS NOT NULL",
        ticket=ticket_id,
        by=by.id,
    )
    for row in rows:
        tx.insert(
            "notice",
            id=new_id(),
            staff_id=row["id"],
            ticket_id=ticket_id,
            kind="update",
            text=text,
            created_at=tx.now,
            delivery="due",
            next_try_at=tx.now,
        )
    if rows:
        tx.announce("outbox")


def find_notice(tx: Transaction, staff_id: str, external_id: str) -> Row | None:
    """The notice that a messenger's message was, with its ticket's number."""
    return tx.one(
        "SELECT notice.*, ticket.number FROM notice JOIN ticket ON ticket.id = notice.ticket_id"
        " WHERE notice.staff_id = :staff AND notice.external_id = :external",
        staff=staff_id,
        external=external_id,
    )
