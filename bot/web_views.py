"""What an asker's page and other callers see of messages and tickets."""

from typing import Any

from bot.assistant import Exchange
from bot.reply import render_reply
from handoff.conversations import Message
from handoff.tickets import Ticket, describe


def view_message(message: Message) -> dict[str, Any]:
    """A message of the transcript in the contract's form; `created_at` is epoch milliseconds."""
    said = message.reply if message.author != "asker" else None
    return {
        "id": message.id,
        "seq": message.seq,
        "author": message.author,
        "kind": message.kind,
        "text": message.text,
        "created_at": message.created_at,
        "staff_name": message.staff_name,
        "reply": render_reply(said) if said else None,
        "attachment": message.attachment,
    }


def view_ticket(ticket: Ticket) -> dict[str, Any]:
    """How a ticket stands now, for its asker."""
    return {
        **describe(ticket),
        "assignee": ticket.assignee_name,
        "first_reply_at": ticket.first_reply_at,
        "rating": ticket.rating,
    }


def view_exchange(exchange: Exchange) -> dict[str, Any]:
    """What was replied to a message."""
    reply = render_reply(exchange.reply.as_stored()) if exchange.reply else None
    return {"message_id": exchange.message_id, "reply": reply}
