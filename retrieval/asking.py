"""What of a question only asks: it stands in no text that answers.

Between questions these words are likeness like any other. A clause is no question: 什么时候 is rare
there, so BM25 would take it for what the question is about.
"""

import re

_ASKING = re.compile(
    r"为(?:什么|何|啥)|什么(?:时[候间]|地[方点]|样)?|啥|哪(?:些|个|里|儿|边|一)*|怎么样?|怎样|如何"
    r"|何[时处种谓地]|是否|[可能]否|吗|呢|么"
)
_ADDRESS = re.compile(
    r"^(?:您好|你好)|请问一?下?|我?想(?:请?问|咨询|了解|知道)一?下?|咨询一下|麻烦|谢谢"
    r"|^(?:有关|关于)"
)


def without_asking(question: str) -> str:
    """A normalised question with commas in place of the words that only ask or address somebody."""
    return _ADDRESS.sub(",", _ASKING.sub(",", question))
