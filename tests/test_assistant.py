"""What an asker is promised, played as dialogs with the real assistant on both databases."""

from dataclasses import replace

import pytest

from bot import wording
from faq.entries import list_entries
from faq.publishing import publish_entry, retire_entry
from handoff import actions
from handoff.candidates import draft_from, propose
from handoff.conversations import Attachment, get_conversation, keep_context
from handoff.errors import Invalid, NotFound
from handoff.tickets import get_ticket
from storage import Database, Transaction
from tests.dialog import Dialog, content, start_dialog

NONE_FITS = "都不是，转人工"


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    return await start_dialog(database)


async def test_an_answer_is_the_approved_one_with_its_source(dialog: Dialog) -> None:
    reply = await dialog.say("三元代办要钱吗")
    assert reply.kind == "answer"
    assert reply.text == "三元区：不收费。"
    (source,) = reply.sources
    assert (source.document_number, source.clause, source.region) == (
        "某政办〔2025〕3号",
        "第二条",
        "三元区",
    )
    assert [message.author for message in await dialog.transcript()] == ["asker", "assistant"]


async def test_what_nobody_can_know_goes_to_people_with_number_and_time(dialog: Dialog) -> None:
    reply = await dialog.say("我们食堂的排烟管道直径多大合适")
    assert reply.kind == "handoff"
    ticket = await dialog.ticket()
    assert ticket is not None
    assert ticket.number in reply.text
    assert "前答复" in reply.text
    assert reply.ticket == {
        "number": ticket.number,
        "status": "open",
        "due_at": ticket.due_at,
    }


async def test_an_empty_library_answers_nothing(database: Database) -> None:
    dialog = await start_dialog(database, ())
    assert (await dialog.say("代办收费吗")).kind == "handoff"


async def test_a_library_of_one_entry_answers_that_and_nothing_else(database: Database) -> None:
    dialog = await start_dialog(
        database, (content("代办收费吗？", "不收费。", "350404", "代办要钱吗"),)
    )
    assert (await dialog.say("代办要钱吗")).text.startswith("不收费。")
    other = await dialog.another()
    assert (await other.say("三元区明天下雨会停工吗")).kind != "answer"


@pytest.mark.parametrize("begun", ["三元区的", "我在三元区", "那个，三元区"])
async def test_a_thought_that_only_begins_waits_for_the_rest(dialog: Dialog, begun: str) -> None:
    reply = await dialog.say(begun)
    assert (reply.kind, "请接着说" in reply.text) == ("notice", True)
    assert await dialog.ticket() is None
    assert (await dialog.say("代办要钱吗")).text == "三元区：不收费。"
    assert (await dialog.say("三元区的")).kind != "notice"  # now it says of where it was asked


async def test_a_thought_in_several_messages_is_read_as_one(dialog: Dialog) -> None:
    for told in ("我们想建个厂", "做家具的", "二十亩地", "在三元"):
        assert (await dialog.say(told)).kind == "notice"
    assert await dialog.ticket() is None
    assert (await dialog.say("代办要交多少钱")).text == "三元区：不收费。"
    await dialog.say("转人工")
    assert await dialog.handed_over() == "我们想建个厂\n做家具的\n二十亩地\n在三元\n代办要交多少钱"


async def test_a_place_alone_waits_also_where_nothing_is_laid_down(dialog: Dialog) -> None:
    assert (await dialog.say("我们公司在深圳南山")).kind == "notice"
    reply = await dialog.say("代办要交多少钱")
    assert (reply.kind, "南山区" in reply.text) == ("handoff", True)


async def test_what_was_told_after_a_question_is_no_beginning(dialog: Dialog) -> None:
    await dialog.say("三元代办要钱吗")
    assert (await dialog.say("我们不是重点项目")).kind != "notice"


@pytest.mark.parametrize("asked", ["怎么投诉", "有要求吗", "能快点吗", "怎么填"])
async def test_who_asks_on_does_not_get_the_same_answer_again(dialog: Dialog, asked: str) -> None:
    first = await dialog.say("乳山证件能邮寄吗")
    assert first.kind == "answer"
    assert (await dialog.say(asked)).text != first.text


