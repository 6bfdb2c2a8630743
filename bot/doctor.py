"""`xiaohaima doctor`: are the settings, the database and the search sound?"""

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from pydantic import SecretStr

from bot.inbox import count_set_aside
from bot.services import Services, open_services
from bot.settings import PREFIX, Settings
from faq.entries import list_entries
from handoff.report import load_state
from knowledge.documents import list_documents
from retrieval.reference import disagreements
from retrieval.segment import Segmenter
from storage import StorageUnavailable, Transaction

_LEAST_SPACE = 1 << 30
_SAMPLE = 20


async def examine(settings: Settings, say: Callable[[str], None]) -> bool:
    """Say what was found, one line each; whether all is well."""
    say("设置（环境变量或 .env）：")
    for line in _settings_lines(settings):
        say(f"  {line}")
    say("检查：")
    try:
        async with open_services(settings) as services:
            findings = [*_machine(settings), *await _state(services)]
    except StorageUnavailable as error:
        findings = [*_machine(settings), (False, str(error))]
    for well, text in findings:
        say(f"  {'正常' if well else '注意'}　{text}")
    return all(well for well, _ in findings)


def _settings_lines(settings: Settings) -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        value: Any = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = "（已设置，不显示）" if value.get_secret_value() else "（空）"
        yield f"{PREFIX}{name.upper()} = {value}　# {field.description}"


def _machine(settings: Settings) -> Iterator[tuple[bool, str]]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield sys.version_info >= (3, 11), f"Python {version}"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_dir).free
    yield free >= _LEAST_SPACE, f"数据目录 {settings.data_dir} 剩余空间 {free / (1 << 30):.1f} GB"
    secret = settings.data_dir / "secret.key"
    if secret.exists():
        yield secret.stat().st_mode & 0o077 == 0, "密钥文件只有本人可读"


async def _state(services: Services) -> list[tuple[bool, str]]:
    counts = await services.database.read(_counts)
    findings = [
        (counts["published"] > 0, f"已发布条目 {counts['published']} 个"),
        (True, f"政策文件 {counts['documents']} 份"),
        (counts["managers"] > 0, f"在岗的项目管家 {counts['managers']} 人"),
        (counts["overdue"] == 0, f"超期未答复的工单 {counts['overdue']} 个"),
        (counts["undelivered"] == 0, f"未送达的消息 {counts['undelivered']} 条"),
        (counts["set_aside"] == 0, f"多次处理失败而搁置的 Telegram 消息 {counts['set_aside']} 条"),
    ]
    texts = await services.database.read(_some_questions)
    if len(texts) > 1:
        wrong = disagreements(texts, texts[:_SAMPLE], Segmenter())
        findings.append((not wrong, f"检索得分与 BM25 参考实现一致（抽查 {_SAMPLE} 个问法）"))
    year = date.today().year
    known = any(day.startswith(str(year)) for day in services.calendar.days)
    findings.append((known, f"{year} 年的节假日和调休安排{'已有' if known else '还没有'}"))
    return findings


def _counts(tx: Transaction) -> dict[str, int]:
    return {
        **load_state(tx),
        "published": list_entries(tx, ("published",), limit=1)[1],
        "documents": len(list_documents(tx)),
        "set_aside": count_set_aside(tx),
    }


def _some_questions(tx: Transaction) -> list[str]:
    entries, _ = list_entries(tx, ("published",), limit=300)
    return [entry.content.standard_question for entry in entries]
