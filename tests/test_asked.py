"""Why any message was answered as it was, on the desk."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from storage import Database, Transaction
from tests.desk_house import browse, hire_all, make_app, open_desk, sign_in
from tests.dialog import Dialog, start_dialog

PAGE = "/desk/asked"


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    started = await start_dialog(database)
    await database.write(hire_all)
    return started


@pytest.fixture
async def client(dialog: Dialog) -> AsyncIterator[httpx.AsyncClient]:
    desk = open_desk(dialog.database, dialog.live, dialog.calendar)
    async with browse(make_app(desk)) as opened:
        yield opened


async def open_first(client: httpx.AsyncClient, **wanted: str) -> str:
    listed = (await client.get(PAGE, params=wanted)).text
    links = re.findall(r'href="(/desk/asked/\w+)"', listed)
    return (await client.get(links[0])).text if links else ""


async def test_an_answer_that_no_ticket_holds_is_explained(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await dialog.say("我叫李小红，三元代办收费吗")
    await sign_in(client, "周编")
    page = await open_first(client)
    assert "李小红" not in page
    assert "三元区：不收费。" in page
    assert "依据：《帮办办法》（某政办〔2025〕3号）第二条" in page
    assert "达到了直接回答的门槛" in page
    assert "问题的字在其中的比例" in page
    again = re.search(r'href="(/desk/curation/try[^"]+)"', page)
    assert again is not None
    assert "达到了直接回答的门槛" in (await client.get(again[1].replace("&amp;", "&"))).text


async def test_replies_are_found_by_kind_and_by_what_was_asked(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    assert (await dialog.say("三元代办收费吗")).kind == "answer"
    assert (await (await dialog.another()).say("消防水池能不能和人防合建")).kind == "handoff"
    assert (await (await dialog.another()).say("你好")).kind == "smalltalk"
    await sign_in(client, "管理员")
    both = (await client.get(PAGE)).text
    assert both.index("消防水池") < both.index("三元代办收费吗")
    assert "你好" not in both
    assert "消防水池" not in (await client.get(PAGE, params={"kind": "answer"})).text
    assert "三元代办" not in (await client.get(PAGE, params={"q": "水池"})).text
    assert "没有找到" in (await client.get(PAGE, params={"q": "100%_"})).text
    assert "/desk/tickets/" in await open_first(client, kind="handoff")
    for page in ("0", "-1", "x", "99999999999"):
        assert (await client.get(PAGE, params={"page": page})).status_code == 200


async def test_nobody_reads_another_districts_messages(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await dialog.say("我们在乳山市，证件能邮寄吗")
    await sign_in(client, "周编")
    link = re.findall(r'href="(/desk/asked/\w+)"', (await client.get(PAGE)).text)[0]
    await sign_in(client, "赵主任")
    assert "还没有人问过" in (await client.get(PAGE)).text
    assert (await client.get(link)).status_code == 404
    await sign_in(client, "林晓")
    assert (await client.get(PAGE)).status_code == 403
    assert (await client.get(link)).status_code == 403


async def test_an_explanation_tells_a_leader_no_number(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await dialog.say("电话13812345678，消防水池能不能和人防合建")
    ticket = await dialog.ticket()
    assert ticket is not None
    await sign_in(client, "赵主任")
    page = (await client.get(f"/desk/tickets/{ticket.number}")).text
    assert "为什么转人工" in page
    assert "水池" in page[page.index("为什么转人工") :]
    for text in (page, await open_first(client)):
        assert "13812345678" not in text


async def test_the_name_of_an_account_is_left_out_however_it_is_written(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    def name(tx: Transaction) -> None:
        tx.execute("UPDATE conversation SET asker_name = 'Zhang 劉建國'")

    await dialog.database.write(name)
    await dialog.say("我司zhang 刘建国，消防水池能不能和人防合建")
    await sign_in(client, "周编")
    page = await open_first(client)
    assert "消防水池" in page
    assert "刘建国" not in page


async def test_what_is_left_out_is_not_found_by_looking_for_it(
    client: httpx.AsyncClient, dialog: Dialog
) -> None:
    await dialog.say("电话13812345678，我叫李小红，消防水池能不能和人防合建")
    await sign_in(client, "周编")
    assert "消防水池" in (await client.get(PAGE, params={"q": "水池"})).text
    for text in ("13812345678", "138", "李小红"):
        assert "消防水池" not in (await client.get(PAGE, params={"q": text})).text


@pytest.mark.parametrize(
    "message",
    ["三元代办收费吗", "三元代办要钱吗？乳山证件能邮寄吗？", "代办", "人工", "谢谢", "消防水池"],
)
async def test_a_message_that_is_tried_gets_the_reply_that_an_asker_gets(
    client: httpx.AsyncClient, dialog: Dialog, message: str
) -> None:
    await sign_in(client, "周编")
    page = (await client.get("/desk/curation/try", params={"q": message})).text
    assert await dialog.transcript() == []
    reply = await dialog.say(message)
    for line in html.escape(reply.text, quote=False).splitlines():
        assert line in page or "工单号" in line
    assert all(option.text in page for option in reply.options)


async def test_a_trial_is_refused_in_words(client: httpx.AsyncClient) -> None:
    await sign_in(client, "周编")
    for region in ("火星", "市中区", "'"):
        refused = await client.get("/desk/curation/try", params={"q": "收费吗", "region": region})
        assert refused.status_code == 422
        assert "收费吗" in refused.text
