"""The Dockerfile: lints, own rules, and its requirements on the binary. No image is built here."""

import os
import re
import stat
import subprocess
import unittest

from lab import PROGRAM, ROOT, Lab, tool  # noqa: F401

# Libraries of a glibc binary without further dependencies.
GLIBC = {"linux-vdso.so.1", "libgcc_s.so.1", "libm.so.6", "libc.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1"}


def instructions(text: str) -> list[tuple[str, str]]:
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n\s*", " ", lines)
    return [tuple(line.split(maxsplit=1)) for line in lines.splitlines() if line.strip()]


class Docker(Lab):
    text = (ROOT / "Dockerfile").read_text()

    def stages(self) -> list[list[tuple[str, str]]]:
        stages = []
        for name, rest in instructions(self.text):
            if name == "FROM":
                stages.append([])
            stages[-1].append((name, rest))
        return stages

    def test_lints(self):
        subprocess.run([tool("hadolint"), "--failure-threshold", "info", ROOT / "Dockerfile"], check=True)

    def test_bases_name_a_version(self):
        for stage in self.stages():
            image = stage[0][1].split()[0]
            self.assertRegex(image, r":.*(\d|bookworm)", image)
            self.assertNotIn(":latest", image)
        toolchain = re.search(r'channel = "(.+)"', (ROOT / "rust-toolchain.toml").read_text())[1]
        self.assertIn(f"rust:{toolchain}-slim-bookworm", self.text)

    def test_it_runs_as_a_numbered_user_that_is_not_root(self):
        users = [rest for name, rest in self.stages()[-1] if name == "USER"]
        self.assertEqual(users, ["10001:10001"])
        self.assertIn("--uid 10001", self.text)

    def test_entry_point_volume_labels(self):
        last = dict(self.stages()[-1])
        self.assertEqual((last["ENTRYPOINT"], last["VOLUME"]), ('["f1lake"]', "/data"))
        for label in ("title", "description", "source", "licenses", "version", "revision"):
            self.assertIn(f"org.opencontainers.image.{label}=", last["LABEL"])
        version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
        self.assertIn(f"ARG VERSION={version}", self.text)

    def test_no_secrets(self):
        for name, rest in instructions(self.text):
            if name in ("ARG", "ENV"):
                self.assertNotRegex(rest, r"(?i)password|token|secret|key")

    def test_what_is_copied_exists_and_is_not_ignored(self):
        ignore = (ROOT / ".dockerignore").read_text().splitlines()
        allowed = {line[1:] for line in ignore if line.startswith("!")}
        self.assertIn("*", ignore)
        for name, rest in self.stages()[0]:
            if name == "COPY":
                for source in rest.split()[:-1]:
                    self.assertTrue((ROOT / source).exists(), source)
                    self.assertIn(source, allowed)

    def test_the_binary_needs_glibc_alone(self):
        needed = {line.split()[0] for line in subprocess.run(
            [tool("ldd"), PROGRAM], capture_output=True, text=True, check=True).stdout.splitlines()}
        self.assertEqual({name for name in needed if not name.startswith("/lib")} - GLIBC, set())
        self.assertTrue(os.stat(PROGRAM).st_mode & stat.S_IXOTH)


if __name__ == "__main__":
    unittest.main()
