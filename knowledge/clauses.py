"""The lines of a document's part to a tree of clauses."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from knowledge.labels import RANK, Label, decimal_label, leading_label, split_inline
from knowledge.lines import Line
from knowledge.numerals import write_number

_HEADING = "heading"
_PARAGRAPH = "paragraph"  # 款
_UNMARKED = 7  # the level of a heading without markup
_ALWAYS = frozenset({"part", "chapter", "section", "cn", "pcn"})
_LONGEST_HEADING = 40
_SENTENCE = re.compile(r"([^。；：:;\n]{2,24})。")
_ARTICLE_NAME = re.compile(r"[【〔\[（(]([^【】（）()\[\]]{2,20})[】〕\])）]")
_TOP_DECIMAL = re.compile(r"(\d{1,2}) ([\u4e00-\u9fff、和与及]{2,20})$")


@dataclass(frozen=True, slots=True)
class ParsedClause:
    """One clause. `text` is all that stands after its label, its heading included, without its
    sub-clauses; `heading` is the short name that the text begins with, "" when it has none."""

    path: str
    label: str
    heading: str
    text: str
    children: tuple["ParsedClause", ...] = ()


@dataclass(slots=True, eq=False)
class _Node:
    kind: str
    label: Label | None
    name: str
    level: int = 0  # of heading markup
    inline: bool = False  # an item of a list inside a paragraph
    texts: list[str] = field(default_factory=list)
    children: list["_Node"] = field(default_factory=list)


def build_tree(lines: Sequence[Line], prefix: str = "") -> tuple[ParsedClause, ...]:
    """The clauses of a body, a letter or an annex; `prefix` is the path of the part.

    What stands before the first label is a clause 前言. Every word of the lines is in exactly one
    clause, in order.
    """
    builder = _Builder(*_expand(lines))
    builder.run()
    paths = _Paths(prefix)
    clauses = [paths.clause(node, prefix) for node in builder.root.children]
    if builder.root.texts:
        text = "\n".join(builder.root.texts)
        clauses.insert(0, ParsedClause(prefix + "前言", "前言", "", text))
    return tuple(clauses)


def walk(clauses: Iterable[ParsedClause]) -> Iterable[ParsedClause]:
    """All clauses in reading order, each before its sub-clauses."""
    for clause in clauses:
        yield clause
        yield from walk(clause.children)


def render_clauses(clauses: Sequence[ParsedClause], indent: str = "") -> str:
    """The tree as text: one clause a paragraph, indented by level."""
    rows: list[str] = []
    for clause in clauses:
        text = clause.text.replace("\n", f"\n{indent}    ")
        rows.append(f"{indent}【{clause.path}】{text}")
        if clause.children:
            rows.append(render_clauses(clause.children, indent + "  "))
    return "\n".join(rows)


def _expand(lines: Sequence[Line]) -> tuple[list[Line], set[int]]:
    """One line for each clause: lists inside paragraphs are cut; which lines are such items."""
    expanded: list[Line] = []
    inline: set[int] = set()
    for index, line in enumerate(lines):
        if line.row or line.heading:
            expanded.append(line)
            continue
        after = lines[index + 1].text if index + 1 < len(lines) else ""
        first, *items = split_inline(line.text, leading_label(after))
        expanded.append(replace(line, text=first))
        inline.update(range(len(expanded), len(expanded) + len(items)))
        expanded += [replace(line, text=item) for item in items]
    return expanded, inline


class _Builder:
    def __init__(self, lines: list[Line], inline: set[int]) -> None:
        self._lines = lines
        self._inline = inline
        decimals = _uses_decimals(lines)
        self._labels = [_label_of(line, decimals) for line in lines]
        self.root = _Node("root", None, "")
        self._stack = [self.root]
        self._article = 0
        self._nested: set[tuple[str, str]] = set()  # lists inside lists against the usual order
        self._headed = sum(self._begins(index) is not None for index in range(len(lines)))

    def run(self) -> None:
        for index, line in enumerate(self._lines):
            label = self._labels[index]
            if label is not None and self._accepts(label, index):
                self._open(label, line, index)
            elif not line.row and self._is_heading(index):
                self._open_heading(line, index)
            else:
                self._labels[index] = None
                self._add_text(line)

    def _accepts(self, label: Label, index: int) -> bool:
        """Whether the label continues a list or starts one, or is just a number in the text."""
        if label.kind == "article":
            return label.number[0] == 1 or label.number[0] >= self._article
        if label.first or label.kind in _ALWAYS:
            return True
        if any(node.kind == label.kind for node in self._stack):
            return True
        return any(
            other is not None and other.follows(label) for other in self._labels[index + 1 :]
        )

    def _open(self, label: Label, line: Line, index: int) -> None:
        if label.kind == "article":
            self._article = label.number[0]
        self._pop_for(label, index)
        node = _Node(label.kind, label, label.text, line.heading, index in self._inline)
        if rest := line.text[label.end :].strip():
            node.texts.append(rest)
        self._push(node)

    def _pop_for(self, label: Label, index: int) -> None:
        """Close the clauses that the one which this label begins does not lie in."""
        heading = self._lines[index].heading
        alike = [i for i, node in enumerate(self._stack) if i and node.kind == label.kind]
        marked = [i for i in alike if self._stack[i].level]
        if alike:
            depth = (marked or alike)[-1] if heading else alike[-1]
            if label.kind == "decimal":
                self._pop_decimal(label)
            elif label.first and self._stack[depth].level and not heading:
                del self._stack[depth + 1 :]  # a list under a heading that is numbered alike
            else:
                del self._stack[depth:]
            return
        while len(self._stack) > 1 and not self._holds(self._stack[-1], label, index):
            self._stack.pop()

    def _pop_decimal(self, label: Label) -> None:
        while len(self._stack) > 1:
            top = self._stack[-1].label
            if top is not None and top.kind == "decimal" and len(top.number) < len(label.number):
                return
            self._stack.pop()

    def _holds(self, node: _Node, label: Label, index: int) -> bool:
        """Whether a list of this kind that begins here lies below the open clause `node`."""
        if node.kind == _HEADING:
            return True
        if node.kind == _PARAGRAPH:
            above = self._stack[self._stack.index(node) - 1].children
            goes_on = any(other.label and label.follows(other.label) for other in above)
            return not goes_on and label.kind not in ("part", "chapter", "section", "article")
        if _rank(label.kind) > _rank(node.kind):
            return True
        if not label.first or label.kind in ("part", "chapter", "section", "article"):
            return False
        if (node.kind, label.kind) in self._nested or self._goes_on(node, label, index):
            self._nested.add((node.kind, label.kind))
            return True
        return False

    def _goes_on(self, node: _Node, inner: Label, index: int) -> bool:
        """Whether the list of `node` continues after the one that begins here: 1.（一）（二）2."""
        outer = [each.label for each in self._stack[: self._stack.index(node)] if each.label]
        for later in self._labels[index + 1 :]:
            if later is None:
                continue
            assert node.label is not None  # a heading was answered before
            if later.follows(node.label):
                return True
            if later.kind == node.kind or any(later.follows(each) for each in outer):
                return False
        return False

    def _is_heading(self, index: int) -> bool:
        """A marked heading, or an unmarked one where a list of the same kind stood before it or
        where the document has several."""
        if self._lines[index].heading:
            return True
        following = self._begins(index)
        if following is None:
            return False
        return self._headed > 1 or any(node.kind == following.kind for node in self._stack)

    def _begins(self, index: int) -> Label | None:
        """The first label of the list that a short line without punctuation stands above."""
        line = self._lines[index]
        following = self._labels[index + 1] if index + 1 < len(self._labels) else None
        if self._labels[index] or following is None or not following.first or line.row:
            return None
        if len(line.text) > 24 or re.search(r"[，。；;！？、]", line.text):
            return None
        return None if following.kind in ("part", "chapter", "section", "article") else following

    def _open_heading(self, line: Line, index: int) -> None:
        if line.heading:
            while len(self._stack) > 1 and not (0 < self._stack[-1].level < line.heading):
                self._stack.pop()
        elif following := self._begins(index):
            self._pop_for_list(following.kind)
        name = line.text.rstrip("：: ")
        level = line.heading or _UNMARKED
        self._push(_Node(_HEADING, None, name, level, texts=[line.text]))

    def _pop_for_list(self, kind: str) -> None:
        """Go up to where an unmarked heading above a list of this kind belongs."""
        same = next((i for i, node in enumerate(self._stack) if node.kind == kind), None)
        if same is not None:
            del self._stack[same:]
        while len(self._stack) > 1 and self._stack[-1].level != _UNMARKED:
            if self._stack[-1].kind == _HEADING or _rank(self._stack[-1].kind) < _rank(kind):
                break
            self._stack.pop()
        if self._stack[-1].level == _UNMARKED:
            self._stack.pop()

    def _add_text(self, line: Line) -> None:
        article = next((i for i, node in enumerate(self._stack) if node.kind == "article"), None)
        if line.row or line.text.startswith(("“", "注：", "注:")):
            self._stack[-1].texts.append(line.text)
        elif article is not None:
            self._add_paragraph(article, line, "款")
        elif self._list_is_over():
            self._add_paragraph(len(self._stack) - 2, line, "段")
        else:
            self._stack[-1].texts.append(line.text)

    def _list_is_over(self) -> bool:
        """Whether the open clause ended a list of phrases, so that text belongs above it."""
        if len(self._stack) < 3 or self._stack[-1].children:
            return False
        node, siblings = self._stack[-1], self._stack[-2].children
        if node.kind in (_HEADING, _PARAGRAPH) or not node.texts[-1:]:
            return False
        if not node.texts[-1].endswith(("。", "；", ";", ".")):
            return False
        before = siblings[-2].texts if len(siblings) > 1 else []
        phrases = bool(before) and before[-1].endswith(("；", ";"))
        return node.inline or phrases

    def _add_paragraph(self, depth: int, line: Line, unit: str) -> None:
        """A paragraph without a label: the clause's own text, or its 第二款 or 第二段."""
        del self._stack[depth + 1 :]
        node = self._stack[depth]
        if not node.texts and not node.children:
            node.texts.append(line.text)
            return
        count = sum(child.kind == _PARAGRAPH for child in node.children) + 2
        self._push(_Node(_PARAGRAPH, None, f"第{write_number(count)}{unit}", texts=[line.text]))

    def _push(self, node: _Node) -> None:
        self._stack[-1].children.append(node)
        self._stack.append(node)