async def test_a_follow_up_in_pinyin_takes_up_what_was_said(dialog: Dialog) -> None:
    await dialog.say("三元哪些项目能代办")
    assert (await dialog.say("shou fei ma")).text == "三元区：不收费。"


async def test_a_place_alone_after_an_answer_asks_for_nothing_else(dialog: Dialog) -> None:
    await dialog.say("三元代办要钱吗")
    assert (await dialog.say("江海区")).kind == "handoff"


async def test_what_the_answer_speaks_of_as_well_is_told_again(dialog: Dialog) -> None:
    first = await dialog.say("乳山证件能邮寄吗")
    assert (await dialog.say("那当面领取呢")).text == first.text


async def test_lead_ins_open_no_ticket_and_change_no_question(dialog: Dialog) -> None:
    for begun in ("急！", "我想问一下", "请问一下哈"):
        assert (await dialog.say(begun)).kind == "notice"
    assert (await dialog.say("三元代办要钱吗")).text == "三元区：不收费。"
    assert await dialog.ticket() is None


async def test_what_is_shown_in_another_order_than_written_is_asked_again(dialog: Dialog) -> None:
    reply = await dialog.say("\u202e吗钱要办代元三\u202c")
    assert (reply.kind, "重新打一遍" in reply.text) == ("notice", True)
    assert await dialog.ticket() is None
    assert (await dialog.say("\u2066三元\u2069代办要钱吗")).text == "三元区：不收费。"


@pytest.mark.parametrize(
    "story",
    [
        "我们厂去年拿的地，请问",
        "我们是做机械配件的小厂，资金到位了，图纸也画好了，就差手续了。",
        "谢谢你上次的回答，帮了大忙！刚成立没多久，什么都不懂。想问一下",
    ],
)
async def test_a_story_before_a_question_does_not_change_its_answer(
    dialog: Dialog, story: str
) -> None:
    reply = await dialog.say(f"{story}三元代办要交多少钱")
    assert (reply.kind, reply.text) == ("answer", "三元区：不收费。")
    (first, *_) = await dialog.transcript()
    assert first.text.startswith(story)  # people read all of it


async def test_what_is_told_may_be_what_is_asked_about(dialog: Dialog) -> None:
    reply = await dialog.say("三元的代办办完了。怎么给我？")
    assert reply.kind != "answer"
    told = await (await dialog.another()).say("我们在乳山，证件下来了，人在外地。要本人去领吗")
    assert told.text == "乳山市：可以当面领取，也可以邮寄。"


@pytest.mark.parametrize("text", ["你好", "谢谢", "哈哈哈", "👍"])
async def test_small_talk_is_small_talk(dialog: Dialog, text: str) -> None:
    assert (await dialog.say(text)).kind == "smalltalk"
    assert await dialog.ticket() is None


async def test_who_wants_a_person_gets_one_for_the_question_asked_before(dialog: Dialog) -> None:
    await dialog.say("三元代办要钱吗")
    reply = await dialog.say("转人工")
    assert reply.kind == "handoff"
    ticket = await dialog.ticket()
    assert ticket is not None
    assert ticket.question == "三元代办要钱吗"
    again = await dialog.say("转人工")
    assert ticket.number in again.text
    assert (await dialog.ticket()) == ticket


LONG = (
    "您好：\n我们是做冷链的，去年１０月拿的地。\n  窗口说要补一份“说明”，没说格式；"
    + "跑了好几趟都没结果，" * 120
    + "\n请问这份說明怎么写？"
)


async def test_the_question_of_who_only_wanted_a_person_is_what_they_say_next(
    dialog: Dialog,
) -> None:
    await dialog.say("转人工")
    await dialog.say("你好")
    await dialog.say("在吗")
    assert (await dialog.handed_over()).startswith("（没有说明问题")
    await dialog.say(LONG)
    assert await dialog.handed_over() == LONG
    await dialog.say("还有一个证没下来")
    assert await dialog.handed_over() == LONG


