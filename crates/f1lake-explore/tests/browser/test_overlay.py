"""Numbers of the overlay: its rows are those of `/api/overlay`, which fit the official times and the telemetry."""

import re

import pytest
from comparing import number, shows
from conftest import QUALIFYING, RACE, Served, settle
from playwright.sync_api import Page
from test_numbers import READ_TABLES, compare

# Decoded by the page's own reader of Arrow streams.
ASK = """async (laps) => {
    const { rows, meta } = await (await import('/assets/app.js')).overlay(laps);
    return { rows: rows.objects(), meta };
}"""
THOUSANDTH = 0.0011


def laps_of(page: Page) -> list[dict]:
    texts = re.search(r"laps=([\d,-]+)", page.url)[1].split(",")
    return [dict(zip(("session_key", "driver_number", "lap_number"), map(int, text.split("-")), strict=True)) for text in texts]


def official(served: Served, laps: list[dict]) -> list[dict]:
    return [
        served.rows(
            f"""select name_acronym, lap_duration, duration_sector_1 as s1, duration_sector_2 as s2, duration_sector_3 as s3 from fact_laps
            where session_key = {lap["session_key"]} and driver_number = {lap["driver_number"]} and lap_number = {lap["lap_number"]}"""
        )[0]
        for lap in laps
    ]


def three_laps(served: Served) -> str:
    best = served.rows(
        f"""select driver_number, lap_number from fact_laps where session_key = {QUALIFYING} and is_personal_best and duration_sector_1 > 0
        and duration_sector_2 > 0 and duration_sector_3 > 0 order by lap_duration limit 3"""
    )
    return ",".join(f"{QUALIFYING}-{lap['driver_number']}-{lap['lap_number']}" for lap in best)


def table_of(page: Page, title: str) -> dict:
    panel = page.locator("section.panel").filter(has=page.get_by_role("heading", name=title, exact=True))
    switch = panel.get_by_role("button", name="Table", exact=True)
    if switch.count():
        switch.click()
        settle(page)
    return panel.evaluate(READ_TABLES)[-1]


@pytest.fixture(params=["two laps of a race", "three of a qualifying"])
def overlay(request, open_page, served: Served) -> Page:
    path = f"{RACE}/overlay" if "race" in request.param else f"{QUALIFYING}/overlay?laps={three_laps(served)}"
    return open_page().go(f"/session/{path}")


def test_sectors_are_the_official_times(overlay: Page, served: Served, compared) -> None:
    laps = official(served, laps_of(overlay))
    table = table_of(overlay, "Sectors")
    rows = {cells[0]: cells[1:] for cells in table["rows"]}
    for row, name in (("Sector 1", "s1"), ("Sector 2", "s2"), ("Sector 3", "s3"), ("Lap", "lap_duration")):
        times = [lap[name] for lap in laps]
        assert all(shows(text, time) for text, time in zip(rows[row], times, strict=False)), (row, rows[row], times)
        if len(laps) == 2:
            assert shows(rows[row][2], times[1] - times[0]), (row, rows[row])
    if len(laps) > 2:
        overlay.get_by_role("button", name="Differences").click()
        cells = table_of(overlay, "Sectors")["rows"][3]
        assert all(shows(text, lap["lap_duration"] - laps[0]["lap_duration"]) for text, lap in zip(cells[2:], laps[1:], strict=True)), cells
    compared("/overlay", 4 * len(table["columns"]))


def test_deltas_at_the_lines_are_the_official_ones(overlay: Page, served: Served, compared) -> None:
    laps = official(served, laps_of(overlay))
    answer = overlay.evaluate(ASK, laps_of(overlay))
    assert answer["meta"]["is_anchored_at_sectors"]
    exact = [row for row in answer["rows"] if row["speed"] is None and row["delta"] is not None and row["distance"] > 0]
    known = set()
    for slot, lap in list(enumerate(laps))[1:]:
        told = answer["meta"]["deltas"][slot]
        for at, names in enumerate((("s1",), ("s1", "s2"), ("lap_duration",))):
            difference = sum(lap[name] for name in names) - sum(laps[0][name] for name in names)
            # The curve goes through it.
            drawn = [row["delta"] for row in exact if row["lap"] == slot][at]
            assert max(abs(told[at] - difference), abs(drawn - difference)) <= THOUSANDTH, (slot, at, told, drawn, difference)
        known |= {abs(value) for value in told} | {abs(b - a) for a in told for b in told}
    # The sentence beside the laps says nothing else.
    for text in re.findall(r"\d+\.\d{3}", overlay.locator(".slots > :last-child").inner_text().split("of 6")[-1]):
        assert any(abs(float(text) - value) < THOUSANDTH for value in known), (text, known)
    compared("/overlay", 3 * (len(laps) - 1))


