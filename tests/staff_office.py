"""An office for the tests of the staff's calls: a desk with people on both databases."""

from dataclasses import dataclass
from typing import Any

import httpx

from handoff import actions
from handoff.desk.context import Desk
from handoff.staff import Staff, open_session
from handoff.tickets import Ticket, get_ticket
from storage import Transaction
from tests.desk_house import ask

ENTRY = {
    "standard_question": "图审费能退吗？",
    "similar_questions": ["审图费退不退"],
    "answer": "开工前可以申请退费。",
    "region": "三元区",
    "stage": "施工许可",
    "sources": [{"title": "某某办法", "document_number": "某办发〔2025〕1号", "clause": "第三条"}],
}


@dataclass
class Office:
    """A desk with people, and their calls over HTTP."""

    desk: Desk
    client: httpx.AsyncClient
    people: dict[str, Staff]
    tokens: dict[str, str]

    async def call(self, who: str, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Accept": "application/json", **request.pop("headers", {})}
        if who != "nobody":
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **request)

    async def ticket(self, state: str) -> Ticket:
        return await self.desk.database.write(_in_state, self.people, state)


def _in_state(tx: Transaction, people: dict[str, Staff], state: str) -> Ticket:
    ticket, holder = ask(tx), people["林晓"]
    if state != "open":
        ticket = actions.claim(tx, ticket, holder)
    if state in ("answered", "resolved"):
        actions.reply(tx, ticket, holder, "可以申请退费。")
        ticket = get_ticket(tx, ticket.id)
    if state == "escalated":
        ticket = actions.escalate(tx, ticket, holder, "没有口径")
    if state == "resolved":
        ticket = actions.resolve(tx, ticket, holder)
    return ticket


def open_sessions(tx: Transaction, people: dict[str, Staff]) -> dict[str, str]:
    """A token for each of them, by name."""
    return {name: open_session(tx, staff.id)[1] for name, staff in people.items()}
