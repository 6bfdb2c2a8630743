"""What a member of staff is told of a ticket outside the desk: the outbox of their messenger."""

from typing import Literal

from handoff.staff import Staff
from storage import Transaction, new_id

Kind = Literal[
    "opened", "asker_message", "transferred", "escalated", "reopened", "reminded", "overdue"
]


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
