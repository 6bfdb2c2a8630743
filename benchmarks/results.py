"""The sections of RESULTS.md that a command writes itself."""

import os
import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"

Row = Sequence[str]


def machine() -> str:
    """The kind of machine, for reading the figures."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def measured() -> str:
    """When and on what a section was measured."""
    return f"{date.today().isoformat()}, {machine()}."


def render_table(title: str, header: Row, rows: Sequence[Row]) -> str:
    """A table in Markdown."""
    lines = [f"### {title}\n"]
    lines += ["| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows]]
    return "\n".join(lines) + "\n"


def replace_section(name: str, text: str, path: Path = RESULTS) -> None:
    """Writes the text between the marks of a section; a new one goes to the end of the file."""
    begin, end = f"<!-- {name}: written by a command -->", f"<!-- end of {name} -->"
    whole = path.read_text("utf-8")
    section = f"{begin}\n{text.strip()}\n{end}"
    if begin in whole:
        before, rest = whole.split(begin, 1)
        after = rest.split(end, 1)[1]
        path.write_text(f"{before}{section}{after}", "utf-8")
    else:
        path.write_text(f"{whole.rstrip()}\n\n{section}\n", "utf-8")
