"""What happens to a ticket, from opening to rating.

Each verb changes the ticket and writes one row of the service log in the same transaction.
"""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handoff import notices, outbox, wording
from handoff.conversations import Message, NewMessage, find_by_client_id, record_message
from handoff.errors import Conflict, Forbidden, Invalid
from handoff.routing import route
from handoff.staff import (
    Staff,
    check_role,
    covers,
    find_staff,
    get_staff,
    load_managers_on_duty,
)
from handoff.tickets import (
    ROOT,
    Reason,
    Ticket,
    describe,
    find_live_ticket,
    get_ticket,
    may_see,
)
from storage import Transaction, new_id


def open_ticket(
    tx: Transaction,
    conversation_id: str,
    *,
    region: str | None,
    question: str,
    reason: Reason,
    due_at: int,
    zone: ZoneInfo,
) -> Ticket:
    """Hand a question to people; the managers on duty are told when this commits.

    When nobody serves the region itself the ticket goes to whoever is next above, and to everyone
    when there is nobody at all. A question that waited while another of the same conversation was
    handed over joins that ticket.
    """
    if live := find_live_ticket(tx, conversation_id):
        tell_assignee(tx, live, question)
        return live
    routed_to = route(tx, region or ROOT)
    day = datetime.fromtimestamp(tx.now / 1000, zone).strftime("%Y%m%d")
    serial = tx.next_revision(f"ticket-number-{day}")
    ticket_id = new_id()
    tx.insert(
        "ticket",
        id=ticket_id,
        number=f"{day}-{serial:04d}",
        conversation_id=conversation_id,
        region=region or ROOT,
        routed_to=routed_to,
        status="open",
        question=question,
        reason=reason,
        created_at=tx.now,
        due_at=due_at,
        updated_at=tx.now,
    )
    log_action(tx, ticket_id, None, "opened", {"reason": reason})
    ticket = get_ticket(tx, ticket_id)
    for staff in load_managers_on_duty(tx, routed_to):
        notices.tell(tx, staff, ticket_id, "opened", wording.ticket_opened(ticket, zone))
    return ticket


def claim(tx: Transaction, ticket: Ticket, staff: Staff) -> Ticket:
    """Take a ticket. Of many who try at once exactly one wins; the others get Conflict."""
    _check_serves(staff, ticket)
    if ticket.status == "escalated":
        check_role(staff, "reform_office")
    won = tx.value(
        "UPDATE ticket SET status = 'claimed', assignee = :me, claimed_at = :now, updated_at = :now"
        " WHERE id = :id AND status IN ('open', 'escalated') AND assignee IS NULL RETURNING id",
        me=staff.id,
        now=tx.now,
        id=ticket.id,
    )
    if won is None:
        current = get_ticket(tx, ticket.id)
        if current.assignee == staff.id and current.is_live:
            return current
        raise Conflict(wording.not_claimable(current))
    log_action(tx, ticket.id, staff, "claimed")
    claimed = get_ticket(tx, ticket.id)
    outbox.refresh_cards(tx, claimed)
    return claimed


def reply(
    tx: Transaction, ticket: Ticket, staff: Staff, text: str, client_id: str | None = None
) -> Message:
    """Answer the asker. Whoever answers an open ticket has claimed it.

    `client_id` is the sender's own id of the answer: a repeat changes nothing and gets the first.
    """
    if repeat := _find_said(tx, ticket, staff, client_id):
        return repeat
    ticket = _own(tx, ticket, staff)
    message = _say(tx, ticket, staff, text, client_id, private=False)
    if message is None:
        return _get_said(tx, ticket, staff, client_id)
    tx.execute(
        "UPDATE ticket SET first_reply_at = coalesce(first_reply_at, :now), updated_at = :now"
        " WHERE id = :id",
        now=tx.now,
        id=ticket.id,
    )
    log_action(tx, ticket.id, staff, "replied", {"message": message.id})
    return message


def note(
    tx: Transaction, ticket: Ticket, staff: Staff, text: str, client_id: str | None = None
) -> Message:
    """An internal note: colleagues read it, the asker never does. `client_id` as for a reply."""
    if repeat := _find_said(tx, ticket, staff, client_id):
        return repeat
    _check_serves(staff, ticket)
    message = _say(tx, ticket, staff, text, client_id, private=True)
    if message is None:
        return _get_said(tx, ticket, staff, client_id)
    log_action(tx, ticket.id, staff, "noted", {"message": message.id})
    return message


