"""Accounts to try the desk with, made afresh at each start of the demo."""

import asyncio
import secrets
from collections.abc import Callable

from bot.services import Services
from handoff.errors import NotFound
from handoff.staff import Role, add_staff, find_staff, hash_password, set_password
from storage import Transaction

_ACCOUNTS: tuple[tuple[str, Role], ...] = (
    ("演示管家", "manager"),
    ("演示工改办", "reform_office"),
    ("演示知识管理员", "curator"),
    ("演示领导", "leader"),
    ("演示管理员", "admin"),
)


async def announce(services: Services, say: Callable[[str], None]) -> None:
    """Make the demo accounts, or give them new passwords, and say how to sign in."""
    passwords = [secrets.token_urlsafe(9) for _ in _ACCOUNTS]
    hashes = await asyncio.gather(
        *(asyncio.to_thread(hash_password, password) for password in passwords)
    )
    say("演示账号（每次启动都会换新密码）：")
    for (name, role), password, password_hash in zip(_ACCOUNTS, passwords, hashes, strict=True):
        await services.database.write(_set_up, name, role, password_hash)
        say(f"  {name}　密码：{password}")


def _set_up(tx: Transaction, name: str, role: Role, password_hash: str) -> None:
    try:
        staff = find_staff(tx, name)
    except NotFound:
        add_staff(tx, name, role, "100000", password_hash)
    else:
        set_password(tx, staff, password_hash)
