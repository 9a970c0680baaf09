#!/usr/bin/env python3
"""Draws the pictures of docs/explore.md from the demo's lake: docs/images/explore-*.png.

    F1LAKE_EXPLORE_LAKE=f1lake-demo/lake python pictures.py [NAME ...]

Needs what the tests need, and Pillow, which makes the files small (`pip install pillow`). The same lake and the same Chromium give the same
pixels.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conftest import QUALIFYING, RACE, ROOT, chromium, explore, give_built_page, settle, watch
from PIL import Image
from playwright.sync_api import Page

IMAGES = ROOT / "docs" / "images"
LARGEST = 150_000
SQL = """select name_acronym, compound, count(*) as laps, min(lap_duration) as best
from fact_laps
where session_key = 9647 and is_clean_lap
group by name_acronym, compound
order by best
limit 20"""


def nothing(page: Page) -> None:
    pass


def run(page: Page) -> None:
    page.get_by_role("button", name="Run").first.click()
    page.locator("main table td").first.wait_for()


def point(selector: str, share: float) -> Callable[[Page], None]:
    """Puts the cursor of a chart at a share of its width, so that its box of values is seen."""

    def at(page: Page) -> None:
        box = page.locator(selector).first.bounding_box()
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)

    return at


@dataclass
class Picture:
    path: str
    prepare: Callable[[Page], None] = nothing
    size: tuple[int, int] = (1400, 900)
    theme: str = "light"


PICTURES = {
    "overview": Picture(f"/session/{RACE}"),
    "laps": Picture(f"/session/{RACE}/laps", point(".lap-chart .plot", 0.45)),
    "overlay": Picture(f"/session/{QUALIFYING}/overlay", point("main [role=figure]", 0.4)),
    "overlay-dark": Picture(f"/session/{QUALIFYING}/overlay", point("main [role=figure]", 0.4), theme="dark"),
    "strategy": Picture(f"/session/{RACE}/strategy"),
    "season": Picture("/season"),
    "sql": Picture(f"/sql?sql={SQL.replace(' ', '%20').replace(chr(10), '%0A').replace('=', '%3D')}", run),
    "quality": Picture(f"/session/{RACE}/quality"),
    "phone": Picture(f"/session/{RACE}/laps", size=(400, 860)),
}


def small(image: Image.Image) -> Image.Image:
    """With a palette of 256: the colours used most, exactly, and others that stand for the rest."""
    most = [colour for _, colour in sorted(image.getcolors(1 << 24), reverse=True)[:128]]
    rest = image.quantize(128, Image.Quantize.MAXCOVERAGE).getpalette()[: 3 * 128]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in most for part in colour] + rest)
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def main(names: list[str]) -> int:
    lake = Path(os.environ["F1LAKE_EXPLORE_LAKE"]).resolve()
    IMAGES.mkdir(exist_ok=True)
    too_large = []
    with explore(lake) as server, chromium() as browser:
        for name, picture in PICTURES.items():
            if names and name not in names:
                continue
            width, height = picture.size
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=picture.theme, reduced_motion="reduce")
            give_built_page(context)
            watch(context, server)
            page = context.new_page()
            page.goto(server.address(picture.path))
            settle(page)
            picture.prepare(page)
            settle(page)
            file = IMAGES / f"explore-{name}.png"
            page.screenshot(path=file, animations="disabled", caret="hide")
            small(Image.open(file).convert("RGB")).save(file, optimize=True)
            print(f"{file.relative_to(ROOT)} {file.stat().st_size / 1000:.0f} kB")
            if file.stat().st_size > LARGEST:
                too_large.append(name)
            context.close()
    if too_large:
        print(f"larger than {LARGEST / 1000:.0f} kB: {', '.join(too_large)}", file=sys.stderr)
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
