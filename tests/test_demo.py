"""The accounts to try the desk with."""

import re
from pathlib import Path

from bot import demo
from handoff.staff import ROLES, find_staff
from tests.web_office import open_office


async def test_every_role_has_an_account_with_a_new_password_at_each_start(tmp_path: Path) -> None:
    async with open_office(tmp_path) as services:
        told: list[str] = []
        for _ in range(2):
            await demo.announce(services, told.append)
        accounts = [pair for line in told for pair in re.findall(r"(演示\S+)　密码：(\S+)", line)]
        first, second = dict(accounts[: len(ROLES)]), dict(accounts[len(ROLES) :])
        staff = [await services.database.read(find_staff, name) for name in second]
        assert {each.role for each in staff} == set(ROLES)
        assert not set(first.values()) & set(second.values())