async def test_what_is_answered_meanwhile_is_the_question_all_the_same(dialog: Dialog) -> None:
    manager = await dialog.hire("林工")
    await dialog.say("转人工")
    assert (await dialog.say("三元代办要钱吗")).kind == "answer"
    assert await dialog.handed_over() == "三元代办要钱吗"
    told = [
        row["text"]
        for row in await dialog.database.read(
            lambda tx: tx.all(
                "SELECT text FROM notice WHERE staff_id = :id AND kind = 'asker_message'",
                id=manager.id,
            )
        )
    ]
    assert len(told) == 1
    assert "三元代办要钱吗" in told[0]


async def test_a_question_beside_the_wish_for_a_person_is_the_ticket_s(dialog: Dialog) -> None:
    await dialog.say("三元代办要钱吗")
    said = "转人工！我的件交上去三个月了，一直没动静。"
    await dialog.say(said)
    assert await dialog.handed_over() == said


@pytest.mark.parametrize("text", [LONG, "我们食堂的排烟管道\n直径多大  合适"])
async def test_people_get_a_question_as_it_was_typed(dialog: Dialog, text: str) -> None:
    await dialog.say(text)
    if await dialog.ticket() is None:
        await dialog.say("转人工")
    assert await dialog.handed_over() == text


async def test_people_get_what_was_typed_before_the_place_was_asked_for(database: Database) -> None:
    entries = [
        content("代办服务收费吗？", "不收费。", code, "代办要钱吗", "找代办花钱不")
        for code in ("350404", "371083")
    ]
    dialog = await start_dialog(database, tuple(entries))
    asked = "您好：\n代办要钱吗？"
    assert (await dialog.say(asked)).options[0].target == "place"
    reply = await dialog.say("上海市")
    assert reply.kind == "handoff"
    assert await dialog.handed_over() == asked


async def test_none_of_the_offered_questions_leads_to_people(dialog: Dialog) -> None:
    reply = await dialog.say("三元代办")
    assert reply.kind == "clarify"
    assert 2 <= len(reply.options) <= 6
    assert reply.options[-1].text == NONE_FITS
    handed = await dialog.choose(NONE_FITS)
    assert handed.kind == "handoff"
    ticket = await dialog.ticket()
    assert ticket is not None
    assert ticket.question == "三元代办"


async def test_a_chosen_question_is_answered(dialog: Dialog) -> None:
    await dialog.say("三元代办")
    reply = await dialog.choose("三元区代办服务收费吗？")
    assert (reply.kind, reply.text) == ("answer", "三元区：不收费。")


async def test_a_button_that_was_never_offered_does_nothing(dialog: Dialog) -> None:
    await dialog.say("三元代办")
    other = await dialog.another()
    for option_id in ("2.1", "99.1", "x", "", "1.1"):
        with pytest.raises(NotFound):
            await other.press(option_id)


async def test_a_choice_that_was_withdrawn_meanwhile_is_not_answered(dialog: Dialog) -> None:
    await dialog.say("三元代办")
    entries, _ = await dialog.database.read(list_entries)
    for entry in entries:
        await dialog.database.write(retire_entry, entry.id, "小许", "过时")
    reply = await dialog.choose("三元区代办服务收费吗？")
    assert reply.kind == "notice"
    assert "重新提问" in reply.text


async def test_of_many_places_five_are_offered_and_any_can_be_typed(database: Database) -> None:
    codes = ("350102", "350103", "350104", "350105", "350111", "350112", "350121", "350122")
    dialog = await start_dialog(
        database,
        tuple(
            content("代办服务收费吗？", f"{code}：不收费。", code, "代办要钱吗", "找代办花钱不")
            for code in codes
        ),
    )
    reply = await dialog.say("代办要钱吗")
    assert [option.target for option in reply.options] == ["place"] * 5 + ["handoff"]
    assert "直接输入地名" in reply.text
    for typed in ("我在连江县", "长乐区"):
        other = await dialog.another()
        await other.say("代办要钱吗")
        assert (await other.say(typed)).text in ("350122：不收费。", "350112：不收费。")


