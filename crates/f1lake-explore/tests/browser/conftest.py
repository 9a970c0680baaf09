"""The page in Chromium, served by the program from the demo's lake.

F1LAKE names the program, F1LAKE_EXPLORE_LAKE a lake of the demo that is already there, and F1LAKE_EXPLORE_ASSETS a page that was built
(`node build.mjs --out FOLDER`) in place of the one inside the program. Each page that is opened must reach nothing but its server and log
no error.
"""

import json
import mimetypes
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[4]
WEB = ROOT / "crates" / "f1lake-explore" / "web"
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
# A failed request is logged by the browser itself; a test that provokes one allows it.
FAILED_REQUEST = "Failed to load resource"
PATIENCE_MS = 15_000


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
        self.process.wait()


@contextmanager
def explore(lake: Path, *arguments: str) -> Iterator[Served]:
    command = [program(), "explore", "--no-open", "--lake", str(lake), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(), cwd=lake.parent)
    assert process.stdout
    base, token = process.stdout.readline().strip().split("/#t=")
    running = Served(process, base, token, lake)
    try:
        yield running
    finally:
        running.stop()
        process.stdout.close()


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ready = os.environ.get("F1LAKE_EXPLORE_LAKE")
    if ready:
        return Path(ready).resolve()
    folder = tmp_path_factory.mktemp("demo")
    subprocess.run([program(), "demo", "--out", str(folder / "demo")], check=True, capture_output=True, cwd=folder, env=environment())
    return folder / "demo" / "lake"


@pytest.fixture(scope="session")
def served(demo_lake: Path) -> Iterator[Served]:
    with explore(demo_lake) as running:
        yield running


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ["chromium", "google-chrome", "chromium-browser"])), None)
        assert path, "neither Chromium nor Chrome is installed"
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@dataclass
class Watch:
    """What the pages of a context do that they must not do, and what they wait for."""

    server: Served
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    pending: set = field(default_factory=set)

    def begin(self, request) -> None:
        self.pending.add(request)
        if not request.url.startswith((self.server.base + "/", "data:", "blob:")):
            self.elsewhere.append(request.url)

    def over(self, request) -> None:
        self.pending.discard(request)


WATCHES: WeakKeyDictionary[BrowserContext, Watch] = WeakKeyDictionary()


def watch(context: BrowserContext, server: Served) -> Watch:
    new = WATCHES[context] = Watch(server)
    context.on("request", new.begin)
    context.on("requestfinished", new.over)
    context.on("requestfailed", new.over)
    context.on("console", lambda message: message.type == "error" and new.errors.append(message.text))
    context.on("weberror", lambda error: new.errors.append(str(error.error)))
    return new


def settle(page: Page) -> None:
    """Waits until the page waits for nothing and has drawn what came."""
    pending = WATCHES[page.context].pending
    deadline = time.monotonic() + PATIENCE_MS / 1000
    quiet = 0
    while quiet < 3:
        assert time.monotonic() < deadline, f"{page.url} still waits for {[request.url for request in pending]}"
        is_busy = page.evaluate(
            """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() =>
                done(document.querySelector('main [aria-busy=true], main .quiet-wait') !== null), 8))))"""
        )
        quiet = 0 if is_busy or pending else quiet + 1


@dataclass
class Opened:
    """A page, alone in a context of its own."""

    page: Page
    server: Served
    watch: Watch
    # Whether requests may fail; other errors never may.
    may_fail: bool = False

    def go(self, path: str) -> Page:
        self.page.goto(self.server.address(path))
        settle(self.page)
        return self.page

    def check(self) -> None:
        errors = [error for error in self.watch.errors if not (self.may_fail and error.startswith(FAILED_REQUEST))]
        assert not self.watch.elsewhere, f"the page reached {self.watch.elsewhere}"
        assert not errors, f"the page logged {errors}"


def give_built_page(context: BrowserContext) -> None:
    folder = os.environ.get("F1LAKE_EXPLORE_ASSETS")
    if not folder:
        return

    def give(route) -> None:
        name = route.request.url.split("/assets/")[1]
        route.fulfill(body=(Path(folder) / name).read_bytes(), content_type=mimetypes.guess_type(name)[0] or "text/plain")

    context.route("**/assets/*", give)


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator:
    all_opened = []

    def opened(size: tuple[int, int] = WIDE, theme: str = "light", server: Served = served, **options) -> Opened:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme, accept_downloads=True, **options
        )
        context.set_default_timeout(PATIENCE_MS)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.base)
        give_built_page(context)
        watched = watch(context, server)
        all_opened.append(Opened(context.new_page(), server, watched))
        return all_opened[-1]

    yield opened
    for one in all_opened:
        one.check()
        one.page.context.close()


COMPARED: dict[str, int] = {}


@pytest.fixture(scope="session")
def compared():
    """Counts the cells that a test found equal to the query."""

    def add(where: str, cells: int) -> None:
        COMPARED[where] = COMPARED.get(where, 0) + cells

    return add


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["compared"] = COMPARED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    for where, cells in getattr(node, "workeroutput", {}).get("compared", {}).items():
        COMPARED[where] = COMPARED.get(where, 0) + cells


def pytest_terminal_summary(terminalreporter) -> None:
    if COMPARED:
        terminalreporter.write_line(f"{sum(COMPARED.values()):,} cells compared on {len(COMPARED)} pages")
