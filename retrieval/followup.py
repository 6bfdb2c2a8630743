"""A message in its conversation: what it leaves out, and whether more of it is to come.

那工业类的呢 or 要钱吗 can only be searched together with the turn before; a complete new question
must not inherit from it. `readings` offers the ways to read a message, each with what it took
from before; who searches keeps the one that is answered with the higher confidence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from retrieval.facts import Asked, asked
from retrieval.places import ROOT, Gazetteer, Mention
from retrieval.segment import normalise
from retrieval.smalltalk import is_lead_in, small_talk, strip_courtesy
from retrieval.stress_words import CONTRASTS

Inherited = Literal["place", "topic", "kind"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What the asker wrote before; `read_as`: the full question it was searched as, if another."""

    message: str
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question to search with, what it took from the turn before, and how likely it is meant.

    `prior` in 0..1 compares the readings of one message; below 0.5 a reading needs a far better
    hit than another one to be kept.
    """

    text: str
    inherited: frozenset[Inherited] = frozenset()
    prior: float = 1.0


@dataclass(frozen=True, slots=True)
class Parts:
    """A question taken apart: places, words that ask, and what is left, its topic."""

    text: str
    places: tuple[Mention, ...]
    kinds: tuple[Asked, ...]
    topic: str  # without the places and the words that ask
    core: str  # the topic without function words: empty when the question names no matter


_NEW_TOPIC = re.compile(
    r"^(?:换个?(?:事儿?|话题|问题)|另外(?:一个|再|想|问)|对了|再问个别的|新问题)"
)
_LEAD = re.compile(
    r"^(?:哦+|嗯+|好的?|行|明白了?|知道了|那么?(?!个)|那个?(?=要|多|怎|咋|呢|我|你|如|万)|然后|还有|另外|再问(?:一?下)?"
    r"|顺便(?:问一?下)?|所以|另|而|但是?|可是|不过)+[\s,，。]*"
)
_CONDITION = re.compile(r"^(?:如果|要是|假如|万一|若|要不是|那如果|那要是|碰到|遇到)")
_ANAPHOR = re.compile(
    r"它|他们|这个(?!项目单位)|那个(?=$|呢|要|是|怎|咋|能|多|可|得|的)|这种|那种|这类|那类|这事|那事|上面|上述"
    r"|刚才|刚刚|前面(?:说|那|的)|这些|那些|其中|该(?=项|服务|政策|项目)"
)
_NE = "呢嘞捏咧哩"  # 那江海呢, as it is typed here and there
_ENDING = re.compile(rf"(?:的?话)?[{_NE}吗嘛么啊呀吧哦了]*[\s?？!！。,，~～…]*$")
_FUNCTION = re.compile(
    r"办完|办好|办下来|批下来|办结|下来|弄好|能好|搞定|完事|[的呢吗嘛么啊呀吧了是有要会能可以那这个种类它他她们我你您咱边情况话就也还都在到给和跟与对又再"
    r"得被把让一下多少几些时候样请问想需用\s,，。.?？!！、:：;；~～…\"“”'()（）]+"
)
SHORT_CORE = 4
"""Characters; a question that names its matter in no more may need what was said before."""
_ASKING_WORD = re.compile(r"[谁哪啥吗么嘛?？]|什么|怎|咋|如何|几|多少")
_SHORT_BEGINNING = 12
_WHOSE = re.compile(
    r"(?:我们?|咱们?|俺们?|我司|本人|公司|企业|单位|项目|厂子?|厂房|工厂|地块|工地|这边|这里|注册地?|现在|目前"
    r"|[的在是都就呢人,，]|位于|属于|来自|坐落于?)*"
)
_OF_THEMSELVES = re.compile(
    r"(?:是?这样的?[,，:：]?)?(?:我们?|咱们?|俺们?|我司|本人|本公司)(?!的?(?:问题|意思|诉求|件|证|工单|项目))"
)
_LONGEST_TELLING = 30  # characters; who has written more expects a reply to it
_ASKS_ALL_THE_SAME = re.compile(r"请问|想问|咨询|了解|打听|请教|问一?下|告诉|说说|发我|给我")
_DETAIL = re.compile(r"[的了]$|[\d一二三四五六七八九十百千万亿两半]")
_ASKS_ON = re.compile(rf"[{_NE}的][\s?？。!！]*$")
_UNFINISHED = re.compile(
    r"(?:(?<!.{8})的|和|跟|与|或者?|还有|另外|以及|关于|对于|比如|例如|就是|那个|这个|然后|因为|所以|如果|要是|但是|不过|请问|想问|想问一下|问一下"
    r"|问下|咨询一下|咨询下|请教一下|问个问题|问个事|了解一下|打听一下|我想|我们想|是这样的?|情况是|[,，、:：…])$"
)


def readings(
    message: str, turns: Sequence[Turn], gazetteer: Gazetteer | None = None
) -> tuple[Reading, ...]:
    """The ways to read a normalised message after `turns` (oldest first), likeliest first.

    The message as it stands is always among them. Without turns, or for a complete new question,
    it is the only one.
    """
    text = strip_courtesy(message)
    before = None if _NEW_TOPIC.match(text) else _last_question(turns, gazetteer)
    if before is None or before.text == text:
        return (Reading(text), *_without_place(text, gazetteer))
    new = take_apart(_LEAD.sub("", text) or text, gazetteer)
    leans = bool(_LEAD.match(text) or _CONDITION.match(text) or _ANAPHOR.search(text))
    elliptic = _is_elliptic(text, new, leans)
    if not new.core:
        combined = inherit_topic(new, before)
    elif elliptic:
        combined = _inherit_kind(new, before)
    elif leans or len(new.core) <= SHORT_CORE:
        combined = _inherit_background(new, before, leans)
    else:
        combined = []
    as_is = Reading(text, prior=_prior_as_is(bool(new.core), leans or elliptic, bool(combined)))
    unique = {r.text: r for r in sorted([as_is, *combined], key=lambda r: r.prior)}
    return tuple(sorted(unique.values(), key=lambda r: -r.prior))


def _without_place(text: str, gazetteer: Gazetteer | None) -> list[Reading]:
    """The question without the place it names, where nobody wrote a rule for that very place but
    one stands above it: 荣成的管家谁当 is then asked in the words of 威海's entries."""
    named = [m for m in gazetteer.mentions(text) if m.kind == "name"] if gazetteer else []
    if gazetteer is None or len(named) != 1 or named[0].negated or len(named[0].codes) != 1:
        return []
    itself, *above = gazetteer.lineage(named[0].codes[0])
    if itself in gazetteer.known or gazetteer.known.isdisjoint(set(above) - {ROOT}):
        return []
    rest = (text[: named[0].start] + text[named[0].end :]).strip(" ,，的")
    return [Reading(rest, prior=0.95)] if rest else []


