"""What the page says when something is missing, wrong or gone: the words of the design, and what to do."""

import json
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import RACE, environment, explore, program, settle
from playwright.sync_api import Page, expect

# The server looks at a local lake twice a second at most; the page every ten seconds.
LOOKS_AGAIN_S = 0.7
POLL_MS = 10_000


def words(page: Page) -> str:
    return page.inner_text("body").replace("\u00a0", " ")


def is_said(page: Page, title: str, text: str = "", action: str = "") -> None:
    """A state: the title says what is, the text what to do, and there is one primary action at most."""
    state = page.locator("main .state").filter(has=page.get_by_role("heading", name=title, exact=True)).first
    state.wait_for()
    assert text in state.inner_text().replace("\u00a0", " "), state.inner_text()
    primary = state.locator(".btn.primary")
    assert primary.count() <= 1
    if action:
        assert primary.inner_text().startswith(action)
    assert not any(word in state.inner_text() for word in ("!", "Sorry", "sorry", "Oops"))


@pytest.fixture
def lake_copy(demo_lake: Path, tmp_path: Path) -> Path:
    """A lake that a test may break: links to the files of the demo's."""
    copy = tmp_path / "lake"
    subprocess.run(["cp", "-al", str(demo_lake), str(copy)], check=True)
    return copy


def commit(table: Path, lines: list[dict]) -> None:
    """Adds a version to a Delta table."""
    log = table / "_delta_log"
    newest = max(int(one.stem) for one in log.glob("*.json"))
    (log / f"{newest + 1:020}.json").write_text("".join(json.dumps(line) + "\n" for line in lines))


def now() -> int:
    return int(time.time() * 1000)


def test_no_lake(open_page, tmp_path: Path) -> None:
    with explore(tmp_path / "lake") as server:
        for path in ("/", "/sql", f"/session/{RACE}/laps"):
            page = open_page(server=server).go(path)
            is_said(page, f"There is no lake at {tmp_path / 'lake'}", "Make one from a generated race weekend in about a minute, or point to yours.")
            assert page.locator("main .cmd code").all_inner_texts()[0].startswith("f1lake demo")
            assert page.locator("main .cmd").count() == 2
            assert "No lake" in page.get_by_role("contentinfo").inner_text()


# The manifest of a session that sent nothing, not even itself.
NOTHING_SENT = {
    "manifest_version": 1,
    "session_key": 1,
    "meeting_key": 1,
    "name": "2024-01-01_Nowhere_Race",
    "session_name": "Race",
    "batch_day": "2024-01-01",
    "year": 2024,
    "date_start": "2024-01-01T14:00:00Z",
    "date_end": "2024-01-01T15:00:00Z",
    "extracted_at": "2024-01-02T00:00:00Z",
    "tool": "f1lake",
    "base_url": "http://127.0.0.1/v1",
    "endpoints": {},
}


def test_a_lake_without_sessions(open_page, tmp_path: Path) -> None:
    manifests = tmp_path / "landing" / "_manifest"
    manifests.mkdir(parents=True)
    (manifests / "1.json").write_text(json.dumps(NOTHING_SENT))
    run = lambda *arguments: subprocess.run([program(), *arguments], cwd=tmp_path, env=environment(), check=True, capture_output=True)
    run("load", "--out", "landing", "--lake", "lake")
    run("build", "--no-tests", "--lake", "lake")
    with explore(tmp_path / "lake") as server:
        page = open_page(server=server).go("/")
        is_said(
            page,
            "The lake has no sessions yet",
            "Its tables are there and hold no rows. This page shows each session as soon as it lands.",
        )


def test_a_lake_without_gold(open_page, lake_copy: Path) -> None:
    (lake_copy / "gold_analytics").rename(lake_copy.parent / "gold")
    with explore(lake_copy) as server:
        opened = open_page(server=server)
        opened.may_fail = True
        opened.page.clock.install()
        page = opened.go("/")
        is_said(page, "The tables for analysis are not built")
        assert page.locator("main .cmd code").inner_text() == "f1lake build"
        # The page goes on by itself, without a reload.
        (lake_copy.parent / "gold").rename(lake_copy / "gold_analytics")
        time.sleep(LOOKS_AGAIN_S)
        page.clock.run_for(POLL_MS)
        page.locator(f"main a[href^='/session/{RACE}']").first.wait_for()


