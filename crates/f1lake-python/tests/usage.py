"""Read only by mypy: checks that user code has the expected types."""

from __future__ import annotations

import datetime
from pathlib import Path

import f1lake

report: f1lake.ExtractReport = f1lake.extract("latest", 10, endpoints=["laps"], out=Path("landing"), max_workers=2)
landed: int = report.count("landed")
names: list[str] = [session.name for session in report.sessions]
added: list[int] = [part.changes.added for part in report.sessions[0].endpoints if part.changes is not None]
f1lake.extract(year=2024, dates=[datetime.date(2024, 3, 24), "2024-03-25"], from_="2024-01-01")
f1lake.extract_to_databricks(mode="latest", num_sessions=10, volume="/Volumes/dev_f1/raw_data/landing")
loaded: f1lake.LoadReport = f1lake.load(session_keys=9488, load_to="databricks")
built: f1lake.BuildReport = f1lake.build(models="fact_laps", tests=False)
starts: list[datetime.datetime] = [session.date_start for session in f1lake.sessions(year=2024)]
rows: f1lake.Result = f1lake.sql("select 1", as_of=3)
count: int = len(rows)
f1lake.main(["doctor"])

try:
    f1lake.extract()
except f1lake.SomeFailed as error:
    if isinstance(error.report, f1lake.ExtractReport):
        failed: int = error.report.count("failed")

f1lake.extract(year="2024")  # type: ignore[arg-type]
f1lake.extract(1)  # type: ignore[arg-type]
f1lake.sql()  # type: ignore[call-arg]
