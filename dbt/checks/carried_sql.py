"""Writes the SQL that the program f1lake carries: `dbt compile --target datafusion`, in plain files.

python -m checks.carried_sql            write crates/f1lake-lake/sql/
python -m checks.carried_sql --check    exit 1 when those files are not what this project compiles to
"""

import argparse
import hashlib
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Literal, TypedDict

from checks.project import PROJECT, Manifest, Node, manifest, run_dbt

SQL = PROJECT.parent / "crates" / "f1lake-lake" / "sql"
MACROS_DIGEST = PROJECT / "macros" / "macros_digest.sql"


class Column(TypedDict):
    name: str
    type: str
    description: str


class Model(TypedDict):
    """A model as the program knows it."""

    name: str
    schema: str
    grain: Literal["session", "lake"]
    key: list[str]
    partition_by: list[str]
    depends_on: list[str]
    description: str
    columns: list[Column]
    sql: str


class DataTest(TypedDict):
    """A test as the program knows it."""

    name: str
    severity: str
    depends_on: list[str]
    description: str
    sql: str


def compiled(folder: Path) -> Manifest:
    """The project, compiled for DataFusion."""
    run_dbt("compile", "datafusion", folder, "--no-partial-parse")
    return manifest(folder)


def carried_models() -> list[Model]:
    """The models that the program carries, each after those that it reads."""
    models: list[Model] = json.loads((SQL / "models.json").read_text())["models"]
    return models


def plain(sql: str) -> str:
    """Two-part names, no trailing blanks, one newline at the end."""
    sql = re.sub(r'"memory"\."(\w+)"\."(\w+)"', r"\1.\2", sql)
    sql = "\n".join(line.rstrip() for line in sql.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", sql) + "\n"


def one_line(text: str) -> str:
    return " ".join(text.split())


def table_name(project: Manifest, unique_id: str) -> str:
    node = project["nodes"].get(unique_id) or project["sources"][unique_id]
    return f"{node['schema']}.{node.get('identifier') or node['name']}"


def upstream(project: Manifest, node: Node) -> list[str]:
    """Tables that the SQL reads; a foreign key makes dbt wait for its table, but reads nothing of it."""
    tables = {table_name(project, unique_id) for unique_id in node["depends_on"]["nodes"]}
    return sorted(table for table in tables if re.search(rf"\b{re.escape(table)}\b", plain(node["compiled_code"])))


def in_dependency_order(models: dict[str, Model]) -> list[Model]:
    """Models after what they read; alphabetical where that leaves a choice."""
    ordered: list[Model] = []
    placed: set[str] = set()
    waiting = sorted(models)
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


def model_entry(project: Manifest, node: Node) -> Model:
    name, meta = node["name"], node["config"]["meta"]
    grain, key = meta.get("grain"), meta.get("key") or []
    columns: list[Column] = [
        {"name": column["name"], "type": column["data_type"], "description": one_line(column["description"])}
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
        "depends_on": upstream(project, node),
        "description": one_line(node["description"]),
        "columns": columns,
        "sql": f"models/{name}.sql",
    }


def check_grains(models: dict[str, Model]) -> None:
    """A model built session by session must not read one that is built from the whole lake."""
    for table, model in models.items():
        if model["grain"] == "session":
            for other in model["depends_on"]:
                if other in models and models[other]["grain"] == "lake":
                    sys.exit(f"{table}: grain session, but reads {other} of grain lake")


def test_description(node: Node) -> str:
    """What dbt was told of a test, or else what it checks: table, column, kind and bounds."""
    if node.get("description"):
        return one_line(node["description"])
    meta = node.get("test_metadata")
    if not meta:
        comment = re.match(r"\s*--\s*(.*)", node["raw_code"])
        return comment[1] if comment else str(node["name"])
    bounds = {k: v for k, v in meta["kwargs"].items() if k not in ("model", "column_name", "to")}
    words = ", ".join(f"{k} {', '.join(map(str, v)) if isinstance(v, list) else v}" for k, v in sorted(bounds.items()))
    column = meta["kwargs"].get("column_name")
    return f"{column + ': ' if column else ''}{meta['name'].replace('_', ' ')}{' (' + words + ')' if words else ''}"


def generated_files(project: Manifest) -> dict[str, str]:
    """Content of every generated file by its path below the output folder."""
    files: dict[str, str] = {}
    models: dict[str, Model] = {}
    tests: list[DataTest] = []
    for node in project["nodes"].values():
        if node["resource_type"] == "model":
            entry = model_entry(project, node)
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
                    "depends_on": upstream(project, node),
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
    macros = [path for path in sorted((PROJECT / "macros").rglob("*.sql")) if path != MACROS_DIGEST]
    digest = hashlib.sha256()
    for path in [PROJECT / "dbt_project.yml", *macros]:
        digest.update(f"{path.relative_to(PROJECT)}\n{path.read_text()}\n".encode())
    return (
        "{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}\n"
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
    parser.add_argument("--out", type=Path, default=SQL, help="folder to write (default: the crate's)")
    arguments = parser.parse_args()
    again = "run `python -m checks.carried_sql` in dbt/"
    digest_differs = not MACROS_DIGEST.exists() or MACROS_DIGEST.read_text() != macros_digest()
    if arguments.check and digest_differs:
        print(f"not the digest of the macros: {MACROS_DIGEST.relative_to(PROJECT)}; {again}")
        return 1
    if digest_differs:
        MACROS_DIGEST.write_text(macros_digest())
    with tempfile.TemporaryDirectory() as folder:
        files = generated_files(compiled(Path(folder)))
    changed = stale(files, arguments.out)
    if arguments.check:
        for path in changed:
            print(f"not as the dbt project compiles: {path}; {again}")
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
