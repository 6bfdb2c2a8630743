"""The buttons of a clarifying reply: what each choice is about, in words short enough for one, and
which of them somebody means who types instead of pressing."""

import re
from collections import Counter
from collections.abc import Sequence

from bot.reply import Option, Reply
from knowledge.documents import Clause, get_clause
from knowledge.errors import DocumentNotFound
from retrieval.facts import asked
from retrieval.passages import ROOT, Passage
from retrieval.places import Gazetteer
from retrieval.segment import normalise
from storage import Transaction

MOST_OFFERED = 2
"""So often at most the same choice is offered in a row."""
_LONGEST = 30  # characters of a label for a clause
_LONGEST_ABOUT = 18
_LONGEST_MORE = 10
_PARTS = {"前言": "目的和依据", "通知": "印发通知", "附注": "附件和联系人"}
_ASIDE = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")
_FIRST_WORDS = re.compile(r"[，。；：,;:\n]")
_LEAD = re.compile(
    r"^(?:关于)?(?:印发|在全[国省市区县州](?:范围内)?|进一步|全面|深入|组织|开展|推进|推行|加强|做好|实施|规范)*"
)
_SORT = re.compile(
    r"的?(?:若干|暂行|试行|工作|活动|实施|行动|管理)*"
    r"(?:方案|办法|制度|意见|细则|规定|规则|措施|通知|规程|规范|指南|条例|计划)$"
)
_ORDINAL = re.compile(
    r"(?:那?我?(?:选择?|要|是|就)*)第?(?:(?P<number>\d)|(?P<han>[一二两三四五六]))(?:个|条|项|号|那个)*(?:吧|的|啊|哦)*"
)
_HAN = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_MINE = (
    r"(?:我(?:想|们)?(?:要|问|找|说)+的?(?:问题|那个|东西|意思)?|对的|合适的|相关的|想要的|符合的)"
)
_NONE = re.compile(
    r"(?:不|没有?|不对|不行|哎|唉|额|呃|,)*"
    r"(?:(?:以上|这些|上面|这几个|这里面|里面|你给的|列的)*(?:都|全|全都|一个都|没一个)(?:不是|不对|没有|不符合?|不沾边|不合适)"
    rf"|(?:这里|里面|上面|这里面|以上|好像|都)*没有?(?:一[个条])?(?:是)?{_MINE}"
    rf"|(?:都|这些|这|好像|也)*不是(?:这些?个?|这几个|上面的?|{_MINE})|没有?一[个条](?:是|对|沾边)的?"
    r"|(?:都|这些)*(?:跟|和|与)我(?:想)?[问说]的(?:没关系|无关|不一样|不沾边)|都不是,?转人工)"
    rf"(?:的|啊|呀|呢|吧|哦|问题|{_MINE}|[,!。\s])*"
)
_SHORTEST_PART = 3  # characters of an option that stand for it when they stand in no other


def render_options(
    tx: Transaction, passages: Sequence[Passage], gazetteer: Gazetteer
) -> list[Option]:
    """A button for each passage, no two with the same words; what has just left service has none.

    An entry is called by its standard question, a clause by what it is about and whose it is:
    全程包办（乳山市帮办代办包办）.
    """
    named = [(passage, *_names(tx, passage, gazetteer)) for passage in passages]
    alike = Counter(short for _, short, _ in named)
    return [
        Option(short if alike[short] == 1 else long, "passage", passage.id)
        for passage, short, long in named
        if short
    ]


def find_choice(typed: str, options: Sequence[Option]) -> Option | None:
    """The option that a normalised message stands for: its number, its words, a part of them that
    no other has, or that none fits; None when it says something else."""
    said = typed.rstrip(".。、!~ ")
    if (ordinal := _ORDINAL.fullmatch(said)) is not None:
        number = int(ordinal["number"] or _HAN[ordinal["han"]])
        return options[number - 1] if 1 <= number <= len(options) else None
    if _NONE.fullmatch(said):
        return next((option for option in options if option.target == "handoff"), None)
    texts = [normalise(option.text) for option in options]
    alike = [n for n, text in enumerate(texts) if said == text]
    if not alike and len(said) >= _SHORTEST_PART:
        alike = [n for n, text in enumerate(texts) if said in text]
    return options[alike[0]] if len(alike) == 1 else None


def offers_in_vain(typed: str, reply: Reply, before: Sequence[tuple[str, Reply]]) -> bool:
    """Whether a choice that `typed` leads to was offered in vain already; `before`: the choices
    just offered, the latest first, each with what had been typed. Who names a matter and asks
    nothing of it may get it twice; the place is asked for again unless the words are the same."""
    by_place = reply.options[0].target == "place"
    said = normalise(typed)
    times = 0
    for words, offered in before:
        if _targets(offered) != _targets(reply) or (by_place and normalise(words) != said):
            break
        times += 1
    asks = any(each.explicit for each in asked(said))
    return times >= (1 if asks else MOST_OFFERED)


def _targets(reply: Reply) -> set[tuple[str, str]]:
    return {(option.target, option.value) for option in reply.options}


def _names(tx: Transaction, passage: Passage, gazetteer: Gazetteer) -> tuple[str, str]:
    """The usual label, and one that tells it from others which share that; "" when it is gone."""
    place = _place(passage, gazetteer)
    if passage.kind == "entry":
        question = passage.questions[0]
        return question, f"{question}（{place}）" if place else question
    try:
        clause = get_clause(tx, passage.id.partition(":")[2])
    except DocumentNotFound:
        return "", ""
    whose = place + topic(clause.title, gazetteer)
    about = _about(clause)
    said = _first_words(clause) if clause.heading else ""
    more = _clipped(said, _LONGEST_MORE) or clause.clause
    return _joined(about, whose, place), _joined(f"{about}：{more}", place)


def topic(title: str, gazetteer: Gazetteer) -> str:
    """What a document is about, from its title: 项目代办服务 of 三元区项目代办服务实施方案."""
    text = _ASIDE.sub("", title)
    starts = [each for each in gazetteer.mentions(text) if each.kind == "name" and not each.start]
    if starts:
        text = text[starts[0].end :]
    short = _SORT.sub("", _LEAD.sub("", text))
    return short or text


def _joined(about: str, *asides: str) -> str:
    """With the first aside that leaves it short enough."""
    for aside in asides:
        if aside and len(about) + len(aside) + 2 <= _LONGEST:
            return f"{about}（{aside}）"
    return about


def _about(clause: Clause) -> str:
    """The heading, else the first words; the parts without a label have names of their own."""
    if clause.clause in _PARTS:
        return _PARTS[clause.clause]
    return _clipped(_ASIDE.sub("", clause.heading) or _first_words(clause), _LONGEST_ABOUT)


def _first_words(clause: Clause) -> str:
    """What a clause says first, behind its heading."""
    text = clause.text.removeprefix(clause.heading).lstrip("。：:，, \n")
    return _FIRST_WORDS.split(text, maxsplit=1)[0].strip()


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _place(passage: Passage, gazetteer: Gazetteer) -> str:
    """The name of the one place whose rule it is; "" for all of the country or several."""
    codes = [code for code in passage.regions if code != ROOT and code in gazetteer]
    return gazetteer[codes[0]].name if len(codes) == 1 else ""