def _asking(kind: Asked) -> bool:
    """Not the 会 in 分析会?, which only may ask."""
    return kind.kind != "permission" or kind.text not in ("可以", "能", "行", "要", "会", "得")


def _prior_as_is(has_core: bool, leans: bool, has_others: bool) -> float:
    if not has_core:
        return 0.2
    if leans:
        return 0.6
    return 0.9 if has_others else 1.0


def is_fragment(message: str, gazetteer: Gazetteer | None = None) -> bool:
    """Whether a normalised message only begins a thought: 三元区的, 那个, 你好请问, 我们在乳山.

    A place alone or an unfinished sentence does. A question, small talk or a keyword (代办) does
    not.
    """
    text = message.strip()
    if is_lead_in(text) and small_talk(text) is None:
        return True
    if not text or small_talk(text) is not None or _ASKING_WORD.search(text):
        return False
    if [a for a in asked(text) if a.explicit]:
        return False
    if _UNFINISHED.search(text):
        return True
    parts = take_apart(strip_courtesy(text), gazetteer)
    if gazetteer is not None and len(parts.places) == 1 and _WHOSE.fullmatch(parts.topic):
        return True
    return not parts.core and len(text) <= _SHORT_BEGINNING


def only_tells(message: str, more: bool = False) -> bool:
    """Whether a normalised message says something of the asker and asks nothing: 我们想建个厂; or
    `more` of what was told before: 做家具的, 大概二十亩地."""
    text = strip_courtesy(message.strip())
    if len(text) > _LONGEST_TELLING or _ASKING_WORD.search(text) or asked(text):
        return False
    if _ASKS_ALL_THE_SAME.search(text):
        return False
    detail = _DETAIL.search(text) if more else None
    return bool(_OF_THEMSELVES.match(text) or detail)


def _last_question(turns: Sequence[Turn], gazetteer: Gazetteer | None) -> Parts | None:
    """The last turn that asked something; 我们公司在三元区 only says where the asker is."""
    for turn in reversed(turns):
        text = turn.read_as or strip_courtesy(turn.message)
        parts = take_apart(text, gazetteer)
        if parts.kinds or gazetteer is None or not gazetteer.own_places(text):
            return parts
    return None


def take_apart(text: str, gazetteer: Gazetteer | None) -> Parts:
    mentions = gazetteer.mentions(text) if gazetteer else []
    places = tuple(m for m in mentions if m.kind == "name" and not m.negated)
    kinds = asked(text)
    spans = sorted(
        [(m.start, m.end) for m in places] + [(a.start, a.end) for a in kinds if _asking(a)]
    )
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at : max(at, start)])
        at = max(at, end)
    topic = _ENDING.sub("", "".join([*kept, text[at:]])).strip(" ,，。的")
    return Parts(text, places, kinds, topic, _FUNCTION.sub("", topic))


