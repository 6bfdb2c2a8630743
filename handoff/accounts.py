"""Closing an account: it ends, and what it held goes back to the colleagues."""

from handoff import notices, outbox, wording
from handoff.actions import log_action
from handoff.routing import reroute
from handoff.staff import Staff, find_staff, get_staff, load_managers_on_duty
from handoff.tickets import get_ticket
from storage import Transaction


def disable_staff(tx: Transaction, name: str) -> Staff:
    """Close an account: sessions end, Telegram is unlinked, its tickets go back to the queue.

    The managers on duty are told of each ticket, since its asker is waiting. Where nobody serves
    its region any more, it goes where a new one would go.
    """
    staff = find_staff(tx, name)
    tx.execute(
        "UPDATE staff SET disabled_at = :now, telegram_id = NULL, link_code = NULL WHERE id = :id",
        now=tx.now,
        id=staff.id,
    )
    tx.execute("DELETE FROM staff_session WHERE staff_id = :id", id=staff.id)
    rows = tx.all(
        "UPDATE ticket SET status = 'open', assignee = NULL, claimed_at = NULL, updated_at = :now"
        " WHERE assignee = :id AND status IN ('claimed', 'escalated') RETURNING id",
        id=staff.id,
        now=tx.now,
    )
    held = [row["id"] for row in rows]
    for ticket_id in held:
        log_action(tx, ticket_id, staff, "given_back")
    for ticket_id in dict.fromkeys([*held, *reroute(tx, staff)]):
        _tell_colleagues(tx, ticket_id, staff)
    tx.announce("tickets")
    return get_staff(tx, staff.id)


def _tell_colleagues(tx: Transaction, ticket_id: str, left: Staff) -> None:
    ticket = get_ticket(tx, ticket_id)
    outbox.refresh_cards(tx, ticket)
    for each in load_managers_on_duty(tx, ticket.routed_to):
        notices.tell(tx, each, ticket_id, "reopened", wording.given_back(ticket, left.name))
