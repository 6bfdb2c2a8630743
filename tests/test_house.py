"""The rules of the house: who may import whom, whose tables are whose, what never happens."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "bot": {"bot", "faq", "handoff", "knowledge", "retrieval", "storage"},
    "handoff": {"handoff", "faq", "knowledge", "retrieval", "storage"},
    "faq": {"faq", "knowledge", "retrieval", "storage"},
    "knowledge": {"knowledge", "retrieval", "storage"},
    "retrieval": {"retrieval"},
    "storage": {"storage"},
}
PACKAGES = tuple(MAY_IMPORT)
_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE(?: IF NOT EXISTS)?)\s+([a-z_]+)")
_CREATE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)")


def modules(package: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def imported(tree: ast.AST) -> set[str]:
    """The top-level packages that a tree imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_stands_below_it(package: str) -> None:
    for path, tree in modules(package):
        wrong = (imported(tree) & set(PACKAGES)) - MAY_IMPORT[package]
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


def statements(tree: ast.AST) -> Iterator[str]:
    """Every text of a tree that looks like SQL; f-strings with their gaps."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [p.value if isinstance(p, ast.Constant) else " ? " for p in node.values]
            yield "".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_sql_on_a_table_stands_only_in_the_package_that_made_it() -> None:
    owners: dict[str, str] = {}
    for package in PACKAGES:
        for _, tree in modules(package):
            for text in statements(tree):
                owners |= dict.fromkeys(_CREATE.findall(text), package)
    assert {"entry", "ticket", "document", "inbox", "revision"} <= set(owners)
    for package in PACKAGES:
        for path, tree in modules(package):
            for text in statements(tree):
                for table in _TABLE.findall(text):
                    owner = owners.get(table, package)
                    assert owner == package, f"{path.relative_to(ROOT)} touches {table} of {owner}"


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("package", PACKAGES)
def test_a_transaction_is_a_plain_function(package: str) -> None:
    for path, tree in modules(package):
        for function in functions(tree):
            parameters = [each.arg for each in function.args.args]
            if "tx" in parameters:
                where = f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
                assert isinstance(function, ast.FunctionDef), f"{where} is async"


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_stand_at_the_top(package: str) -> None:
    for path, tree in modules(package):
        for function in functions(tree):
            inside = imported(function)
            # Importing aiogram takes seconds and much memory: only where Telegram is on.
            assert inside <= {"bot"}, f"{path.relative_to(ROOT)}:{function.lineno}"


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_and_functions_stay_short(package: str) -> None:
    for path, tree in modules(package):
        lines = path.read_text("utf-8").count("\n")
        assert lines <= 400, f"{path.relative_to(ROOT)} has {lines} lines"
        for function in functions(tree):
            inner = [f for f in functions(function) if f is not function]
            own = (function.end_lineno or 0) - function.lineno + 1
            own -= sum((f.end_lineno or 0) - f.lineno + 1 for f in inner)
            assert own <= 60, f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {own}"


def test_the_locks_hold_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        pinned = [line for line in text.splitlines() if "==" in line]
        assert pinned
        assert text.count("--hash=sha256:") >= len(pinned)


def test_no_page_asks_another_host() -> None:
    for path in ROOT.rglob("*"):
        if path.suffix in (".html", ".css", ".js") and ".venv" not in path.parts:
            for found in re.findall(
                r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//[^"')\s]+""",
                path.read_text("utf-8"),
            ):
                pytest.fail(f"{path.relative_to(ROOT)}: {found}")
