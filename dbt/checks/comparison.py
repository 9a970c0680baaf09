"""Arrow tables compared, whichever engine or reader made them."""

import pyarrow as pa
import pyarrow.compute as pc

from checks.carried_sql import Model

FLOAT_TOLERANCE = 1e-9
ARROW_TYPES = {
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "array<bigint>": pa.list_(pa.int64()),
}


def normal_type(arrow_type: pa.DataType) -> pa.DataType:
    """Engines differ in how they hold text and lists, not in what these are."""
    if pa.types.is_large_string(arrow_type) or pa.types.is_string_view(arrow_type):
        return pa.string()
    if pa.types.is_large_list(arrow_type) or pa.types.is_list_view(arrow_type) or pa.types.is_list(arrow_type):
        return pa.list_(normal_type(arrow_type.value_type))
    if pa.types.is_timestamp(arrow_type) and arrow_type.tz is not None:
        return pa.timestamp(arrow_type.unit, "UTC")
    return arrow_type


def canonical(table: pa.Table) -> pa.Table:
    """One form of each type, columns by name, rows in one order: equal contents become equal tables."""
    columns = {name: table[name].cast(normal_type(table[name].type)) for name in sorted(table.column_names)}
    # Lists have no order; every table has enough other columns to put its rows in one.
    keys = [name for name, column in columns.items() if not pa.types.is_list(column.type)]
    return pa.table(columns).sort_by([(name, "ascending") for name in keys]).combine_chunks()


def wrong_types(table: pa.Table, model: Model) -> list[str]:
    """Columns that are missing, too many, or not of the type that the model promises."""
    wrong = []
    for column in model["columns"]:
        if column["name"] not in table.column_names:
            wrong.append(f"no column {column['name']}")
            continue
        found = normal_type(table.schema.field(column["name"]).type)
        if found != ARROW_TYPES[column["type"]]:
            wrong.append(f"{column['name']} is {found}, not {column['type']}")
    promised = {column["name"] for column in model["columns"]}
    return wrong + [f"unknown column {name}" for name in table.column_names if name not in promised]


def ordered(table: pa.Table, model: Model) -> pa.Table:
    """The promised columns and types, sorted by primary key."""
    columns = {
        column["name"]: table[column["name"]].cast(ARROW_TYPES[column["type"]], safe=False)
        for column in model["columns"]
    }
    return pa.table(columns).sort_by([(name, "ascending") for name in model["key"]]).combine_chunks()


def unequal(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.Array:
    """True where two columns of the same length differ; null equals null."""
    if pa.types.is_list(left.type):
        values = [a != b for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True)]
        return pa.array(values, pa.bool_())
    if pa.types.is_floating(left.type):
        size = pc.max_element_wise(pc.max_element_wise(pc.abs(left), pc.abs(right)), 1e-12)
        differ = pc.greater(pc.abs(pc.subtract(left, right)), pc.multiply(size, FLOAT_TOLERANCE))
        differ = pc.and_not(differ, pc.equal(left, right))
        differ = pc.or_(differ, pc.xor(pc.is_nan(left), pc.is_nan(right)))
    else:
        differ = pc.not_equal(left, right)
    return pc.fill_null(differ, pc.xor(pc.is_null(left), pc.is_null(right))).combine_chunks() if len(left) else differ


def repeated_keys(table: pa.Table, key: list[str]) -> int:
    return int(table.num_rows - table.group_by(key).aggregate([]).num_rows)


def difference(first: pa.Table, other: pa.Table, model: Model) -> str | None:
    """The first difference of two tables in words, or none."""
    if wrong := wrong_types(other, model):
        return "; ".join(wrong)
    if first.num_rows != other.num_rows:
        return f"{first.num_rows} rows against {other.num_rows}"
    first, other = ordered(first, model), ordered(other, model)
    for column in model["columns"]:
        name = column["name"]
        differ = unequal(first[name], other[name])
        count = pc.sum(differ).as_py() or 0
        if count:
            row = pc.index(differ, True).as_py()
            key = ", ".join(f"{part}={first[part][row].as_py()}" for part in model["key"])
            values = f"{first[name][row].as_py()!r} against {other[name][row].as_py()!r}"
            return f"{count} rows differ in {name}; first at {key}: {values}"
    return None
