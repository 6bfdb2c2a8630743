"""What staff see of tickets, messages and entries, as values for JSON and for the pages."""

import time
from typing import Any

from faq.entries import STATUS_NAMES, Entry
from faq.privacy import mask_numbers
from handoff.conversations import Message, load_messages
from handoff.desk.context import Desk
from handoff.desk.suggestions import find_suggestions
from handoff.staff import Staff
from handoff.tickets import Ticket, load_log
from handoff.wording import ACTION_NAMES, REASON_NAMES
from handoff.wording import STATUS_NAMES as TICKET_STATUS_NAMES
from storage import Transaction

_TRANSCRIPT = 1000


def view_ticket(desk: Desk, ticket: Ticket, *, masked: bool) -> dict[str, Any]:
    """One row of the queue; numbers of persons are hidden outside the ticket itself."""
    return {
        "number": ticket.number,
        "status": ticket.status,
        "status_name": TICKET_STATUS_NAMES[ticket.status],
        "question": _shown(ticket.question, masked),
        "reason": ticket.reason,
        "reason_name": REASON_NAMES[ticket.reason],
        "region": desk.place(ticket.region),
        "assignee": ticket.assignee_name,
        "created_at": ticket.created_at,
        "due_at": ticket.due_at,
        "overdue": ticket.is_overdue(int(time.time() * 1000)),
        "claimed_at": ticket.claimed_at,
        "first_reply_at": ticket.first_reply_at,
        "escalated_at": ticket.escalated_at,
        "resolved_at": ticket.resolved_at,
        "reopened": ticket.reopened,
        "rating": ticket.rating,
        "rating_comment": _shown(ticket.rating_comment, masked),
    }


def view_ticket_whole(tx: Transaction, desk: Desk, staff: Staff, ticket: Ticket) -> dict[str, Any]:
    """The ticket with its conversation, log and suggestions, as far as `staff` may read it.

    Only those who answer askers see numbers of persons in full.
    """
    masked = not staff.may("manager", "reform_office")
    messages, _ = load_latest(tx, ticket.conversation_id)
    return {
        **view_ticket(desk, ticket, masked=masked),
        "messages": [view_message(message, masked=masked) for message in messages],
        "events": [
            {
                **row,
                "action_name": ACTION_NAMES.get(row["action"], row["action"]),
                "detail": {name: _shown(each, masked) for name, each in row["detail"].items()},
            }
            for row in load_log(tx, ticket.id)
        ],
        "suggestions": [
            {
                "id": each.id,
                "title": each.named.title,
                "text": each.named.text,
                "source": each.named.source,
                "confidence": round(each.confidence, 4),
            }
            for each in find_suggestions(tx, desk, ticket.question, ticket.region)
        ],
    }


def load_latest(tx: Transaction, conversation_id: str) -> tuple[list[Message], int]:
    """The latest messages with internal notes, and how many older ones are left out."""
    last = tx.value("SELECT last_seq FROM conversation WHERE id = :id", id=conversation_id) or 0
    older = max(0, int(last) - _TRANSCRIPT)
    return load_messages(tx, conversation_id, older, private=True, limit=_TRANSCRIPT), older


def view_message(message: Message, *, masked: bool) -> dict[str, Any]:
    """A message of the transcript, with how its delivery went."""
    return {
        "id": message.id,
        "seq": message.seq,
        "author": message.author,
        "kind": message.kind,
        "text": _shown(message.text, masked),
        "private": message.private,
        "staff_name": message.staff_name,
        "created_at": message.created_at,
        "delivery": message.delivery,
        "delivery_error": message.delivery_error,
        "attachment": message.attachment,
    }


def view_entry(desk: Desk, entry: Entry) -> dict[str, Any]:
    """An entry as the contract's calls give it."""
    content = entry.content
    return {
        "id": entry.id,
        "status": entry.status,
        "status_name": STATUS_NAMES[entry.status],
        "standard_question": content.standard_question,
        "similar_questions": list(content.similar_questions),
        "answer": content.standard_answer,
        "stage": content.stage,
        "region": desk.live.gazetteer[content.region].name,
        "sources": [
            {
                "title": source.title,
                "document_number": source.document_number,
                "clause": source.clause,
                "issuer": source.issuer,
                "region": _place_name(desk, source.region),
                "effective_from": source.effective_from,
            }
            for source in content.sources
        ],
        "effective_from": content.effective_from,
        "expires_on": content.expires_on,
        "hands_over": content.hands_over,
        "version": entry.version,
        "origin_ticket": entry.origin_ticket,
        "origin_manager": entry.origin_manager,
        "created_by": entry.created_by,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
        "published_by": entry.published_by,
        "published_at": entry.published_at,
    }


def _place_name(desk: Desk, code: str) -> str:
    return desk.live.gazetteer[code].name if code in desk.live.gazetteer else code


def _shown(value: Any, masked: bool) -> Any:
    """Whatever people typed can hold a number of a person."""
    return mask_numbers(value) if masked and isinstance(value, str) else value
