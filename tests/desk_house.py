"""A desk for the tests: the real routers over a store, and people who work at it."""

from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI

from bot import http_errors
from bot.assistant import Assistant
from bot.trying import make_trial
from faq.live_library import LiveLibrary
from handoff import actions
from handoff.clock import Calendar
from handoff.conversations import NewMessage, open_conversation, record_message
from handoff.desk import routes
from handoff.desk.context import Desk
from handoff.staff import Role, Staff, add_staff, hash_password
from handoff.tickets import Ticket
from storage import Database, Transaction

PASSWORD = "一个够长的密码 1234"
HASH = hash_password(PASSWORD)
SHANGHAI = ZoneInfo("Asia/Shanghai")
STAFF: tuple[tuple[str, Role, str], ...] = (
    ("林晓", "manager", "350404"),
    ("陈工", "manager", "350404"),
    ("乳山管家", "manager", "371083"),
    ("市工改办", "reform_office", "350400"),
    ("周编", "curator", "100000"),
    ("赵主任", "leader", "350404"),
    ("管理员", "admin", "100000"),
)
HOUR = 3_600_000


async def make_desk(database: Database) -> Desk:
    """A desk over the library of a store."""
    live = LiveLibrary(database)
    await live.load()
    return open_desk(database, live, Calendar({}, SHANGHAI))


def open_desk(database: Database, live: LiveLibrary, calendar: Calendar) -> Desk:
    """A desk that tries questions with an assistant of its own."""
    trial = make_trial(database, Assistant(live, calendar, 240))
    return Desk(database, live, calendar, trial)


def make_app(desk: Desk) -> FastAPI:
    """The desk's routers with the product's error handling."""
    app = FastAPI()
    http_errors.install(app)
    app.include_router(routes.router(desk))
    return app


def browse(app: FastAPI) -> httpx.AsyncClient:
    """A browser without scripts: it keeps cookies and follows nothing by itself."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://desk.test", headers={"Accept": "text/html"}
    )


async def sign_in(client: httpx.AsyncClient, name: str) -> httpx.AsyncClient:
    """Sign in with the form of the page."""
    answer = await client.post("/desk/login", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return client


def hire_all(tx: Transaction) -> dict[str, Staff]:
    """One of each kind, by name."""
    return {name: add_staff(tx, name, role, region, HASH) for name, role, region in STAFF}


def ask(tx: Transaction, question: str = "厂房改造能退图审费吗", region: str = "350404") -> Ticket:
    """A question that was handed over, with its conversation."""
    conversation, _ = open_conversation(tx, region=region)
    record_message(tx, conversation.id, NewMessage("asker", question))
    return actions.open_ticket(
        tx,
        conversation.id,
        region=region,
        question=question,
        reason="unknown",
        due_at=tx.now + HOUR,
        zone=SHANGHAI,
    )