def only_case(message: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """The case that a normalised message names and asks nothing of, as it stands and without
    function words: 当面给我 and 当面 of 当面给我的呢; () for any other message."""
    text = strip_courtesy(message)
    new = take_apart(_LEAD.sub("", text) or text, gazetteer)
    if new.places or new.kinds or _CONDITION.match(text) or not _ASKS_ON.search(text):
        return ()
    return tuple(case for case in (new.topic, new.core) if len(case) > 1)


def _is_elliptic(text: str, new: Parts, leans: bool) -> bool:
    """Names a case and asks nothing of it (带方案出让的呢); a condition (材料不齐呢) asks anew."""
    if any(a.explicit and a.kind != "permission" for a in new.kinds) or _CONDITION.match(text):
        return False
    return leans or _ASKS_ON.search(text) is not None or bool(new.places and not new.kinds)


def _place_of(parts: Parts) -> str:
    return " ".join(m.text for m in parts.places)


def _asking_words(parts: Parts) -> str:
    """From the first word that asks to the end of the question (几天, 怎么申请)."""
    explicit = [a for a in parts.kinds if a.explicit] or list(parts.kinds)
    if not explicit:
        return ""
    return parts.text[min(a.start for a in explicit) :]


def _join(*pieces: str) -> str:
    return " ".join(piece for piece in pieces if piece)


def ask_of(question: str, place: str, gazetteer: Gazetteer) -> str:
    """A question about several places that stand together (三元和乳山的…), asked of one place."""
    parts = take_apart(normalise(question), gazetteer)
    ends = [mention.end for mention in parts.places]
    between = [parts.text[end : m.start] for end, m in zip(ends, parts.places[1:], strict=False)]
    if all(_TOGETHER.fullmatch(each) for each in between):
        return _replace_places(parts, place)
    return parts.text


def _replace_places(before: Parts, place: str) -> str:
    """The question before with another place in the place of its own."""
    if not before.places:
        return f"{place}{before.text}"
    first, last = before.places[0], before.places[-1]
    return before.text[: first.start] + place + before.text[last.end :]


def inherit_topic(new: Parts, before: Parts) -> list[Reading]:
    """A message without a matter of its own: 江海区呢, 要钱吗, 那多久."""
    asks = [a for a in new.kinds if a.kind != "permission" or len(a.text) > 1]
    place = _place_of(new)
    if place and not asks:
        return [Reading(_replace_places(before, place), frozenset({"topic", "kind"}), 0.95)]
    if not asks:
        return [Reading(before.text, frozenset({"place", "topic", "kind"}), 0.5)]
    inherited: frozenset[Inherited] = frozenset({"topic"} if place else {"topic", "place"})
    asking = _asking_words(new) if place else _ENDING_MARKS.sub("", _ANAPHOR.sub("", new.text))
    text = _join((place or _place_of(before)) + before.topic, asking)
    return [Reading(text, inherited, 0.95)]


_TOGETHER = re.compile(r"[\s的]*(?:[、,，/]|和|跟|与|及|以及|还有|或者?)?[\s的]*")
_ENDING_MARKS = re.compile(r"[\s?？!！。,，~～…]+$")


def _inherit_kind(new: Parts, before: Parts) -> list[Reading]:
    """A new case of the same question: 那工业类的呢, 带方案出让的呢, 线下呢."""
    found = []
    case = _case(new)
    place = _place_of(new) or _place_of(before)
    kept: frozenset[Inherited] = frozenset({"kind"} if new.places else {"place", "kind"})
    whole = _replace_places(before, place) if new.places else before.text
    swapped = _swap_contrast(case, whole) or _swap_ending(case, whole)
    if swapped:
        found.append(Reading(swapped, kept | {"topic"}, 0.95))
    asking = _asking_words(before)
    if asking:
        found.append(Reading(_join(place + case, asking), kept, 0.9))
    found.append(Reading(_join(whole, case), kept | {"topic"}, 0.8))
    return found


def _inherit_background(new: Parts, before: Parts, leans: bool) -> list[Reading]:
    """A question that is whole but slight (材料不齐咋整) or points back (那个要盖章吗)."""
    if new.places:
        return []
    found = []
    place = _place_of(before)
    if place:
        found.append(Reading(_join(place, new.text), frozenset({"place"}), 0.7))
    if before.topic:
        text = _join(place + before.topic, _ANAPHOR.sub("", new.text))
        inherited: frozenset[Inherited] = frozenset({"place", "topic"} if place else {"topic"})
        found.append(Reading(text, inherited, 0.8 if leans else 0.55))
    return found


def _case(new: Parts) -> str:
    """What the message names, without its places and the 呢 at its end."""
    text = new.text
    for mention in reversed(new.places):
        text = text[: mention.start] + text[mention.end :]
    return _ENDING.sub("", text).strip(" ,，。的")


def _swap_ending(case: str, before: str) -> str:
    """`before` with what ends like `case` replaced by it (副组长 for 组长)."""
    for start in range(1, len(case) - 1):
        ending = case[start:]
        if ending in before and case not in before:
            return before.replace(ending, case, 1)
    return ""


def _swap_contrast(topic: str, before: str) -> str:
    """`before` with the value of a contrast that `topic` replaces (线上 … by 线下)."""
    for group in CONTRASTS:
        for value in group:
            if not re.search(value, topic):
                continue
            for other in group:
                if other != value and re.search(other, before) and not re.search(value, before):
                    return re.sub(other, topic, before, count=1)
    return ""
