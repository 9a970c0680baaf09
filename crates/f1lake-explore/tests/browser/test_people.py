"""The page by keyboard, and for readers."""

from conftest import NARROW, PRACTICE, QUALIFYING, RACE, settle


def test_the_first_stop_skips_to_the_content(open_page) -> None:
    page = open_page().go(f"/session/{RACE}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('main') !== null || location.hash === '#main'")


def test_everything_has_a_name_and_no_id_twice(open_page) -> None:
    for path in ("/", f"/session/{RACE}", f"/session/{RACE}/laps", f"/session/{RACE}/overlay", f"/session/{RACE}/strategy", "/sql"):
        page = open_page().go(path)
        twice = page.evaluate(
            "() => { const seen = {}; for (const e of document.querySelectorAll('[id]')) seen[e.id] = (seen[e.id] ?? 0) + 1;"
            " return Object.entries(seen).filter(([, n]) => n > 1).map(([id]) => id); }"
        )
        assert not twice, f"{path}: {twice}"
        for landmark in ("banner", "main", "contentinfo"):
            assert page.get_by_role(landmark).count() == 1, f"{path}: {landmark}"


def test_the_list_opens_a_session_by_keyboard(open_page) -> None:
    page = open_page().go("/")
    matrix = page.get_by_role("grid").first
    matrix.locator("[tabindex='0']").first.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    settle(page)
    assert "/session/" in page.url


def test_keys_lead_everywhere(open_page) -> None:
    page = open_page().go(f"/session/{RACE}")
    page.keyboard.press("2")
    settle(page)
    assert "/laps" in page.url
    page.keyboard.press("g")
    page.keyboard.press("s")
    settle(page)
    assert page.url.rstrip("/") == page.url.rstrip("/").rsplit("/", 1)[0] or page.url.endswith("/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "Esc" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").count()
    page.keyboard.press("/")
    page.keyboard.type("yas")
    assert page.evaluate("document.activeElement.matches('input')")
    # In a field, letters are letters.
    page.keyboard.type("t?")
    assert page.evaluate("document.activeElement.value").endswith("t?")


def test_a_chart_is_read_by_arrows(open_page) -> None:
    for path in (f"/session/{RACE}/laps", f"/session/{RACE}/overlay", f"/session/{RACE}/strategy"):
        page = open_page().go(path)
        figure = page.locator("[role=figure][tabindex='0']").first
        figure.focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(600)
        spoken = page.evaluate("[...document.querySelectorAll('[aria-live=polite]')].map((e) => e.textContent).join(' ')")
        assert any(letter.isdigit() for letter in spoken), f"{path}: {spoken!r}"
        details = figure.get_attribute("aria-details")
        assert details and page.locator(f"[id='{details}'] tr").count() > 1, path


def test_the_theme_and_the_unit_stay(open_page) -> None:
    opened = open_page()
    page = opened.go(f"/session/{RACE}/laps")
    page.get_by_role("button", name="mph").click()
    page.keyboard.press("t")
    theme = page.evaluate("document.documentElement.dataset.theme")
    assert theme in ("dark", "light")
    page.reload()
    settle(page)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.get_by_role("button", name="mph").get_attribute("aria-pressed") == "true"


def test_the_whole_way_on_a_phone(open_page) -> None:
    page = open_page(size=NARROW).go("/")
    page.locator(f"a[href^='/session/{RACE}']").first.click()
    settle(page)
    for tab in ("Laps", "Overlay", "Strategy", "Data quality"):
        page.get_by_role("navigation", name="View").get_by_role("link", name=tab).click()
        settle(page)
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="SQL", exact=True).last.click()
    settle(page)
    assert "/sql" in page.url


def test_sessions_of_all_kinds_have_their_views(open_page) -> None:
    for key in (RACE, QUALIFYING, PRACTICE):
        for tab in ("", "/laps", "/overlay", "/strategy", "/quality"):
            page = open_page().go(f"/session/{key}{tab}")
            assert page.locator("section.panel").count() >= 1, f"{key}{tab}"