def test_a_wrong_token_and_none(open_page, served) -> None:
    for path, fragment in (("/", ""), (f"/session/{RACE}/laps", "#t=" + "0" * 64), ("/sql", "#t=")):
        opened = open_page()
        opened.may_fail = True
        opened.page.goto(served.base + path + fragment)
        is_said(
            opened.page,
            "This address has no valid token",
            "Open the address that f1lake explore printed last; each start has its own.",
        )
        assert not opened.page.locator("main table, main [role=figure]").count()


def test_the_token_is_nowhere(open_page, served) -> None:
    page = open_page().go(f"/session/{RACE}/laps")
    page.get_by_role("navigation", name="View").get_by_role("link", name="Strategy").click()
    page.locator("main [data-sql]").first.click()
    page.locator(".sql-pop code:not(:empty)").wait_for()
    places = page.evaluate(
        """() => ({
            address: location.href,
            history: JSON.stringify(history.state),
            document: document.documentElement.outerHTML,
            local: JSON.stringify(localStorage),
            cookies: document.cookie,
            window: JSON.stringify(Object.entries(window).filter(([, value]) => typeof value === 'string')),
            requests: performance.getEntriesByType('resource').map((entry) => entry.name).join(' '),
        })"""
    )
    assert all(places[name] is not None for name in places)
    assert not [name for name, text in places.items() if served.token in text]
    assert served.token in page.evaluate("JSON.stringify(sessionStorage)"), "the test would find it"
    page.go_back()
    assert served.token not in page.url
    page.reload()
    settle(page)
    assert page.locator("main section.panel").count() > 1


def test_a_second_explore(open_page, served, demo_lake: Path) -> None:
    with explore(demo_lake) as other:
        assert other.base != served.base and other.token != served.token
        assert served.request("/api/lake", token=other.token)[0] == 401
        first, second = open_page().go("/"), open_page(server=other).go("/")
        assert first.inner_text("main") == second.inner_text("main")
        # Another port is another origin: its pages do not hand over their token.
        tab = second.context.new_page()
        tab.goto(other.base + "/sql")
        settle(tab)
        assert "no valid token" not in words(tab)
    opened = open_page()
    opened.may_fail = True
    opened.page.goto(f"{served.base}/#t={other.token}")
    is_said(opened.page, "This address has no valid token")


def test_the_server_is_gone(open_page, lake_copy: Path) -> None:
    with explore(lake_copy) as server:
        opened = open_page(server=server)
        opened.may_fail = True
        page = opened.go(f"/session/{RACE}")
        shown = page.locator("main").inner_text()
        server.stop()
        page.get_by_role("navigation", name="View").get_by_role("link", name="Strategy").click()
        alert = page.get_by_role("alert")
        alert.wait_for()
        assert "f1lake is no longer running. What is loaded stays here." in alert.inner_text()
        assert alert.get_by_role("button").inner_text() == "Try again"
        page.go_back()
        settle(page)
        assert page.locator("main").inner_text() == shown


def test_a_table_that_vanishes_while_the_page_is_open(open_page, lake_copy: Path) -> None:
    gold = lake_copy / "gold_analytics"
    with explore(lake_copy) as server:
        opened = open_page(server=server)
        opened.may_fail = True
        page = opened.go(f"/session/{RACE}")
        (gold / "fact_laps").rename(lake_copy.parent / "fact_laps")
        time.sleep(LOOKS_AGAIN_S)
        page.get_by_role("navigation", name="View").get_by_role("link", name="Laps").click()
        page.get_by_role("heading", name="There is no table").first.wait_for()
        assert "fact_laps" in words(page)
        # The page is whole again once the table is.
        (lake_copy.parent / "fact_laps").rename(gold / "fact_laps")
        time.sleep(LOOKS_AGAIN_S)
        again = page.get_by_role("button", name="Try again")
        for _ in range(again.count()):
            if again.count():
                again.first.click()
                settle(page)
        expect(page.locator("main [role=figure]").first).to_be_visible()


