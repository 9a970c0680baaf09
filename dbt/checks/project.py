"""The dbt project: where it is, how it is run, what it says of itself."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]

# As dbt writes it: https://schemas.getdbt.com/dbt/manifest/v12.json
Manifest = dict[str, Any]
Node = dict[str, Any]


def tool(name: str) -> str:
    """A program of this Python's environment, also where that is not activated."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or name


def options(target: str, folder: Path, project: Path = PROJECT) -> list[str]:
    """The target, and all places where dbt reads and writes."""
    return [
        *("--target", target),
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
    ]


def run_dbt(
    command: str,
    target: str,
    folder: Path,
    *arguments: str,
    project: Path = PROJECT,
    environment: dict[str, str] | None = None,
) -> None:
    """Runs dbt in a process of its own, its files in the folder; ends this process when dbt fails."""
    line = [tool("dbt"), "--quiet", command, *options(target, folder, project), *arguments]
    # Its output goes where it does not mix with what a check prints.
    if subprocess.run(line, env=os.environ | (environment or {}), stdout=sys.stderr).returncode != 0:
        sys.exit(f"dbt {command} on {target} failed")


def manifest(folder: Path) -> Manifest:
    """What dbt wrote of the project when it last ran with this folder."""
    content: Manifest = json.loads((folder / "target" / "manifest.json").read_text())
    return content
