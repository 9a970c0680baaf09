#!/usr/bin/env python3
"""The page of `f1lake explore` in a real browser, on the lake of a season: times, bytes and memory against their bounds.

    python explore.py LAKE --program ../target/release/f1lake

Chromium is the system's (`apt-get install chromium`). Times are those of the page's own clock, on the machine that also runs server and
browser, so a busy machine shows. Exit code 1 when a bound is broken.
"""

import argparse
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

BROKEN = []
PAIRS = 40
LAPS = """select session_key, circuit_key, driver_number, lap_number, lap_duration, duration_sector_1 as s1, duration_sector_2 as s2
from fact_laps join dim_sessions using (session_key)
where is_clean_lap and abs(duration_sector_1 + duration_sector_2 + duration_sector_3 - lap_duration) < 0.002
order by session_key, driver_number, lap_number"""
EXPORT = "select session_key, driver_number, date, speed, throttle, brake, n_gear, x, y from fact_lap_telemetry limit 1000000"


def told(what: str, value: float, bound: float, unit: str) -> None:
    is_broken = value > bound
    BROKEN.extend([what] * is_broken)
    print(f"{what:<52}{value:>9,.0f} {unit:<3} bound {bound:,.0f}{'  BROKEN' if is_broken else ''}", flush=True)


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def memory(process: int) -> float:
    """Resident memory, MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


class Server:
    def __init__(self, program: str, lake: str) -> None:
        command = [program, "explore", "--no-open", "--lake", lake]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.base, self.token = self.process.stdout.readline().strip().split("/#t=")

    def ask(self, path: str, body: object = None, accept: str = "application/json"):
        headers = {"Authorization": f"Bearer {self.token}", "Accept": accept, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        return urllib.request.urlopen(urllib.request.Request(self.base + path, data, headers), timeout=600)

    def rows(self, sql: str) -> list[dict]:
        return json.load(self.ask("/api/sql", {"sql": sql}))

    def address(self, path: str) -> str:
        return f"{self.base}{path}#t={self.token}"


def until(page: Page, expression: str) -> None:
    """Asks again and again: the policy of the page forbids what `wait_for_function` does."""
    end = time.monotonic() + 60
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise TimeoutError(expression)
        time.sleep(0.01)


def ready(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    until(page, "!document.querySelector('main [aria-busy=true]')")


def first_paint(browser: Browser, server: Server, sessions: int) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    paints, lists = [], []
    seen = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    for _ in range(11):
        page = context.new_page()
        page.add_init_script(
            f"""new MutationObserver((_, observer) => {{
                if (document.querySelectorAll("a[href^='/session/']").length < {sessions}) return;
                observer.disconnect();
                requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('list')));
            }}).observe(document, {{ childList: true, subtree: true }});"""
        )
        page.goto(server.address("/"))
        until(page, "performance.getEntriesByName('list').length > 0")
        paints.append(page.evaluate(seen))
        lists.append(page.evaluate("() => performance.getEntriesByName('list')[0].startTime"))
        page.close()
    # The first start is cold.
    told("first paint, median of 10", statistics.median(paints[1:]), 300, "ms")
    told(f"list of {sessions} sessions, median of 10", statistics.median(lists[1:]), 500, "ms")
    context.close()


def overlays(browser: Browser, server: Server, chance: random.Random) -> None:
    laps = server.rows(LAPS)
    by_circuit: dict[int, list[dict]] = {}
    for lap in laps:
        by_circuit.setdefault(lap["circuit_key"], []).append(lap)
    pairs = [chance.sample(by_circuit[chance.choice(list(by_circuit))], 2) for _ in range(PAIRS)]
    name = lambda lap: f"{lap['session_key']}-{lap['driver_number']}-{lap['lap_number']}"
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    times, sizes, worst = [], [], 0.0
    last_session = None
    for pair in pairs:
        session = pair[0]["session_key"]
        if session != last_session:
            # The page of the session is open, with two laps: the click asks for two others.
            page.goto(server.address(f"/session/{session}/overlay"))
            until(page, "performance.getEntriesByName('overlay-painted').length > 0")
            ready(page)
            last_session = session
        took = page.evaluate(
            """(path) => new Promise((done) => {
                performance.clearMarks('overlay-painted');
                const from = performance.now();
                new PerformanceObserver((list, observer) => {
                    observer.disconnect();
                    done(list.getEntries()[0].startTime - from);
                }).observe({ type: 'mark' });
                history.pushState(null, '', path);
                dispatchEvent(new PopStateEvent('popstate'));
            })""",
            f"/session/{session}/overlay?laps={name(pair[0])},{name(pair[1])}",
        )
        times.append(took)
        body = server.ask(f"/api/overlay?laps={name(pair[0])},{name(pair[1])}").read()
        sizes.append(len(body))
        text = body.decode(errors="replace")
        metadata = json.JSONDecoder().raw_decode(text[text.index('{"laps":[') :])[0]
        at = lambda lap: [lap["s1"], lap["s1"] + lap["s2"], lap["lap_duration"]]
        official = [b - a for a, b in zip(at(pair[0]), at(pair[1]), strict=True)]
        deltas = metadata["deltas"][1]
        worst = max([worst, *(abs(a - b) for a, b in zip(deltas, official[-len(deltas) :], strict=True))])
        assert metadata["is_anchored_at_sectors"] or len(deltas) == 1
    told(f"click to overlay of two laps, p95 of {PAIRS}", p95(times), 250, "ms")
    print(f"  median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms")
    told("bytes of two laps, largest", max(sizes) / 1000, 40, "kB")
    told("delta at sector lines against official times", worst * 1e6, 1000, "µs")
    page.close()


def chart(browser: Browser, server: Server) -> None:
    race = server.rows(
        "select session_key, count(*) as laps, count(distinct driver_number) as cars from fact_laps join dim_sessions using (session_key) "
        "where is_race group by 1 order by laps desc limit 1"
    )[0]
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.goto(server.address(f"/session/{race['session_key']}/laps?clean=0"))
    ready(page)
    times = []
    for index in range(20):
        button = "Clean laps" if index % 2 == 0 else "All laps"
        times.append(
            page.evaluate(
                """(name) => new Promise((done) => {
                    const button = [...document.querySelectorAll('button')].find((button) => button.textContent === name);
                    const channel = new MessageChannel();
                    requestAnimationFrame(() => {
                        const from = performance.now();
                        button.click();
                        // After all microtasks and the tasks that preact has set.
                        channel.port1.onmessage = () => setTimeout(() => done(performance.now() - from));
                        channel.port2.postMessage(0);
                    });
                })""",
                button,
            )
        )
    told(f"chart of {race['laps']} laps of {race['cars']} cars, median of 20", statistics.median(times), 60, "ms")
    page.close()


def export(server: Server) -> None:
    before, most, stop = memory(server.process.pid), 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not stop.is_set():
            most = max(most, memory(server.process.pid))
            time.sleep(0.01)

    for kind in ("csv", "parquet", "arrow", "json"):
        most = 0.0
        stop.clear()
        watcher = threading.Thread(target=watch)
        watcher.start()
        started = time.monotonic()
        size = 0
        with server.ask("/api/export", {"sql": EXPORT, "format": kind}, "*/*") as answer:
            while chunk := answer.read(1 << 20):
                size += len(chunk)
        stop.set()
        watcher.join()
        told(f"memory of an export of a million rows as {kind}", most - before, 150, "MB")
        print(f"  {size / 1e6:.0f} MB in {time.monotonic() - started:.1f} s")


def views(browser: Browser, server: Server, chance: random.Random) -> None:
    sessions = [row["session_key"] for row in server.rows("select session_key from dim_sessions order by 1")]
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    for session in chance.sample(sessions, min(20, len(sessions))):
        for tab in ("", "/laps", "/overlay", "/strategy", "/quality"):
            page.goto(server.address(f"/session/{session}{tab}"))
            ready(page)
    page.goto(server.address("/season"))
    ready(page)
    told("memory of the server after 20 sessions", memory(server.process.pid), 400, "MB")
    page.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake")
    parser.add_argument("--program", required=True)
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        parser.error("Chromium is not installed")
    chance = random.Random(1)
    server = Server(arguments.program, arguments.lake)
    try:
        sessions = len(json.load(server.ask("/api/sessions")))
        counted = server.rows("select (select count(*) from fact_lap_telemetry) as samples, (select count(*) from fact_laps) as laps")[0]
        print(f"{sessions} sessions, {counted['laps']:,} laps, {counted['samples']:,} samples\n")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            first_paint(browser, server, sessions)
            overlays(browser, server, chance)
            chart(browser, server)
            views(browser, server, chance)
            browser.close()
        export(server)
    finally:
        server.process.kill()
        server.process.wait()
    return 1 if BROKEN else 0


if __name__ == "__main__":
    sys.exit(main())