def test_the_lake_changes_while_the_page_is_open(open_page, lake_copy: Path) -> None:
    with explore(lake_copy) as server:
        opened = open_page(server=server)
        opened.page.clock.install()
        page = opened.go(f"/session/{RACE}/laps")
        before = page.inner_text("main")
        commit(lake_copy / "gold_analytics" / "fact_laps", [{"commitInfo": {"timestamp": now(), "operation": "WRITE"}}])
        time.sleep(LOOKS_AGAIN_S)
        page.clock.run_for(POLL_MS)
        banner = page.get_by_role("status").filter(has_text="The lake changed.")
        banner.wait_for()
        assert page.inner_text("main") == before, "never by itself"
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        banner.get_by_role("button", name="Show them").click()
        settle(page)
        assert any("/api/view/laps_chart" in url for url in asked)
        assert not banner.count() and page.inner_text("main") == before


def test_a_session_without_telemetry(open_page, lake_copy: Path) -> None:
    telemetry = lake_copy / "gold_analytics" / "fact_lap_telemetry"
    logged = [json.loads(line) for log in (telemetry / "_delta_log").glob("*.json") for line in log.read_text().splitlines()]
    paths = {line["add"]["path"] for line in logged if "add" in line}
    paths = {path for path in paths if f"={RACE}" in path} or paths
    commit(telemetry, [{"remove": {"path": path, "deletionTimestamp": now(), "dataChange": True}} for path in sorted(paths)])
    with explore(lake_copy) as server:
        opened = open_page(server=server)
        opened.may_fail = True
        page = opened.go(f"/session/{RACE}/overlay")
        assert "No telemetry for this session" in words(page), words(page)
        assert "Laps, strategy and race control still work." in words(page)
        for tab in ("", "/laps", "/strategy", "/quality"):
            page = opened.go(f"/session/{RACE}{tab}")
            assert page.locator("section.panel").count() >= 2


def test_a_session_that_is_not_there(open_page) -> None:
    page = open_page().go("/session/1/laps")
    is_said(page, "There is no session 1", "does not hold it", "See sessions")
    assert page.locator("h1").count() == 1
    page = open_page().go("/season/1950")
    assert page.locator("h1").count() == 1 and "1950" in words(page)


def test_a_page_that_is_not_there(open_page) -> None:
    page = open_page().go("/")
    page.evaluate("history.pushState(null, '', '/session/9647/radio'); dispatchEvent(new PopStateEvent('popstate'))")
    is_said(page, "There is no such page", "/session/9647/radio", "See sessions")
    page.get_by_role("link", name="See sessions").click()
    settle(page)
    assert page.locator("main a[href^='/session/']").count()


# When the first panel with laps began to wait, and when it said so, by the clock of the page.
LISTEN = """window.seen = {};
new MutationObserver(() => {
    const panel = [...document.querySelectorAll('section.panel')].find((one) => one.querySelector('h2')?.textContent === 'Lap times');
    if (panel?.querySelector('.quiet-wait')) seen.quiet ??= performance.now();
    if (panel?.textContent.includes('Reading the lake')) seen.told ??= performance.now();
}).observe(document, { childList: true, subtree: true, characterData: true });"""


def test_a_wait_is_quiet_then_told_and_can_be_stopped(open_page) -> None:
    opened = open_page()
    page = opened.page
    page.clock.install()
    page.add_init_script(LISTEN)
    page.route("**/api/view/laps_chart*", lambda route: None)
    page.goto(opened.server.address(f"/session/{RACE}/laps"))
    panel = page.locator("section.panel").filter(has=page.get_by_role("heading", name="Lap times"))
    panel.get_by_text("Reading the lake").wait_for()
    seen = page.evaluate("seen")
    assert 290 <= seen["told"] - seen["quiet"] <= 2_000, seen
    assert panel.get_attribute("aria-busy") == "true" and not panel.get_by_role("button", name="Stop").count()
    page.clock.run_for(5_000)
    panel.get_by_text("Still reading").wait_for()
    panel.get_by_role("button", name="Stop").click()
    panel.get_by_text("Stopped.").wait_for()
    page.unroute("**/api/view/laps_chart*")
    panel.get_by_role("button", name="Try again").click()
    panel.get_by_role("figure").wait_for()


