"""Numbers on the page are cells of the query that its panel shows.

Each table names the column of the query that a column shows (`data-column`). A row on the page must be a row of the query in all of them.
"""

import json
import math
import re

import pytest
from conftest import PRACTICE, QUALIFYING, RACE, Served, settle
from playwright.sync_api import Locator, Page

PAGES = [
    f"/session/{key}{tab}"
    for key in (RACE, QUALIFYING, PRACTICE)
    for tab in ("", "/laps", "/strategy", "/quality")
] + [f"/session/{RACE}/laps?clean=0", f"/session/{RACE}/laps?corrected=1&kg=100&cost=0.035", f"/session/{RACE}/strategy?mode=position", "/season"]
WORDS = {"not known": None, "–": None, "yes": True, "no": False}
UNITS = re.compile(r"[\s\u202f\u00a0]*(km/h|s/lap|s|%|laps?|°C|m/s|pts?)$")


def number(text: str) -> float | None:
    """The number that a cell shows; None when it shows none."""
    text = UNITS.sub("", text.strip()).replace("\u2212", "-").replace("\u202f", "").replace(",", "")
    match = re.fullmatch(r"([+-]?)(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d+)?)", text)
    if not match:
        return None
    sign, *parts = match.groups()
    value = 0.0
    for part in parts:
        if part is not None:
            value = value * 60 + float(part)
    return -value if sign == "-" else value


def shows(text: str, value: object) -> bool:
    """Whether a text is what people would be shown of a value."""
    text = text.strip()
    if value is None:
        return not text or text in WORDS or number(text) is None
    if isinstance(value, bool):
        return WORDS.get(text, value) == value
    if isinstance(value, (int, float)):
        shown = number(text)
        if shown is None:
            # A word in the place of a number, such as "Winner" for a gap of 0.
            return bool(re.search(r"[A-Za-z]", text)) or not text
        digits = len(text.split(".")[1].rstrip(" s%")) if "." in text else 0
        is_signed = text.startswith(("+", "-", "\u2212"))
        expected = value if is_signed else abs(value)
        return math.isclose(shown, expected, abs_tol=0.5 * 10**-min(digits, 3) + 1e-9)
    return str(value).casefold() in text.casefold() or text.casefold() in str(value).casefold() or not text.isascii() or len(text) <= 4


def panel_sql(page: Page, panel: Locator) -> str:
    panel.get_by_role("button", name=re.compile("SQL")).first.click()
    code = page.locator(".sql-pop pre code")
    code.wait_for()
    page.wait_for_function("document.querySelector('.sql-pop pre code').textContent.length > 0")
    sql = code.inner_text()
    page.keyboard.press("Escape")
    return sql


def tables_of(panel: Locator) -> list[dict]:
    return panel.evaluate(
        """(panel) => [...panel.querySelectorAll('table')].filter((table) => table.querySelector('th[data-column]')).map((table) => ({
            caption: table.caption?.textContent,
            columns: [...table.querySelectorAll('thead th')].map((head) => head.dataset.column ?? null),
            rows: [...table.querySelectorAll('tbody tr:not(.spacer)')].map((row) => [...row.children].map((cell) => cell.textContent)),
        }))"""
    )


@pytest.mark.parametrize("path", PAGES)
def test_every_row_is_a_row_of_the_query(open_page, served: Served, path: str) -> None:
    page = open_page().go(path)
    compared = 0
    for index in range(page.locator("section.panel").count()):
        panel = page.locator("section.panel").nth(index)
        if not panel.get_by_role("button", name=re.compile("^SQL")).count():
            continue
        title = panel.locator("h2").first.inner_text()
        table = panel.get_by_role("button", name="Table", exact=True)
        if table.count():
            table.first.click()
            settle(page)
        shown = tables_of(panel)
        if not shown:
            continue
        rows = served.rows(panel_sql(page, panel))
        for table in shown:
            columns = [(at, name) for at, name in enumerate(table["columns"]) if rows and name in rows[0]]
            if not table["rows"] or not rows:
                continue
            assert columns, f"{title}, {table['caption']}: no column of {table['columns']} is one of {list(rows[0])}"
            for cells in table["rows"]:
                fits = any(all(shows(cells[at], row[name]) for at, name in columns) for row in rows)
                assert fits, f"{title}, {table['caption']}: {dict((name, cells[at]) for at, name in columns)} is no row of the query"
                compared += len(columns)
    assert compared >= 10 or "quality" in path, f"{compared} cells compared"


def test_the_list_of_sessions_is_the_query(open_page, served: Served) -> None:
    page = open_page().go("/")
    sessions = json.loads(served.request("/api/sessions")[1])
    assert page.locator("a[href^='/session/']").count() >= len(sessions)
    for session in sessions:
        assert page.locator(f"a[href^='/session/{session['session_key']}']").count() >= 1, session


def test_a_wrong_cell_would_be_found() -> None:
    assert shows("1:27.415", 87.415) and not shows("1:27.416", 87.415)
    assert shows("\u22120.227", -0.227) and not shows("+0.228", 0.2271)
    assert not shows("+0.227", -0.227)
    assert shows("+1:00.700", 60.7) and not shows("+1:00.701", 60.7)
    assert shows("23.7", 23.66) and not shows("23.7", 23.6)
    assert shows("1\u202f323\u202f376", 1323376) and not shows("1\u202f323\u202f377", 1323376)
    assert shows("not known", None) and not shows("12", None)
    assert shows("98.2\u00a0%", 98.2) and not shows("98.3\u00a0%", 98.2)
