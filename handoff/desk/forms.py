"""What a form of the desk sent."""

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

_MOST_FIELDS = 600


class Form:
    """The fields of a form, as a person typed them."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str) -> str:
        """A text, with plain line ends and without the characters that no database keeps."""
        value = self._data.get(name)
        return _clean(value) if isinstance(value, str) else ""

    def line(self, name: str) -> str:
        """A text of one line, trimmed."""
        return " ".join(self.text(name).split())

    def lines(self, name: str) -> list[str]:
        """One trimmed text per line, without empty ones."""
        return [line.strip() for line in self.text(name).splitlines() if line.strip()]

    def texts(self, name: str) -> list[str]:
        """All texts of fields that share a name, in order."""
        return [_clean(each) for each in self._data.getlist(name) if isinstance(each, str)]

    def file(self, name: str) -> UploadFile | None:
        """An uploaded file; None when none was chosen."""
        value = self._data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def files(self, name: str) -> list[UploadFile]:
        """All files of a field."""
        found = self._data.getlist(name)
        return [each for each in found if isinstance(each, UploadFile) and each.filename]

    def __contains__(self, name: str) -> bool:
        return name in self._data


async def read_form(request: Request) -> Form:
    """The form of a request, without files; those are read by `uploads`."""
    return Form(await request.form(max_files=0, max_fields=_MOST_FIELDS))


def page_number(typed: str) -> int:
    """The page of a list that an address names; the first when it names none."""
    return max(1, int(typed)) if typed.isdecimal() and len(typed) < 6 else 1


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
