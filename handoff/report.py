"""The leader's figures: what was asked, what was answered, what waits, how people rate it."""

import json
import statistics
from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from handoff.errors import Invalid
from handoff.staff import Staff, covers
from handoff.wording import RATING_NAMES, REASON_NAMES
from storage import Row, Transaction

_BACK_MS = 7 * 24 * 3600 * 1000
_MOST_ASKED = 10
_YEARS = range(1970, 9999)  # what a database and a calendar can reckon with


def period(start: str, end: str, zone: ZoneInfo) -> tuple[int, int]:
    """Two ISO dates, both included, as epoch ms; empty: the last 30 days. Raises Invalid."""
    try:
        last = date.fromisoformat(end) if end else datetime.now(zone).date()
        first = date.fromisoformat(start) if start else None
    except ValueError as error:
        raise Invalid("日期应写成 2026-11-21 这样。") from error
    if any(each.year not in _YEARS for each in (first or last, last)):
        raise Invalid(f"日期应在 {_YEARS[0]} 年到 {_YEARS[-1]} 年之间。")
    first = first or last - timedelta(days=29)
    if first > last:
        raise Invalid("开始日期不能晚于结束日期。")
    begin = datetime.combine(first, time(), zone)
    after = datetime.combine(last + timedelta(days=1), time(), zone)
    return int(begin.timestamp() * 1000), int(after.timestamp() * 1000)


def make_report(tx: Transaction, staff: Staff, begin: int, end: int) -> dict[str, Any]:
    """All figures of a period for the region of `staff`."""
    replies = _replies(tx, staff, begin, end)
    kinds = Counter(row["kind"] for row in replies)
    tickets = _tickets(tx, staff, begin, end)
    return {
        "from": begin,
        "to": end,
        "questions": sum(kinds[kind] for kind in ("answer", "clarify", "handoff")),
        "answered": kinds["answer"],
        "clarified": kinds["clarify"],
        "handed_over": kinds["handoff"],
        "containment": _containment(tx, replies),
        "most_asked": _most_asked(replies),
        "tickets": _ticket_figures(tickets, tx.now),
        "handoff_reasons": {
            REASON_NAMES[reason]: count
            for reason, count in Counter(row["reason"] for row in tickets).most_common()
        },
        "ratings": {
            name: sum(row["score"] == score for row in tickets)
            for score, name in RATING_NAMES.items()
        },
    }


def load_state(tx: Transaction) -> dict[str, int]:
    """What an operator looks at first: managers on duty, overdue tickets, undelivered messages."""
    statements = {
        "managers": "SELECT count(*) FROM staff WHERE role IN ('manager', 'reform_office')"
        " AND on_duty = 1 AND disabled_at IS NULL AND :now > 0",
        "overdue": "SELECT count(*) FROM ticket WHERE status IN ('open', 'claimed', 'escalated')"
        " AND first_reply_at IS NULL AND due_at < :now",
        "undelivered": "SELECT count(*) FROM message WHERE delivery = 'undeliverable'"
        " AND created_at <= :now",
    }
    return {name: int(tx.value(sql, now=tx.now)) for name, sql in statements.items()}


def _replies(tx: Transaction, staff: Staff, begin: int, end: int) -> list[Row]:
    rows = tx.all(
        "SELECT message.kind, message.reply, message.created_at, conversation_id,"
        " conversation.region FROM message"
        " JOIN conversation ON conversation.id = message.conversation_id"
        " WHERE author = 'assistant' AND message.created_at >= :begin AND message.created_at < :end"
        " AND message.kind IN ('answer', 'clarify', 'handoff') ORDER BY message.created_at",
        begin=begin,
        end=end,
    )
    return [row for row in rows if covers(staff.region, row["region"] or "100000")]


def _tickets(tx: Transaction, staff: Staff, begin: int, end: int) -> list[Row]:
    rows = tx.all(
        "SELECT ticket.*, rating.score FROM ticket LEFT JOIN rating ON ticket_id = ticket.id"
        " WHERE ticket.created_at >= :begin AND ticket.created_at < :end",
        begin=begin,
        end=end,
    )
    return [row for row in rows if covers(staff.region, row["region"])]


def _containment(tx: Transaction, replies: list[Row]) -> dict[str, int]:
    """机器人独立解决: conversations with an answer and no ticket, in kinds never to be added up.

    `silent` was not heard of again, `back_within_7_days` asked again within a week.
    """
    answered = {row["conversation_id"] for row in replies if row["kind"] == "answer"}
    handed = {row["conversation_id"] for row in replies if row["kind"] == "handoff"}
    alone = answered - handed
    times: dict[str, list[int]] = {}
    for row in replies:
        if row["conversation_id"] in alone:
            times.setdefault(row["conversation_id"], []).append(row["created_at"])
    day = 24 * 3600 * 1000
    back = sum(
        any(day / 2 < later - before <= _BACK_MS for before, later in pairwise(at))
        for at in times.values()
    )
    return {"silent": len(alone) - back, "back_within_7_days": back, "handed_over": len(handed)}


def _most_asked(replies: list[Row]) -> list[dict[str, Any]]:
    entries: Counter[str] = Counter()
    for row in replies:
        if row["kind"] == "answer" and (entry := json.loads(row["reply"]).get("entry_id")):
            entries[entry] += 1
    return [{"entry_id": entry, "count": n} for entry, n in entries.most_common(_MOST_ASKED)]


def _ticket_figures(tickets: list[Row], now: int) -> dict[str, Any]:
    waits = [
        (row["first_reply_at"] - row["created_at"]) // 60_000
        for row in tickets
        if row["first_reply_at"]
    ]
    late = [row for row in tickets if (row["first_reply_at"] or now) > row["due_at"]]
    return {
        "opened": len(tickets),
        "resolved": sum(row["resolved_at"] is not None for row in tickets),
        "waiting": sum(row["first_reply_at"] is None for row in tickets),
        "overdue": len(late),
        "reopened": sum(row["reopened"] > 0 for row in tickets),
        "median_minutes_to_first_reply": statistics.median(waits) if waits else None,
    }
