"""Whether a question is about the asker's own case: where it is, whether it has been approved.

Documents tell how anybody finds that out (怎么查进度), never how far one case has got.
"""

import re

_OURS = r"(?:我|俺|咱|本公司|本单位|本企业)"
_STATE = (
    r"(?:到|在|去)(?:哪|谁|什么|啥)[里儿个一]?(?:步|环节|部门|阶段|科室|手[里上]?|那[里儿]?|级)?[了啦呢啊呀]*$"
    r"|(?:批|办|审|下|弄|过|好|出|盖|签|受理|通过)(?:下|好|完|出|过)?来?(?:了?没有?|了[吗么嘛])[了啊呀呢]*$"
    r"|(?:什么|啥)(?:情况|进展|状态|结果)(?:了|啊|呀)*$|(?:怎么|咋|为什么|为啥)还(?:没|不)[^,，。]{0,6}$"
    r"|有(?:消息|动静|结果|信儿?|回音|进展)了?(?:没有?|吗|么)$"
)
_CASE = re.compile(rf"{_OURS}.{{0,24}}?(?P<state>{_STATE})")
_LOOK_UP = re.compile(
    rf"(?:查|看|瞅|瞧)(?:一?[下查看瞅瞧眼哈]|一查|一看)*{_OURS}[们家]?的?.{{0,8}}(?:进度|进展|结果|状态)$"
)
_MATTER = re.compile(
    r"件|证|批[文复]|材料|申请|项目|单子|图纸?|手续|许可|案|审批|备案|方案|报告|表|进度|合同"
)
_OF_ANYBODY = re.compile(
    r"怎么|怎样|咋|如何|知道|了解|掌握|告诉|通知|推送|看得?[见出]|能[看查]|[问找]谁|[从上在去到往]哪|哪里?[能可查看]|会不会|有没有(?:人|地方)"
)
_EDGE = re.compile(r"[,，。;；!！?？\n]+")


def asks_own_case(message: str) -> bool:
    """Whether a normalised message asks how far the asker's own case has got, as 我的证批下来没有
    does; not how that is found out, as 我的件在哪里查 does."""
    for clause in _EDGE.split(message):
        said = clause.strip()
        found = _CASE.search(said)
        around = said[: found.start("state")] if found else said
        if (found or _LOOK_UP.search(said)) and _MATTER.search(said):
            return not _OF_ANYBODY.search(around)
    return False
