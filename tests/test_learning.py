"""What askers and managers say in dialogs comes back as proposals, on both databases."""

import asyncio
from dataclasses import replace

import pytest

from faq.entries import get_entry, list_entries
from faq.errors import EntryConflict, EntryInvalid, EntryNotFound
from faq.observations import keep_mark, load_meanings
from faq.proposals import (
    Finding,
    Proposal,
    dismiss,
    get_proposal,
    list_decided,
    list_open,
    offer,
)
from faq.publishing import edit_entry, retire_entry
from faq.refitting import accept
from faq.words import add_word, load_words
from handoff import actions
from handoff.learning import collect_proposals
from retrieval.decide import Thresholds
from retrieval.passages import Scope
from storage import Database, Transaction
from tests.dialog import Dialog, content, start_dialog

NONE_FITS = "都不是，转人工"
FEE = "三元区代办服务收费吗？"
WHO = "三元区哪些项目可以申请代办？"


@pytest.fixture
async def dialog(database: Database) -> Dialog:
    """An assistant that answers what it knows word for word, and asks back otherwise."""
    started = await start_dialog(database)
    trust_from(started, 0.985)
    return started


def trust_from(dialog: Dialog, answer: float) -> None:
    """Answer from this confidence on; offer candidates from nearly none."""
    entry = dialog.live.library.calibrations["entry"]
    thresholds = Thresholds(answer, 0.01)
    dialog.live.library.use({"entry": replace(entry, thresholds=thresholds)})


async def proposals(dialog: Dialog) -> list[Proposal]:
    await collect_proposals(dialog.database, dialog.live)
    return (await dialog.database.read(list_open))[0]


async def only(dialog: Dialog) -> Proposal:
    (found,) = await proposals(dialog)
    return found


async def entry_id(dialog: Dialog, question: str) -> str:
    entries, _ = await dialog.database.read(list_entries)
    return next(each.id for each in entries if each.content.standard_question == question)


async def choose(dialog: Dialog, asked: str, chosen: str) -> None:
    """A new asker asks and chooses among what is offered."""
    other = await dialog.another()
    assert (await other.say(asked)).kind == "clarify"
    await other.choose(chosen)


