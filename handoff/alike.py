"""Tickets that ask the same: found among those that wait, and answered together.

What counts as the same is only a hint for the eye: whoever answers looks at each and ticks it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from handoff import actions
from handoff.conversations import Message
from handoff.errors import Invalid
from handoff.staff import Staff
from handoff.tickets import Ticket, access_ticket, get_ticket, list_waiting, load_log
from retrieval.segment import normalise
from retrieval.smalltalk import strip_courtesy
from storage import Transaction

MOST = 20  # answered at once
_COMPARED = 300  # of those that wait, the most urgent
_ALIKE = 0.7  # shared pairs of characters, from which on two questions are shown as the same
_FEWEST = 3  # pairs; shorter questions lean on what was said before
_UNSAID = frozenset({"asked_for", "attachment"})  # then the ticket's question is none
_EITHER_WAY = re.compile(r"(.)[不没]\1")  # 能不能 asks what 能 asks
_TURNING = re.compile(r"\d+|[不没无未非]")  # another number or a negation: another question


def find_alike(tx: Transaction, ticket: Ticket, staff: Staff) -> list[Ticket]:
    """The other tickets of the same place that wait for this member of staff's answer and ask the
    same, the most urgent first; none once the ticket has an answer."""
    if not _waits(ticket):
        return []
    return _others(ticket, list_waiting(tx, staff, _COMPARED))[:MOST]


def count_alike(tx: Transaction, tickets: Sequence[Ticket], staff: Staff) -> dict[str, int]:
    """Of each of these tickets that waits how many others `find_alike` would find, by id."""
    own = [ticket for ticket in tickets if _waits(ticket)]
    waiting = list_waiting(tx, staff, _COMPARED) if own else []
    return {ticket.id: len(_others(ticket, waiting)) for ticket in own}


def _waits(ticket: Ticket) -> bool:
    return ticket.is_live and ticket.first_reply_at is None


def _others(ticket: Ticket, waiting: Sequence[Ticket]) -> list[Ticket]:
    return [each for each in waiting if each.id != ticket.id and ask_the_same(ticket, each)]


def ask_the_same(one: Ticket, other: Ticket) -> bool:
    """Whether two tickets are of one place and their questions nearly the same words."""
    if one.region != other.region or {one.reason, other.reason} & _UNSAID:
        return False
    first, second = _read(one.question), _read(other.question)
    few = min(len(first.pairs), len(second.pairs)) < _FEWEST
    if few or first.turning != second.turning:
        return False
    shared = 2 * len(first.pairs & second.pairs)
    return shared >= _ALIKE * (len(first.pairs) + len(second.pairs))


def reply_to_all(
    tx: Transaction,
    ticket: Ticket,
    staff: Staff,
    text: str,
    numbers: Sequence[str],
    client_id: str | None = None,
) -> Message:
    """Answer a ticket and others that ask the same, each in its own conversation: all or none.

    Raises as `actions.reply` does for any of them, Invalid for one that asks something else.
    """
    message = actions.reply(tx, ticket, staff, text, client_id)
    others = [access_ticket(tx, staff, number) for number in dict.fromkeys(numbers)]
    if len(others) > MOST:
        raise Invalid(f"一次最多同时答复 {MOST} 个工单。")
    answered = []
    for other in others:
        if other.id == ticket.id or not ask_the_same(ticket, other):
            raise Invalid(f"工单 {other.number} 问的不是同一件事，请单独答复。")
        actions.reply(tx, other, staff, text, client_id)
        if other.first_reply_at is None:  # else this is the same form once more
            actions.log_action(tx, other.id, staff, "answered_with", {"ticket": ticket.number})
            answered.append(other.number)
    if answered:
        actions.log_action(tx, ticket.id, staff, "answered_also", {"tickets": answered})
    return message


def load_group(tx: Transaction, ticket: Ticket) -> list[Ticket]:
    """The other tickets that were answered together with this one."""
    first = ticket.number
    for step in load_log(tx, ticket.id):
        if step["action"] == "answered_with":
            first = step["detail"]["ticket"]
    group = _find(tx, first)
    for step in load_log(tx, group[0].id) if group else ():
        if step["action"] == "answered_also":
            group += [each for number in step["detail"]["tickets"] for each in _find(tx, number)]
    return [each for each in group if each.id != ticket.id]


def _find(tx: Transaction, number: str) -> list[Ticket]:
    rows = tx.all("SELECT id FROM ticket WHERE number = :number", number=number)
    return [get_ticket(tx, row["id"]) for row in rows]


@dataclass(frozen=True, slots=True)
class _Read:
    """Of a question: its pairs of characters, and what would turn it into another one."""

    pairs: frozenset[str]
    turning: tuple[str, ...]


@lru_cache(4096)
def _read(question: str) -> _Read:
    text = "".join(filter(str.isalnum, strip_courtesy(normalise(question))))
    text = _EITHER_WAY.sub(r"\1", text)
    pairs = frozenset(text[at : at + 2] for at in range(len(text) - 1))
    return _Read(pairs, tuple(sorted(_TURNING.findall(text))))
