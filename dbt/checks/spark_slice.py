"""A part of the models that says as much about an engine's SQL as all of them.

What a model asks of an engine are the macros that it calls and, in its compiled SQL, the functions, casts and kinds of
clauses. The part asks for all of these at least once.
"""

from collections.abc import Iterable

import sqlglot
from sqlglot import exp

from checks.project import Manifest, Node

# What a model asks for, by the model's name.
Asked = dict[str, set[str]]


def sql_features(sql: str, dialect: str) -> set[str]:
    """Functions, casts and kinds of clauses of a query."""
    found = set()
    for node in sqlglot.parse_one(sql, read=dialect).walk():
        match node:
            case exp.Anonymous():
                found.add(f"function {node.name.lower()}")
            case exp.Cast():
                found.add(f"{type(node).__name__} to {node.to.sql(dialect)}")
            case exp.Join():
                found.add(" ".join(filter(None, ("join", node.side, node.kind))).lower())
            case exp.Identifier() | exp.Literal() | exp.Alias() | exp.TableAlias():
                pass
            case _:
                found.add(type(node).__name__)
    return found


def asked(project: Manifest, dialect: str) -> Asked:
    """Of a compiled project, what each model asks for."""
    models: list[Node] = [node for node in project["nodes"].values() if node["resource_type"] == "model"]
    own = f"macro.{project['metadata']['project_name']}."
    return {
        model["name"]: {name for name in model["depends_on"]["macros"] if name.startswith(own)}
        | sql_features(model["compiled_code"], dialect)
        for model in models
    }


def cover(wanted: Asked, dear: Iterable[str] = ()) -> list[str]:
    """Few models that ask for all that any asks for; the dear ones only for what no other asks for."""
    dear = set(dear)
    cheap = set().union(*(features for name, features in wanted.items() if name not in dear))
    missing, chosen = set().union(*wanted.values()), []
    while missing:
        # What only dear models ask for is left to the end.
        left = missing & cheap
        candidates = sorted(name for name in wanted if not left or name not in dear)
        best = max(candidates, key=lambda name: len(wanted[name] & (left or missing)))
        chosen.append(best)
        missing -= wanted[best]
    return sorted(chosen)
