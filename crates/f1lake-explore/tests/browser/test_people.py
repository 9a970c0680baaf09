"""The page by keyboard, for readers, and for eyes that need another look."""

import re

import pytest
from conftest import NARROW, QUALIFYING, RACE, VIEWS, settle
from playwright.sync_api import Page, expect

NAMED = """(element) => element.labels?.length || (element.getAttribute('aria-label') ?? '').trim() || element.getAttribute('aria-labelledby')
    || element.textContent.trim() || element.title || element.placeholder || element.querySelector('svg[aria-label]')"""
# What the keyboard is on: its name, whether the ring is drawn, and whether anything covers it.
FOCUSED = f"""() => {{
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    // A row is as wide as its table, which may scroll inside its panel.
    const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 12), 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 12), 0), innerHeight - 1);
    const over = document.elementFromPoint(x, y);
    return {{
        what: element.tagName.toLowerCase() + '.' + element.className + ' ' + element.textContent.trim().slice(0, 30),
        isNamed: Boolean(({NAMED})(element)),
        hasRing: element.matches('.cm-content, .find-field input, main, .sql-pop, .sql-pop *') || parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none',
        isCovered: over !== null && over !== element && !element.contains(over) && !over.contains(element),
    }};
}}"""


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement?.textContent?.trim() ?? ''")


def spoken(page: Page) -> str:
    page.wait_for_timeout(220)
    return page.evaluate("[...document.querySelectorAll('.chart-figure [aria-live=polite]')].map((one) => one.textContent).join(' ')")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    settle(page)


# Everywhere