async def test_a_choice_is_proposed_and_then_answers_the_next_asker(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    proposal = await only(dialog)
    assert (proposal.kind, proposal.text, proposal.askers) == ("similar", "三元代办", 1)
    assert proposal.target == await entry_id(dialog, FEE)
    assert proposal.evidence["examples"][0]["kind"] == "chose"
    assert (await (await dialog.another()).say("三元代办")).kind == "clarify"  # nothing is silent

    accepted, ours = await dialog.database.write(accept, proposal.id, "周编")
    assert ours
    assert (accepted.status, accepted.decided_by) == ("accepted", "周编")
    await dialog.live.refresh()
    reply = await (await dialog.another()).say("三元代办")
    assert (reply.kind, reply.text) == ("answer", "三元区：不收费。")
    entry = await dialog.database.read(get_entry, proposal.target)
    assert entry.content.similar_questions[-1] == "三元代办"
    assert await proposals(dialog) == []
    decided = await dialog.database.read(list_decided)
    assert [(each.id, each.decided_by) for each in decided] == [(proposal.id, "周编")]


async def test_a_typed_choice_counts_as_a_pressed_one(dialog: Dialog) -> None:
    reply = await dialog.say("三元代办")
    number = [option.text for option in reply.options].index(FEE) + 1
    await dialog.say(str(number))
    proposal = await only(dialog)
    assert (proposal.text, proposal.target) == ("三元代办", await entry_id(dialog, FEE))


async def test_the_same_phrasing_of_several_askers_is_one_proposal(dialog: Dialog) -> None:
    for asked in ("三元代办", "三元代办？？", "请问三元代办"):
        await choose(dialog, asked, FEE)
        proposal = await only(dialog)
    assert proposal.askers == 3
    conversations = {each["conversation_id"] for each in proposal.evidence["examples"]}
    assert len(conversations) == 3
    before = await dialog.database.read(list_open)
    assert await dialog.database.read(list_open) == before == ([await only(dialog)], 1)


async def test_what_askers_mean_differently_is_not_proposed(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    assert len(await proposals(dialog)) == 1
    await choose(dialog, "三元代办", WHO)
    assert await proposals(dialog) == []


async def test_one_who_finds_none_fitting_speaks_against_it(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    await choose(dialog, "三元代办", NONE_FITS)
    assert await proposals(dialog) == []
    await choose(dialog, "三元代办", FEE)
    assert (await only(dialog)).target == await entry_id(dialog, FEE)


async def test_a_typed_refusal_and_an_unsolved_answer_are_labels_too(dialog: Dialog) -> None:
    await dialog.say("三元代办")
    await dialog.say(NONE_FITS)
    other = await dialog.another()
    await other.say("三元代办要钱吗")
    await other.say("没解决")
    assert await proposals(dialog) == []
    meanings = await dialog.database.read(load_meanings)
    assert {(each.question, each.passage_id) for each in meanings} == {
        ("三元代办", None),
        ("三元代办要钱吗", None),
    }


async def test_an_answer_that_did_not_help_after_a_choice_takes_it_back(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    other = await dialog.another()
    await other.say("三元代办")
    await other.choose(FEE)
    await other.say("没有解决我的问题")
    await collect_proposals(dialog.database, dialog.live)
    proposal = await only(dialog)
    assert proposal.evidence["counts"] == {"chose": 2, "unsolved": 1}


async def test_thanks_confirm_only_weakly(dialog: Dialog) -> None:
    trust_from(dialog, 0.3)
    entries = await entry_id(dialog, FEE)
    asked = "三元的代办要钱吗"
    for number in range(4):
        other = await dialog.another()
        reply = await other.say(asked)
        assert (reply.kind, reply.entry_id) == ("answer", entries)
        await other.say("谢谢")
        found = await proposals(dialog)
        assert len(found) == (number == 3)
    assert (found[0].text, found[0].evidence["counts"]) == (asked, {"thanked": 4})


async def test_a_managers_standard_answer_labels_the_question(dialog: Dialog) -> None:
    manager = await dialog.hire("林晓")
    reply = await dialog.say("跑腿拿红包不")
    if reply.kind == "clarify":  # then a manager knows better than the asker
        await dialog.choose(NONE_FITS)
    ticket = await dialog.ticket()
    assert ticket is not None
    said = "您好，三元区：不收费。\n依据：《帮办代办服务方案》"
    await dialog.database.write(actions.reply, ticket, manager, said)
    proposal = await only(dialog)
    assert (proposal.text, proposal.target) == (
        "跑腿拿红包不",
        await entry_id(dialog, FEE),
    )
    assert proposal.evidence["examples"][0]["ticket_id"] == ticket.id
    await dialog.database.write(accept, proposal.id, "周编")
    await dialog.live.refresh()
    other = await dialog.another()
    assert (await other.say("跑腿，拿红包不？")).text.startswith("三元区：不收费。")


async def test_a_managers_own_words_label_nothing(dialog: Dialog) -> None:
    manager = await dialog.hire("林晓")
    await dialog.say("我们食堂的排烟管道直径多大合适")
    ticket = await dialog.ticket()
    assert ticket is not None
    await dialog.database.write(actions.reply, ticket, manager, "这个请按消防设计规范执行。")
    assert await proposals(dialog) == []


async def test_what_is_dismissed_stays_dismissed_for_the_same_evidence(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    proposal = await only(dialog)
    dismissed, ours = await dialog.database.write(dismiss, proposal.id, "周编")
    assert (dismissed.status, ours) == ("dismissed", True)
    for _ in range(2):
        await choose(dialog, "三元代办", FEE)
        assert await proposals(dialog) == []
    for _ in range(2):
        await choose(dialog, "三元代办", FEE)
    assert (await only(dialog)).id == proposal.id  # four more askers are new evidence


async def test_personal_data_stays_behind(dialog: Dialog) -> None:
    asked = "我是王小明,电话13812345678,三元代办"
    reply = await dialog.say(asked)
    assert reply.kind == "clarify"
    await dialog.choose(reply.options[0].text)
    proposal = await only(dialog)
    kept = str(proposal) + str(await dialog.database.read(load_meanings))
    assert "三元代办" in proposal.text
    assert "王小明" not in kept
    assert "1381234" not in kept


async def test_it_is_accepted_as_edited(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    proposal = await only(dialog)
    await dialog.database.write(accept, proposal.id, "周编", " 三元的代办\n是不是免费 ")
    entry = await dialog.database.read(get_entry, proposal.target)
    assert entry.content.similar_questions[-1] == "三元的代办 是不是免费"
    assert (await dialog.database.read(get_proposal, proposal.id)).decided_text == (
        "三元的代办 是不是免费"
    )


async def test_a_phrasing_of_another_entry_is_refused_and_nothing_changes(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    proposal = await only(dialog)
    with pytest.raises(EntryConflict, match="代办对象有哪些"):
        await dialog.database.write(accept, proposal.id, "周编", "代办对象有哪些")
    with pytest.raises(EntryInvalid):
        await dialog.database.write(accept, proposal.id, "周编", "三" * 301)
    assert (await only(dialog)).status == "open"
    with pytest.raises(EntryNotFound):
        await dialog.database.write(accept, "none", "周编")


async def test_two_curators_at_once_do_it_once(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    proposal = await only(dialog)
    version = (await dialog.database.read(get_entry, proposal.target)).version
    outcomes = await asyncio.gather(
        *(dialog.database.write(accept, proposal.id, name) for name in ("周编", "吴编", "郑编"))
    )
    assert sorted(ours for _, ours in outcomes) == [False, False, True]
    assert len({each.decided_by for each, _ in outcomes}) == 1
    entry = await dialog.database.read(get_entry, proposal.target)
    assert entry.version == version + 1
    with pytest.raises(EntryConflict, match="采用"):
        await dialog.database.write(dismiss, proposal.id, "王编")


async def test_two_proposals_for_one_entry_are_accepted_at_once(dialog: Dialog) -> None:
    for asked in ("三元代办", "三元的代办"):
        await choose(dialog, asked, FEE)
    found = await proposals(dialog)
    await asyncio.gather(*(dialog.database.write(accept, each.id, "周编") for each in found))
    entry = await dialog.database.read(get_entry, found[0].target)
    assert set(entry.content.similar_questions[-2:]) == {"三元代办", "三元的代办"}


async def test_two_who_collect_at_once_propose_once(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    await asyncio.gather(*(collect_proposals(dialog.database, dialog.live) for _ in range(3)))
    assert (await only(dialog)).askers == 1


@pytest.mark.parametrize("ahead", [3_600_000, -60_000])
async def test_a_clock_that_was_put_back_hides_nothing(dialog: Dialog, ahead: int) -> None:
    """What was read last was written `ahead` of now, by the clock as it was then."""
    await choose(dialog, "三元代办", FEE)
    await only(dialog)

    def put_back(tx: Transaction) -> None:
        keep_mark(tx, "feedback", tx.now + ahead)
        tx.execute("UPDATE message SET created_at = created_at - 300000")

    await choose(dialog, "三元的代办", WHO)
    await dialog.database.write(put_back)
    await (await dialog.another()).say("你好")
    assert {each.text for each in await proposals(dialog)} == {"三元代办", "三元的代办"}


async def test_what_was_done_by_hand_is_no_longer_proposed(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    proposal = await only(dialog)
    by_hand = content(FEE, "三元区：不收费。", "350404", "三元代办")
    await dialog.database.write(edit_entry, proposal.target, by_hand, "周编")
    await (await dialog.another()).say("你好")
    assert await proposals(dialog) == []


async def test_an_entry_out_of_service_gets_no_similar_question(dialog: Dialog) -> None:
    await choose(dialog, "三元代办", FEE)
    proposal = await only(dialog)
    await dialog.database.write(retire_entry, proposal.target, "周编", "过时")
    with pytest.raises(EntryConflict, match="不在服务中"):
        await dialog.database.write(accept, proposal.id, "周编")
    await (await dialog.another()).say("你好")
    assert await proposals(dialog) == []
    with pytest.raises(EntryConflict, match="不需要"):
        await dialog.database.write(accept, proposal.id, "周编")


async def test_a_word_that_askers_say_for_another_one_is_proposed_and_understood(
    dialog: Dialog,
) -> None:
    """Several say 破费 and choose what is asked with 收费."""
    fee = content(
        "图纸审查收费吗？", "按面积收费。", "350404", "审图收费多少", "图审收费标准", "审图收费不"
    )
    await dialog.publish(fee)
    for asked in ("审图破费吗", "图审破费多少", "图纸审查破费不", "审图要破费不"):
        await choose(dialog, asked, "图纸审查收费吗？")
    earlier = Finding("synonym", "费用", "破费", "破费", 3, 1, 2, {})
    await dialog.database.write(offer, earlier)  # another standard word seemed to fit
    found = await proposals(dialog)
    (synonym,) = (each for each in found if each.kind == "synonym")
    assert (synonym.text, synonym.target) == ("破费", "收费")

    question = "图审的破费标准"
    before = dialog.live.library.search(question, Scope("2026-11-21"))[0]
    await dialog.database.write(accept, synonym.id, "周编")
    await dialog.live.refresh()
    assert await dialog.database.read(load_words) == (["收费", "破费"], {"破费": "收费"})
    after = dialog.live.library.search(question, Scope("2026-11-21"))[0]
    assert after.passage.questions[0] == "图纸审查收费吗？"
    assert after.confidence > before.confidence
    remaining = await proposals(dialog)
    assert "synonym" not in {each.kind for each in remaining}


async def test_a_word_that_is_cut_to_pieces_is_proposed_and_kept_whole(dialog: Dialog) -> None:
    texts = (
        "办理{}要几天",
        "{}的申请表在哪下载",
        "我厂能用{}吗",
        "哪个科室审{}",
        "没批可不可以{}呢",
    )
    for number in range(60):
        text = texts[number % 5].format("桩基先行") if number < 10 else f"{number}号窗口几点下班"
        await (await dialog.another()).say(text)
    found = await proposals(dialog)
    word = next(each for each in found if each.kind == "word" and each.text == "桩基先行")
    assert word.askers == 10
    assert "桩基先行" not in dialog.live.segmenter.words("桩基先行怎么办")
    await dialog.database.write(accept, word.id, "周编")
    await dialog.live.refresh()
    assert "桩基先行" in dialog.live.segmenter.words("桩基先行怎么办")
    with pytest.raises(EntryConflict):
        await dialog.database.write(dismiss, word.id, "周编")


async def test_a_word_with_another_meaning_is_not_overwritten(dialog: Dialog) -> None:
    finding = Finding("synonym", "收费", "破费", "破费", 3, 1, 2, {})
    await dialog.database.write(offer, finding)
    (proposal,), _ = await dialog.database.read(list_open)
    await dialog.database.write(add_word, "破费", "罚款", "吴编")
    with pytest.raises(EntryConflict, match="罚款"):
        await dialog.database.write(accept, proposal.id, "周编")
    assert (await dialog.database.read(load_words))[1] == {"破费": "罚款"}
