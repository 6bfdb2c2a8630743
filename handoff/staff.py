"""Who works here: accounts, roles, sign-in, and the link to a Telegram account."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from pwdlib import PasswordHash

from handoff.errors import Conflict, Forbidden, Invalid, NotFound, TooManyTries
from knowledge.regions import region_prefix
from storage import Row, Transaction, new_id

Role = Literal["manager", "curator", "leader", "admin", "reform_office"]
ROLES: tuple[Role, ...] = get_args(Role)
ROLE_NAMES: dict[Role, str] = {
    "manager": "项目管家",
    "curator": "知识管理员",
    "leader": "领导",
    "admin": "系统管理员",
    "reform_office": "工改办",
}

SESSION_MS = 12 * 3600 * 1000
_SHORTEST_PASSWORD = 10
_FREE_TRIES = 5
_PAUSE_MS = 5 * 60 * 1000
_hasher = PasswordHash.recommended()


@cache
def _nobody() -> str:
    """Checked when the name is unknown, so that the time taken does not tell which names exist."""
    return _hasher.hash(secrets.token_hex(8))


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in or named member of staff; `region` bounds what they see."""

    id: str
    name: str
    role: Role
    region: str
    telegram_id: int | None
    on_duty: bool
    disabled: bool

    def may(self, *roles: Role) -> bool:
        """Whether they have one of the roles; an admin has all."""
        return self.role == "admin" or self.role in roles


def check_role(staff: Staff, *roles: Role) -> None:
    """Raise Forbidden unless they have one of the roles (an admin has all)."""
    if not staff.may(*roles):
        wanted = "、".join(ROLE_NAMES[role] for role in roles)
        raise Forbidden(f"这项操作需要{wanted}的权限。")