def test_samples_are_the_telemetry(overlay: Page, served: Served, compared) -> None:
    laps = laps_of(overlay)
    answer = overlay.evaluate(ASK, laps)
    letters = [head.inner_text() for head in overlay.locator("table.sectors thead th").all()][1 : len(laps) + 1]
    rows = [row | {"lap": letters[row["lap"]]} for row in answer["rows"]]
    panel = overlay.locator("section.panel").filter(has=overlay.get_by_role("heading", name="By distance", exact=True))
    panel.get_by_role("figure").focus()
    (table,) = panel.evaluate(READ_TABLES)
    assert len(table["rows"]) == len(rows) and {"speed", "throttle", "brake", "gear", "delta"} <= set(table["columns"])
    compared("/overlay", compare("Laps by distance", table, rows, None))
    for slot, lap in enumerate(laps):
        sent = served.rows(
            f"""select speed, n_gear, throttle from fact_lap_telemetry where session_key = {lap["session_key"]}
            and driver_number = {lap["driver_number"]} and lap_number = {lap["lap_number"]} and lap_time_s > 0 order by lap_time_s"""
        )
        drawn = [row for row in answer["rows"] if row["lap"] == slot and row["speed"] is not None]
        same = [(row["speed"], row["gear"], row["throttle"]) for row in drawn] == [(row["speed"], row["n_gear"], row["throttle"]) for row in sent]
        assert same, (len(drawn), len(sent), drawn[:2], sent[:2])
        assert [row["distance"] for row in drawn] == sorted(row["distance"] for row in drawn)


def test_minisectors_add_up_and_nobody_wins_within_the_noise(overlay: Page, served: Served, compared) -> None:
    laps = official(served, laps_of(overlay))
    parts = overlay.evaluate(ASK, laps_of(overlay))["meta"]["minisectors"]
    assert len(parts) == 25
    for slot, lap in enumerate(laps):
        for sector in (1, 2, 3):
            total = sum(part["times"][slot] for part in parts if part["sector"] == sector)
            assert abs(total - lap[f"s{sector}"]) <= THOUSANDTH, (slot, sector, total, lap)
    table = table_of(overlay, "Minisectors")
    assert len(table["rows"]) == len(parts)
    columns = {name: at for at, name in enumerate(table["columns"])}
    for cells, part in zip(table["rows"], parts, strict=True):
        assert shows(cells[columns["from"]], round(part["from"])) and shows(cells[columns["sector"]], part["sector"])
        assert all(shows(cells[columns[f"time_{slot}"]], time) for slot, time in enumerate(part["times"]))
        assert shows(cells[columns["noise"]], part["noise"])
        if part["best"] is None:
            assert cells[columns["lead"]] == "not known" and part["lead"] <= part["noise"]
        else:
            assert shows(cells[columns["lead"]], part["lead"]) and part["lead"] > part["noise"]
            assert part["times"][part["best"]] == min(part["times"])
    compared("/overlay", len(table["rows"]) * len(columns))


def test_a_speed_in_miles_is_that_of_the_telemetry(open_page) -> None:
    page = open_page().go(f"/session/{RACE}/overlay")
    kmh = [cells[5] for cells in table_of(page, "By distance")["rows"]]
    page.get_by_role("button", name="mph").click()
    settle(page)
    mph = [cells[5] for cells in table_of(page, "By distance")["rows"]]
    assert any(kmh)
    for before, after in zip(kmh, mph, strict=True):
        assert before == after == "" or abs(number(before)[0] * 0.621371 - number(after)[0]) <= 0.5
