"""Numbers on the page are cells of the query that its panel shows.

The head of a column names the columns of the query that its cells show (`data-column`). Each row on the page is a row of the query in all of
them, no row of the query is shown twice, and none is left out. Tables behind charts, which readers get, are compared as well.
"""

import json
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from comparing import Times, cell_shows, shows
from conftest import PRACTICE, QUALIFYING, RACE, Served, settle
from playwright.sync_api import Locator, Page

PAGES = [
    *(f"/session/{key}{tab}" for key in (RACE, QUALIFYING, PRACTICE) for tab in ("", "/laps", "/strategy")),
    f"/session/{RACE}/quality",
    f"/session/{RACE}/laps?corrected=2&kg=100&cost=0.035&drivers=1,4",
    f"/session/{RACE}/strategy?mode=position&reference=4",
    "/season",
]
READ_TABLES = """(panel) => [...panel.querySelectorAll('table')].filter((table) => table.querySelector('th[data-column]')).map((table) => {
    const text = (cell) => {
        const driver = cell.querySelector('.drv b');
        if (driver) return [driver.textContent, cell.querySelector('.drv .nm')?.textContent].filter(Boolean).join('\u0001');
        if (cell.querySelector('.sub')) return cell.querySelector('.sub').textContent;
        const tyres = [...cell.querySelectorAll('svg.tyre')].map((tyre) => tyre.getAttribute('aria-label').replace('unknown tyre', 'not known'));
        const copy = cell.cloneNode(true);
        const sign = copy.querySelector('svg[aria-label=lost]') ? '\u2212' : '';
        for (const mark of copy.querySelectorAll('svg, .sr')) mark.remove();
        for (const tag of copy.querySelectorAll('.tag')) if (tyres.length || tag.textContent !== copy.textContent.trim()) tag.remove();
        const rest = copy.textContent.trim();
        return sign + [...tyres, ...(rest && rest !== tyres[0] ? [rest] : [])].join(', ');
    };
    return {
        caption: table.caption?.textContent,
        // A choice of the panel leaves rows out.
        isPartial: table.querySelector('.spacer') !== null || panel.querySelector('[aria-label="Kind of session"]') !== null,
        columns: [...table.querySelectorAll('thead th')].map((head) => head.dataset.column ?? ''),
        rows: [...table.querySelectorAll('tbody tr:not(.spacer)')].map((row) => [...row.children].map(text)),
    };
})"""
# `pace[driver_number=4]` is the pace in the row of this driver: a column for each driver, a row for each lap.
PIVOT = re.compile(r"(\w+)\[(\w+)=(\w+)\]")


def times_of(served: Served, path: str) -> Times | None:
    found = re.match(r"/session/(\d+)", path)
    if not found:
        return None
    session = next(one for one in json.loads(served.request("/api/sessions")[1]) if str(one["session_key"]) == found[1])
    hours, minutes, _ = (int(part) for part in session["gmt_offset"].lstrip("+-").split(":"))
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if session["gmt_offset"].startswith("-") else 1)
    start = session["date_start"]
    if session["session_type"] == "Race":
        start = served.rows(f"select min(date_start) as start from fact_laps where session_key = {found[1]}")[0]["start"]
    return Times(datetime.fromisoformat(start.removesuffix("Z").split("+")[0]), offset)


def panel_sql(page: Page, panel: Locator) -> str:
    panel.get_by_role("button", name="SQL", exact=True).first.click()
    code = page.locator(".sql-pop pre code:not(:empty)")
    code.wait_for()
    sql = code.inner_text()
    page.keyboard.press("Escape")
    return sql


def read_tables(page: Page, panel: Locator) -> list[dict]:
    """The tables of a panel: those on the screen, those behind its charts, and those behind `Table`."""
    for figure in panel.locator("[role=figure]").all():
        figure.focus()
    found = panel.evaluate(READ_TABLES)
    table = panel.get_by_role("button", name="Table", exact=True)
    if table.count():
        table.first.click()
        settle(page)
        found += panel.evaluate(READ_TABLES)
    return found


def unpivoted(table: dict, rows: list[dict]) -> dict:
    """A table with a column for each driver, as rows of the query."""
    places = [(at, *found.groups()) for at, name in enumerate(table["columns"]) if (found := PIVOT.fullmatch(name))]
    if not places:
        return table
    plain = [(at, name) for at, name in enumerate(table["columns"]) if not PIVOT.fullmatch(name)]
    _, value, key, _ = places[0]
    cells = [
        [cells[at] for at, _ in plain] + [of, cells[at]]
        for cells in table["rows"]
        for at, _, _, of in places
        if cells[at] not in ("", "–")
    ]
    return table | {"columns": [name for _, name in plain] + [key, value], "rows": cells, "isPartial": True}


