"""Each view fits each width, is free of serious faults in both themes, and comes back from its address."""

import re

import pytest
from conftest import NARROW, RACE, VIEWS, WEB, settle
from playwright.sync_api import Page

# Chromium runs it outside the policy of the page.
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
# Bytes of the files that a view loads beside the first load; a chart of lines has its own, as in build.mjs.
FIRST_FILES = {"index.html", "theme.js", "app.css", "app.js", "view-sessions.js"}
FIRST_BUDGET, VIEW_BUDGET, BUDGETS = 150_000, 60_000, {"sql": 300_000}
LINE_CHART, LINE_CHART_BUDGET = "line-chart.js", 65_000
LOADED = """Object.fromEntries(performance.getEntriesByType('resource').filter(({ name }) => name.includes('/assets/'))
    .map((entry) => [entry.name.split('/').at(-1), entry.decodedBodySize]))"""
LEFTOVERS = ("NaN", "undefined", "[object Object]", "Infinity", "Invalid Date", "null")
UNNAMED = (
    "section:not([aria-label]):not([aria-labelledby])",
    "section.panel:not([aria-label]):not(:has(h2))",
    "table:not(.tip table):not(:has(caption))",
    "[role=group]:not([aria-label])",
)


def serious(page: Page, rules: list[str] | None = None) -> list[tuple[str, list]]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_whole_small_and_fits_every_width(open_page, name: str) -> None:
    page = open_page().go(VIEWS[name])
    assert page.locator("main section.panel, main table").count() >= 2 and not page.get_by_text("This view failed").count()
    more = {file: size for file, size in page.evaluate(LOADED).items() if file not in FIRST_FILES and file != "icon.svg"}
    assert name == "sessions" or any(file.startswith("view-") for file in more)
    assert more.pop(LINE_CHART, 0) <= LINE_CHART_BUDGET
    assert sum(more.values()) <= BUDGETS.get(name, VIEW_BUDGET), more
    # A new tab gets the token from the open one, and shows the same.
    again = page.context.new_page()
    again.goto(page.url)
    settle(again)
    assert again.inner_text("main") == page.inner_text("main") and again.title() == page.title()
    again.close()
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1, landmark
    assert page.get_by_role("navigation", name="Lake").count() == 1
    assert page.get_by_role("navigation", name="View").count() == (1 if "/session/" in page.url else 0)
    assert not [what for what in UNNAMED if page.locator(f"main {what}").count()]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    for width in (1400, 1024, 700, 400, 320):
        page.set_viewport_size({"width": width, "height": 860})
        settle(page)
        wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px wider than {width}"
        assert page.get_by_role("heading", level=1).count() == 1
        text = page.inner_text("body")
        assert not [word for word in LEFTOVERS if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)]


def test_the_first_load_is_small(open_page) -> None:
    page = open_page().go("/")
    loaded = page.evaluate(LOADED)
    document = page.evaluate("performance.getEntriesByType('navigation')[0].decodedBodySize")
    assert FIRST_FILES - {"index.html"} <= set(loaded)
    assert sum(loaded.values()) + document <= FIRST_BUDGET, loaded


@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing_serious(open_page, name: str) -> None:
    page = open_page().go(VIEWS[name])
    assert not serious(page)
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(14, 15, 17)"
    # Only colours differ.
    assert not serious(page, ["color-contrast", "link-in-text-block"])


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
