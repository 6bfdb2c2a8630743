"""A conversation as its asker may see it: the messages, and how their tickets stand now."""

from dataclasses import dataclass

from handoff.conversations import (
    Conversation,
    Message,
    access_conversation,
    load_messages,
)
from handoff.errors import NotFound
from handoff.tickets import Ticket, get_ticket
from storage import Transaction


@dataclass(frozen=True, slots=True)
class Transcript:
    """Messages after some sequence number, in order, and all tickets of the conversation."""

    messages: tuple[Message, ...]
    tickets: tuple[Ticket, ...]


def load_transcript(tx: Transaction, conversation_id: str, after: int = 0) -> Transcript:
    """One page of the transcript without internal notes."""
    rows = tx.all(
        "SELECT id FROM ticket WHERE conversation_id = :id ORDER BY created_at, number",
        id=conversation_id,
    )
    return Transcript(
        tuple(load_messages(tx, conversation_id, after)),
        tuple(get_ticket(tx, row["id"]) for row in rows),
    )


def access_ticket_of_asker(tx: Transaction, number: str, token: str) -> tuple[Conversation, Ticket]:
    """A ticket by its number, for the asker whose conversation it belongs to.

    Raises NotFound for any other, in the same words as when there is no such ticket.
    """
    row = tx.one("SELECT id, conversation_id FROM ticket WHERE number = :number", number=number)
    try:
        if row is None:
            raise NotFound
        conversation = access_conversation(tx, row["conversation_id"], token)
    except NotFound:
        raise NotFound("没有这个工单。") from None
    return conversation, get_ticket(tx, row["id"])
