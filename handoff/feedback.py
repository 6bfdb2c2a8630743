"""Labelled data from the transcripts: what askers and managers have said a question means.

Read on from where the last reading ended; whatever is read twice is kept once.
"""

import json
from collections.abc import Iterator
from typing import Any

from faq.entries import passage_id
from faq.new_words import Asked
from faq.observations import (
    Kind,
    Observation,
    keep_mark,
    keep_observations,
    load_answers,
    load_mark,
)
from faq.privacy import remove_personal
from faq.proposals import lock
from faq.suggesting import suggest_similar
from retrieval.segment import normalise
from retrieval.smalltalk import small_talk, strip_courtesy
from storage import Row, Transaction

Cursor = tuple[int, str]
"""Moment (epoch ms) and id of the last message that was read."""

_MARK = "feedback"
_BATCH = 100  # messages in one transaction, so that askers do not wait for it
_AGAIN_MS = 86_400_000  # read again each time: the clock may have been put back since, and a
# transaction that began earlier may be committed later
_ALIKE = 0.9  # shared pairs of characters of two texts, from which on they say the same
_SHORTEST_ANSWER = 6
_LEFT_OUT = ("（号码略）", "（邮箱略）", "（姓名略）")

_SIGNALS = (
    "SELECT message.id, message.conversation_id, message.author, message.kind, message.text,"
    " message.reply, message.ticket_id, message.created_at, conversation.asker_name,"
    " conversation.region, earlier.id AS earlier_id, earlier.kind AS earlier_kind,"
    " earlier.reply AS earlier_reply, earlier.answers AS earlier_answers FROM message"
    " JOIN conversation ON conversation.id = message.conversation_id"
    " LEFT JOIN message earlier ON earlier.conversation_id = message.conversation_id"
    " AND earlier.seq = message.seq - 1"
    " WHERE (message.created_at > :at OR (message.created_at = :at AND message.id > :id))"
    " AND message.private = 0 AND (message.kind = 'choice' OR message.author = 'manager' OR"
    " (message.author = 'asker' AND earlier.author = 'assistant'"
    " AND earlier.kind IN ('answer', 'clarify')))"
    " ORDER BY message.created_at, message.id LIMIT :most"
)


def start_reading(tx: Transaction) -> Cursor | None:
    """Where to read on; None when nothing has come since."""
    read = load_mark(tx, _MARK)
    new = tx.value("SELECT 1 FROM message WHERE created_at > :read LIMIT 1", read=read)
    if new is None and read <= tx.now:
        return None
    return min(read, tx.now) - _AGAIN_MS, ""


def read_feedback(tx: Transaction, after: Cursor) -> Cursor | None:
    """Take in one batch of labels, and propose what they suggest; where to go on, None at the end.

    The mark is set when the end is reached.
    """
    lock(tx)
    rows = tx.all(_SIGNALS, at=after[0], id=after[1], most=_BATCH)
    found = [observation for row in rows for observation in _observe(tx, row)]
    for key in sorted(keep_observations(tx, found)):
        suggest_similar(tx, key)
    if len(rows) == _BATCH:
        return rows[-1]["created_at"], rows[-1]["id"]
    keep_mark(tx, _MARK, tx.value("SELECT max(created_at) FROM message"))
    return None


def clean_question(text: str, names: tuple[str, ...] = ()) -> str:
    """A question without courtesy and without what belongs to the one who asked it."""
    text = remove_personal(strip_courtesy(normalise(text)), map(normalise, names))
    for mark in _LEFT_OUT:
        text = text.replace(mark, "")
    return " ".join(text.split())


def load_asked(tx: Transaction, most: int = 3000) -> list[Asked]:
    """The latest messages of askers, without personal data."""
    rows = tx.all(
        "SELECT message.text, message.conversation_id, message.created_at, asker_name FROM message"
        " JOIN conversation ON conversation.id = message.conversation_id"
        " WHERE author = 'asker' AND kind = 'text' AND text <> ''"
        " ORDER BY message.created_at DESC LIMIT :most",
        most=most,
    )
    return [
        Asked(
            clean_question(row["text"], (row["asker_name"],)),
            row["conversation_id"],
            row["created_at"],
        )
        for row in reversed(rows)
    ]


def _observe(tx: Transaction, row: Row) -> Iterator[Observation]:
    """What one message says of a question."""
    if row["author"] == "manager":
        yield from _managers_answer(tx, row)
    elif row["kind"] == "choice":
        yield from _choice(tx, row)
    elif row["earlier_kind"] == "clarify":
        yield from _typed_choice(tx, row)
    else:
        yield from _after_answer(tx, row)


def _choice(tx: Transaction, row: Row) -> Iterator[Observation]:
    """A pressed button: one of the offered questions, or that none of them fits."""
    pressed = json.loads(row["reply"])
    seq = pressed["chosen"].partition(".")[0]
    offered = tx.one(
        "SELECT reply FROM message WHERE conversation_id = :conversation AND seq = :seq"
        " AND kind = 'clarify'",
        conversation=row["conversation_id"],
        seq=int(seq),
    )
    if offered is None:
        return
    reply = json.loads(offered["reply"])
    if pressed["target"] == "passage":
        yield from _observations(row, "chose", reply["trace"], [pressed["value"]])
    elif pressed["target"] == "handoff":
        yield from _observations(row, "none_fits", reply["trace"], _shown(reply))


