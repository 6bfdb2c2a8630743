"""Projects: the address that one opens the chat for, and the place its askers are from."""

import secrets
from dataclasses import dataclass

from handoff.errors import Forbidden, Invalid, NotFound
from handoff.staff import Staff, check_role, covers
from handoff.tickets import ROOT
from storage import Row, Transaction

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike: people type it from paper
_LENGTH = 10
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Project:
    """What the page of a project says. `token` is the end of its address."""

    token: str
    name: str
    region: str
    created_at: int
    made_by: str | None = None
    revoked_at: int | None = None
    conversations: int = 0


def get_project(tx: Transaction, token: str) -> Project:
    """The project of an address. Raises NotFound, also when it was revoked."""
    row = tx.one(f"{_SELECT} WHERE token = :token AND revoked_at IS NULL", token=token)
    if row is None:
        raise NotFound("没有找到这个项目，请核对二维码或链接。")
    return _project(row)


def find_project_name(tx: Transaction, token: str) -> str:
    """Also of a project that was revoked."""
    return str(tx.value("SELECT name FROM project WHERE token = :token", token=token) or "")


def add_project(tx: Transaction, staff: Staff, name: str, region: str) -> Project:
    """A project in a region that this member of staff serves. Raises Forbidden or Invalid."""
    check_role(staff, "manager", "reform_office")
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid(f"请填写项目名称（不超过 {_LONGEST_NAME} 个字）。")
    if region == ROOT:
        raise Invalid("请填写项目所在的地区，例如“三元区”。")
    if not covers(staff.region, region):
        raise Forbidden("这个地区不由您负责，不能在这里建立项目。")
    token = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    tx.insert(
        "project", token=token, name=name, region=region, created_at=tx.now, created_by=staff.id
    )
    return get_project(tx, token)


def list_projects(tx: Transaction, staff: Staff) -> list[Project]:
    """The projects of the regions that this member of staff serves, the newest first."""
    check_role(staff, "manager", "reform_office")
    rows = tx.all(f"{_SELECT} ORDER BY project.created_at DESC, project.name")
    return [_project(row) for row in rows if covers(staff.region, row["region"])]


def revoke_project(tx: Transaction, staff: Staff, token: str) -> None:
    """Its address opens nothing from now on; conversations that came by it go on."""
    check_role(staff, "manager", "reform_office")
    project = get_project(tx, token)
    if not covers(staff.region, project.region):
        raise NotFound("没有找到这个项目，或它不属于您负责的地区。")
    tx.execute("UPDATE project SET revoked_at = :now WHERE token = :token", now=tx.now, token=token)


_SELECT = (
    "SELECT project.*, staff.name AS made_by, (SELECT count(*) FROM conversation"
    " WHERE conversation.project_token = project.token) AS conversations"
    " FROM project LEFT JOIN staff ON staff.id = project.created_by"
)


def _project(row: Row) -> Project:
    return Project(**{name: row[name] for name in Project.__slots__})
