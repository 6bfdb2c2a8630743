"""Every refusal of every package has a status, one shape, and tells nothing internal."""

import inspect
from types import ModuleType

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

import faq.errors
import handoff.errors
import knowledge.errors
from bot import http_errors
from retrieval.places import UnknownRegion
from storage import StorageUnavailable

SECRET = "/srv/data/xiaohaima.db"


class Body(BaseModel):
    score: int


def build() -> httpx.AsyncClient:
    app = FastAPI()
    http_errors.install(app)

    @app.get("/api/raise/{name}")
    async def raise_(name: str) -> None:
        kinds = {kind.__name__ + kind.__module__: kind for kind in http_errors.REFUSALS}
        raise kinds[name]("这件事办不了。")

    @app.get("/api/fault")
    async def fault() -> None:
        raise RuntimeError(SECRET)

    @app.post("/api/body")
    async def body(body: Body) -> None: ...

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.mark.parametrize("kind", http_errors.REFUSALS)
async def test_a_refusal_keeps_its_words(kind: type[Exception]) -> None:
    status, code = http_errors.REFUSALS[kind]
    async with build() as client:
        response = await client.get(f"/api/raise/{kind.__name__ + kind.__module__}")

    assert response.status_code == status
    assert response.json() == {"error": {"code": code, "message": "这件事办不了。"}}
    assert ("Retry-After" in response.headers) == (kind is StorageUnavailable)


@pytest.mark.parametrize("module", [handoff.errors, faq.errors, knowledge.errors])
def test_every_named_error_of_a_package_has_a_status(module: ModuleType) -> None:
    named = [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__ == module.__name__
    ]
    concrete = [kind for kind in named if not kind.__subclasses__()]

    assert concrete
    assert [kind for kind in concrete if kind not in http_errors.REFUSALS] == []
    assert UnknownRegion in http_errors.REFUSALS


async def test_a_fault_of_ours_tells_nothing() -> None:
    async with build() as client:
        response = await client.get("/api/fault")

    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal"
    assert SECRET not in response.text
    assert "RuntimeError" not in response.text


@pytest.mark.parametrize(
    ("content", "status", "code", "said"),
    [
        (b"{", 400, "bad_request", "JSON"),
        (b"{}", 422, "invalid", "score"),
        (b'{"score": "many"}', 422, "invalid", "score"),
        (b"[]", 422, "invalid", "请求内容"),
    ],
)
async def test_fields_are_refused_in_chinese(
    content: bytes, status: int, code: str, said: str
) -> None:
    async with build() as client:
        headers = {"Content-Type": "application/json"}
        response = await client.post("/api/body", content=content, headers=headers)

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert said in error["message"]
    assert "Input" not in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/api/none", 404, "not_found"), ("GET", "/api/body", 405, "method_not_allowed")],
)
async def test_what_is_not_there(method: str, path: str, status: int, code: str) -> None:
    async with build() as client:
        response = await client.request(method, path)

    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert not response.json()["error"]["message"].isascii()


async def test_a_browser_gets_a_page() -> None:
    async with build() as client:
        page = await client.get("/none", headers={"Accept": "text/html,*/*"})
        call = await client.get("/api/none", headers={"Accept": "text/html,*/*"})

    assert page.status_code == 404
    assert "<h1>没有找到您要的内容。</h1>" in page.text
    assert call.headers["Content-Type"] == "application/json"
