"""The page in Chromium, served by the program from the demo's lake.

F1LAKE names the program, F1LAKE_EXPLORE_LAKE a lake of the demo that is already there. Each page that is opened must reach nothing but its
server and log no error.
"""

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[4]
RACE, QUALIFYING, PRACTICE = 9647, 9610, 9499
WIDE, NARROW = (1400, 900), (400, 860)
VIEWS = {
    "sessions": "/",
    "session": f"/session/{RACE}",
    "qualifying": f"/session/{QUALIFYING}",
    "practice": f"/session/{PRACTICE}",
    "laps": f"/session/{RACE}/laps",
    "overlay": f"/session/{RACE}/overlay",
    "strategy": f"/session/{RACE}/strategy",
    "quality": f"/session/{RACE}/quality",
    "season": "/season",
    "sql": "/sql?sql=select%20session_key%2C%20session_name%20from%20dim_sessions%20order%20by%201",
}


def program() -> str:
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    return os.environ.get("F1LAKE", f"{target}/debug/f1lake")


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("F1LAKE_", "OPENF1_", "DATABRICKS_"))}


@dataclass
class Served:
    """A running `f1lake explore`."""

    process: subprocess.Popen
    base: str
    token: str
    lake: Path

    def request(self, path: str, body: object = None, accept: str = "application/json", token: str | None = None) -> tuple[int, bytes]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token or self.token}", "Accept": accept}
        if data:
            headers["Content-Type"] = "application/json"
        try:
            with urllib.request.urlopen(urllib.request.Request(self.base + path, data, headers), timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def rows(self, sql: str) -> list[dict]:
        status, body = self.request("/api/sql", {"sql": sql})
        assert status == 200, f"{sql}: {body.decode()}"
        return json.loads(body)

    def address(self, path: str) -> str:
        return f"{self.base}{path}#t={self.token}"

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


def explore(lake: Path, *arguments: str) -> Served:
    command = [program(), "explore", "--no-open", "--lake", str(lake), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment())
    assert process.stdout
    base, token = process.stdout.readline().strip().split("/#t=")
    return Served(process, base, token, lake)


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ready = os.environ.get("F1LAKE_EXPLORE_LAKE")
    if ready:
        return Path(ready)
    folder = tmp_path_factory.mktemp("demo")
    subprocess.run([program(), "demo", "--out", str(folder / "demo")], check=True, capture_output=True, cwd=folder, env=environment())
    return folder / "demo" / "lake"


@pytest.fixture(scope="session")
def served(demo_lake: Path) -> Iterator[Served]:
    running = explore(demo_lake)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        assert chromium, "Chromium is not installed"
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"])
        yield running
        running.close()


@dataclass
class Opened:
    """A page, and what it did that it must not do."""

    page: Page
    served: Served
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    loaded: dict[str, int] = field(default_factory=dict)
    may_fail: bool = False

    def go(self, path: str, wait: bool = True) -> Page:
        self.page.goto(self.served.address(path))
        if wait:
            settle(self.page)
        return self.page


def settle(page: Page) -> None:
    """Waits until nothing is being read any more."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!document.querySelector('main [aria-busy=true]')")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator:
    contexts, all_opened = [], []

    def opened(size: tuple[int, int] = WIDE, theme: str = "light", server: Served = served, reduced: bool = False) -> Opened:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            reduced_motion="reduce" if reduced else "no-preference",
            accept_downloads=True,
        )
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.base)
        page = context.new_page()
        new = Opened(page, server)
        page.on("console", lambda message: message.type == "error" and new.errors.append(message.text))
        page.on("pageerror", lambda error: new.errors.append(str(error)))

        def seen(request) -> None:
            if not request.url.startswith((server.base + "/", "data:", "blob:")):
                new.elsewhere.append(request.url)

        page.on("request", seen)

        def answered(response) -> None:
            if "/assets/" in response.url or response.url.startswith(server.base + "/") and response.request.resource_type == "document":
                new.loaded[response.url.split("#")[0]] = len(response.body())

        page.on("response", answered)
        all_opened.append(new)
        return new

    yield opened
    for new in all_opened:
        assert not new.elsewhere, f"the page reached {new.elsewhere}"
        assert new.may_fail or not new.errors, f"the page logged {new.errors}"
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def web() -> Path:
    return ROOT / "crates" / "f1lake-explore" / "web"