def test_a_query_that_names_no_column_is_repaired(open_page) -> None:
    opened = open_page()
    opened.may_fail = True
    page = opened.go("/sql?sql=select%20stop_duraton%20from%20fact_pit_stops")
    page.get_by_role("button", name="Run").first.click()
    page.get_by_text("There is no column stop_duraton").first.wait_for()
    assert "In fact_pit_stops there is stop_duration." in words(page)
    page.locator("main").get_by_role("button").filter(has_text="stop_duration").first.click()
    settle(page)
    if not page.locator("main table td").count():
        page.get_by_role("button", name="Run").first.click()
    page.locator("main table td").first.wait_for()


def test_a_huge_result_is_cut(open_page) -> None:
    page = open_page().go("/sql?sql=select%20driver_number%2C%20speed%20from%20fact_lap_telemetry")
    page.get_by_role("button", name="Run").first.click()
    page.get_by_text("Showing the first 100\u202f000 rows").first.wait_for()
    assert page.locator("main table tr").count() < 500, "rows that nobody sees are not drawn"


def test_a_query_that_never_ends_is_stopped(open_page, served) -> None:
    endless = "select count(*) from fact_lap_telemetry a, fact_lap_telemetry b where a.speed + b.speed = 1234.5"
    page = open_page().go(f"/sql?sql={quote(endless)}")
    page.get_by_role("button", name="Run").first.click()
    page.get_by_role("button", name="Stop").first.click()
    page.get_by_text("Stopped").first.wait_for()
    # The server is free again.
    assert served.rows("select 1 as one") == [{"one": 1}]


def test_a_query_that_took_its_time_says_so(open_page) -> None:
    opened = open_page()
    opened.may_fail = True
    page = opened.go("/sql?sql=select%201%20as%20one")
    # The server stops a query after ten seconds; its own tests wait that long.
    refusal = {"kind": "timeout", "message": "The query took more than 10 s", "hint": None, "suggestion": None}
    page.route("**/api/sql", lambda route: route.fulfill(status=408, json=refusal))
    page.get_by_role("button", name="Run").first.click()
    page.get_by_text("Stopped after 10 s").first.wait_for()


def test_a_query_that_would_write_is_refused(open_page) -> None:
    opened = open_page()
    opened.may_fail = True
    page = opened.go("/sql?sql=drop%20table%20fact_laps")
    page.get_by_role("button", name="Run").first.click()
    page.locator("main [role=alert]").wait_for()
    assert not page.locator("main table td").count()


def test_an_export_is_a_file(open_page, tmp_path: Path) -> None:
    page = open_page().go("/sql?sql=select%20*%20from%20fact_laps")
    page.get_by_role("button", name="Run").first.click()
    page.locator("main table td").first.wait_for()
    for kind, begins in (("CSV", b"session_key,"), ("Parquet", b"PAR1"), ("JSON", b"[{"), ("Arrow", b"\xff\xff\xff\xff")):
        page.get_by_role("button", name="Export").first.click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=kind).click()
        target = tmp_path / kind
        download.value.save_as(target)
        content = target.read_bytes()
        assert content.startswith(begins) and len(content) > 10_000, (kind, content[:20])


def test_laps_on_other_circuits_are_refused(open_page) -> None:
    opened = open_page()
    opened.may_fail = True
    # The demo has one circuit; the server's own words.
    refusal = {"kind": "circuit", "message": "These laps are on different circuits", "hint": "Pick a lap of Yas Marina Circuit, of any year.", "suggestion": None}
    opened.page.route("**/api/overlay?*", lambda route: route.fulfill(status=400, json=refusal))
    page = opened.go(f"/session/{RACE}/overlay?laps={RACE}-1-20,{RACE}-4-20")
    is_said(page, "These laps are on different circuits", "Pick a lap of Yas Marina Circuit, of any year.")
