"""What the operating system, the settings and the command line refuse, in words for an operator."""

import errno

from pydantic import ValidationError

from bot.settings import PREFIX, Settings

_REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EEXIST: "已经有同名的文件",
    errno.EISDIR: "这是文件夹，应为文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EACCES: "没有读写权限",
    errno.EPERM: "没有读写权限",
    errno.EROFS: "所在的磁盘是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.EADDRINUSE: f"端口已被占用，请停掉占用它的程序，或用 {PREFIX}PORT 换一个端口",
    errno.EADDRNOTAVAIL: f"本机没有这个地址，请检查 {PREFIX}HOST",
}


def render_error(error: Exception) -> str:
    """A refusal in its own words, or the operating system's in ours."""
    return render_os_error(error) if isinstance(error, OSError) else str(error)


def render_os_error(error: OSError) -> str:
    """One line that says what and why; the system's own words where we have none."""
    reason = _REASONS.get(error.errno or 0) or error.strerror or str(error)
    return f"{error.filename}：{reason}。" if error.filename else f"{reason}。"


def render_settings_error(error: ValidationError) -> str:
    """Which setting is wrong, and how; never its value, which may be a secret."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    why = first["msg"].removeprefix("Value error, ")
    if why.isascii():  # the library's own English
        why = f"现在的值不能用（{Settings.model_fields[name].description}）。"
    return f"设置 {PREFIX}{name.upper()} 不对：{why}"