def _typed_choice(tx: Transaction, row: Row) -> Iterator[Observation]:
    """The same, typed: it shows in what was replied, since a decision leaves a trace."""
    answered = tx.one(
        "SELECT reply FROM message WHERE answers = :id AND kind IN ('answer', 'handoff')",
        id=row["id"],
    )
    replied = json.loads(answered["reply"]) if answered else {}
    if not replied or replied.get("trace"):
        return
    offered = json.loads(row["earlier_reply"])
    chosen = passage_id(replied["entry_id"]) if replied.get("entry_id") else ""
    if chosen in _shown(offered):
        yield from _observations(row, "chose", offered["trace"], [chosen])
    elif replied["kind"] == "handoff" and _reason_of(tx, replied) == "none_fits":
        yield from _observations(row, "none_fits", offered["trace"], _shown(offered))


def _reason_of(tx: Transaction, reply: dict[str, Any]) -> object:
    """Why the ticket was opened that a reply tells of."""
    number = (reply.get("ticket") or {}).get("number")
    return tx.value("SELECT reason FROM ticket WHERE number = :number", number=number)


def _after_answer(tx: Transaction, row: Row) -> Iterator[Observation]:
    """What was said right after an answer: thanks, or that it did not help."""
    said = small_talk(normalise(row["text"]))
    if said not in ("thanks", "praise", "unsolved"):
        return
    kind: Kind = "unsolved" if said == "unsolved" else "thanked"
    answer = json.loads(row["earlier_reply"])
    trace, passages = answer.get("trace") or {}, []
    if not trace:
        trace = _trace_of_choice(tx, row["earlier_answers"])
    if answer.get("entry_id"):
        passages = [passage_id(answer["entry_id"])]
    elif trace.get("hits"):
        passages = [trace["hits"][0]["id"]]
    yield from _observations(row, kind, trace, passages)


def _trace_of_choice(tx: Transaction, message_id: str | None) -> dict[str, Any]:
    """Of an answer that was chosen: the trace of the reply that offered it."""
    chosen = tx.one(
        "SELECT offer.reply FROM message JOIN message offer"
        " ON offer.conversation_id = message.conversation_id AND offer.seq < message.seq"
        " WHERE message.id = :id AND offer.kind = 'clarify' AND message.kind = 'choice'"
        " ORDER BY offer.seq DESC",
        id=message_id,
    )
    return dict(json.loads(chosen["reply"]).get("trace") or {}) if chosen else {}


def _managers_answer(tx: Transaction, row: Row) -> Iterator[Observation]:
    """A manager answered a question that was handed over with a published standard answer."""
    ticket = tx.one("SELECT question, reason FROM ticket WHERE id = :id", id=row["ticket_id"])
    if ticket is None or ticket["reason"] == "attachment":
        return
    handed = tx.one(
        "SELECT reply FROM message WHERE ticket_id = :id AND kind = 'handoff'"
        " AND author = 'assistant' ORDER BY seq",
        id=row["ticket_id"],
    )
    trace = (json.loads(handed["reply"]).get("trace") or {}) if handed and handed["reply"] else {}
    question = str(trace.get("question") or ticket["question"])
    if small_talk(normalise(question)) is None and (entry := _find_answer(tx, row["text"])):
        yield from _observations(row, "manager", {**trace, "question": question}, [entry])


def _find_answer(tx: Transaction, said: str) -> str | None:
    """The published entry whose standard answer this text is, but for trifles and its source."""
    said = said.partition("\n依据：")[0].strip()
    if len(said) < _SHORTEST_ANSWER:
        return None
    alike = [
        (_likeness(said, row["standard_answer"]), row["id"])
        for row in load_answers(tx, int(len(said) * 0.6), int(len(said) * 1.4) + 1)
    ]
    best = max(alike, default=(0.0, ""))
    return passage_id(best[1]) if best[0] >= _ALIKE else None


def _likeness(one: str, other: str) -> float:
    """The share of pairs of characters that two texts have in common (Dice); 1 when one stands
    whole within the other."""
    if one in other or other in one:
        return 1.0
    pairs, others = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return 2 * len(pairs & others) / max(len(pairs) + len(others), 1)


def _shown(reply: dict[str, Any]) -> list[str]:
    """The passages that a clarifying reply offered."""
    return [each["value"] for each in reply.get("options", ()) if each["target"] == "passage"]


def _observations(
    row: Row, kind: Kind, trace: dict[str, Any], passages: list[str]
) -> Iterator[Observation]:
    question = clean_question(str(trace.get("question", "")), (row["asker_name"],))
    if not any(char.isalnum() for char in question):
        return
    for passage in passages:
        yield Observation(
            message_id=row["id"],
            passage_id=passage,
            kind=kind,
            question=question,
            region=trace.get("region") or row["region"],
            conversation_id=row["conversation_id"],
            ticket_id=row["ticket_id"],
            at=row["created_at"],
        )
