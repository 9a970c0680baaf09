"""cron and systemd: the times they mean, and what the program's exit codes become there."""

import datetime
import os
import re
import shutil
import subprocess
import unittest

from croniter import croniter
from lab import EXAMPLES, Lab, tearDownModule, tool  # noqa: F401

UTC = datetime.timezone.utc
WEEKEND = {4, 5, 6, 0}  # Friday to Monday, as datetime.weekday() counts
A_WEDNESDAY = datetime.datetime(2026, 11, 25, tzinfo=UTC)


def times_of(line: str, days: int) -> list[datetime.datetime]:
    """When a cron line starts something, in the days after a Wednesday."""
    times = croniter(line, A_WEDNESDAY)
    end = A_WEDNESDAY + datetime.timedelta(days=days)
    found = []
    while (moment := times.get_next(datetime.datetime)) < end:
        found.append(moment)
    return found


class Cron(Lab):
    def test_every_two_hours_from_friday_to_monday(self):
        lines = [line for line in (EXAMPLES / "cron/f1lake.cron").read_text().splitlines()
                 if line and not line.startswith(("#", "MAILTO="))]
        self.assertEqual(len(lines), 1)
        fields, program = lines[0].rsplit(maxsplit=1)
        self.assertEqual(program, "/usr/local/bin/f1lake-run")
        times = times_of(fields, 14)
        self.assertEqual({moment.weekday() for moment in times}, WEEKEND)
        self.assertEqual(len(times), 2 * 4 * 12)

    def test_the_script_passes_shellcheck(self):
        subprocess.run([tool("shellcheck"), EXAMPLES / "cron/f1lake-run"], check=True)

    def run_script(self, mood: str, account: str | None = None, mode: int = 0o600):
        settings = self.folder / "f1lake.toml"
        shutil.copy(EXAMPLES / "f1lake.toml", settings)
        accounts = self.folder / "account.env"
        if account is not None:
            accounts.write_text(account)
            accounts.chmod(mode)
        return subprocess.run(
            [EXAMPLES / "cron/f1lake-run", settings, accounts, self.folder / "run.log"],
            capture_output=True, text=True, env=self.environment(mood),
        )

    def test_a_run_that_went_well_makes_no_mail(self):
        done = self.run_script("account", "OPENF1_USERNAME=me\nOPENF1_PASSWORD=right\n")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertIn("landed", (self.folder / "run.log").read_text())
        self.assertTrue((self.folder / "lake/gold_analytics/session_leaderboard").is_dir())

    def test_a_lock_is_no_failure_and_makes_no_mail(self):
        done = self.run_script("live")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertIn("a session is live", (self.folder / "run.log").read_text())

    def test_failed_sessions_make_mail(self):
        done = self.run_script("faulty")
        self.assertEqual(done.returncode, 3)
        self.assertIn("some sessions failed", done.stdout)
        self.assertIn("2024-12-08_Yas_Island_Race", done.stdout)

    def test_the_account_file_is_read_and_must_be_private(self):
        wrong = "OPENF1_USERNAME=me\nOPENF1_PASSWORD=wrong\n"
        self.assertEqual(self.run_script("account", wrong).returncode, 5)
        open_to_all = self.run_script("account", wrong, 0o644)
        self.assertEqual(open_to_all.returncode, 2)
        self.assertIn("chmod 600", open_to_all.stderr)


class Systemd(Lab):
    def unit(self) -> str:
        return (EXAMPLES / "systemd/f1lake.service").read_text()

    def test_the_units_verify(self):
        analyze = tool("systemd-analyze")
        installed = self.unit().replace("/usr/local/bin/f1lake", str(self.folder / "bin/f1lake"))
        self.assertNotEqual(installed, self.unit())
        (self.folder / "f1lake.service").write_text(installed)
        shutil.copy(EXAMPLES / "systemd/f1lake.timer", self.folder)
        done = subprocess.run([analyze, "verify", self.folder / "f1lake.service", self.folder / "f1lake.timer"],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr.strip()), (0, ""))

    def test_the_timer_means_every_two_hours_from_friday_to_monday(self):
        calendar = re.search(r"^OnCalendar=(.+)$", (EXAMPLES / "systemd/f1lake.timer").read_text(), re.M)[1]
        done = subprocess.run(
            [tool("systemd-analyze"), "calendar", "--iterations=48", "--base-time=2026-11-25 00:00:00 UTC", calendar],
            capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC"},
        )
        times = re.findall(r"(?:elapse|#\d+): (\w{3}) ([\d-]+ [\d:]+) UTC", done.stdout)
        self.assertEqual(len(times), 48)
        self.assertEqual(times[0], ("Fri", "2026-11-27 00:20:00"))
        self.assertEqual(times[-1], ("Mon", "2026-11-30 22:20:00"))
        self.assertEqual({day for day, _ in times}, {"Fri", "Sat", "Sun", "Mon"})

    def test_the_service_is_hardened(self):
        done = subprocess.run(
            [tool("systemd-analyze"), "security", "--offline=true", "--threshold=20", EXAMPLES / "systemd/f1lake.service"],
            capture_output=True, text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout[-300:] + done.stderr)

    def test_the_program_needs_no_call_that_the_filter_refuses(self):
        strace = tool("strace")
        lists = subprocess.run([tool("systemd-analyze"), "syscall-filter"], capture_output=True, text=True, check=True).stdout
        sets, name = {}, None
        for line in lists.splitlines():
            if line.startswith("@"):
                name = line.strip()
                sets[name] = set()
            elif name and line.strip() and not line.strip().startswith("#"):
                sets[name].add(line.strip())

        def expand(name: str) -> set[str]:
            return set().union(*(expand(entry) if entry.startswith("@") else {entry} for entry in sets.get(name, ())))

        filters = re.findall(r"^SystemCallFilter=(~?)(.+)$", self.unit(), re.M)
        allowed = set()
        for refuses, names in filters:
            calls = set().union(*(expand(name) for name in names.split()))
            allowed = allowed - calls if refuses else allowed | calls
        log = self.folder / "calls"
        done = subprocess.run([strace, "-f", "-qq", "-o", log, self.folder / "bin/f1lake", "run"],
                              env=self.environment("well"), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        # The first call is systemd's own, before the filter counts.
        calls = set(re.findall(r"^\d+ +(\w+)\(", log.read_text(errors="replace"), re.M)) - {"execve"}
        self.assertGreater(len(calls), 20)
        self.assertEqual(calls - allowed, set())


if __name__ == "__main__":
    unittest.main()
