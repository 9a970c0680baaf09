"""Each view fits each width, is free of serious faults in both themes, and comes back from its address."""

import re

import pytest
from conftest import NARROW, RACE, VIEWS, WEB, settle
from playwright.sync_api import Page

# Chromium runs it outside the policy of the page.
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
LAZY_BUDGET, EDITOR_BUDGET, FIRST_BUDGET = 60_000, 300_000, 150_000
# Drawn with the first view that has lines; it has its own budget in build.mjs.
LINE_CHART, LINE_CHART_BUDGET = "line-chart.js", 65_000
OF_SESSIONS = ("session", "qualifying", "practice", "laps", "overlay", "strategy", "quality")


def serious(page: Page) -> list[tuple[str, list]]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_fits_every_width(open_page, name: str) -> None:
    page = open_page().go(VIEWS[name])
    for width in (1400, 1024, 700, 400, 320):
        page.set_viewport_size({"width": width, "height": 860})
        settle(page)
        wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px wider than {width}"
        assert page.locator("h1").count() == 1
        text = page.inner_text("body")
        for word in ("NaN", "undefined", "[object Object]", "Infinity", "Invalid Date", "null"):
            assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text), f"{name}: {word}"


@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing_serious(open_page, name: str) -> None:
    page = open_page().go(VIEWS[name])
    assert not serious(page)
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(245, 244, 240)", "it is dark"
    assert not serious(page)


@pytest.mark.parametrize("name", ["sessions", "laps", "sql"])
def test_axe_finds_nothing_serious_on_a_phone(open_page, name: str) -> None:
    page = open_page(size=NARROW, has_touch=True, is_mobile=True).go(VIEWS[name])
    assert not serious(page)
    page.get_by_role("button", name="Menu").click()
    assert not serious(page)


def test_axe_finds_nothing_serious_in_what_floats(open_page) -> None:
    page = open_page().go(VIEWS["laps"])
    for key, role in (("?", "dialog"), ("/", "dialog"), ("s", "dialog")):
        page.keyboard.press(key)
        page.get_by_role(role).first.wait_for()
        assert not serious(page), key
        page.keyboard.press("Escape")
        assert not page.get_by_role(role).count()


def test_axe_would_find_a_fault(open_page) -> None:
    page = open_page().go("/")
    page.evaluate("document.querySelector('h1').parentElement.append(document.createElement('button'))")
    assert "button-name" in [name for name, _ in serious(page)]


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_comes_back_from_its_address(open_page, name: str) -> None:
    page = open_page().go(VIEWS[name])
    again = page.context.new_page()
    # A new tab gets the token from the open one.
    again.goto(page.url)
    settle(again)
    assert again.inner_text("main") == page.inner_text("main")
    assert again.title() == page.title()


def test_the_state_of_a_view_is_in_its_address(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/laps?drivers=1,4&clean=0")
    assert page.get_by_role("checkbox", checked=True).count() == 2
    page.get_by_role("button", name="Clean laps").click()
    settle(page)
    assert "clean=0" not in page.url and "drivers=1,4" in page.url
    page.get_by_role("checkbox", checked=True).first.uncheck()
    settle(page)
    assert re.search(r"drivers=[14]$", page.url)
    page.reload()
    settle(page)
    assert page.get_by_role("checkbox", checked=True).count() == 1


def test_a_bad_state_in_the_address_is_ignored(open_page) -> None:
    for tail in ("/laps?drivers=x,999&lap=-4&clean=maybe&kg=NaN&corrected=7", "/strategy?mode=x&reference=12345", "/laps?drivers="):
        page = open_page().go(f"/session/{RACE}{tail}")
        assert page.locator("section.panel").count() >= 2, tail
        assert "NaN" not in page.inner_text("main")


def test_tabs_lead_to_the_views_of_a_session_and_back(open_page) -> None:
    page = open_page().go(f"/session/{RACE}")
    tabs = page.get_by_role("navigation", name="View")
    for tab, path in (("Laps", "laps"), ("Overlay", "overlay"), ("Strategy", "strategy"), ("Data quality", "quality")):
        tabs.get_by_role("link", name=tab).click()
        settle(page)
        assert page.url.split("?")[0].endswith(f"/session/{RACE}/{path}")
        assert tab in page.title() and tabs.locator("[aria-current=page]").inner_text().startswith(tab)
    page.go_back()
    settle(page)
    assert page.url.split("?")[0].endswith("/strategy")


def test_sizes_of_what_is_loaded(open_page) -> None:
    def loaded(page: Page) -> dict[str, int]:
        return page.evaluate(
            """Object.fromEntries([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                .filter(({ name }) => !name.includes('/api/')).map((entry) => [entry.name.split('/').at(-1), entry.decodedBodySize]))"""
        )

    page = open_page().go("/")
    first = loaded(page)
    assert {"app.js", "app.css", "theme.js", "view-sessions.js"} <= set(first)
    assert 0 < sum(first.values()) <= FIRST_BUDGET, first
    for name in OF_SESSIONS + ("season", "sql"):
        more = {file: size for file, size in loaded(open_page().go(VIEWS[name])).items() if file not in first and "." in file}
        assert f"view-{name if name not in ('qualifying', 'practice') else 'session'}.js" in more
        assert more.pop(LINE_CHART, 0) <= LINE_CHART_BUDGET
        assert sum(more.values()) <= (EDITOR_BUDGET if name == "sql" else LAZY_BUDGET), f"{name}: {more}"


def test_every_kind_of_session_has_its_views(open_page) -> None:
    for name in OF_SESSIONS:
        page = open_page().go(VIEWS[name])
        assert page.locator("section.panel").count() >= 2, name
        assert not page.get_by_text("This view failed").count()
