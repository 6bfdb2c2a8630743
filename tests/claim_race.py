"""A process of the claim race: `python -m tests.claim_race STORE TICKET FIRST COUNT`.

Opens the store, lets COUNT managers claim one ticket at once and prints who won.
"""

import asyncio
import sys
from pathlib import Path

from bot.schema import MIGRATIONS
from handoff.actions import claim
from handoff.errors import Conflict
from handoff.staff import find_staff
from handoff.tickets import get_ticket
from storage import Database, Transaction, open_database


def try_claim(tx: Transaction, ticket_id: str, name: str) -> bool:
    """Whether this manager got the ticket."""
    try:
        claim(tx, get_ticket(tx, ticket_id), find_staff(tx, name))
    except Conflict:
        return False
    return True


async def race(database: Database, ticket_id: str, names: list[str]) -> list[str]:
    """All claim at once; the names of those who won."""
    won = await asyncio.gather(*(database.write(try_claim, ticket_id, name) for name in names))
    return [name for name, has in zip(names, won, strict=True) if has]


async def main(url: str, ticket_id: str, first: int, count: int) -> None:
    remote = url.startswith("postgresql")
    database = await open_database(url if remote else "", Path(url), MIGRATIONS)
    names = [f"管家{number}" for number in range(first, first + count)]
    print("\n".join(await race(database, ticket_id, names)))  # noqa: T201 - read by the test
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
