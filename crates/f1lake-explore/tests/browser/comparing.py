"""What a cell of the page shows, compared with what the query says."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

UNKNOWN = {"", "–", "not known"}
# Words that stand for a 0, such as the gap of the winner.
ZERO = {"", "–", "winner", "leader", "grid", "best", "fastest", "nothing to look at"}
# Words that stand for a code of the query.
CODES = {
    "none": {"neither"},
    "warned": {"found"},
    "out": {"out of reach"},
    "Did not finish": {"dnf", "out"},
    "Did not start": {"dns"},
    "Disqualified": {"dsq"},
    "Not classified": {"nc"},
}
UNIT = re.compile(r"[\s\u202f\u00a0]*(km/h|s/lap|s|%|laps?|°C|m/s|pts?|km|m|kg)$")
DURATION = re.compile(r"(?:(\d+) h )?(\d+) min(?: (\d+) s)?")
CLOCK = re.compile(r"([+-]?)(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d+)?)")
# No-break spaces belong to a number.
PARTS = re.compile(r" *(?:→|–| of | : |: |,) *| +")
# A driver is letters and a name; a cell shows both.
AND_NAME = "\u0001"
OUT_ON_LAP = re.compile(r"^(Out), lap \d+$")


@dataclass
class Times:
    """How a session writes instants: local time of its circuit, and seconds since its start."""

    start: datetime
    offset: timedelta

    def words(self, instant: datetime) -> set[str]:
        local = instant + self.offset
        second = int((instant - self.start).total_seconds())
        sign, second = ("\u2212", -second) if second < 0 else ("", second)
        since = f"{sign}{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"
        return {f"{local:%H:%M}", f"{local:%H:%M:%S}", since, f"{instant:%Y-%m-%d %H:%M:%S} UTC"}


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def number(text: str) -> tuple[float, int] | None:
    """The number that a text shows, and its digits after the point."""
    text = text.strip().replace("\u2212", "-").replace("\u202f", "").replace("\u00a0", " ")
    if found := DURATION.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds, 0 if found[3] else -1
    text = UNIT.sub("", text)
    found = CLOCK.fullmatch(text)
    if not found:
        return None
    sign, hours, minutes, seconds = found.groups()
    value = float(seconds)
    # "1:27.415" has its minutes in the first group.
    if minutes is not None:
        value += int(hours) * 3600 + int(minutes) * 60
    elif hours is not None:
        value += int(hours) * 60
    return -value if sign == "-" else value, len(seconds.partition(".")[2])


def instant(value: str) -> datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\dT", value):
        return None
    return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=None)


def shows(text: str, value: object, times: Times | None = None) -> bool:
    """Whether a text is what people are to be shown of a value."""
    text = text.strip()
    plain = text.casefold()
    if value is None:
        return plain in UNKNOWN
    if isinstance(value, bool):
        return plain not in UNKNOWN | {"no", "dry"} if value else plain in {"", "–", "no", "dry"}
    if isinstance(value, (int, float)):
        if value == 0 and plain in ZERO:
            return True
        found = number(text)
        if found is None:
            return False
        shown, digits = found
        if digits < 0:
            return abs(shown - value) <= 30
        return abs(shown - value) <= 0.5 * 10**-digits + 1e-9
    moment = instant(str(value))
    if moment and times:
        return text in times.words(moment)
    expected = {letters(word) for word in {str(value)} | CODES.get(str(value), set())}
    return any(letters(OUT_ON_LAP.sub(r"\1", part)) in expected for part in text.split(AND_NAME))


def cell_shows(text: str, name: str, row: dict, times: Times | None = None) -> bool:
    """Whether a cell shows a row of the query: one column, several ("4 → 2" of `before after`), or the one of some that there is (`a|b`)."""
    if "|" in name:
        return any(shows(text, row[part], times) for part in name.split("|"))
    values = [row[part] for part in name.split()]
    if len(values) == 1:
        return shows(text, values[0], times)
    if text.strip().casefold() in UNKNOWN | ZERO:
        return None in values or 0 in values
    shown = PARTS.split(text.strip())
    return len(shown) == len(values) and all(shows(part, value, times) for part, value in zip(shown, values, strict=True))