async def test_one_places_rule_is_not_given_for_another(dialog: Dialog) -> None:
    reply = await dialog.say("厦门市湖里区的代办要钱吗")
    assert reply.kind == "handoff"
    assert "湖里区" in reply.text
    assert "不收费" not in reply.text


async def test_one_question_about_several_places_gets_each_places_answer(dialog: Dialog) -> None:
    await dialog.publish(
        content("乳山市代办服务收费吗？", "不收费。", "371083", "乳山代办要钱吗", "找代办花钱不")
    )
    reply = await dialog.say("三元和乳山的代办要钱吗")
    assert reply.kind == "answer"
    assert reply.text.split("\n\n") == ["三元区：不收费。", "乳山市：不收费。"]
    assert {source.region for source in reply.sources} == {"三元区", "乳山市"}
    assert reply.trace["region"] in ("350404", "371083")
    lacking = await (await dialog.another()).say("三元和江海的代办要钱吗")
    first, other, rest = lacking.text.split("\n\n")
    assert first == "三元区：不收费。"
    assert other.startswith("江海区：")
    assert "没有查到" in other
    assert "转人工" in rest


async def test_a_rule_from_above_is_said_once_for_the_places_below_it(dialog: Dialog) -> None:
    reply = await dialog.say("烟台和乳山的项目管家是谁安排的")
    assert reply.text.startswith("山东省：由各级工改办")
    assert reply.text.count("由各级工改办") == 1
    assert "适用于烟台市、乳山市" in reply.text


async def test_of_several_questions_those_that_can_be_answered_are(dialog: Dialog) -> None:
    reply = await dialog.say("三元代办要钱吗？三元哪类企业能享受代办？")
    assert reply.text.split("\n\n") == [
        "1. 三元区：不收费。",
        "2. 三元区：重点建设项目和入园项目可以申请。",
    ]
    assert reply.trace["question"] in ("三元代办要钱吗?", "三元哪类企业能享受代办?")
    asked = "三元代办要钱吗？食堂的排烟管道直径多大合适？"
    other = await dialog.another()
    partly = await other.say(asked)
    assert partly.kind == "answer"
    assert partly.text.startswith("1. 三元区：不收费。\n\n2. 这一点我没有查到")
    await other.say("转人工")
    ticket = await other.ticket()
    assert ticket is not None
    slight = await (await dialog.another()).say("三元哪类企业能享受代办？要钱吗？")
    assert slight.text.endswith("2. 三元区：不收费。")
    told = "“食堂的排烟管道直径多大合适”没有查到，需要时请回复“转人工”，由项目管家答复。"
    assert partly.text.endswith(told)
    neither = await (await dialog.another()).say("食堂的排烟管道多粗？食堂的灶台多高？")
    assert neither.kind == "handoff"


async def test_what_gathers_several_places_has_a_line_for_each(dialog: Dialog) -> None:
    sources = tuple(content("", "", code).sources[0] for code in ("350404", "371083"))
    gathered = content(
        "工地围挡要多高？",
        "各地要求不同。三元区：两米。乳山市：两米五，临街的三米。",
        "100000",
        "围挡多高",
        "工地的围挡有没有高度要求",
        "围挡做两米行吗",
    )
    await dialog.publish(replace(gathered, sources=sources))
    reply = await dialog.say("围挡多高")
    assert reply.text == "各地要求不同。\n三元区：两米。\n乳山市：两米五，临街的三米。"


async def test_what_a_place_has_not_laid_down_is_said_of_that_place_alone(dialog: Dialog) -> None:
    gap = content(
        "三元区代办服务窗口几点下班？",
        "三元区的方案没有写窗口的上班时间。",
        "350404",
        "代办窗口几点下班",
        "代办的几点关门",
        "代办窗口上班到几点",
    )
    await dialog.publish(replace(gap, hands_over=True))
    said = await dialog.say("三元的代办窗口几点下班")
    assert (said.kind, "没有写窗口" in said.text) == ("handoff", True)
    elsewhere = await (await dialog.another()).say("代办窗口几点下班")
    assert (elsewhere.kind, "三元" in elsewhere.text) == ("handoff", False)