def transfer(tx: Transaction, ticket: Ticket, staff: Staff, to: str) -> Ticket:
    """Give the ticket to a colleague, by name, who then is its assignee."""
    _check_holds(ticket, staff)
    target = find_staff(tx, to)
    if target.disabled or not target.may("manager", "reform_office"):
        raise Invalid(f"“{target.name}”不能受理工单，请换一位项目管家。")
    if not covers(target.region, ticket.region):
        raise Invalid(f"“{target.name}”不负责这个地区，请换一位项目管家。")
    _update(tx, ticket, status="claimed", assignee=target.id, claimed_at=tx.now)
    log_action(tx, ticket.id, staff, "transferred", {"to": target.name})
    transferred = get_ticket(tx, ticket.id)
    notices.tell(tx, target, ticket.id, "transferred", wording.transferred(transferred, staff.name))
    return transferred


def escalate(tx: Transaction, ticket: Ticket, staff: Staff, reason: str) -> Ticket:
    """上报: hand it to the 工改办 above, with the reason."""
    _check_holds(ticket, staff)
    if not reason.strip():
        raise Invalid("请写明上报的原因。")
    _update(tx, ticket, status="escalated", assignee=None, claimed_at=None, escalated_at=tx.now)
    log_action(tx, ticket.id, staff, "escalated", {"reason": reason.strip()})
    escalated = get_ticket(tx, ticket.id)
    text = wording.escalated(escalated, staff.name, reason.strip())
    for each in load_managers_on_duty(tx, ticket.region):
        if each.role == "reform_office" and each.id != staff.id:
            notices.tell(tx, each, ticket.id, "escalated", text)
    return escalated


def resolve(tx: Transaction, ticket: Ticket, staff: Staff) -> Ticket:
    """办结: the asker is told and asked to rate. Needs an answer first."""
    ticket = _own(tx, ticket, staff)
    if ticket.first_reply_at is None:
        raise Invalid("还没有答复咨询人，请先答复再办结。")
    _update(tx, ticket, status="resolved", resolved_at=tx.now)
    log_action(tx, ticket.id, staff, "resolved")
    resolved = get_ticket(tx, ticket.id)
    record_message(
        tx,
        ticket.conversation_id,
        NewMessage(
            author="system",
            text=wording.resolved(resolved),
            kind="resolved",
            reply={
                "kind": "notice",
                "text": wording.resolved(resolved),
                "options": wording.rating_options(resolved.number),
                "ticket": describe(resolved),
            },
            ticket_id=ticket.id,
        ),
    )
    return resolved


def reopen(tx: Transaction, ticket: Ticket, staff: Staff | None, why: str = "") -> Ticket:
    """The matter goes on: by a member of staff, or by the asker (`staff` None)."""
    if staff is not None:
        _check_serves(staff, ticket)
    if ticket.is_live:
        raise Conflict("这个工单还在办理中，不需要重新打开。")
    holder = get_staff(tx, ticket.assignee) if ticket.assignee else None
    kept = holder is not None and not holder.disabled
    _update(
        tx,
        ticket,
        status="claimed" if kept else "open",
        assignee=ticket.assignee if kept else None,
        resolved_at=None,
        closed_at=None,
        reopened=ticket.reopened + 1,
    )
    log_action(tx, ticket.id, staff, "reopened", {"why": why} if why else {})
    reopened = get_ticket(tx, ticket.id)
    told = [holder] if kept and holder else list(load_managers_on_duty(tx, ticket.routed_to))
    for each in told:
        if staff is None or each.id != staff.id:
            notices.tell(tx, each, ticket.id, "reopened", wording.reopened(reopened))
    return reopened


def rate(tx: Transaction, ticket: Ticket, score: int, comment: str = "") -> Ticket:
    """好差评 by the asker, 1 to 5. From 3 on it closes the ticket; a poor one is to be mended."""
    if score not in range(1, 6):
        raise Invalid("评价分为 1 到 5 级，请重新选择。")
    if len(comment) > 1000:
        raise Invalid("评价内容请控制在 1000 字以内。")
    if ticket.is_live:
        raise Conflict("工单办结后才能评价。")
    tx.execute(
        "INSERT INTO rating (ticket_id, score, comment, created_at)"
        " VALUES (:id, :score, :comment, :now) ON CONFLICT (ticket_id) DO UPDATE"
        " SET score = :score, comment = :comment, created_at = :now",
        id=ticket.id,
        score=score,
        comment=comment.strip(),
        now=tx.now,
    )
    if score >= 3 and ticket.status == "resolved":
        _update(tx, ticket, status="closed", closed_at=tx.now)
    log_action(tx, ticket.id, None, "rated", {"score": score})
    tx.announce("tickets")
    return get_ticket(tx, ticket.id)


