#!/usr/bin/env python3
"""Writes the SQL that the program f1lake carries: `dbt compile --target datafusion`, in plain files.

    python generate.py            write crates/f1lake-tables/sql/
    python generate.py --check    exit 1 when those files are not what this project compiles to
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "crates" / "f1lake-tables" / "sql"
MACROS_DIGEST = HERE / "macros" / "macros_digest.sql"


def compile_project(target_folder: Path) -> dict:
    """Compiles the project for DataFusion and returns dbt's manifest."""
    command = [
        shutil.which("dbt", path=str(Path(sys.executable).parent)) or "dbt",
        *("--quiet", "compile", "--target", "datafusion", "--no-partial-parse"),
        *("--project-dir", str(HERE), "--profiles-dir", str(HERE)),
        *("--target-path", str(target_folder), "--log-path", str(target_folder)),
    ]
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        sys.exit("dbt compile failed")
    return json.loads((target_folder / "manifest.json").read_text())


def plain(sql: str) -> str:
    """Two-part names, no trailing blanks, one newline at the end."""
    sql = re.sub(r'"memory"\."(\w+)"\."(\w+)"', r"\1.\2", sql)
    sql = "\n".join(line.rstrip() for line in sql.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", sql) + "\n"


def table_name(manifest: dict, unique_id: str) -> str:
    node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
    return f"{node['schema']}.{node.get('identifier') or node['name']}"


def upstream(manifest: dict, node: dict) -> list[str]:
    """Tables that the SQL reads; a foreign key makes dbt wait for its table, but reads nothing of it."""
    tables = {table_name(manifest, unique_id) for unique_id in node["depends_on"]["nodes"]}
    return sorted(table for table in tables if re.search(rf"\b{re.escape(table)}\b", plain(node["compiled_code"])))


def in_dependency_order(models: dict) -> list[dict]:
    """Models after what they read; alphabetical where that leaves a choice."""
    ordered, placed, waiting = [], set(), sorted(models)
    while waiting:
        ready = next(
            (name for name in waiting if all(d in placed or d not in models for d in models[name]["depends_on"])), None
        )
        if ready is None:
            sys.exit(f"models depend on each other in a circle: {', '.join(waiting)}")
        waiting.remove(ready)
        placed.add(ready)
        ordered.append(models[ready])
    return ordered


def model_entry(manifest: dict, node: dict) -> dict:
    name, meta = node["name"], node["config"]["meta"]
    grain, key = meta.get("grain"), meta.get("key") or []
    columns = [
        {"name": column["name"], "type": column["data_type"], "description": " ".join(column["description"].split())}
        for column in node["columns"].values()
    ]
    names = {column["name"] for column in columns}
    if grain not in ("session", "lake"):
        sys.exit(f"{name}: meta.grain is {grain!r}, neither `session` nor `lake`")
    if not key or not names.issuperset(key):
        sys.exit(f"{name}: meta.key {key} is not made of its columns")
    if grain == "session" and "session_key" not in names:
        sys.exit(f"{name}: grain session, but no column session_key")
    if missing := [column["name"] for column in columns if not column["type"] or not column["description"]]:
        sys.exit(f"{name}: no type or no description for {', '.join(missing)}")
    return {
        "name": name,
        "schema": node["schema"],
        "grain": grain,
        "key": key,
        "partition_by": meta.get("partition_by") or [],
        "depends_on": upstream(manifest, node),
        "description": " ".join(node["description"].split()),
        "columns": columns,
        "sql": f"models/{name}.sql",
    }


def check_grains(models: dict) -> None:
    """A model built session by session must not read one that is built from the whole lake."""
    for table, model in models.items():
        if model["grain"] == "session":
            for other in model["depends_on"]:
                if other in models and models[other]["grain"] == "lake":
                    sys.exit(f"{table}: grain session, but reads {other} of grain lake")


def test_description(node: dict) -> str:
    """What dbt was told of a test, or else what it checks: table, column, kind and bounds."""
    if node.get("description"):
        return " ".join(node["description"].split())
    meta = node.get("test_metadata")
    if not meta:
        comment = re.match(r"\s*--\s*(.*)", node["raw_code"])
        return comment[1] if comment else node["name"]
    bounds = {k: v for k, v in meta["kwargs"].items() if k not in ("model", "column_name", "to")}
    words = ", ".join(f"{k} {', '.join(map(str, v)) if isinstance(v, list) else v}" for k, v in sorted(bounds.items()))
    column = meta["kwargs"].get("column_name")
    return f"{column + ': ' if column else ''}{meta['name'].replace('_', ' ')}{' (' + words + ')' if words else ''}"


def generated_files(manifest: dict) -> dict[str, str]:
    """Content of every generated file by its path below the output folder."""
    files, models, tests = {}, {}, []
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            entry = model_entry(manifest, node)
            models[f"{entry['schema']}.{entry['name']}"] = entry
            files[entry["sql"]] = plain(node["compiled_code"])
        elif node["resource_type"] == "test" and all(
            d.startswith(("model.", "source.")) for d in node["depends_on"]["nodes"]
        ):
            name = re.sub(r"\W+", "_", node["name"]).strip("_")
            path = f"tests/{name}.sql"
            if path in files:
                sys.exit(f"two tests are called {name}")
            files[path] = plain(node["compiled_code"])
            tests.append(
                {
                    "name": name,
                    "severity": node["config"]["severity"].lower(),
                    "depends_on": upstream(manifest, node),
                    "description": test_description(node),
                    "sql": path,
                }
            )
    check_grains(models)
    index = {"models": in_dependency_order(models), "tests": sorted(tests, key=lambda test: test["name"])}
    files["models.json"] = json.dumps(index, indent=2, ensure_ascii=False) + "\n"
    return files


def macros_digest() -> str:
    """The macro that tells the digest of the others: dbt gives a macro no way to read files."""
    read = [HERE / "dbt_project.yml", *(path for path in sorted((HERE / "macros").rglob("*.sql")) if path != MACROS_DIGEST)]
    digest = hashlib.sha256()
    for path in read:
        digest.update(f"{path.relative_to(HERE)}\n{path.read_text()}\n".encode())
    return (
        "{#- Written by generate.py: a digest of dbt_project.yml and of all other macros, for `rules`. -#}\n"
        "{% macro macros_digest() -%}\n"
        f"    {{{{ return('{digest.hexdigest()[:32]}') }}}}\n"
        "{%- endmacro %}\n"
    )


def stale(files: dict[str, str], folder: Path) -> list[str]:
    """Paths that are missing, differ, or are left over from models that are gone."""
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in (".sql", ".json")}
    differing = {path for path in present & files.keys() if (folder / path).read_text() != files[path]}
    return sorted(differing | (present ^ files.keys()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when files differ")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write (default: the crate's)")
    arguments = parser.parse_args()
    digest_differs = not MACROS_DIGEST.exists() or MACROS_DIGEST.read_text() != macros_digest()
    if arguments.check and digest_differs:
        print(f"not the digest of the macros: {MACROS_DIGEST.relative_to(HERE)}; run dbt/generate.py")
        return 1
    if digest_differs:
        MACROS_DIGEST.write_text(macros_digest())
    with tempfile.TemporaryDirectory() as folder:
        files = generated_files(compile_project(Path(folder)))
    changed = stale(files, arguments.out)
    if arguments.check:
        for path in changed:
            print(f"not as the dbt project compiles: {path}; run dbt/generate.py")
        return 1 if changed else 0
    for path in changed:
        target = arguments.out / path
        if path in files:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(files[path])
        else:
            target.unlink()
    print(f"{len(files)} files, {len(changed)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
