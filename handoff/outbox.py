"""The outbox: what people in messengers are still to be sent, and what became of it.

The transcript and the notices are the outbox. A letter is leased while it is being sent: a process
that dies lets the lease run out, and another sends the letter. Within a chat the order is kept: the
first unsent letter holds back the others.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from handoff.conversations import Channel
from handoff.staff import Staff, covers, get_staff, list_staff
from handoff.tickets import Ticket, get_ticket
from storage import Row, Transaction, new_id

TOPIC = "outbox"
LEASE_MS = 20_000
"""How long sending a text may take."""
FILE_LEASE_MS = 120_000
"""How long sending a file may take."""

Question = Literal["transfer_to", "why_escalate", "update"]

_KEEP_TRYING_MS = 24 * 3600 * 1000
_LONGEST_PAUSE_MS = 5 * 60 * 1000
_FIRST_PAUSE_MS = 1000


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of the transcript for its asker, or a notice for a member of staff (`staff`).

    `sent` holds the messenger's ids of the parts that went out already. `cards` are the earlier
    notices on the same ticket, (their first part's id, text), oldest first: an "update" changes
    them instead of being sent. `colleagues` are those whom a "transfer_to" offers.
    """

    table: Literal["message", "notice"]
    id: str
    chat: str
    conversation_id: str
    kind: str
    text: str
    reply: dict[str, Any] | None
    attachment_id: str | None
    ticket: Ticket | None
    created_at: int
    attempts: int
    sent: tuple[str, ...]
    staff: Staff | None = None
    cards: tuple[tuple[str, str], ...] = ()
    colleagues: tuple[Staff, ...] = ()


def take_due(tx: Transaction, channel: Channel, limit: int = 20) -> list[Letter]:
    """Lease the letters whose turn it is: at most one of each chat."""
    messages = tx.all(
        f"{_FIRST_MESSAGES} AND conversation.channel = :channel ORDER BY next_try_at LIMIT :limit",
        channel=channel,
        now=tx.now,
        limit=limit,
    )
    notices = tx.all(f"{_FIRST_NOTICES} ORDER BY notice.id LIMIT :limit", now=tx.now, limit=limit)
    of_staff = {row["staff_id"]: row for row in reversed(notices)}  # one each: the first by id
    return [
        *(_message_letter(tx, row) for row in messages if _lease(tx, "message", row)),
        *(_notice_letter(tx, row) for row in of_staff.values() if _lease(tx, "notice", row)),
    ]


def next_due_at(tx: Transaction) -> int | None:
    """The moment (epoch ms) at which the next letter's turn comes, if any is unsent."""
    forever = tx.now + _KEEP_TRYING_MS
    first = [
        *tx.all(f"{_FIRST_MESSAGES} ORDER BY next_try_at LIMIT 1", now=forever),
        *tx.all(f"{_FIRST_NOTICES} ORDER BY notice.next_try_at LIMIT 1", now=forever),
    ]
    return min((int(row["next_try_at"]) for row in first), default=None)


def mark_part_sent(tx: Transaction, letter: Letter, sent: tuple[str, ...]) -> None:
    """Remember the parts that went out, so that a later try goes on behind them."""
    until = tx.now + _lease_ms(letter.attachment_id)
    _set(tx, letter, external_id=" ".join(sent), next_try_at=until)


def mark_sent(tx: Transaction, letter: Letter, sent: tuple[str, ...]) -> None:
    _set(tx, letter, delivery="sent", external_id=" ".join(sent), delivery_error="")
    _announce(tx, letter)


def put_off(tx: Transaction, letter: Letter, error: str, pause_ms: int | None = None) -> None:
    """Try again later: after `pause_ms` where the messenger said so, else after growing pauses.

    What could not be sent for a day is undeliverable.
    """
    tx.announce(TOPIC)
    if pause_ms is not None:
        _set(tx, letter, next_try_at=tx.now + pause_ms)
        return
    if tx.now - letter.created_at > _KEEP_TRYING_MS:
        mark_undeliverable(tx, letter, f"超过 24 小时未能送达：{error}")
        return
    pause = min(_LONGEST_PAUSE_MS, _FIRST_PAUSE_MS * 2 ** min(letter.attempts, 10))
    attempts = letter.attempts + 1
    _set(tx, letter, next_try_at=tx.now + pause, attempts=attempts, delivery_error=error[:500])


def mark_undeliverable(tx: Transaction, letter: Letter, reason: str) -> None:
    """It will never arrive; the desk shows why."""
    _set(tx, letter, delivery="undeliverable", delivery_error=reason[:500])
    _announce(tx, letter)


def revive(tx: Transaction, channel: Channel, external_id: str) -> None:
    """An asker is reachable again: what could not be delivered to them is due once more."""
    tx.execute(
        "UPDATE message SET delivery = 'due', next_try_at = :now, attempts = 0"
        " WHERE delivery = 'undeliverable' AND conversation_id = (SELECT id FROM conversation"
        " WHERE channel = :channel AND external_id = :external_id)",
        now=tx.now,
        channel=channel,
        external_id=external_id,
    )
    tx.announce(TOPIC)


def ask(tx: Transaction, staff: Staff, ticket: Ticket, kind: Question, text: str) -> None:
    """Ask a member of staff in their messenger for what an action still needs."""
    tx.insert(
        "notice",
        id=new_id(),
        staff_id=staff.id,
        ticket_id=ticket.id,
        kind=kind,
        text=text,
        created_at=tx.now,
        delivery="due",
        next_try_at=tx.now,
    )
    tx.announce(TOPIC)


