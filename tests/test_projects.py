"""Projects: made and revoked on the desk, opened by their people."""

import re
from typing import Any

import httpx
import pytest

from handoff.conversations import bind_project, open_channel_conversation, open_conversation
from handoff.desk.context import Desk
from handoff.errors import Forbidden, Invalid, NotFound
from handoff.projects import add_project, get_project, list_projects, revoke_project
from storage import Database
from tests.desk_house import hire_all, sign_in

pytest_plugins = ["tests.desk_fixtures"]


async def test_a_project_opens_the_chat_until_it_is_revoked(database: Database) -> None:
    people = await database.write(hire_all)
    manager = people["林晓"]
    project = await database.write(add_project, manager, " 标准  厂房 ", "350404")
    assert (project.name, project.made_by) == ("标准 厂房", "林晓")
    assert re.fullmatch(r"[a-z2-9]{10}", project.token)

    asker, _ = await database.write(open_conversation, project_token=project.token)
    assert asker.region == "350404"
    assert (await database.read(get_project, project.token)).conversations == 1

    await database.write(revoke_project, manager, project.token)
    messenger = await database.write(open_channel_conversation, "telegram", "7")
    opening: tuple[tuple[Any, ...], ...] = (
        (get_project, project.token),
        (bind_project, messenger, project.token),
        (revoke_project, manager, project.token),
    )
    for verb, *arguments in opening:
        with pytest.raises(NotFound):
            await database.write(verb, *arguments)
    with pytest.raises(NotFound):
        await database.write(open_conversation, project_token=project.token)
    [kept] = await database.read(list_projects, manager)
    assert kept.revoked_at is not None


async def test_a_project_belongs_to_who_serves_its_region(database: Database) -> None:
    people = await database.write(hire_all)
    project = await database.write(add_project, people["林晓"], "标准厂房", "350404")

    seen = {}
    for name in ("陈工", "市工改办", "乳山管家", "管理员"):
        seen[name] = len(await database.read(list_projects, people[name]))
    assert seen == {"陈工": 1, "市工改办": 1, "乳山管家": 0, "管理员": 1}
    with pytest.raises(NotFound):
        await database.write(revoke_project, people["乳山管家"], project.token)
    with pytest.raises(Forbidden):
        await database.write(add_project, people["林晓"], "别处", "371083")
    for name, region in (("", "350404"), ("字" * 81, "350404"), ("标准厂房", "100000")):
        with pytest.raises(Invalid):
            await database.write(add_project, people["管理员"], name, region)
    for who in ("周编", "赵主任"):
        with pytest.raises(Forbidden):
            await database.write(add_project, people[who], "标准厂房", "350404")


async def test_the_page_gives_a_link_and_a_code(client: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(client, "林晓")
    assert 'value="三元区"' in (await client.get("/desk/projects")).text
    refused = await client.post(
        "/desk/projects", data={"action": "add", "name": "标准厂房", "region": "没有这地方"}
    )
    assert refused.status_code == 422
    assert 'value="标准厂房"' in refused.text

    form = {"action": "add", "name": "<b>标准厂房</b>", "region": "三元区"}
    made = (await client.post("/desk/projects", data=form)).headers["location"]
    page = (await client.get(made)).text
    assert "<b>标准厂房" not in page
    found = re.search(r"http://desk\.test/c/(\w+)", page)
    assert found is not None
    code = await client.get(f"/desk/projects/{found[1]}/qr.svg")
    assert code.headers["content-type"] == "image/svg+xml"
    assert code.text.startswith("<?xml")

    await client.post("/desk/projects", data={"action": f"revoke:{found[1]}"})
    page = (await client.get("/desk/projects")).text
    assert "已撤销" in page
    assert found[0] not in page
    await sign_in(client, "赵主任")
    assert (await client.get("/desk/projects")).status_code == 403
    assert (await client.get(f"/desk/projects/{found[1]}/qr.svg")).status_code == 403