async def test_a_higher_levels_rule_serves_below_and_says_so(dialog: Dialog) -> None:
    reply = await dialog.say("乳山的项目管家是谁安排的")
    assert reply.kind == "answer"
    assert "山东省" in reply.text
    assert "适用于乳山市" in reply.text


async def test_a_place_once_named_is_remembered(dialog: Dialog) -> None:
    await dialog.say("三元代办要钱吗")
    reply = await dialog.say("证下来了怎么给我")
    assert reply.kind != "answer"  # that is a rule of 乳山 only
    moved = await dialog.say("乳山证件能邮寄吗")
    assert moved.text == "乳山市：可以当面领取，也可以邮寄。"


async def test_a_rule_given_without_a_place_names_its_place(dialog: Dialog) -> None:
    reply = await dialog.say("批文寄给我行不行")
    assert reply.kind == "answer"
    assert "乳山市的规定" in reply.text


async def test_a_repeat_is_answered_once(dialog: Dialog) -> None:
    first = await dialog.say("三元代办要钱吗", client_id="m1")
    again = await dialog.say("三元代办要钱吗", client_id="m1")
    assert first == again
    assert len(await dialog.transcript()) == 2


async def test_a_repeat_of_what_was_not_confirmed_again_gets_the_same_reply(
    dialog: Dialog,
) -> None:
    await dialog.say("转人工")
    await dialog.say("食堂的排烟管道多粗")
    first = await dialog.say("灶台是双眼的", client_id="m2")
    assert (first.kind, len(await dialog.transcript())) == ("notice", 5)
    await dialog.say("你好")
    again = await dialog.say("灶台是双眼的", client_id="m2")
    assert (again.kind, again.text, again.ticket) == (first.kind, first.text, first.ticket)
    assert len(await dialog.transcript()) == 7


async def test_what_is_added_joins_the_open_ticket(dialog: Dialog) -> None:
    manager = await dialog.hire("林工")
    await dialog.say("转人工")
    ticket = await dialog.ticket()
    assert ticket is not None
    answered = await dialog.say("三元代办要钱吗")
    assert answered.kind == "answer"  # nobody has taken it yet: what is known is said
    await dialog.database.write(actions.claim, ticket, manager)
    reply = await dialog.say("三元代办要钱吗")
    assert reply.kind == "notice"  # people have it: the assistant does not talk over them
    assert "林工" in reply.text
    before = len(await dialog.transcript())
    await dialog.say("还有一个证没下来")
    assert len(await dialog.transcript()) == before + 1  # the same notice is not repeated


async def test_a_photo_reaches_the_manager(dialog: Dialog) -> None:
    photo = Attachment("现场.jpg", "image/jpeg", b"\xff\xd8\xff\xe0 photo")
    reply = await dialog.send(photo, "这个表怎么填")
    assert reply.kind == "handoff"
    ticket = await dialog.ticket()
    assert ticket is not None
    assert ticket.question == "这个表怎么填"
    first = (await dialog.transcript())[0]
    assert first.attachment is not None
    assert first.attachment["filename"] == "现场.jpg"
    with pytest.raises(Invalid, match="20 MB"):
        await dialog.send(Attachment("大.jpg", "image/jpeg", b"x" * (20 * 1024 * 1024 + 1)))


async def test_the_assistant_does_not_talk_in_between(dialog: Dialog) -> None:
    manager = await dialog.hire("林工")
    await dialog.say("转人工")
    ticket = await dialog.ticket()
    assert ticket is not None
    for number in range(3):
        await dialog.database.write(actions.reply, ticket, manager, f"第{number}个问题？")
        await dialog.say(f"第{number}个回答")

    authors = [message.author for message in await dialog.transcript()][2:]
    assert authors == ["manager", "asker", "assistant", *("manager", "asker") * 2]


