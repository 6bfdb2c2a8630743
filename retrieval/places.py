"""The places a message names, found in a gazetteer of 省, 市, 区县 and what else the operator adds.

A short name is trusted as far as it is safe. The places the office works with (`Gazetteer.known`)
always count; so do 省, 市 and near neighbours, unless the name is an ordinary word (日照, 东方);
far counties only where the sentence marks them as a place (在常熟, 常熟的); ordinary words only
with their suffix or right behind the place above them (朝阳区, 长春朝阳).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from retrieval.place_names import (
    ABBREVIATION,
    ABBREVIATIONS,
    CORRECTION_END,
    CUE_AFTER,
    CUE_BEFORE,
    GENERIC_NAMES,
    IN,
    JOINTS,
    LEVEL_OF,
    LEVEL_WORD,
    NEGATED_AFTER,
    NEGATED_BEFORE,
    NO_SUFFIX,
    ORDINARY_WORDS,
    OTHER_NAME,
    OWN_PLACE_BEFORE,
    names_of,
)

ROOT = "100000"
LEVELS = ("国家", "省", "市", "区县", "镇街")


@dataclass(frozen=True, slots=True)
class Region:
    """One place: its GB/T 2260 code (longer for 镇街), full name, level and the code above it."""

    code: str
    name: str
    level: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a message, as written at `start`:`end`.

    `codes`: the place; several when the name exists several times; none for a level word that fits
    no known place. `kind`: "name", or "level" for 省里, 我市, 本区: a hint at the level, no limit
    (区里解决不了的问题 is about any district). `negated`: the sentence sets this place aside
    (不是三元，是乳山; 三元以外).
    """

    text: str
    start: int
    end: int
    codes: tuple[str, ...]
    kind: Literal["name", "level"] = "name"
    level: str = ""
    negated: bool = False


class UnknownRegion(ValueError):
    """No place, or more than one, has this name; the message says so in Chinese."""


Trust = Literal["always", "cued", "doubtful", "behind"]


@dataclass(frozen=True, slots=True)
class _Name:
    codes: tuple[str, ...]
    full: bool
    trust: Trust  # doubtful: marked on both sides; behind: only right behind the place above it


@dataclass(frozen=True, slots=True)
class _Lookup:
    """One immutable structure that a scan reads; swapped whole when `known` changes."""

    known: frozenset[str]
    names: dict[str, _Name]
    lengths: dict[
        str, tuple[int, ...]
    ]  # the first two characters → lengths of names, longest first