def hash_password(password: str) -> str:
    """An argon2 hash; slow on purpose, so never inside a transaction. Raises Invalid if short."""
    if len(password) < _SHORTEST_PASSWORD:
        raise Invalid(f"密码至少要 {_SHORTEST_PASSWORD} 个字符。")
    return _hasher.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether it is right; takes as long when there is no such account."""
    return _hasher.verify(password, password_hash or _nobody()) and password_hash is not None


def add_staff(tx: Transaction, name: str, role: str, region: str, password_hash: str) -> Staff:
    """Make an account. Raises Invalid or Conflict."""
    name = " ".join(name.split())
    if not name or len(name) > 40 or not name.isprintable():
        raise Invalid("请给出姓名（不超过 40 个字，不含看不见的字符）。")
    if role not in ROLES:
        raise Invalid(f"没有“{role}”这个角色，可选：{'、'.join(ROLES)}。")
    if tx.value("SELECT 1 FROM staff WHERE name = :name", name=name):
        raise Conflict(f"已经有名为“{name}”的账号。")
    staff_id = new_id()
    tx.insert(
        "staff",
        id=staff_id,
        name=name,
        role=role,
        region=region,
        password_hash=password_hash,
        created_at=tx.now,
    )
    return get_staff(tx, staff_id)


def list_staff(tx: Transaction) -> list[Staff]:
    return [_staff(row) for row in tx.all("SELECT * FROM staff ORDER BY created_at, name")]


def get_staff(tx: Transaction, staff_id: str) -> Staff:
    return _found(tx.one("SELECT * FROM staff WHERE id = :id", id=staff_id))


def find_staff(tx: Transaction, name: str) -> Staff:
    """By name. Raises NotFound."""
    return _found(tx.one("SELECT * FROM staff WHERE name = :name", name=name.strip()), name)


def find_staff_by_telegram(tx: Transaction, telegram_id: int) -> Staff | None:
    """The active member of staff behind a Telegram account, if it is one."""
    row = tx.one(
        "SELECT * FROM staff WHERE telegram_id = :id AND disabled_at IS NULL", id=telegram_id
    )
    return _staff(row) if row else None


def set_password(tx: Transaction, staff: Staff, password_hash: str) -> None:
    """A new password ends all sessions, and opens a closed account again."""
    tx.execute(
        "UPDATE staff SET password_hash = :hash, disabled_at = NULL WHERE id = :id",
        hash=password_hash,
        id=staff.id,
    )
    tx.execute("DELETE FROM staff_session WHERE staff_id = :id", id=staff.id)


def set_duty(tx: Transaction, staff: Staff, on_duty: bool) -> Staff:
    """Going off duty stops new notices; what is claimed stays claimed."""
    tx.execute("UPDATE staff SET on_duty = :on WHERE id = :id", on=int(on_duty), id=staff.id)
    return get_staff(tx, staff.id)


def load_credentials(tx: Transaction, name: str) -> Row | None:
    """What sign-in compares with. Raises TooManyTries while the account is paused."""
    _check_tries(tx, name)
    return tx.one(
        "SELECT id, password_hash FROM staff WHERE name = :name AND disabled_at IS NULL", name=name
    )


def _check_tries(tx: Transaction, name: str) -> None:
    failed = tx.one("SELECT * FROM sign_in_failure WHERE name = :name", name=name)
    if not failed or failed["failures"] < _FREE_TRIES:
        return
    if abs(tx.now - failed["last_at"]) < _PAUSE_MS:  # a clock may have been put back meanwhile
        raise TooManyTries("密码输错次数太多，请 5 分钟后再试。")


def record_failure(tx: Transaction, name: str) -> None:
    """Count a wrong password; a pause follows after several."""
    tx.execute(
        "INSERT INTO sign_in_failure (name, failures, last_at) VALUES (:name, 1, :now)"
        " ON CONFLICT (name) DO UPDATE SET last_at = :now, failures ="
        " CASE WHEN abs(:now - sign_in_failure.last_at) > :pause THEN 1"
        " ELSE sign_in_failure.failures + 1 END",
        name=name[:80],
        now=tx.now,
        pause=_PAUSE_MS,
    )


def open_session(tx: Transaction, staff_id: str) -> tuple[Staff, str]:
    """Sign in: the account and a new token, of which only the hash is kept.

    Raises TooManyTries when wrong passwords were counted while this one was being compared: of
    many guesses at once no more than the free ones can be right.
    """
    staff = get_staff(tx, staff_id)
    _check_tries(tx, staff.name)
    token = secrets.token_urlsafe(32)
    tx.execute("DELETE FROM sign_in_failure WHERE name = :name", name=staff.name)
    tx.execute("DELETE FROM staff_session WHERE expires_at < :now", now=tx.now)
    tx.insert(
        "staff_session",
        token_hash=hash_token(token),
        staff_id=staff_id,
        created_at=tx.now,
        expires_at=tx.now + SESSION_MS,
    )
    return staff, token


def find_session(tx: Transaction, token: str) -> Staff | None:
    """Who holds this token, unless it has run out or the account is closed."""
    row = tx.one(
        "SELECT staff.* FROM staff JOIN staff_session ON staff.id = staff_session.staff_id"
        " WHERE token_hash = :hash AND expires_at > :now AND disabled_at IS NULL",
        hash=hash_token(token),
        now=tx.now,
    )
    return _staff(row) if row else None


def close_session(tx: Transaction, token: str) -> None:
    tx.execute("DELETE FROM staff_session WHERE token_hash = :hash", hash=hash_token(token))


def make_link_code(tx: Transaction, staff: Staff) -> str:
    """A one-time code that links the Telegram account which sends `/start <code>`."""
    code = f"link-{secrets.token_urlsafe(12)}"
    tx.execute("UPDATE staff SET link_code = :code WHERE id = :id", code=code, id=staff.id)
    return code


def link_telegram(tx: Transaction, code: str, telegram_id: int) -> Staff | None:
    """Use up a link code; None when there is no such code."""
    row = tx.one("SELECT id FROM staff WHERE link_code = :code AND disabled_at IS NULL", code=code)
    if row is None:
        return None
    tx.execute("UPDATE staff SET telegram_id = NULL WHERE telegram_id = :tg", tg=telegram_id)
    tx.execute(
        "UPDATE staff SET telegram_id = :tg, link_code = NULL WHERE id = :id",
        tg=telegram_id,
        id=row["id"],
    )
    return get_staff(tx, row["id"])


def hash_token(token: str) -> str:
    """What is kept of a bearer token: it has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def load_managers_on_duty(tx: Transaction, region: str) -> Sequence[Staff]:
    """Who is told of a ticket routed to `region`: managers of that region and of those above."""
    rows = tx.all(
        "SELECT * FROM staff WHERE role IN ('manager', 'reform_office') AND on_duty = 1"
        " AND disabled_at IS NULL ORDER BY created_at"
    )
    managers = [_staff(row) for row in rows]
    return [each for each in managers if covers(each.region, region)]


def load_overseers(tx: Transaction, region: str) -> Sequence[Staff]:
    """Who is told when a promise was not kept: the 工改办 on duty and the leaders of a region."""
    rows = tx.all(
        "SELECT * FROM staff WHERE disabled_at IS NULL"
        " AND (role = 'leader' OR (role = 'reform_office' AND on_duty = 1)) ORDER BY created_at"
    )
    return [each for each in map(_staff, rows) if covers(each.region, region)]


def covers(staff_region: str, region: str) -> bool:
    """Whether a region lies in the region of a member of staff; an unknown place is everyone's."""
    return region == "100000" or region.startswith(region_prefix(staff_region))


def _staff(row: Row) -> Staff:
    return Staff(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        region=row["region"],
        telegram_id=row["telegram_id"],
        on_duty=bool(row["on_duty"]),
        disabled=row["disabled_at"] is not None,
    )


def _found(row: Row | None, name: str = "") -> Staff:
    if row is None:
        raise NotFound(f"没有名为“{name}”的账号。" if name else "没有这个账号。")
    return _staff(row)