def _rank(kind: str) -> float:
    return RANK["article"] + 0.5 if kind == "decimal" else RANK.get(kind, len(RANK))


def _uses_decimals(lines: Sequence[Line]) -> bool:
    """Whether the document is numbered 1, 1.1, 1.1.1 as technical standards are."""
    numbers = {
        label.number for line in lines if not line.row and (label := decimal_label(line.text))
    }
    return any(number[-1] == 1 and (*number[:-1], 2) in numbers for number in numbers)


def _label_of(line: Line, decimals: bool) -> Label | None:
    if line.row:
        return None
    if decimals:
        if label := decimal_label(line.text):
            return label
        if top := _TOP_DECIMAL.match(line.text):
            return Label("decimal", (int(top[1]),), top[1], top.end(1))
    return leading_label(line.text)


class _Paths:
    """Gives each clause its path; a path that stands already gets a mark, so that each is one."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._taken: set[str] = set()

    def clause(self, node: _Node, above: str) -> ParsedClause:
        if node.kind == "decimal":
            above = self._prefix
        path = self._free(node, above)
        texts = node.texts
        heading = _heading(node)
        children = tuple(self.clause(child, path) for child in node.children)
        return ParsedClause(path, node.name, heading, "\n".join(texts), children)

    def _free(self, node: _Node, above: str) -> str:
        # Articles are numbered through, whatever chapter they stand in.
        choices = [self._prefix + node.name] if node.kind == "article" else []
        choices.append(above + node.name)
        path = next((each for each in choices if each not in self._taken), "")
        number = 2
        while not path or path in self._taken:
            path = f"{choices[-1]}[{number}]"
            number += 1
        self._taken.add(path)
        return path


def _heading(node: _Node) -> str:
    """The name of a clause: a line of its own, or a short first sentence that more text follows."""
    if not node.texts:
        return ""
    first = node.texts[0]
    more = len(node.texts) > 1 or bool(node.children)
    if node.kind == _HEADING:
        return node.name
    if node.kind in ("part", "chapter", "section"):
        return first
    if node.kind == "article":
        named = _ARTICLE_NAME.match(first)
        return named[1] if named else ""
    if len(first) <= _LONGEST_HEADING and not re.search(r"[。；;，,：:]", first):
        return first if more or node.level else ""
    sentence = _SENTENCE.match(first)
    if sentence and (more or len(first) > sentence.end()):
        return sentence[1]
    return ""