def state_question(tx: Transaction, ticket: Ticket, question: str) -> None:
    """The asker, who at first only wanted a person, says what it is about."""
    tx.execute(
        "UPDATE ticket SET question = :question, updated_at = :now WHERE id = :id",
        question=question,
        now=tx.now,
        id=ticket.id,
    )
    log_action(tx, ticket.id, None, "stated")


def tell_assignee(tx: Transaction, ticket: Ticket, text: str) -> None:
    """A further message of the asker: to the assignee, or to all on duty while there is none."""
    told = (
        [get_staff(tx, ticket.assignee)]
        if ticket.assignee
        else list(load_managers_on_duty(tx, ticket.routed_to))
    )
    for staff in told:
        notices.tell(tx, staff, ticket.id, "asker_message", wording.asker_said(ticket, text))
    tx.announce("tickets")
    tx.announce(f"ticket:{ticket.id}")


def _own(tx: Transaction, ticket: Ticket, staff: Staff) -> Ticket:
    """The ticket, claimed by this member of staff if it was free."""
    if ticket.is_live and ticket.assignee is None:
        return claim(tx, ticket, staff)
    _check_holds(ticket, staff)
    return ticket


def _say(
    tx: Transaction,
    ticket: Ticket,
    staff: Staff,
    text: str,
    client_id: str | None,
    *,
    private: bool,
) -> Message | None:
    """Record what a member of staff wrote; None when it came twice at once and is there already."""
    if not text.strip():
        raise Invalid("内容是空的，请填写后再发送。")
    return record_message(
        tx,
        ticket.conversation_id,
        NewMessage(
            author="manager",
            text=text.strip(),
            staff_id=staff.id,
            private=private,
            ticket_id=ticket.id,
            client_id=_client_id(staff, client_id),
        ),
    )


def _find_said(
    tx: Transaction, ticket: Ticket, staff: Staff, client_id: str | None
) -> Message | None:
    """What this member of staff wrote before with this id."""
    key = _client_id(staff, client_id)
    return find_by_client_id(tx, ticket.conversation_id, key) if key else None


def _get_said(tx: Transaction, ticket: Ticket, staff: Staff, client_id: str | None) -> Message:
    said = _find_said(tx, ticket, staff, client_id)
    if said is None:
        raise AssertionError("only a message with a known client id is a repeat")
    return said


def _client_id(staff: Staff, client_id: str | None) -> str | None:
    """Ids are the sender's own: those of others, and of the asker, never count as a repeat."""
    return f"{staff.id} {client_id}" if client_id else None


def _check_serves(staff: Staff, ticket: Ticket) -> None:
    check_role(staff, "manager", "reform_office")
    if not may_see(staff, ticket):
        raise Forbidden("这个工单不属于您负责的地区。")


def _check_holds(ticket: Ticket, staff: Staff) -> None:
    """Raise Conflict unless the ticket is live and theirs (or nobody's)."""
    _check_serves(staff, ticket)
    if not ticket.is_live:
        raise Conflict("这个工单已经办结，如需继续请先重新打开。")
    if ticket.status == "escalated":
        check_role(staff, "reform_office")
    if ticket.assignee not in (None, staff.id) and staff.role != "admin":
        raise Conflict(wording.not_claimable(ticket))


def _update(tx: Transaction, ticket: Ticket, **values: Any) -> None:
    """Change a ticket that is still as we read it; raise Conflict when somebody was faster."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    changed = tx.execute(
        f"UPDATE ticket SET {assignments}, updated_at = :now"
        " WHERE id = :id AND status = :was_status"
        " AND coalesce(assignee, '') = :was_assignee",
        **values,
        now=tx.now,
        id=ticket.id,
        was_status=ticket.status,
        was_assignee=ticket.assignee or "",
    )
    if not changed:
        raise Conflict("工单刚刚被别人处理过，请刷新后再试。")
    outbox.refresh_cards(tx, ticket)


def log_action(
    tx: Transaction,
    ticket_id: str,
    staff: Staff | None,
    action: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write a row of the service log (帮办代办日志); `action` is a key of wording.ACTION_NAMES."""
    tx.insert(
        "service_log",
        id=new_id(),
        ticket_id=ticket_id,
        at=tx.now,
        staff_id=staff.id if staff else None,
        action=action,
        detail=json.dumps(detail or {}, ensure_ascii=False),
    )
    tx.announce("tickets")
    tx.announce(f"ticket:{ticket_id}")