def refresh_cards(tx: Transaction, ticket: Ticket) -> None:
    """Bring all cards of a ticket in step with it, wherever they were sent."""
    rows = tx.all(
        "SELECT DISTINCT staff_id FROM notice JOIN staff ON staff.id = staff_id"
        " WHERE ticket_id = :ticket AND kind IN ('opened', 'transferred', 'escalated', 'reopened')"
        " AND notice.delivery IN ('due', 'sent') AND staff.telegram_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM notice AS queued WHERE queued.staff_id = notice.staff_id"
        " AND queued.ticket_id = :ticket AND queued.kind = 'update' AND queued.delivery = 'due')",
        ticket=ticket.id,
    )
    for row in rows:
        ask(tx, get_staff(tx, row["staff_id"]), ticket, "update", ticket.number)


def find_notice(tx: Transaction, staff_id: str, external_id: str) -> Row | None:
    """The notice of which a messenger's message is a part: its kind, and its ticket's number."""
    return tx.one(
        "SELECT notice.kind, ticket.number FROM notice JOIN ticket ON ticket.id = notice.ticket_id"
        " WHERE notice.staff_id = :staff AND ' ' || notice.external_id || ' ' LIKE :pattern",
        staff=staff_id,
        pattern=f"% {external_id} %",
    )


# The first unsent letter of each chat, if its time has come. Grouping first keeps it quick when
# very many are unsent.
_FIRST_MESSAGES = (
    "SELECT message.*, conversation.external_id AS chat FROM (SELECT conversation_id, min(seq)"
    " AS seq FROM message WHERE delivery = 'due' GROUP BY conversation_id) AS first"
    " JOIN message ON message.conversation_id = first.conversation_id"
    " AND message.seq = first.seq"
    " JOIN conversation ON conversation.id = message.conversation_id"
    " WHERE message.next_try_at <= :now"
)
# An attachment that came with the asker's message was stored in the notice's own transaction.
_FIRST_NOTICES = (
    "SELECT notice.*, staff.telegram_id AS chat, message.attachment_id AS attachment_id"
    " FROM (SELECT staff_id, min(created_at) AS created_at FROM notice WHERE delivery = 'due'"
    " GROUP BY staff_id) AS first"
    " JOIN notice ON notice.staff_id = first.staff_id AND notice.created_at = first.created_at"
    " JOIN staff ON staff.id = notice.staff_id"
    " JOIN ticket ON ticket.id = notice.ticket_id"
    " LEFT JOIN message ON message.conversation_id = ticket.conversation_id"
    " AND message.created_at = notice.created_at AND message.author = 'asker'"
    " AND message.attachment_id IS NOT NULL AND notice.kind IN ('opened', 'asker_message')"
    " WHERE notice.delivery = 'due' AND notice.next_try_at <= :now"
)


def _lease(tx: Transaction, table: str, row: Row) -> bool:
    """Take a letter for sending; False when another process did."""
    taken = tx.value(
        f"UPDATE {table} SET next_try_at = :until WHERE id = :id"
        " AND delivery = 'due' AND next_try_at <= :now RETURNING id",
        until=tx.now + _lease_ms(row["attachment_id"]),
        id=row["id"],
        now=tx.now,
    )
    return taken is not None


def _lease_ms(attachment_id: str | None) -> int:
    return FILE_LEASE_MS if attachment_id else LEASE_MS


def _message_letter(tx: Transaction, row: Row) -> Letter:
    return Letter(
        table="message",
        id=row["id"],
        chat=row["chat"],
        conversation_id=row["conversation_id"],
        kind=row["kind"],
        text=row["text"],
        reply=json.loads(row["reply"]) if row["reply"] else None,
        attachment_id=row["attachment_id"],
        ticket=get_ticket(tx, row["ticket_id"]) if row["ticket_id"] else None,
        created_at=row["created_at"],
        attempts=row["attempts"],
        sent=tuple((row["external_id"] or "").split()),
    )


def _notice_letter(tx: Transaction, row: Row) -> Letter:
    staff, ticket = get_staff(tx, row["staff_id"]), get_ticket(tx, row["ticket_id"])
    cards = tx.all(
        "SELECT external_id, text FROM notice WHERE staff_id = :staff AND ticket_id = :ticket"
        " AND kind IN ('opened', 'transferred', 'escalated', 'reopened')"
        " AND delivery = 'sent' ORDER BY created_at",
        staff=staff.id,
        ticket=ticket.id,
    )
    return Letter(
        table="notice",
        id=row["id"],
        chat=str(row["chat"] or ""),
        conversation_id=ticket.conversation_id,
        kind=row["kind"],
        text=row["text"],
        reply=None,
        attachment_id=row["attachment_id"],
        ticket=ticket,
        created_at=row["created_at"],
        attempts=row["attempts"],
        sent=tuple((row["external_id"] or "").split()),
        staff=staff,
        colleagues=load_colleagues(tx, staff, ticket) if row["kind"] == "transfer_to" else (),
        cards=tuple((card["external_id"].split()[0], card["text"]) for card in cards),
    )


def load_colleagues(tx: Transaction, staff: Staff, ticket: Ticket) -> tuple[Staff, ...]:
    """Who else could take the ticket."""
    return tuple(
        each
        for each in list_staff(tx)
        if each.id != staff.id
        and not each.disabled
        and each.role in ("manager", "reform_office")
        and covers(each.region, ticket.region)
    )


def _set(tx: Transaction, letter: Letter, **values: Any) -> None:
    """Change a letter that is still due (another process may have settled it meanwhile)."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    tx.execute(
        f"UPDATE {letter.table} SET {assignments} WHERE id = :id AND delivery = 'due'",
        **values,
        id=letter.id,
    )


def _announce(tx: Transaction, letter: Letter) -> None:
    """The next letter of the chat may go; the desk shows what became of this one."""
    tx.announce(TOPIC)
    if letter.ticket:
        tx.announce(f"ticket:{letter.ticket.id}")
