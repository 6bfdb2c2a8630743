"""Everything an operator can set: environment variables, or lines of a `.env` file."""

import secrets
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "XIAOHAIMA_"


class Settings(BaseSettings):
    """Each has a default; `xiaohaima doctor` prints them all, secrets hidden."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    data_dir: Path = Field(Path("data"), description="数据目录：数据库、密钥和缓存都在里面")
    database_url: SecretStr = Field(
        SecretStr(""), description="PostgreSQL 地址（postgresql://…）；留空则用数据目录里的 SQLite"
    )
    host: str = Field("127.0.0.1", description="监听地址")
    port: int = Field(8000, ge=1, le=65535, description="监听端口")
    secret_key: SecretStr = Field(
        SecretStr(""), description="签名密钥；留空则自动生成并保存在数据目录"
    )
    telegram_token: SecretStr = Field(
        SecretStr(""), description="Telegram 机器人令牌；留空则不启用 Telegram"
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="Telegram 接口地址，可指向自建接口"
    )
    telegram_webhook_url: str = Field(
        "", description="对外的 webhook 地址（https://…）；留空则用长轮询"
    )
    starter: bool = Field(True, description="库为空时是否装入随附的常见问题")
    remind_after: int = Field(60, ge=1, description="工单多少工作分钟没有答复时提醒项目管家")
    escalate_after: int = Field(
        240,
        ge=1,
        description="承诺时限：工单多少工作分钟内答复；超过时提醒项目管家，并告知工改办和领导",
    )
    timezone: str = Field("Asia/Shanghai", description="时区")

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"没有“{value}”这个时区，例如 Asia/Shanghai") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("应以 postgresql:// 开头；要用 SQLite 请留空")
        return value

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "xiaohaima.db"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def secret(self) -> str:
        """The key that signs; made once and kept in the data folder, readable by its owner only."""
        if given := self.secret_key.get_secret_value():
            return given
        path = self.data_dir / "secret.key"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            return path.read_text("ascii")
        key = secrets.token_urlsafe(32)
        path.write_text(key, "ascii")
        return key
