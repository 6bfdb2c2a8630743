"""What was asked and how 小海马 replied, for those who look after the library: without names."""

import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

from handoff.errors import NotFound
from handoff.feedback import clean_question
from handoff.staff import Staff
from knowledge.regions import region_prefix
from retrieval.segment import normalise
from storage import Row, Transaction, holding

Kind = Literal["answer", "clarify", "handoff"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PAGE = 50

# The message is joined from the left so that the latest replies are read first, and only as many
# as a page shows.
_FOUND = (
    "SELECT reply.id, reply.kind, reply.reply, reply.created_at, asked.text, asked.kind AS by,"
    " conversation.region, conversation.asker_name, ticket.number FROM message reply"
    " LEFT JOIN message asked ON asked.id = reply.answers"
    " JOIN conversation ON conversation.id = reply.conversation_id"
    " LEFT JOIN ticket ON ticket.id = reply.ticket_id"
    " WHERE reply.author = 'assistant' AND reply.kind IN ('answer', 'clarify', 'handoff')"
    " AND (conversation.region IS NULL OR conversation.region LIKE :prefix)"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A message with the reply to it. `id`: of the reply; `question`: as it was read; `chosen`: a
    button was pressed; `region`: the asker's place, None when nobody knows it; `ticket`: its
    number, if people have it."""

    id: str
    text: str
    question: str
    chosen: bool
    region: str | None
    kind: Kind
    reply: dict[str, Any]
    ticket: str | None
    at: int


def list_asked(
    tx: Transaction, staff: Staff, kind: str = "", query: str = "", page: int = 1
) -> tuple[list[Asked], bool]:
    """One page of what this member of staff may see, the latest first, and whether there is more.
    `kind`: only replies of that kind; `query`: only messages that hold this text, also when what
    is personal in them is left out: nobody is to find out a number by looking for it."""
    where = (" AND reply.kind = :kind" if kind in KINDS else "") + (
        " AND asked.text LIKE :like ESCAPE '!'" if query.strip() else ""
    )
    rows = tx.all(
        f"{_FOUND}{where} ORDER BY reply.created_at DESC, reply.id DESC LIMIT :most OFFSET :offset",
        prefix=region_prefix(staff.region) + "%",
        kind=kind,
        like=holding(query),
        most=PAGE + 1,
        offset=(page - 1) * PAGE,
    )
    wanted, found = normalise(query), map(_asked, rows[:PAGE])
    return [each for each in found if wanted in each.text], len(rows) > PAGE


def get_asked(tx: Transaction, staff: Staff, reply_id: str) -> Asked:
    """Raises NotFound, also for a message of another region."""
    prefix = region_prefix(staff.region) + "%"
    row = tx.one(f"{_FOUND} AND reply.id = :id", id=reply_id, prefix=prefix)
    if row is None:
        raise NotFound("没有这条消息。")
    return _asked(row)


def _asked(row: Row) -> Asked:
    reply, names = json.loads(row["reply"] or "{}"), (row["asker_name"],)
    text = clean_question(row["text"] or "", names)
    read = (reply.get("trace") or {}).get("question")
    return Asked(
        row["id"],
        text or "（只有个人信息）",
        clean_question(read, names) if read else text,
        row["by"] == "choice",
        row["region"],
        row["kind"],
        reply,
        row["number"],
        row["created_at"],
    )
