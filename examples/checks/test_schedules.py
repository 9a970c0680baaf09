"""cron and systemd: their schedules, and their reaction to the program's exit codes."""

import datetime
import os
import re
import shutil
import subprocess
import unittest

from croniter import croniter
from lab import EXAMPLES, PROGRAM, Lab, tearDownModule, tool  # noqa: F401

UTC = datetime.timezone.utc
WEEKEND = {4, 5, 6, 0}  # Friday to Monday, as datetime.weekday() counts
A_WEDNESDAY = datetime.datetime(2026, 11, 25, tzinfo=UTC)


def times_of(line: str, days: int) -> list[datetime.datetime]:
    """The start times of a cron line in the days after a Wednesday."""
    times = croniter(line, A_WEDNESDAY)
    end = A_WEDNESDAY + datetime.timedelta(days=days)
    found = []
    while (moment := times.get_next(datetime.datetime)) < end:
        found.append(moment)
    return found


class Cron(Lab):
    def test_every_two_hours_from_friday_to_monday(self):
        lines = [line for line in (EXAMPLES / "cron/f1lake.cron").read_text().splitlines()
                 if line and not line.startswith("#") and not re.match(r"\w+=", line)]
        self.assertEqual(len(lines), 1)
        fields, program = lines[0].rsplit(maxsplit=1)
        self.assertEqual(program, "/usr/local/bin/f1lake-run")
        times = times_of(fields, 14)
        self.assertEqual({moment.weekday() for moment in times}, WEEKEND)
        self.assertEqual(len(times), 2 * 4 * 12)

    def test_every_shell_script_passes_shellcheck(self):
        scripts = [path for path in sorted(EXAMPLES.rglob("*"))
                   if path.is_file() and re.match(rb"#!.*\b(ba)?sh\b", path.read_bytes()[:40])]
        self.assertGreaterEqual(len(scripts), 3)
        subprocess.run([tool("shellcheck"), *scripts, *(EXAMPLES.parent / ".ci").iterdir()], check=True)

    def test_what_is_installed_runs_in_the_environment_that_cron_gives(self):
        subprocess.run([EXAMPLES / "cron/install.sh", self.folder / "root"], check=True)
        root = self.folder / "root"
        (root / "usr/local/bin/f1lake").symlink_to(PROGRAM)
        crontab = (EXAMPLES / "cron/f1lake.cron").read_text()
        # The environment of Debian's cron, with the overrides of the crontab.
        given = {"HOME": str(self.folder), "SHELL": "/bin/sh", "LOGNAME": "f1lake", "PATH": "/usr/bin:/bin"}
        given.update(re.findall(r"^(\w+)=(.*)$", crontab, re.M))
        given["PATH"] = given["PATH"].replace("/usr/local/bin", str(root / "usr/local/bin"))
        small = {name: value for name, value in self.environment("well").items() if name.startswith("F1LAKE_")}
        done = subprocess.run(
            [root / "usr/local/bin/f1lake-run", root / "etc/f1lake/f1lake.toml", self.folder / "no.env",
             self.folder / "run.log"],
            capture_output=True, text=True, env={**given, **small},
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertTrue((self.folder / "lake/gold_analytics/session_leaderboard").is_dir())
        # The crontab refers to no other file.
        for path in re.findall(r"^[^#\n]*\s(/\S+)$", crontab, re.M):
            self.assertTrue((root / path.lstrip("/")).exists(), path)

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

    def test_what_is_installed_is_all_that_the_unit_names(self):
        root = self.folder / "root"
        subprocess.run([EXAMPLES / "systemd/install.sh", root], check=True)
        for name in ("f1lake.service", "f1lake.timer"):
            self.assertEqual((root / "etc/systemd/system" / name).read_text(), (EXAMPLES / "systemd" / name).read_text())
        start = re.search(r"^ExecStart=(.+)$", self.unit(), re.M)[1].split()
        self.assertIn("/etc/f1lake/f1lake.toml", start)
        settings = root / "etc/f1lake/f1lake.toml"
        done = subprocess.run([PROGRAM, "config", "--config", settings], capture_output=True, text=True,
                              env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin"})
        self.assertEqual(done.returncode, 0, done.stderr)
        # It writes only below the folder that the unit creates.
        self.assertIn("StateDirectory=f1lake\n", self.unit())
        self.assertEqual(set(re.findall(r'_path = "(/var/lib/\w+)', settings.read_text())), {"/var/lib/f1lake"})
        # Existing settings are kept.
        settings.write_text("# mine\n")
        subprocess.run([EXAMPLES / "systemd/install.sh", root], check=True)
        self.assertEqual(settings.read_text(), "# mine\n")

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
        # The first call is systemd's own, before the filter applies.
        calls = set(re.findall(r"^\d+ +(\w+)\(", log.read_text(errors="replace"), re.M)) - {"execve"}
        self.assertGreater(len(calls), 20)
        self.assertEqual(calls - allowed, set())


if __name__ == "__main__":
    unittest.main()
