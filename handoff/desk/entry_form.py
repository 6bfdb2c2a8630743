"""The entry editor's fields, as typed and as content."""

from dataclasses import dataclass, field, replace

from faq.entries import ROOT, STAGES, Content, Source
from faq.errors import EntryInvalid
from faq.publishing import MOST_SOURCES, check_date
from handoff.desk.forms import Form
from knowledge.documents import Clause
from retrieval.places import Gazetteer, UnknownRegion

_SOURCE_FIELDS = (
    "title",
    "document_number",
    "clause",
    "issuer",
    "region",
    "effective_from",
)


@dataclass(slots=True)
class SourceFields:
    """A source as typed; the region is a name."""

    title: str = ""
    document_number: str = ""
    clause: str = ""
    issuer: str = ""
    region: str = ""
    effective_from: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name).strip() for name in _SOURCE_FIELDS)


@dataclass(slots=True)
class EntryFields:
    """All of an entry as typed. `version` is the one that the editing began with."""

    standard_question: str = ""
    similar_questions: str = ""
    answer: str = ""
    stage: str = STAGES[0]
    region: str = ""
    effective_from: str = ""
    expires_on: str = ""
    hands_over: bool = False
    version: int = 0
    sources: list[SourceFields] = field(default_factory=list)

    @classmethod
    def of_content(cls, content: Content, version: int, gazetteer: Gazetteer) -> "EntryFields":
        return cls(
            standard_question=content.standard_question,
            similar_questions="\n".join(content.similar_questions),
            answer=content.standard_answer,
            stage=content.stage,
            region=_name(content.region, gazetteer),
            effective_from=content.effective_from or "",
            expires_on=content.expires_on or "",
            hands_over=content.hands_over,
            version=version,
            sources=[_fields(source, gazetteer) for source in content.sources],
        )

    @classmethod
    def of_form(cls, form: Form) -> "EntryFields":
        columns = [form.texts(f"source_{name}") for name in _SOURCE_FIELDS]
        rows = zip(*columns, strict=False)
        version = form.line("version")
        return cls(
            standard_question=" ".join(form.text("standard_question").split()),
            similar_questions=form.text("similar_questions"),
            answer=form.text("answer"),
            stage=form.line("stage") or STAGES[0],
            region=form.line("region"),
            effective_from=form.line("effective_from"),
            expires_on=form.line("expires_on"),
            hands_over=bool(form.text("hands_over")),
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
            sources=[SourceFields(*row) for row in rows][:MOST_SOURCES],
        )

    def content(self, gazetteer: Gazetteer) -> Content:
        """What is to be kept. Raises EntryInvalid for an unknown place or a date that is none."""
        return Content(
            standard_question=self.standard_question,
            standard_answer=self.answer.strip(),
            similar_questions=tuple(self.similar_questions.splitlines()),
            stage=self.stage,
            region=region_code(gazetteer, self.region),
            sources=tuple(_source(each, gazetteer) for each in self.sources if not each.is_empty),
            effective_from=check_date(self.effective_from, "施行日期"),
            expires_on=check_date(self.expires_on, "失效日期"),
            hands_over=self.hands_over,
        )

    def add_clause(self, clause: Clause, gazetteer: Gazetteer) -> None:
        """Cite a clause, in place of what was nothing but the manager's own answer."""
        kept = [each for each in self.sources if not each.is_empty]
        self.sources = [each for each in kept if not each.title.startswith("人工答复")]
        self.sources.append(_fields(source_of(clause), gazetteer))


def source_of(clause: Clause) -> Source:
    """The source that a clause is."""
    return Source(
        clause.title,
        clause.document_number,
        clause.clause,
        clause.issuer,
        clause.region,
        clause.effective_from,
    )


def region_code(gazetteer: Gazetteer, name: str) -> str:
    """The code of a place given by name or code; empty is everywhere. Raises EntryInvalid."""
    if not name.strip():
        return ROOT
    try:
        return gazetteer.find(name.strip()).code
    except UnknownRegion as error:
        raise EntryInvalid(str(error)) from error


def _source(fields: SourceFields, gazetteer: Gazetteer) -> Source:
    if not fields.title.strip():
        raise EntryInvalid("有一条依据没有填文件标题，请填写或删去这一条。")
    return replace(
        Source(
            fields.title.strip(),
            fields.document_number.strip(),
            fields.clause.strip(),
            fields.issuer.strip(),
        ),
        region=region_code(gazetteer, fields.region),
        effective_from=check_date(fields.effective_from, "依据的施行日期"),
    )


def _fields(source: Source, gazetteer: Gazetteer) -> SourceFields:
    return SourceFields(
        source.title,
        source.document_number,
        source.clause,
        source.issuer,
        _name(source.region, gazetteer),
        source.effective_from or "",
    )


def _name(code: str, gazetteer: Gazetteer) -> str:
    if code in (ROOT, "") or code not in gazetteer:
        return ""
    return gazetteer[code].name
