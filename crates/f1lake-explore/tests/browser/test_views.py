"""Each view draws what it should, at each width and in both themes."""

import pytest
from conftest import NARROW, RACE, VIEWS, WIDE, settle

# Chromium runs it outside the policy of the page.
AXE = "node_modules/axe-core/axe.min.js"


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_fits_every_width(open_page, name: str) -> None:
    opened = open_page()
    page = opened.go(VIEWS[name])
    for width in (1400, 1024, 700, 400, 320):
        page.set_viewport_size({"width": width, "height": 860})
        settle(page)
        wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px wider than {width}"
        assert page.locator("h1").count() == 1
        for text in ("NaN", "undefined", "[object Object]", "Infinity"):
            assert text not in page.inner_text("body"), f"{name}: {text}"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing_serious(open_page, web, name: str, theme: str) -> None:
    opened = open_page(theme=theme)
    page = opened.go(VIEWS[name])
    page.evaluate((web / AXE).read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        (violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert not serious, serious


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_comes_back_from_its_address(open_page, name: str) -> None:
    opened = open_page()
    page = opened.go(VIEWS[name])
    address, text = page.url, page.inner_text("main")
    again = page.context.new_page()
    # A new tab gets the token from the open one.
    again.goto(address)
    settle(again)
    assert again.inner_text("main") == text
    assert opened.served.token not in again.url and opened.served.token not in page.url


def test_the_state_of_a_view_is_in_its_address(open_page) -> None:
    opened = open_page()
    page = opened.go(f"/session/{RACE}/laps?drivers=1,4&clean=0")
    picked = page.get_by_role("checkbox", checked=True)
    assert picked.count() == 2
    page.get_by_role("button", name="Clean laps").click()
    settle(page)
    assert "clean=0" not in page.url and "drivers=1" in page.url


def test_tabs_lead_to_the_views_of_a_session(open_page) -> None:
    opened = open_page()
    page = opened.go(f"/session/{RACE}")
    for tab, path in (("Laps", "laps"), ("Overlay", "overlay"), ("Strategy", "strategy"), ("Data quality", "quality")):
        page.get_by_role("navigation", name="View").get_by_role("link", name=tab).click()
        settle(page)
        assert page.url.split("?")[0].endswith(f"/session/{RACE}/{path}")
    page.go_back()
    settle(page)
    assert page.url.split("?")[0].endswith("/strategy")


def test_reduced_motion_and_narrow_dark(open_page) -> None:
    for name in ("session", "laps", "overlay", "strategy"):
        opened = open_page(size=NARROW, theme="dark", reduced=True)
        opened.go(VIEWS[name])


def test_sizes_of_what_is_loaded(open_page) -> None:
    opened = open_page()
    opened.go("/")
    first = sum(opened.loaded.values())
    assert 0 < first <= 150_000, f"{first} bytes: {opened.loaded}"
    for name in ("session", "laps", "overlay", "strategy", "quality", "season", "sql"):
        opened = open_page(size=WIDE)
        opened.go("/")
        before = dict(opened.loaded)
        opened.go(VIEWS[name])
        more = sum(size for url, size in opened.loaded.items() if url not in before and "/assets/" in url)
        assert more <= (300_000 if name == "sql" else 60_000), f"{name}: {more} bytes more"
