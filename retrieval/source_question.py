"""Whether a message asks where the answer just given stands: 依据是什么, 哪个文件说的, 文号多少.

It names no matter of its own; 三个一的文号 does and is a question like any other.
"""

import re

from retrieval.smalltalk import strip_courtesy

_LONGEST = 30  # characters
_PAPER = r"(?:文件|规定|政策|条款?|法规|办法|通知|方案|红头文件|正式文件|文)"
_WHICH = r"(?:哪一?[个份条款项号天]?|什么|啥|何)"
_WHEN = r"(?:哪一?[天年]|什么时[候间]|啥时候?|几时|何时|几月几[号日]|哪年哪月)"
_MADE = r"(?:印发|下发|发布|公布|出台|制定|颁布|实施|施行|执行|生效|发|出|定)"
_SAID = r"(?:说|写|讲|规定|定|答|来|得)"
_SOURCE = re.compile(
    r"(?:那么?|这|你们?|这个|那个|规定|上面|刚才|刚刚|前面|这条|它|答复|回答|答案|说|讲|话|的|是|有|请问|,)*"
    rf"(?:(?:依据|根据|出处|来源)(?:是|在|叫|呢)*(?:{_WHICH}|哪[里儿来]?)?(?:的?{_PAPER})?(?:{_SAID}的)?"
    rf"|(?:没有?|什么|啥)?(?:{_PAPER}|书面|官方|政策)?(?:依据|根据|出处)(?:吗|么|没有?|支持)*"
    rf"|(?:依据|根据|按照?|照)(?:的|是)*{_WHICH}{_PAPER}?(?:{_SAID}的)?"
    rf"|{_WHICH}的?{_PAPER}(?:里面?|上|中)?(?:{_SAID}的?|规定的?)?|哪[里儿]?(?:{_SAID}的|规定的)"
    r"|有?(?:没有?)?(?:正式|红头|官方|书面)?文件(?:吗|没有?)"
    r"|出自(?:于)?(?:哪[里儿个份]?|什么|何处)(?:文件)?"
    rf"|(?:文件)?(?:的)?(?:文号|发文字号|文件号)(?:是|呢)*(?:多少|{_WHICH}|几号)?|(?:什么|啥)文号|几号文件?"
    rf"|{_PAPER}?(?:是)?{_WHEN}{_MADE}的?{_PAPER}?|{_PAPER}(?:的)?(?:名字|全称|名称)?(?:是|叫)(?:什么|啥)(?:名字?)?"
    rf"|{_PAPER}?(?:是)?(?:谁|哪个(?:部门|单位|局)|什么(?:部门|单位)){_MADE}的{_PAPER}?"
    rf"|在?第几[条款](?:{_SAID}的)?)"
    r"(?:的|了|呢|啊|呀|吧|哦|吗|来着|[?？!！。\s])*"
)


def asks_source(message: str) -> bool:
    """Whether a normalised message asks for nothing but the source of what was said before."""
    said = strip_courtesy(message).strip()
    return len(said) <= _LONGEST and _SOURCE.fullmatch(said) is not None