async def test_the_asker_rates_or_says_that_it_is_not_solved(dialog: Dialog) -> None:
    manager = await dialog.hire("林工")
    await dialog.say("转人工")
    ticket = await dialog.ticket()
    assert ticket is not None
    await dialog.database.write(actions.reply, ticket, manager, "可以。")
    ticket = await dialog.database.read(get_ticket, ticket.id)
    ticket = await dialog.database.write(actions.resolve, ticket, manager)
    done = (await dialog.transcript())[-1]
    assert done.reply is not None
    buttons = {option["text"]: option["id"] for option in done.reply["options"]}

    reopened = await dialog.press(buttons["还没解决"])
    assert ticket.number in reopened.text
    assert (await dialog.database.read(get_ticket, ticket.id)).status == "claimed"
    ticket = await dialog.database.read(get_ticket, ticket.id)
    await dialog.database.write(actions.resolve, ticket, manager)
    thanks = await dialog.press(buttons["满意"])
    assert "谢谢" in thanks.text
    rated = await dialog.database.read(get_ticket, ticket.id)
    assert (rated.status, rated.rating) == ("closed", 4)


async def test_what_people_answered_is_answered_alone_once_it_is_published(dialog: Dialog) -> None:
    manager = await dialog.hire("林工")
    question = "我叫李建国，三元的临时用电要谁盖章，电话13812345678"
    assert (await dialog.say(question)).kind == "handoff"
    ticket = await dialog.ticket()
    assert ticket is not None
    await dialog.database.write(actions.reply, ticket, manager, "李建国您好，由园服小组盖章。")
    ticket = await dialog.database.read(get_ticket, ticket.id)
    asked, _, answered = await dialog.database.read(draft_from, ticket)
    assert "13812345678" not in asked
    assert "李建国" not in asked
    assert answered == "（姓名略）您好，由园服小组盖章。"
    entry = await dialog.database.write(
        propose,
        ticket,
        manager,
        "三元区临时用电由谁盖章？",
        ["临时用电找谁盖章", "工地临时用电的章在哪盖", asked],
        "由园服小组盖章。",
        lambda code: "三元区",
    )
    assert (entry.status, entry.origin_ticket, entry.origin_manager) == (
        "in_review",
        ticket.number,
        "林工",
    )
    other = await dialog.another()
    assert (await other.say("三元区工地临时用电的章找谁盖")).kind != "answer"

    from_now_on = await dialog.another()
    await dialog.database.write(publish_entry, entry.id, "小许")
    await dialog.live.refresh()
    reply = await from_now_on.say("三元区工地临时用电的章在哪盖")
    assert (reply.kind, reply.text) == ("answer", "由园服小组盖章。")
    assert reply.sources[0].title == f"人工答复（工单 {ticket.number}）"


async def test_too_long_a_message_is_refused_and_nothing_kept(dialog: Dialog) -> None:
    with pytest.raises(Invalid, match="太长"):
        await dialog.say("代" * 4001)
    assert await dialog.transcript() == []


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d\ufeff", "？？？"])
async def test_nothing_to_read_is_said_so(dialog: Dialog, text: str) -> None:
    reply = await dialog.say(text)
    assert reply.kind in ("notice", "smalltalk")
    assert await dialog.ticket() is None


async def test_a_place_alone_asks_for_nothing(dialog: Dialog) -> None:
    why = ("江海专班为啥设", "那江海呢，为啥也设", "江海呢", "那江海")
    await dialog.publish(content("江海区为什么设专班？", "江海区：为了快。", "440704", *why))
    alone = await dialog.say("那江海呢")
    assert alone.kind != "answer"
    other = await dialog.another()
    assert (await other.say("三元代办要钱吗")).kind == "answer"
    assert (await other.say("那江海呢")).kind != "answer"
    assert (await other.say("江海专班为啥设")).kind == "answer"


async def test_what_was_left_lying_is_not_put_before_the_next_question(dialog: Dialog) -> None:
    assert (await dialog.say("我们想建个厂")).kind == "notice"

    def wait(tx: Transaction) -> None:
        context = get_conversation(tx, dialog.id).context
        keep_context(tx, dialog.id, {**context, "begun_at": tx.now - 3_600_000}, None)

    await dialog.database.write(wait)
    await dialog.say("转人工")
    assert await dialog.handed_over() == wording.WANTS_PERSON