def compare(where: str, table: dict, rows: list[dict], times: Times | None) -> int:
    """Number of cells that are equal to the query; fails at the first that is not."""
    table = unpivoted(table, rows)
    shown = [at for at in range(len(table["columns"])) if any(cells[at].strip() for cells in table["rows"])]
    known = [(at, name) for at, name in enumerate(table["columns"]) if name and all(part in rows[0] for part in re.split(r"[ |]", name))]
    compared = [at for at, _ in known if at in shown]
    assert 2 * len(compared) > len(shown), f"{where}: of {[table['columns'][at] for at in shown]} only {known} are columns of {list(rows[0])}"
    left = list(range(len(rows)))
    for cells in table["rows"]:
        fits = lambda row: all(cell_shows(cells[at], name, row, times) for at, name in known)
        # Rows come in the order of the query, so the first is mostly the one.
        found = next((place for place, index in enumerate(left) if fits(rows[index])), None)
        assert found is not None, f"{where}: {dict((name, cells[at]) for at, name in known)} is no row of the query"
        del left[found]
    assert table["isPartial"] or not left, f"{where}: {len(left)} rows of {len(rows)} are not shown, such as {rows[left[0]]}"
    return len(table["rows"]) * len(compared)


@pytest.mark.parametrize("path", PAGES)
def test_every_row_is_a_row_of_the_query(open_page, served: Served, path: str, compared) -> None:
    page = open_page().go(path)
    times = times_of(served, path)
    total = 0
    for panel in page.locator("section.panel").all():
        if not panel.get_by_role("button", name="SQL", exact=True).count():
            continue
        title = panel.locator("h2").first.inner_text()
        tables = [table for table in read_tables(page, panel) if table["rows"]]
        if not tables:
            continue
        rows = served.rows(panel_sql(page, panel))
        assert rows, f"{title}: {tables[0]['rows'][0]} is shown, and the query has no rows"
        total += sum(compare(f"{title}, {table['caption']}", table, rows, times) for table in tables)
    assert total >= 10, f"{total} cells compared"
    compared(urlsplit(path).path, total)


def test_the_list_of_sessions_is_the_query(open_page, served: Served) -> None:
    page = open_page().go("/")
    sessions = json.loads(served.request("/api/sessions")[1])
    linked = page.evaluate("[...new Set([...document.querySelectorAll('main a[href^=\"/session/\"]')].map((a) => a.pathname.split('/')[2]))]")
    assert sorted(linked) == sorted(str(session["session_key"]) for session in sessions)


def test_a_wrong_cell_would_be_found() -> None:
    assert shows("1:27.415", 87.415) and not shows("1:27.416", 87.415)
    assert shows("\u22120.227", -0.227) and not shows("+0.228", 0.227)
    assert not shows("+0.227", -0.227) and not shows("0.227", -0.227)
    assert shows("+1:00.700", 60.7) and not shows("+1:00.701", 60.7)
    assert shows("23.7", 23.66) and not shows("23.7", 23.6)
    assert shows("1\u202f323\u202f376", 1323376) and not shows("1\u202f323\u202f377", 1323376)
    assert shows("not known", None) and not shows("12", None) and not shows("not known", 12)
    assert shows("98.2\u00a0%", 98.2) and not shows("98.3\u00a0%", 98.2)
    assert shows("Winner", 0) and not shows("Winner", 0.1) and not shows("", 3)
    assert shows("soft", "SOFT") and not shows("soft", "MEDIUM") and not shows("VER", "NOR")
    assert cell_shows("4 → 2", "a b", {"a": 4, "b": 2}) and not cell_shows("4 → 2", "b a", {"a": 4, "b": 2})
    assert not cell_shows("4 → 2", "a b", {"a": 4, "b": None}) and not cell_shows("4", "a b", {"a": 4, "b": 2})
    assert cell_shows("+1 lap", "a|b", {"a": 1, "b": 5}) and not cell_shows("+2 laps", "a|b", {"a": 1, "b": 5})
    assert shows("Out, lap 39", "Did not finish") and not shows("Out, lap 39", "Finished")
    at = Times(datetime(2024, 12, 8, 13), timedelta(hours=4))
    assert shows("0:01:02", "2024-12-08T13:01:02.900", at) and not shows("0:01:03", "2024-12-08T13:01:02.900", at)
    assert shows("17:01", "2024-12-08T13:01:02", at) and not shows("13:01", "2024-12-08T13:01:02", at)


def test_a_wrong_table_would_be_found() -> None:
    rows = [{"lap": 1, "time": 90.5, "tyre": "SOFT"}, {"lap": 2, "time": None, "tyre": None}]
    table = {"columns": ["lap", "time", "tyre"], "isPartial": False, "rows": [["1", "1:30.500", "soft"], ["2", "not known", "not known"]]}
    assert compare("", table, rows, None) == 6
    for change in (
        {"rows": [["1", "1:30.501", "soft"], ["2", "not known", "not known"]]},
        {"rows": [["1", "1:30.500", "soft"], ["1", "1:30.500", "soft"]]},
        {"rows": [["1", "1:30.500", "soft"]]},
        {"columns": ["lap", "duration", "compound"]},
    ):
        with pytest.raises(AssertionError):
            compare("", table | change, rows, None)
    pivot = {"columns": ["lap", "time[tyre=SOFT]"], "isPartial": False, "rows": [["1", "1:30.500"], ["2", "–"]]}
    assert compare("", pivot, rows, None) == 3
    with pytest.raises(AssertionError):
        compare("", pivot | {"columns": ["lap", "time[tyre=HARD]"]}, rows, None)