def test_the_first_stop_skips_to_the_content(open_page) -> None:
    page = open_page().go(f"/session/{RACE}")
    press(page, "Tab")
    assert focused(page) == "Skip to content"
    press(page, "Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    press(page, "Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("name", VIEWS)
def test_every_stop_has_a_name_a_ring_and_nothing_over_it(open_page, name: str) -> None:
    page = open_page().go(VIEWS[name])
    stops = []
    for _ in range(90):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        # An editor takes Tab for itself; Escape gives it back.
        if stop["what"].startswith("div.cm-content"):
            page.keyboard.press("Escape")
        assert stop["isNamed"], f"no name: {stop['what']}"
        assert stop["hasRing"], f"no ring: {stop['what']}"
        assert not stop["isCovered"], f"covered: {stop['what']}"
        stops.append(stop["what"])
    assert 8 <= len(stops) < 90, stops


def test_keys_lead_everywhere(open_page) -> None:
    page = open_page().go(f"/session/{RACE}")
    for key, path in (("2", "/laps"), ("3", "/overlay"), ("4", "/strategy"), ("5", "/quality"), ("1", "")):
        press(page, key)
        assert page.url.split("?")[0].endswith(f"/session/{RACE}{path}")
    press(page, "k")
    assert f"/session/{QUALIFYING}" in page.url
    press(page, "j")
    assert f"/session/{RACE}" in page.url
    press(page, "j")
    assert f"/session/{RACE}" in page.url, "there is no later one"
    press(page, "g", "s")
    assert page.locator("[aria-current=page]").inner_text() == "Sessions"
    press(page, "g", "q")
    assert page.url.endswith("/sql")


def test_the_keys_are_listed(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/laps")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.wait_for()
    listed = dialog.inner_text()
    for words in ("find a session, driver or lap", "clean or all laps", "next session", "SQL of the focused panel", "ten steps"):
        assert words in listed
    # Keys are off in a dialog, and the focus stays inside.
    page.keyboard.press("2")
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").count() and "/laps" in page.url


def test_single_keys_can_be_switched_off(open_page) -> None:
    page = open_page().go(f"/session/{RACE}")
    page.keyboard.press("?")
    page.get_by_role("switch", name="Single keys").uncheck()
    page.keyboard.press("Escape")
    press(page, "2")
    assert "/laps" not in page.url
    page.reload()
    settle(page)
    press(page, "2")
    assert "/laps" not in page.url
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("switch", name="Single keys").check()
    page.keyboard.press("Escape")
    press(page, "2")
    assert "/laps" in page.url


def test_find_leads_to_a_driver_a_lap_and_a_session(open_page) -> None:
    page = open_page().go(f"/session/{RACE}")
    found = page.get_by_role("option")
    page.keyboard.press("/")
    page.keyboard.type("piastri")
    assert found.count() >= 1
    press(page, "Enter")
    assert re.search(r"/laps\?drivers=81$", page.url)
    page.keyboard.press("/")
    page.keyboard.type("lap 12")
    press(page, "Enter")
    assert page.url.endswith("/laps?lap=12")
    page.keyboard.press("/")
    page.keyboard.type("qualifying t?")
    assert page.evaluate("document.activeElement.value") == "qualifying t?"
    assert "Nothing in the lake has this name." in page.get_by_role("dialog").inner_text()
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    press(page, "Enter")
    assert f"/session/{QUALIFYING}" in page.url


def test_letters_are_letters_in_a_field(open_page) -> None:
    page = open_page().go("/")
    field = page.locator("main input[type=text], main input[type=search], main input:not([type])").first
    field.focus()
    page.keyboard.type("t?/gq")
    assert field.input_value() == "t?/gq"
    assert not page.get_by_role("dialog").count() and "/sql" not in page.url
    assert page.evaluate("document.documentElement.dataset.theme ?? null") is None


def test_the_sql_of_a_panel_opens_by_key(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/strategy")
    button = page.locator("section.panel").nth(1).get_by_role("button", name="SQL", exact=True)
    button.focus()
    page.keyboard.press("s")
    popover = page.get_by_role("dialog", name="SQL of this panel")
    popover.locator("code:not(:empty)").wait_for()
    sql = popover.locator("code").inner_text()
    assert "strategy_gaps" not in sql and sql.lower().count("select") >= 1
    popover.get_by_role("button", name="Copy", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == sql
    popover.get_by_role("button", name="Copy as command").click()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith("f1lake sql --lake ") and command.endswith("'") and "gold_analytics." in command
    page.keyboard.press("Escape")
    assert not popover.count() and button.evaluate("(one) => one === document.activeElement")
    page.keyboard.press("s")
    popover.get_by_role("link", name="Open on the SQL page").click()
    settle(page)
    assert "/sql?sql=" in page.url


def test_the_theme_and_the_unit_stay(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/laps")
    page.get_by_role("button", name="mph").click()
    theme = lambda: page.evaluate("document.documentElement.dataset.theme ?? null")
    for expected in ("dark", "light", None, "dark"):
        page.keyboard.press("t")
        assert theme() == expected
    page.reload()
    assert theme() == "dark", "before the first paint"
    settle(page)
    assert page.get_by_role("button", name="mph").get_attribute("aria-pressed") == "true"
    assert page.get_by_role("columnheader", name="Trap, mph").count() == 1


# Keys of the parts


def test_the_list_opens_a_session_by_keyboard(open_page) -> None:
    page = open_page().go("/")
    cells = page.locator("main table a[href^='/session/']")
    assert page.locator("main table a[href^='/session/'][tabindex='0']").count() == 1, "one tab stop"
    names = cells.evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
    page.locator("main table a[tabindex='0']").focus()
    at = names.index(page.evaluate("document.activeElement.getAttribute('href')"))
    step = "ArrowLeft" if at else "ArrowRight"
    page.keyboard.press(step)
    moved = page.evaluate("document.activeElement.getAttribute('href')")
    assert moved == names[at - 1 if at else at + 1]
    press(page, "Enter")
    assert page.url.endswith(moved)


def test_rows_are_walked_opened_and_picked(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/laps")
    rows = page.locator(".laps-of tbody tr:not(.spacer)")
    assert page.locator(".laps-of tbody tr[tabindex='0']").count() == 1, "one tab stop"
    page.locator(".laps-of tbody tr[tabindex='0']").focus()
    number = lambda: int(page.evaluate("document.activeElement.querySelector('th').textContent"))
    press(page, "Home")
    assert number() == 1
    press(page, "ArrowDown", "ArrowDown")
    assert number() == 3 and page.url.endswith("lap=3")
    press(page, "ArrowUp")
    assert number() == 2
    press(page, "PageDown")
    assert number() == 12
    press(page, "End")
    assert number() == rows.count()
    # The row under the keys stays below the head that does not scroll.
    head = page.locator(".laps-of thead").bounding_box()
    press(page, "Home")
    assert page.locator(".laps-of tbody tr").first.bounding_box()["y"] >= head["y"] + head["height"] - 1
    press(page, "ArrowDown", "Enter")
    assert re.search(rf"/session/{RACE}/overlay\?laps={RACE}-\d+-2,", page.url)


def test_a_table_sorts_by_its_heads(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/strategy")
    stops = page.locator("section.panel.stops")
    head = stops.get_by_role("columnheader", name="Lap")
    laps = lambda: [int(text) for text in stops.locator("tbody tr > :nth-child(2)").evaluate_all("(all) => all.map((one) => one.lastChild.textContent)")]
    head.get_by_role("button").press("Enter")
    assert laps() == sorted(laps()) and head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").press("Enter")
    assert laps() == sorted(laps(), reverse=True) and head.get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize("name", ["session", "qualifying", "practice", "laps", "overlay", "strategy"])
def test_every_chart_is_read_by_keys(open_page, name: str) -> None:
    page = open_page().go(VIEWS[name])
    # The ribbon is the same above every view of a session.
    figures = page.locator("[role=figure]" if name == "session" else "main [role=figure]")
    assert figures.count() >= 1
    for index in range(figures.count()):
        figure = figures.nth(index)
        title = figure.get_attribute("aria-label")
        assert title and figure.get_attribute("tabindex") == "0"
        figure.focus()
        heard = []
        for key in ("Home", "ArrowRight", "End"):
            page.keyboard.press(key)
            page.wait_for_timeout(180)
            heard.append(figure.locator("[aria-live=polite]").last.text_content().strip())
        assert all(heard), f"{title}: {heard}"
        assert heard[0] != heard[-1], f"{title} says the same of its first and last place: {heard[0]}"
        assert any(re.search(r"\d", one) for one in heard), f"{title}: {heard}"
        table = page.locator(f"[id='{figure.get_attribute('aria-details')}'] table")
        assert table.count() == 1 and table.locator("caption").count() == 1 and table.locator("tr").count() > 1, title


def test_a_chart_zooms_and_turns_into_its_table(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/laps")
    panel = page.locator("section.panel").filter(has=page.get_by_role("heading", name="Lap times"))
    labels = lambda: panel.locator(".plot svg text.ax").all_text_contents()
    figure = panel.get_by_role("figure")
    figure.focus()
    whole = labels()
    press(page, "Home", "PageDown", "+")
    zoomed = labels()
    assert zoomed != whole
    press(page, "-")
    assert labels() == whole
    press(page, "+", "+", "0")
    assert labels() == whole
    press(page, "d")
    assert panel.get_by_role("button", name="Table", exact=True).get_attribute("aria-pressed") == "true"
    assert panel.locator("tbody tr").count() > 20
    panel.get_by_role("button", name="Chart", exact=True).press("d")
    assert panel.get_by_role("figure").count() == 1
    panel.get_by_role("figure").focus()
    press(page, "Home", "PageDown", "Enter")
    assert re.search(rf"/overlay\?laps={RACE}-\d+-11,", page.url)


def test_a_chart_zooms_by_a_drag(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/laps")
    plot = page.locator(".lap-chart .plot")
    labels = lambda: plot.locator("svg text.ax").all_text_contents()
    whole, box = labels(), plot.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 500, box["y"] + 210, steps=5)
    assert "laps" in plot.inner_text() or "laps" in (plot.text_content() or "")
    page.mouse.up()
    assert labels() != whole and "/laps" in page.url
    page.mouse.dblclick(box["x"] + 400, box["y"] + 200)
    settle(page)
    if "/laps" in page.url:
        assert labels() == whole


def test_keys_of_the_laps(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/laps")
    picked = page.locator(".pick input:checked")
    assert page.locator(".pick input[tabindex='0']").count() == 1, "one tab stop"
    page.locator(".pick input[tabindex='0']").focus()
    before = picked.count()
    press(page, "ArrowDown", "Space")
    assert picked.count() == before - 1
    press(page, "Space")
    assert picked.count() == before
    press(page, "c")
    assert "clean=0" in page.url
    press(page, "c")
    assert "clean=0" not in page.url


def test_keys_of_the_strategy(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/strategy")
    press(page, "p")
    assert "mode=position" in page.url and page.get_by_role("heading", name="Position by lap").count()
    press(page, "p", "]")
    assert "reference=" in page.url
    after = page.url
    press(page, "]", "[")
    assert page.url == after
    menu = page.get_by_role("button", name=re.compile("Gap to"))
    menu.press("Enter")
    dialog = page.get_by_role("dialog", name="Drivers of the chart")
    dialog.wait_for()
    assert page.evaluate("document.activeElement.type") == "radio"
    page.keyboard.press("Escape")
    assert not dialog.count() and menu.evaluate("(one) => one === document.activeElement")


def test_keys_of_the_overlay(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/overlay")
    laps = lambda: re.search(r"laps=([\d,-]+)", page.url)[1].split(",")
    two = laps()
    assert len(two) == 2
    press(page, "r")
    assert laps() == two[::-1]
    press(page, "r", "n")
    at = spoken(page) + page.locator(".tip").first.inner_text()
    press(page, "n")
    assert spoken(page) + page.locator(".tip").first.inner_text() != at
    press(page, "p")
    assert spoken(page) + page.locator(".tip").first.inner_text() == at
    press(page, "a")
    page.get_by_role("dialog").wait_for()
    press(page, "Escape")
    press(page, "Delete")
    assert laps() == two[:1]
    page.go_back()
    settle(page)
    assert laps() == two


def test_keys_of_the_sql_page(open_page) -> None:
    page = open_page().go("/sql")
    editor = page.locator(".cm-content")
    editor.focus()
    press(page, "Control+a")
    page.keyboard.type("select 1 as one")
    press(page, "Control+Enter")
    page.locator("main table td").first.wait_for()
    press(page, "Control+a")
    page.keyboard.type("select 2 as two")
    press(page, "Control+Enter")
    page.get_by_role("columnheader", name="two").wait_for()
    press(page, "Control+ArrowUp")
    assert "select 1 as one" in editor.inner_text()
    press(page, "Control+ArrowDown")
    assert "select 2 as two" in editor.inner_text()
    press(page, "Control+a")
    page.keyboard.type("select 1 from fact_la")
    page.locator(".sug [role=option]").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".sug [role=option]")).to_have_count(0)
    page.keyboard.press("Control+Space")
    page.locator(".sug [role=option]").filter(has_text="fact_laps").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".sug [role=option]")).to_have_count(0)
    before = focused(page)
    page.keyboard.press("F6")
    assert focused(page) != before


# The whole way: list, session, laps, overlay, without a mouse


def test_the_whole_way_by_keyboard(open_page) -> None:
    page = open_page().go("/")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('main table a')"):
            break
    while f"/session/{RACE}" not in page.evaluate("document.activeElement.getAttribute('href')"):
        before = page.evaluate("document.activeElement.getAttribute('href')")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.getAttribute('href')") != before
    press(page, "Enter")
    assert page.url.endswith(f"/session/{RACE}")
    press(page, "2")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.laps-of tbody tr')"):
            break
    press(page, "Home", "PageDown", "Enter")
    assert re.search(r"/overlay\?laps=\d+-\d+-11,", page.url)
    assert page.get_by_role("figure").count() >= 2
    press(page, "n", "n", "g", "s")
    assert page.get_by_text("Where you were").count(), "the list leads back"
    press(page, "Enter")
    assert "/overlay" in page.url


def test_the_whole_way_on_a_phone(open_page) -> None:
    for width in (400, 320):
        page = open_page(size=(width, 860), has_touch=True, is_mobile=True).go("/")
        page.locator(f"main a[href^='/session/{RACE}']").first.tap()
        settle(page)
        tabs = page.get_by_role("navigation", name="View")
        for tab in ("Laps", "Overlay", "Strategy", "Data quality"):
            tabs.get_by_role("link", name=tab).tap()
            settle(page)
            assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), tab
            current = tabs.locator("[aria-current]").bounding_box()
            assert current["x"] >= 0 and current["x"] + current["width"] <= width, "the tab of the view is seen"
        page.get_by_role("button", name="Menu").tap()
        page.get_by_role("link", name="SQL", exact=True).last.tap()
        settle(page)
        assert "/sql" in page.url


def test_targets_are_large_where_fingers_point(open_page) -> None:
    for name in ("sessions", "laps", "strategy"):
        page = open_page(size=NARROW, has_touch=True, is_mobile=True).go(VIEWS[name])
        small = page.evaluate(
            """[...document.querySelectorAll('.btn, .seg button, .seg a, main tbody tr[tabindex]')].filter((one) => one.checkVisibility())
                .map((one) => [one.className + one.textContent.slice(0, 20), one.getBoundingClientRect().height]).filter(([, height]) => height < 35)"""
        )
        assert not small


def test_a_tap_on_a_chart_shows_values_and_opens_nothing(open_page) -> None:
    page = open_page(size=NARROW, has_touch=True, is_mobile=True).go(f"/session/{RACE}/laps")
    plot = page.locator(".lap-chart .plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 100)
    settle(page)
    assert "/laps" in page.url
    tip = page.locator(".lap-chart .tip")
    assert "Lap" in tip.inner_text()
    assert tip.bounding_box()["y"] >= box["y"] + box["height"] - 1, "the box of values stands under the chart"


# Other looks


def moving(page: Page) -> list[str]:
    return page.evaluate(
        """() => [...document.querySelectorAll('*')].flatMap((one) => ['', '::before', '::after'].map((part) => {
            const style = getComputedStyle(one, part || null);
            const moves = style.transitionDuration.split(',').some((text) => parseFloat(text) > 0) || style.animationName !== 'none';
            return moves ? one.className + part : '';
        })).filter(Boolean)"""
    )


def test_nothing_moves_when_motion_is_reduced(open_page) -> None:
    page = open_page().go("/")
    page.keyboard.press("?")
    assert moving(page), "the switch moves otherwise"
    page.emulate_media(reduced_motion="reduce")
    assert not moving(page)
    for name in ("overlay", "sql"):
        assert not moving(open_page(reduced_motion="reduce").go(VIEWS[name])), name


def test_more_contrast_darkens_labels_and_lines(open_page) -> None:
    def contrast(page: Page, property_: str) -> float:
        return page.evaluate(
            """(name) => {
                const luminance = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255)
                    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
                const probe = document.body.appendChild(document.createElement('i'));
                const at = (value) => { probe.style.color = value; return luminance(getComputedStyle(probe).color); };
                const [a, b] = [at(`var(${name})`), at('var(--surface)')];
                probe.remove();
                return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            }""",
            property_,
        )

    page = open_page().go("/")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, contrast="no-preference")
        before = {name: contrast(page, name) for name in ("--ink-2", "--ink-3", "--line", "--line-strong")}
        page.emulate_media(color_scheme=theme, contrast="more")
        after = {name: contrast(page, name) for name in before}
        assert all(after[name] > before[name] for name in before), (theme, before, after)
        assert after["--ink-3"] >= 7 and after["--line-strong"] >= 3


# Marks that cannot be told from the ground.
HIDDEN = """() => {
    const probe = document.body.appendChild(document.createElement('b'));
    probe.style.cssText = 'background: Canvas';
    const canvas = getComputedStyle(probe).backgroundColor;
    probe.remove();
    const style = (one, part) => getComputedStyle(one, part);
    const seen = (one, part) => style(one, part).backgroundImage !== 'none' || ![canvas, 'rgba(0, 0, 0, 0)'].includes(style(one, part).backgroundColor);
    const all = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
    const bad = [];
    for (const bar of all('.bar')) if (!seen(bar)) bad.push('bar ' + bar.parentElement.textContent);
    for (const on of all('[aria-pressed=true]')) {
        const off = on.parentElement.querySelector('[aria-pressed=false]');
        if (off && style(on).backgroundColor === style(off).backgroundColor) bad.push('pressed ' + on.textContent);
    }
    for (const tab of all('.tabs [aria-current]')) if (!seen(tab, '::after')) bad.push('tab');
    for (const box of all('input[type=checkbox]:checked')) if (!seen(box)) bad.push('check');
    for (const line of all('svg .gl0, svg .cur, svg.tyre path, .ribbon svg line')) if ([canvas, 'none'].includes(style(line).stroke)) bad.push('line');
    for (const text of all('svg text')) if (style(text).fill === canvas) bad.push('text ' + text.textContent);
    for (const drawing of all('.plot-lines canvas')) {
        const pixels = drawing.getContext('2d').getImageData(0, 0, drawing.width, drawing.height).data;
        if (!pixels.some((value, i) => i % 4 === 3 && value > 0)) bad.push('empty chart');
    }
    return bad;
}"""


@pytest.mark.parametrize("name", ["session", "laps", "overlay", "strategy"])
def test_forced_colours_hide_no_mark(open_page, name: str) -> None:
    page = open_page(forced_colors="active").go(VIEWS[name])
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, forced_colors="active")
        settle(page)
        hidden = page.evaluate(HIDDEN)
        assert not hidden, f"{theme}: {hidden[:8]}"