class Gazetteer:
    """Places by code and by name. Reading is safe from any thread, also while `known` is set."""

    def __init__(self, regions: Iterable[Region], known: Iterable[str] = ()) -> None:
        self._regions = {region.code: region for region in regions}
        self._lineage = {code: self._climb(code) for code in self._regions}
        self._full: defaultdict[str, list[str]] = defaultdict(list)
        self._short: defaultdict[str, list[str]] = defaultdict(list)
        for region in self._regions.values():
            full, short = names_of(region.name)
            for name in full:
                self._full[name].append(region.code)
            if short is not None:
                self._short[short].append(region.code)
        self._lookup = self._build(frozenset(known))

    @property
    def known(self) -> frozenset[str]:
        """Codes of the places that have documents or staff; their short names count always."""
        return self._lookup.known

    @known.setter
    def known(self, codes: Iterable[str]) -> None:
        self._lookup = self._build(frozenset(codes))

    def __contains__(self, code: object) -> bool:
        return code in self._regions

    def __len__(self) -> int:
        return len(self._regions)

    def __getitem__(self, code: str) -> Region:
        return self._regions[code]

    def lineage(self, code: str) -> tuple[str, ...]:
        """The place, then what lies above it, up to the root. Raises UnknownRegion."""
        try:
            return self._lineage[code]
        except KeyError:
            raise UnknownRegion(f"没有代码为 {code} 的地区") from None

    def around(self, code: str | None) -> frozenset[str] | None:
        """A place with all above it, as `Scope` has it; None for one that is not known."""
        return frozenset(self._lineage[code]) if code in self._lineage else None

    def path(self, code: str) -> str:
        """The whole name, e.g. 福建省三明市三元区."""
        above = [
            self._regions[c].name for c in self.lineage(code) if self._regions[c].level != "国家"
        ]
        return "".join(reversed(above)) or self._regions[code].name

    def find(self, name_or_code: str) -> Region:
        """The place of that code or name (三元区, 三元, 福建三明三元区); raises UnknownRegion."""
        wanted = re.sub(r"\s", "", name_or_code)
        if wanted in self._regions:
            return self._regions[wanted]
        codes: Sequence[str] = self._full.get(wanted) or self._highest(self._short.get(wanted, ()))
        codes = codes or self._by_path(wanted)
        if not codes:
            raise UnknownRegion(f"没有名为“{name_or_code}”的地区，请写全称或六位代码")
        if len(codes) > 1:
            choices = "、".join(f"{self.path(c)}（{c}）" for c in sorted(codes)[:8])
            raise UnknownRegion(f"“{name_or_code}”有 {len(codes)} 处，请写明上级或代码：{choices}")
        return self._regions[codes[0]]

    def mentions(self, text: str, near: str | None = None) -> list[Mention]:
        """The places that a normalised message names, in order of appearance.

        A chain from above downwards (江门市蓬江区) is one mention. A name that exists several times
        is narrowed by the other mentions, then by `near`, the code of the asker's place.
        """
        lookup = self._lookup
        found = self._scan(text, lookup)
        found += self._abbreviations(text, found)
        if len(found) > 1:
            found.sort(key=lambda m: m.start)
            found = self._merge(text, found)
        found = [self._narrow(m, found, near) if len(m.codes) > 1 else m for m in found]
        found = _negate(text, found)
        levels = self._levels(text, found, near, lookup)
        return sorted(found + levels, key=lambda m: m.start) if levels else found

    def places(self, text: str, near: str | None = None) -> tuple[str, ...]:
        """Codes of the places a message is about: named, not set aside, lowest of each lineage."""
        codes = [
            code
            for m in self.mentions(text, near)
            if m.kind == "name" and not m.negated
            for code in m.codes
        ]
        above = {a for code in codes for a in self.lineage(code)[1:]}
        return tuple(dict.fromkeys(code for code in codes if code not in above))

    def own_places(self, text: str, near: str | None = None) -> tuple[str, ...]:
        """Codes of the places where the asker says to be (我们公司在三元区, 我这边是乳山的)."""
        return tuple(
            code
            for m in self.mentions(text, near)
            if m.kind == "name" and not m.negated
            if OWN_PLACE_BEFORE.search(text, max(0, m.start - 16), m.start)
            for code in m.codes
        )

    # --- building -------------------------------------------------------------------------------

    def _climb(self, code: str) -> tuple[str, ...]:
        line: list[str] = []
        at: str | None = code
        while at is not None and at in self._regions and at not in line:
            line.append(at)
            at = self._regions[at].parent
        return tuple(line)

    def _by_path(self, wanted: str) -> tuple[str, ...]:
        for mention in self.mentions(wanted):
            if mention.kind == "name" and (mention.start, mention.end) == (0, len(wanted)):
                return mention.codes
        return ()

    def _highest(self, codes: Iterable[str]) -> list[str]:
        codes = list(codes)
        if not codes:
            return codes
        top = min(LEVELS.index(self._regions[c].level) for c in codes)
        return [c for c in codes if LEVELS.index(self._regions[c].level) == top]

    def _build(self, known: frozenset[str]) -> _Lookup:
        above = {a for code in known for a in self._lineage.get(code, ())}
        city = {line[1] for code in known if len(line := self._lineage.get(code, ())) > 2} | known
        close = {c for c, r in self._regions.items() if r.parent in city} | above
        names: dict[str, _Name] = {}
        for name, codes in self._short.items():
            chosen = [c for c in codes if c in known] or self._highest(codes)
            names[name] = _Name(tuple(chosen), False, self._trust(name, chosen, known, close))
        for name, codes in self._full.items():
            if ROOT in codes:
                continue  # 全国 says how it is everywhere, it names no place
            doubtful = name in GENERIC_NAMES and not any(c in close for c in codes)
            names[name] = _Name(tuple(codes), True, "behind" if doubtful else "always")
            if len(name) == 2 and not doubtful and not any(c in close for c in codes):
                names[name] = replace(names[name], trust="cued")  # 和县 in 市和县, 范县 in 示范县
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for name in names:
            lengths[name[:2]].add(len(name))
        ordered = {head: tuple(sorted(sizes, reverse=True)) for head, sizes in lengths.items()}
        return _Lookup(known, names, ordered)

    def _trust(self, name: str, codes: list[str], known: frozenset[str], close: set[str]) -> Trust:
        if any(c in known for c in codes):
            return "always"
        levels = {self._regions[c].level for c in codes}
        large_or_close = bool(levels & {"省", "市"}) or any(c in close for c in codes)
        if name in ORDINARY_WORDS:
            return "doubtful" if large_or_close else "behind"
        if large_or_close:
            return "always"
        return "cued"

    # --- reading --------------------------------------------------------------------------------

    def _scan(self, text: str, lookup: _Lookup) -> list[Mention]:
        found: list[Mention] = []
        lengths, at, end = lookup.lengths, 0, len(text) - 1
        while at < end:
            sizes = lengths.get(text[at : at + 2])
            mention = self._match(text, at, sizes, lookup, found) if sizes else None
            if mention is None:
                at += 1
            else:
                found.append(mention)
                at = mention.end
        return found

    def _match(
        self, text: str, at: int, sizes: tuple[int, ...], lookup: _Lookup, found: list[Mention]
    ) -> Mention | None:
        for size in sizes:
            stop = at + size
            name = lookup.names.get(text[at:stop])
            if name is None or stop > len(text):
                continue
            after = text[stop : stop + 1]
            if name.full and after and after in NO_SUFFIX.get(text[stop - 1], ""):
                continue
            if name.full and text[stop - 1 : stop + 2] in self._full:
                continue  # 济南市中区 is 济南 and 市中区
            if not name.full and OTHER_NAME.match(text, stop):
                continue
            codes = self._trusted(text, at, stop, name, found)
            if codes:
                return Mention(text[at:stop], at, stop, codes)
        return None

    def _trusted(
        self, text: str, at: int, stop: int, name: _Name, found: list[Mention]
    ) -> tuple[str, ...]:
        """The codes this name stands for here; none when it is too likely an ordinary word."""
        if name.trust == "always":
            return name.codes
        if found and text[found[-1].end : at] in JOINTS:
            spelt = text[at:stop]
            pool = self._full.get(spelt, ()) if name.full else self._short.get(spelt, ())
            below = tuple(c for c in pool if self._is_below(c, found[-1].codes))
            if below:
                return below
        before = at == 0 or text[at - 1] in CUE_BEFORE
        after = stop == len(text) or text[stop] in CUE_AFTER
        if name.trust == "cued" and (before or after):
            return name.codes
        if name.trust == "doubtful" and before and (after or text[at - 1 : at] in IN):
            return name.codes
        return ()

    def _is_below(self, code: str, above: Iterable[str]) -> bool:
        line = self._lineage[code][1:]
        return any(a in line for a in above)

    def _abbreviations(self, text: str, found: list[Mention]) -> list[Mention]:
        extra = []
        for match in ABBREVIATION.finditer(text):
            at = match.start(match.lastgroup or 0)
            code = ABBREVIATIONS[text[at]]
            if code in self._regions and not any(m.start <= at < m.end for m in found):
                extra.append(Mention(text[at], at, at + 1, (code,)))
        return extra

    def _merge(self, text: str, found: list[Mention]) -> list[Mention]:
        merged = [found[0]]
        for mention in found[1:]:
            before = merged[-1]
            if text[before.end : mention.start] in JOINTS:
                below = tuple(c for c in self._all(mention) if self._is_below(c, before.codes))
                if below:
                    whole = text[before.start : mention.end]
                    merged[-1] = Mention(whole, before.start, mention.end, below)
                    continue
            merged.append(mention)
        return merged

    def _all(self, mention: Mention) -> Iterable[str]:
        """Every place of this name, also those a short name alone would not stand for."""
        return (*self._full.get(mention.text, ()), *self._short.get(mention.text, ()))

    def _narrow(self, mention: Mention, found: list[Mention], near: str | None) -> Mention:
        others = [m.codes[0] for m in found if m is not mention and len(m.codes) == 1]
        if others:
            below = tuple(c for c in mention.codes if self._is_below(c, others))
            if below:
                return replace(mention, codes=below)
        if near in self._lineage:
            line = set(self._lineage[near]) - {ROOT}
            shared = {c: len(line.intersection(self._lineage[c])) for c in mention.codes}
            most = max(shared.values())
            if most:
                return replace(mention, codes=tuple(c for c in shared if shared[c] == most))
        return mention

    def _levels(
        self, text: str, found: list[Mention], near: str | None, lookup: _Lookup
    ) -> list[Mention]:
        levels = []
        for match in LEVEL_WORD.finditer(text):
            if any(m.start < match.end() and match.start() < m.end for m in found):
                continue
            word = match["own"] or match["inner"]
            codes = self._of_level(word, found, near, lookup)
            levels.append(
                Mention(match[0], match.start(), match.end(), codes, "level", LEVEL_OF[word])
            )
        return levels

    def _of_level(
        self, word: str, found: list[Mention], near: str | None, lookup: _Lookup
    ) -> tuple[str, ...]:
        pool = {a for code in lookup.known for a in self._lineage.get(code, ())}
        fitting = tuple(sorted(c for c in pool if _fits(self._regions[c], word)))
        for anchors in ([c for m in found for c in m.codes], [near] if near else []):
            line = {a for c in anchors if c in self._lineage for a in self._lineage[c]}
            inside = tuple(c for c in fitting if c in line)
            if inside:
                return inside
        return fitting


def _fits(region: Region, word: str) -> bool:
    """Whether people of this place call it 省, 市 (乳山市 too), 区, 县 or 镇."""
    if word == "省":
        return region.level == "省" and not region.name.endswith("市")
    if word == "市":
        return region.level != "镇街" and region.name.endswith("市")
    if word in "县旗":
        return region.level == "区县" and region.name[-1] != "区"
    return region.level == LEVEL_OF[word] and (region.level == "镇街" or region.name[-1] == word)


def _negate(text: str, found: list[Mention]) -> list[Mention]:
    """Marks what the sentence sets aside: outright (三元以外), or in favour of another place."""
    marked = []
    for mention in found:
        outside = NEGATED_AFTER.match(text, mention.end) is not None
        denied = NEGATED_BEFORE.search(text, max(0, mention.start - 8), mention.start) is not None
        if denied and not outside:
            # 不是三元区的企业能办吗 still asks for 三元区's rule; 不是三元，是乳山 does not.
            rest = any(m.start > mention.end for m in found)
            denied = rest or CORRECTION_END.match(text, mention.end) is not None
        marked.append(replace(mention, negated=True) if outside or denied else mention)
    return marked
