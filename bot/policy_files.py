"""Which files of a folder are policy documents, for the command line."""

from collections.abc import Iterable
from pathlib import Path

from knowledge.files import SUFFIXES


def find_files(paths: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """The files that are named or stand in a named folder, and the names of what else stands there.

    A README, and hidden files such as Word's locks, are no documents and are not mentioned.
    """
    found: list[Path] = []
    left_out: list[str] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        for each in sorted(path.iterdir()):
            if each.name.startswith((".", "~$")) or each.stem.upper() == "README":
                continue
            if each.is_file() and each.suffix.lower() in SUFFIXES:
                found.append(each)
            else:
                left_out.append(each.name)
    return found, left_out
