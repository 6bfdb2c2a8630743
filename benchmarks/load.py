"""Messages per second through `POST …/messages`, every message and reply durable.

    python -m benchmarks.load                      10,000 entries, 64 connections, 20 seconds
    python -m benchmarks.load --entries 0          the starter pack alone

Starts the product's own server on loopback with a library of invented entries, lets 64 connections
send one message after the other, each in a conversation of its own; then does the same against an
endpoint that only echoes JSON, for the ratio. Prints the figures and writes them to RESULTS.md.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import Row
from benchmarks.speed import write_table
from bot.schema import MIGRATIONS
from faq.entries import Content, Source
from faq.publishing import add_entry, publish_entry
from faq.starter import read_starter
from knowledge.regions import load_gazetteer
from storage import Transaction, open_database

PHRASINGS = 6
SOURCE = Source("某某办法", "某办发〔2025〕1号", "第三条", "某局", "100000", "2025-01-01")
ECHO = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.post("/echo")
async def echo(body: dict) -> dict:
    return body
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
"""


@dataclass
class Client:
    """One keep-alive connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def connect(cls, port: int) -> "Client":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, path: str, body: object, token: str = "") -> dict[str, object]:
        content = json.dumps(body, ensure_ascii=False).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        self.writer.write(head.encode() + content)
        header = await self.reader.readuntil(b"\r\n\r\n")
        lines = header.decode("latin-1").lower().split("\r\n")
        length = next(int(x.split(":")[1]) for x in lines if x.startswith("content-length"))
        answer: dict[str, object] = json.loads(await self.reader.readexactly(length))
        status = int(lines[0].split()[1])
        if status >= 400:
            raise RuntimeError(f"{path}: {status} {answer}")
        return answer


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entries", type=int, choices=(0, 10_000), default=10_000)
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--seconds", type=float, default=20)
    given = options.parse_args()
    chance = random.Random(7)
    sentences = [
        text for _, each in read_starter(load_gazetteer()) for text in each.similar_questions
    ]
    what = f"{given.entries:,} entries" if given.entries else "The starter pack alone"
    title = f"{what}, {given.connections} connections"
    write_table(
        f"server with {given.entries}",
        title,
        lambda: asyncio.run(measure(given, sentences, chance)),
    )


async def measure(
    given: argparse.Namespace, sentences: list[str], chance: random.Random
) -> tuple[Row, list[Row]]:
    """Header and rows of the table."""
    starter = given.entries == 0
    with tempfile.TemporaryDirectory() as folder:
        questions = await make_store(Path(folder), given.entries, sentences, chance)
        server, first = await start_server(Path(folder), free_port(), starter=starter)
        await stop(server)
        port = free_port()
        server, second = await start_server(Path(folder), port, starter=starter)
        try:
            spent = processor_seconds(server.pid)
            rate, (median, p99) = await load(port, given.connections, given.seconds, questions)
            spent = processor_seconds(server.pid) - spent
            peak = peak_megabytes(server.pid)
        finally:
            await stop(server)
    echo_rate = await measure_echo(given.connections, given.seconds / 2)
    return ["", "figure"], [
        ["messages per second", f"{rate:.0f}"],
        ["median / p99, ms", f"{median:.0f} / {p99:.0f}"],
        [
            "the server's processor time for one message, ms",
            f"{spent / rate / given.seconds * 1000:.2f}",
        ],
        ["FastAPI giving back JSON, per second; ratio", f"{echo_rate:.0f}; {rate / echo_rate:.3f}"],
        ["first start until /readyz, s", f"{first:.1f}"],
        ["second start until /readyz, s", f"{second:.1f}"],
        ["peak memory, MB", f"{peak:.0f}"],
    ]


async def make_store(
    folder: Path, count: int, sentences: list[str], chance: random.Random
) -> list[str]:
    """A store with `count` invented entries; the questions to ask: theirs and others, shuffled."""
    if not count:
        return sentences
    phrasings = [
        [f"{_half_and_half(sentences, chance)}{n}" for _ in range(PHRASINGS)] for n in range(count)
    ]

    def fill(tx: Transaction) -> None:
        for number, texts in enumerate(phrasings):
            content = Content(
                f"{texts[0]}{number}", "按规定办理。", tuple(texts[1:]), sources=(SOURCE,)
            )
            entry = add_entry(tx, content, "load", entry_id=f"e{number}")
            publish_entry(tx, entry.id, "load")

    database = await open_database("", folder / "xiaohaima.db", MIGRATIONS)
    await database.write(fill)
    await database.close()
    asked = [text for texts in chance.sample(phrasings, min(2000, count)) for text in texts[1:3]]
    chance.shuffle(asked)
    return asked


def _half_and_half(sentences: list[str], chance: random.Random) -> str:
    """The beginning of one question with the end of another: words and lengths as people type."""
    one, other = chance.choice(sentences), chance.choice(sentences)
    return one[: len(one) // 2] + other[len(other) // 2 :]


async def load(
    port: int, connections: int, seconds: float, questions: list[str]
) -> tuple[float, tuple[float, float]]:
    """Messages per second, and median and p99 of the time of one, in milliseconds."""
    clients = [await Client.connect(port) for _ in range(connections)]
    until = time.perf_counter() + seconds
    times: list[float] = []

    async def ask(client: Client, number: int) -> None:
        opened = await client.post("/api/v1/conversations", {})
        path, token = f"/api/v1/conversations/{opened['id']}/messages", str(opened["token"])
        place = number * 31
        while time.perf_counter() < until:
            begin = time.perf_counter()
            place += 1
            await client.post(path, {"text": questions[place % len(questions)]}, token)
            times.append(time.perf_counter() - begin)

    start = time.perf_counter()
    await asyncio.gather(*(ask(client, number) for number, client in enumerate(clients)))
    passed = time.perf_counter() - start
    return len(times) / passed, _median_and_p99(times)


async def measure_echo(connections: int, seconds: float) -> float:
    """What this machine does at most: FastAPI giving back what it got."""
    port = free_port()
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", ECHO, str(port))
    try:
        await _wait_for(port)
        clients = [await Client.connect(port) for _ in range(connections)]
        until = time.perf_counter() + seconds
        count = 0

        async def ask(client: Client) -> None:
            nonlocal count
            while time.perf_counter() < until:
                await client.post("/echo", {"text": "代办收费吗"})
                count += 1

        await asyncio.gather(*(ask(client) for client in clients))
        return count / seconds
    finally:
        await stop(server)


async def start_server(
    folder: Path, port: int, *, starter: bool
) -> tuple[asyncio.subprocess.Process, float]:
    """The server, and the seconds until it was ready."""
    environment = {
        **os.environ,
        "XIAOHAIMA_DATA_DIR": str(folder),
        "XIAOHAIMA_PORT": str(port),
        "XIAOHAIMA_STARTER": str(starter).lower(),
    }
    begin = time.perf_counter()
    server = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("xiaohaima")),
        "serve",
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
    )
    await _wait_for(port)
    return server, time.perf_counter() - begin


async def stop(server: asyncio.subprocess.Process) -> None:
    if server.returncode is None:
        server.terminate()
        await server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processor_seconds(pid: int) -> float:
    """What a running process has computed so far, in all its threads (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> float:
    """The most memory that a running process has had, in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


async def _wait_for(port: int) -> None:
    """Until it answers HTTP; a server that listens early answers when it is ready."""
    for _ in range(1200):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        await reader.read()
        writer.close()
        return
    raise RuntimeError("the server does not answer")


def _median_and_p99(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    main()
