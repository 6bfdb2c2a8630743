"""The questions that a message holds, and what of a question is asked rather than told.

We asked for the land last year, the plans are drawn, does the service cost anything: only the last
clause is to be searched, but 施工许可证过期了。怎么办？ has its matter in what is told.
"""

import re
from dataclasses import dataclass

from retrieval.facts import asked
from retrieval.followup import SHORT_CORE, inherit_topic, take_apart
from retrieval.places import Gazetteer
from retrieval.segment import normalise
from retrieval.smalltalk import small_talk, strip_courtesy

_LONG = 60
_STOP = re.compile(r"(?<=[。！？!?；;\n])|\n")
_NUMBERED = re.compile(
    r"(?:^|(?<=[\s。？?！!;；:：,，]))(?:\d{1,2}[.、)）](?!\d)|[（(]\d{1,2}[)）]|第[一二三四五]个?[,，、:：]|[①②③④⑤])\s*"
)
_GAP = re.compile(r"(?<=[\u4e00-\u9fff,，]) +(?=[\u4e00-\u9fff])")
_PLAINLY_ASKS = re.compile(r"[?？]\s*$|请问|想问|想了解|想咨询|问一下|就问|[吗呢么]\s*$")
_AND_ALSO = re.compile(
    r"(?:^|(?<=[吗嘛呢么])|[\s,，。;；]+)(?:还有(?:一?个(?:问题|事儿?))?(?![人没谁])|另外|再问(?:一?下|个)?"
    r"|顺便(?:再)?问(?:一?下)?|以及想问)[\s,，:：]*"
)
_CLOSED = re.compile(
    r"(?P<yes>[\u4e00-\u9fff])不(?P=yes)[^,，\s]{0,4}[,，]+|[吗嘛呢么][,，\s]+|(?<=[\u4e00-\u9fff])不[,，\s]+|[?？][,，\s]*"
)
_SENTENCE_END = re.compile(r"[。!！?？;；\n~～…]+")
_CLAUSE_END = re.compile(rf"[,，]+|{_SENTENCE_END.pattern}|{_GAP.pattern}")
_MARK = re.compile(
    r"请问|(?:想|要)(?:请?问|咨询|了解|知道|打听|请教)(?:问|一?下|一?哈|一?个(?:问题|事儿?))?"
    r"|(?:咨询|请教|打听|问)(?:一?下|一?哈|一?个(?:问题|事儿?))"
)
_INDEFINITE = re.compile(
    r"(?:什么|啥|谁|哪里?|哪儿|怎么)[的人事]?[都也](?=[没不])|[没不](?:什么|啥|多久|几天|多少)|好几"
    r"|不(?:知道|清楚|懂|晓得|明白)(?:该|要|是)?(?:怎么|什么|啥|谁|哪)?"
)
_EDGE = " ,，。:：、;；!！?？~～…"


@dataclass(frozen=True, slots=True)
class AskingPart:
    """A message from where it asks. `whole`: it can stand for the message, since it begins with a
    sentence or with words like 请问 and names a matter; what stands before may otherwise be what
    it is about."""

    text: str
    whole: bool


def split_questions(message: str, gazetteer: Gazetteer | None = None) -> list[str]:
    """The questions that a message holds, in order; the message itself when it holds one or none.

    Takes the message as typed, since `normalise` drops line breaks, and returns normal forms. Of a
    long message only the sentences that ask are kept; a question that names no matter takes that
    of the sentence before it (…代办收费吗？要多久). The places of a long message may stand in what
    is dropped: look for them in the whole.
    """
    sentences = list(dict.fromkeys(_sentences(message)))
    asking = [n for n, sentence in enumerate(sentences) if _asks(sentence)]
    if len(message) > _LONG:  # beside 请问…？ a 不知道怎么选 is only told
        asking = [n for n in asking if _PLAINLY_ASKS.search(sentences[n])] or asking
    if not asking or (len(asking) == 1 and len(message) <= _LONG):
        return [strip_courtesy(normalise(message).strip())]
    questions: list[str] = []
    for n in asking:
        question = strip_courtesy(sentences[n])
        context = questions[-1] if questions else sentences[n - 1] if n else ""
        parts = take_apart(question, gazetteer)
        if not parts.core and context:
            question = inherit_topic(parts, take_apart(context, gazetteer))[0].text
        questions.append(question.rstrip(" ,，、;；"))
    return list(dict.fromkeys(questions))


def asking_parts(question: str, gazetteer: Gazetteer | None = None) -> list[AskingPart]:
    """A normalised question without what is told before it, in up to two ways: from the sentence
    that asks, and from the clause that does. Empty when nothing is told, or nothing else asked."""
    found: dict[str, AskingPart] = {}
    for start, surely in _starts(question):
        text = question[start:].strip(_EDGE[:6])
        core = take_apart(text, gazetteer).core
        if question[:start].strip(_EDGE) and len(core) > 1:
            found.setdefault(text, AskingPart(text, surely and len(core) > SHORT_CORE))
    return list(found.values())


def _starts(question: str) -> list[tuple[int, bool]]:
    """Where a question begins to ask, and whether it is sure that what stands before only tells."""
    ends = [match.end() for match in _CLAUSE_END.finditer(question)]
    spans = list(zip([0, *ends], [*ends, len(question)], strict=True))
    asking = [start for start, end in spans if _asks(question[start:end])] or [
        start for start, end in spans if asked(question[start:end])
    ]
    if not asking:
        return []
    for mark in _MARK.finditer(question):
        if _asks(question[mark.end() :]):
            after = (start for start in asking if start >= mark.end())
            return [(mark.end(), True), (next(after, mark.end()), False)]
    stops = (match.end() for match in _SENTENCE_END.finditer(question))
    return [(max((n for n in stops if n <= asking[0]), default=0), True), (asking[0], False)]


def _sentences(message: str) -> list[str]:
    text = _NUMBERED.sub("\n", message)
    if len(text) > _LONG:
        text = _GAP.sub("\n", text)
    pieces = [p for s in _STOP.split(text) for p in _AND_ALSO.split(normalise(s)) if p.strip()]
    return [s for piece in pieces for s in _split_at_comma(piece) if small_talk(s) is None]


def _split_at_comma(sentence: str) -> list[str]:
    """收费吗，多久办完 are two questions; 是哪类，几天 is one."""
    ends = [match.end() for match in _CLOSED.finditer(sentence)]
    chunks = [sentence[a:b] for a, b in zip([0, *ends], [*ends, len(sentence)], strict=True)]
    found = [""]
    for chunk in chunks:
        if found[-1] and _asks(found[-1]) and any(a.explicit for a in asked(chunk)):
            found.append("")
        found[-1] += chunk
    return found


def _asks(sentence: str) -> bool:
    """Not 什么都不懂 or 刚成立没多久, which ask nothing."""
    plain = _INDEFINITE.sub("", sentence)
    return any(a.explicit for a in asked(plain)) or plain.rstrip().endswith(("?", "？"))
