"""Files that staff upload, read with a limit."""

from fastapi import UploadFile

from handoff.conversations import LARGEST_ATTACHMENT
from handoff.errors import Invalid


async def read_upload(file: UploadFile) -> tuple[bytes, str]:
    """The content and the plain file name. Raises Invalid above 20 MB."""
    data = await file.read(LARGEST_ATTACHMENT + 1)
    if len(data) > LARGEST_ATTACHMENT:
        raise Invalid("文件太大，请控制在 20 MB 以内。")
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return data, name
