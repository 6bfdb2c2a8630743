"""Dialogs with the real assistant on a small invented library."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.assistant import Assistant, Exchange, Incoming
from bot.reply import Reply
from faq.entries import Content, Source
from faq.live_library import LiveLibrary
from faq.publishing import add_entry, publish_entry
from handoff.clock import Calendar, load_calendar, seed_calendar
from handoff.conversations import Attachment, Message, load_messages, open_conversation
from handoff.staff import Role, Staff, add_staff
from handoff.tickets import Ticket, find_live_ticket
from storage import Database

SHANGHAI = ZoneInfo("Asia/Shanghai")


def content(question: str, answer: str, region: str, *similar: str) -> Content:
    """An entry of an invented document of that place."""
    source = Source("帮办办法", "某政办〔2025〕3号", "第二条", "某市政务局", region, "2025-02-01")
    return Content(question, answer, similar, region=region, sources=(source,))


LIBRARY = (
    content(
        "三元区代办服务收费吗？",
        "三元区：不收费。",
        "350404",
        "三元代办要钱吗",
        "代办要交多少钱",
        "找代办收不收费",
        "请人代办花钱不",
        "代办是免费的吗",
        "帮办代办多少费用",
    ),
    content(
        "三元区哪些项目可以申请代办？",
        "三元区：重点建设项目和入园项目可以申请。",
        "350404",
        "三元什么项目能代办",
        "我们厂能不能申请代办",
        "代办对象有哪些",
        "谁可以找代办",
        "哪类企业能享受代办",
        "入园企业能代办吗",
    ),
    content(
        "乳山市办结的证件怎么送达？",
        "乳山市：可以当面领取，也可以邮寄。",
        "371083",
        "乳山证件能邮寄吗",
        "证下来了怎么给我",
        "批文寄给我行不行",
        "人在外地怎么拿证",
        "结果怎么送达",
        "领证要本人去吗",
    ),
    content(
        "山东省项目管家由谁配备？",
        "山东省：由各级工改办为重点项目配备。",
        "370000",
        "谁给配项目管家",
        "项目管家哪里来的",
        "管家是谁安排的",
        "怎么才能有项目管家",
        "项目管家谁派",
        "给我们配管家的是哪个部门",
    ),
)


@dataclass
class Dialog:
    """One asker's conversation with the assistant."""

    database: Database
    assistant: Assistant
    live: LiveLibrary
    calendar: Calendar
    id: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    async def another(self) -> "Dialog":
        """A new asker."""
        conversation, _ = await self.database.write(open_conversation)
        return Dialog(self.database, self.assistant, self.live, self.calendar, conversation.id)

    async def say(self, text: str, client_id: str | None = None) -> Reply:
        incoming = Incoming(text, client_id)
        return await self._take(
            await self.database.write(self.assistant.respond, self.id, incoming)
        )

    async def send(self, file: Attachment, text: str = "", kind: str = "photo") -> Reply:
        incoming = Incoming(text, None, file, kind)
        return await self._take(
            await self.database.write(self.assistant.respond, self.id, incoming)
        )

    async def choose(self, text: str) -> Reply:
        """Press the button with this text on the last reply that has it."""
        for exchange in reversed(self.exchanges):
            for option in exchange.reply.options if exchange.reply else ():
                if option.text == text:
                    return await self.press(option.id)
        raise AssertionError(f"no button {text}")

    async def press(self, option_id: str) -> Reply:
        return await self._take(
            await self.database.write(self.assistant.choose, self.id, option_id)
        )

    async def transcript(self) -> list[Message]:
        return await self.database.read(load_messages, self.id)

    async def ticket(self) -> Ticket | None:
        return await self.database.read(find_live_ticket, self.id)

    async def handed_over(self) -> str:
        """The question of the ticket that people work on."""
        ticket = await self.ticket()
        assert ticket is not None
        return ticket.question

    async def hire(self, name: str, role: Role = "manager", region: str = "100000") -> Staff:
        return await self.database.write(add_staff, name, role, region, "unused")

    async def publish(self, entry: Content) -> str:
        """Publish an entry as a curator does; this process has it when this returns."""
        made = await self.database.write(add_entry, entry, "小许")
        await self.database.write(publish_entry, made.id, "小许")
        await self.live.refresh()
        return made.id

    async def _take(self, exchange: Exchange) -> Reply:
        self.exchanges.append(exchange)
        assert exchange.reply is not None
        return exchange.reply


async def start_dialog(database: Database, entries: tuple[Content, ...] = LIBRARY) -> Dialog:
    """A library with these entries, and a first asker."""
    await database.write(seed_calendar)
    for entry in entries:
        made = await database.write(add_entry, entry, "小许")
        await database.write(publish_entry, made.id, "小许")
    live = LiveLibrary(database)
    await live.load()
    calendar = await database.read(load_calendar, SHANGHAI)
    first = Dialog(database, Assistant(live, calendar, 240), live, calendar)
    return await first.another()
