"""What the page says when something is missing, wrong or gone."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from conftest import QUALIFYING, RACE, environment, explore, program, settle


def words(page) -> str:
    return page.inner_text("body")


@pytest.fixture
def lake_copy(demo_lake: Path, tmp_path: Path) -> Path:
    """A lake that a test may break: links to the files of the demo's."""
    copy = tmp_path / "lake"
    subprocess.run(["cp", "-al", str(demo_lake), str(copy)], check=True)
    return copy


def test_no_lake(open_page, tmp_path: Path) -> None:
    server = explore(tmp_path / "lake")
    opened = open_page(server=server)
    opened.may_fail = True
    page = opened.go("/")
    assert "There is no lake at" in words(page) and "f1lake demo" in words(page)
    server.stop()


def test_a_lake_without_sessions(open_page, tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    run = lambda *arguments: subprocess.run([program(), *arguments], cwd=tmp_path, env=environment(), check=True, capture_output=True)
    run("load", "--out", "landing", "--lake", "lake")
    run("build", "--no-tests", "--lake", "lake")
    server = explore(tmp_path / "lake")
    opened = open_page(server=server)
    page = opened.go("/")
    assert "The lake has no sessions yet" in words(page)
    server.stop()


def test_a_lake_without_gold(open_page, lake_copy: Path) -> None:
    (lake_copy / "gold_analytics").rename(lake_copy.parent / "gold")
    server = explore(lake_copy)
    opened = open_page(server=server)
    opened.may_fail = True
    page = opened.go("/")
    assert "The tables for analysis are not built" in words(page) and "f1lake build" in words(page)
    server.stop()


def test_a_wrong_token_and_none(open_page, served) -> None:
    for fragment in ("", "#t=" + "0" * 64):
        opened = open_page()
        opened.may_fail = True
        opened.page.goto(served.base + "/" + fragment)
        opened.page.get_by_text("This address has no valid token").first.wait_for()
        assert "Open the address that f1lake explore printed last" in words(opened.page)


def test_the_server_is_gone(open_page, lake_copy: Path) -> None:
    server = explore(lake_copy)
    opened = open_page(server=server)
    opened.may_fail = True
    page = opened.go(f"/session/{RACE}")
    server.stop()
    page.get_by_role("navigation", name="View").get_by_role("link", name="Laps").click()
    page.get_by_text("f1lake is no longer running").first.wait_for(timeout=20_000)


def test_a_table_that_vanishes_while_the_page_is_open(open_page, lake_copy: Path) -> None:
    server = explore(lake_copy)
    opened = open_page(server=server)
    opened.may_fail = True
    page = opened.go(f"/session/{RACE}")
    (lake_copy / "gold_analytics" / "fact_laps").rename(lake_copy.parent / "fact_laps")
    time.sleep(1)
    page.get_by_role("navigation", name="View").get_by_role("link", name="Laps").click()
    settle(page)
    text = words(page)
    assert "no table" in text or "not built" in text, text
    (lake_copy.parent / "fact_laps").rename(lake_copy / "gold_analytics" / "fact_laps")
    time.sleep(1)
    page.reload()
    settle(page)
    assert page.locator("[role=figure]").count() >= 1
    server.stop()


def test_the_lake_changes_while_the_page_is_open(open_page, lake_copy: Path) -> None:
    server = explore(lake_copy)
    opened = open_page(server=server)
    page = opened.go(f"/session/{RACE}")
    before = page.inner_text("main")
    log = lake_copy / "gold_analytics" / "fact_laps" / "_delta_log"
    newest = max(log.glob("*.json"))
    again = log / f"{int(newest.stem) + 1:020}.json"
    stamp = int(time.time() * 1000)
    again.write_text(json.dumps({"commitInfo": {"timestamp": stamp, "operation": "WRITE"}}) + "\n")
    page.get_by_text("The lake changed").first.wait_for(timeout=30_000)
    assert page.inner_text("main") == before, "never by itself"
    page.get_by_role("button", name="Show them").click()
    settle(page)
    server.stop()


def test_a_session_without_telemetry(open_page, lake_copy: Path) -> None:
    telemetry = lake_copy / "gold_analytics" / "fact_lap_telemetry"
    for folder in telemetry.glob("session_key=*"):
        assert folder.name
    log = sorted((telemetry / "_delta_log").glob("*.json"))
    removes = []
    for commit in log:
        for line in commit.read_text().splitlines():
            add = json.loads(line).get("add")
            if add:
                removes.append({"remove": {"path": add["path"], "deletionTimestamp": int(time.time() * 1000), "dataChange": True}})
    newest = int(log[-1].stem)
    commit = telemetry / "_delta_log" / f"{newest + 1:020}.json"
    commit.write_text("\n".join(json.dumps(line) for line in removes) + "\n")
    server = explore(lake_copy)
    opened = open_page(server=server)
    opened.may_fail = True
    page = opened.go(f"/session/{RACE}/overlay")
    assert "No telemetry for this session" in words(page), words(page)
    for tab in ("", "/laps", "/strategy", "/quality"):
        page = opened.go(f"/session/{QUALIFYING}{tab}")
        assert page.locator("section.panel").count() >= 1
    server.stop()


def test_a_session_that_is_not_there(open_page) -> None:
    opened = open_page()
    opened.may_fail = True
    page = opened.go("/session/1/laps")
    assert page.locator("h1").count() == 1 and "1" in words(page)


def test_sql_goes_wrong_and_is_repaired(open_page) -> None:
    opened = open_page()
    opened.may_fail = True
    page = opened.go("/sql?sql=select%20stop_duraton%20from%20fact_pit_stops")
    page.get_by_role("button", name="Run").first.click()
    page.get_by_text("stop_duraton").first.wait_for()
    page.get_by_text("There is no column").first.wait_for()
    page.locator("main").get_by_role("button").filter(has_text="stop_duration").first.click()
    settle(page)
    page.get_by_role("button", name="Run").first.click()
    page.locator("main table td").first.wait_for()


def test_a_huge_query_is_cut_or_stopped(open_page) -> None:
    opened = open_page()
    opened.may_fail = True
    page = opened.go("/sql?sql=select%20driver_number%2C%20speed%20from%20fact_lap_telemetry")
    page.get_by_role("button", name="Run").first.click()
    page.get_by_text("100\u202f000 rows").first.wait_for(timeout=20_000)
    assert page.locator("main table tr").count() < 2000, "rows that nobody sees are not drawn"


def test_an_export_is_a_file(open_page, tmp_path: Path) -> None:
    page = open_page().go("/sql?sql=select%20*%20from%20fact_laps")
    page.get_by_role("button", name="Run").first.click()
    page.locator("main table td").first.wait_for()
    page.get_by_role("button", name="Export").first.click()
    with page.expect_download() as download:
        page.get_by_text("CSV").last.click()
    target = tmp_path / "laps.csv"
    download.value.save_as(target)
    assert len(target.read_text().splitlines()) > 1000
    assert os.path.getsize(target) > 10_000
