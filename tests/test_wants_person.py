"""Who wants a person: what of the conversation the people read first."""

from storage import Database
from tests.dialog import start_dialog


async def test_what_was_told_before_the_wish_stands_in_the_ticket(database: Database) -> None:
    dialog = await start_dialog(database)
    await dialog.say("我们公司在三元区做家具的")
    assert (await dialog.say("转人工")).kind == "handoff"
    ticket = await dialog.ticket()
    assert ticket is not None
    assert (ticket.question, ticket.region) == ("我们公司在三元区做家具的", "350404")


async def test_what_was_told_before_stands_above_what_the_wish_tells(database: Database) -> None:
    dialog = await start_dialog(database)
    await dialog.say("我们是做家具的")
    await dialog.say("转人工，我的件交上去三个月了")
    ticket = await dialog.ticket()
    assert ticket is not None
    assert ticket.question == "我们是做家具的\n转人工，我的件交上去三个月了"
