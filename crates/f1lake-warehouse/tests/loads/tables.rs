//! Tables, and what the program's statements do to them. A statement of another form fails the test.

use jiff::Timestamp;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::collections::{BTreeMap, BTreeSet};

const LOADS: &str = "bronze_loads";
/// Times of loading, which differ by nature.
const TIMES: [&str; 2] = ["_ingestion_timestamp", "loaded_at"];

/// Values by column, as text; times in microseconds. A null is left out.
pub(crate) type Row = BTreeMap<String, String>;
/// Rows of a result.
pub(crate) type Answer = Vec<Vec<Option<String>>>;
/// Files by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) kind: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A schema.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) schema: bool,
    pub(crate) tables: BTreeMap<String, Table>,
}

impl Tables {
    /// Rows of a table in one order, without the times of loading.
    pub(crate) fn rows(&self, table: &str) -> Vec<Row> {
        let mut rows = self.tables[table].rows.clone();
        rows.iter_mut().for_each(|row| row.retain(|name, _| !TIMES.contains(&name.as_str())));
        rows.sort();
        rows
    }

    /// Runs a statement; `Err` has the warehouse's message, and nothing has changed then.
    pub(crate) fn run(&mut self, sql: &str, files: &Files) -> Result<Answer, String> {
        let first = sql.split(['\n', ' ']).next().unwrap();
        match first {
            "SELECT" if sql.starts_with("SELECT s.schema_name") => return Ok(self.present()),
            "SELECT" if sql.starts_with("SELECT session_key, table_name, sha256") => return self.known(),
            "SELECT" => return self.held(sql),
            "CREATE" => self.create(sql),
            "ALTER" => self.add_columns(sql)?,
            "INSERT" if sql.starts_with("INSERT OVERWRITE") => self.overwrite(sql, files)?,
            "INSERT" => self.replace(sql, files)?,
            "DELETE" => self.delete(sql)?,
            "MERGE" => self.record(sql)?,
            _ => panic!("an unknown statement:\n{sql}"),
        }
        Ok(Vec::new())
    }

    fn present(&self) -> Answer {
        if !self.schema {
            return Vec::new();
        }
        let text = |text: &str| Some(text.to_owned());
        if self.tables.is_empty() {
            return vec![vec![text("bronze_raw"), None, None, None]];
        }
        let columns = self.tables.iter().flat_map(|(name, table)| {
            table
                .columns
                .iter()
                .map(|column| vec![text("bronze_raw"), text(name), text(&table.kind), text(column)])
        });
        columns.collect()
    }

    fn known(&self) -> Result<Answer, String> {
        let columns = [
            "session_key",
            "table_name",
            "sha256",
            "rows",
            "rescued_rows",
            "quarantined_rows",
            "extracted_at",
        ];
        let of = |row: &Row| columns.iter().map(|name| row.get(*name).cloned()).collect();
        Ok(self.table(LOADS)?.rows.iter().map(of).collect())
    }

    fn held(&self, sql: &str) -> Result<Answer, String> {
        let mut answer = Vec::new();
        for part in sql.split("\nUNION ALL\n") {
            let (name, column) = (between(part, "SELECT '", "'"), between(part, "GROUP BY `", "`"));
            let table = self.table(name)?;
            for key in keys(part) {
                let rows: Vec<&Row> =
                    table.rows.iter().filter(|row| row[column] == key.to_string()).collect();
                let times = rows.iter().map(|row| row["_extracted_at"].parse::<i64>().unwrap());
                let (Some(oldest), Some(newest)) = (times.clone().min(), times.max()) else { continue };
                let rescued = rows.iter().filter(|row| row.contains_key("_rescued_data")).count();
                let numbers = [key, oldest, newest, rows.len() as i64, rescued as i64];
                let numbers = numbers.iter().map(|number| Some(number.to_string()));
                answer.push(std::iter::once(Some(name.to_owned())).chain(numbers).collect());
            }
        }
        Ok(answer)
    }

    fn create(&mut self, sql: &str) {
        self.schema = true;
        if sql.starts_with("CREATE TABLE IF NOT EXISTS") && !self.tables.contains_key(target(sql)) {
            let table = Table { kind: "MANAGED".to_owned(), columns: defined(sql), rows: Vec::new() };
            self.tables.insert(target(sql).to_owned(), table);
        }
    }

    fn add_columns(&mut self, sql: &str) -> Result<(), String> {
        let (name, added) = (target(sql), defined(sql));
        let table = self.tables.get_mut(name).unwrap();
        if let Some(column) = added.iter().find(|column| table.columns.contains(column)) {
            return Err(format!("[FIELDS_ALREADY_EXISTS] Cannot add column `{column}`"));
        }
        table.columns.extend(added);
        Ok(())
    }

    fn replace(&mut self, sql: &str, files: &Files) -> Result<(), String> {
        let (name, column) = (target(sql), between(sql, "REPLACE WHERE `", "`"));
        let replaced = keys(sql);
        assert!(sql.contains("THEN CAST(raise_error(concat('f1lake:', "), "without a guard:\n{sql}");
        let held = sql.lines().filter(|line| line.starts_with("    SELECT "));
        for (line, (of, session, extracted)) in
            held.zip([(name, column, "_extracted_at"), (LOADS, "session_key", "extracted_at")])
        {
            assert_eq!(target(line), of, "{sql}");
            let newer = newer(line, extracted);
            assert_eq!(newer.keys().copied().collect::<BTreeSet<_>>(), replaced, "{sql}");
            let mut rows = self.table(of)?.rows.iter().filter(|row| of != LOADS || row["table_name"] == name);
            if rows.any(|row| {
                let limit = row[session].parse().ok().and_then(|key: i64| newer.get(&key));
                limit.is_some_and(|limit| row[extracted].parse::<i64>().unwrap() > *limit)
            }) {
                let message = "f1lake: a newer extract is loaded: 1 SQLSTATE: P0001";
                return Err(format!("[USER_RAISED_EXCEPTION] {message}\n\n== SQL (line 1) ==\n{sql}"));
            }
        }
        let mut rows = Vec::new();
        if sql.contains("FROM parquet.`") {
            let selected = between(sql, "\nSELECT ", "\n");
            let columns = self.table(name)?.columns.clone();
            assert_eq!(selected.split(", ").count(), columns.len(), "one for each column:\n{sql}");
            let wanted = keys(between(sql, "WHERE staged.", "\n"));
            for staged in staged(sql, files)? {
                if !wanted.contains(&staged[column].parse().unwrap()) {
                    continue;
                }
                // By position, whatever the names.
                let sources = selected.split(", ").map(|source| source.strip_prefix("staged.`"));
                let values = columns.iter().zip(sources).filter_map(|(column, source)| {
                    Some((column.clone(), staged.get(source?.trim_end_matches('`'))?.clone()))
                });
                rows.push(values.collect::<Row>());
            }
        }
        let matches = |row: &Row| row.get(column).is_some_and(|key| replaced.contains(&key.parse().unwrap()));
        if !rows.iter().all(matches) {
            return Err("[DELTA_REPLACE_WHERE_MISMATCH] rows of another session".to_owned());
        }
        let table = self.tables.get_mut(name).unwrap();
        table.rows.retain(|row| !matches(row));
        table.rows.extend(rows);
        Ok(())
    }

    fn overwrite(&mut self, sql: &str, files: &Files) -> Result<(), String> {
        self.table(target(sql))?;
        let rows = staged(sql, files)?;
        self.tables.get_mut(target(sql)).unwrap().rows = rows;
        Ok(())
    }

    fn delete(&mut self, sql: &str) -> Result<(), String> {
        let name = target(sql);
        self.table(name)?;
        let rows = &mut self.tables.get_mut(name).unwrap().rows;
        match sql.split_once("\nWHERE ").unwrap().1 {
            "true" => rows.clear(),
            condition if condition.starts_with("session_key NOT IN (") => {
                let kept = keys(condition);
                rows.retain(|row| kept.contains(&row["session_key"].parse().unwrap()));
            }
            condition if condition.starts_with("table_name IN (") => {
                rows.retain(|row| !condition.contains(&format!("'{}'", row["table_name"])));
            }
            _ => panic!("an unknown condition:\n{sql}"),
        }
        Ok(())
    }

    /// Adds to the table of loads, or replaces older rows.
    fn record(&mut self, sql: &str) -> Result<(), String> {
        assert_eq!(target(sql), LOADS, "{sql}");
        let columns = self.table(LOADS)?.columns.clone();
        let loads = &mut self.tables.get_mut(LOADS).unwrap().rows;
        for line in between(sql, "FROM VALUES\n", "\n  AS loads").lines() {
            let values = line.trim().trim_start_matches('(').trim_end_matches(',').trim_end_matches(')');
            let values = values.split(", ").map(|value| {
                let text = between(value, "'", "'");
                match value {
                    "CAST(NULL AS STRING)" => None,
                    _ if value.starts_with("TIMESTAMP") => Some(micros(text).to_string()),
                    _ if value.starts_with('\'') => Some(text.to_owned()),
                    number => Some(number.to_owned()),
                }
            });
            let row: Row = columns.iter().cloned().zip(values).filter_map(|(k, v)| Some((k, v?))).collect();
            let same = |other: &&mut Row| {
                ["session_key", "table_name"].iter().all(|column| other[*column] == row[*column])
            };
            let at = |row: &Row| row["extracted_at"].parse::<i64>().unwrap();
            match loads.iter_mut().find(same) {
                None => loads.push(row),
                Some(known)
                    if at(known) < at(&row)
                        || at(known) == at(&row) && known.get("sha256") != row.get("sha256") =>
                {
                    *known = row;
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn table(&self, name: &str) -> Result<&Table, String> {
        self.tables.get(name).ok_or_else(|| format!("[TABLE_OR_VIEW_NOT_FOUND] {name} cannot be found"))
    }
}

/// The text between two others; empty without them.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let rest = text.split_once(begin).map_or("", |(_, rest)| rest);
    rest.split_once(end).map_or(rest, |(inside, _)| inside)
}

/// The first table that a text names.
fn target(sql: &str) -> &str {
    between(sql, "`dev`.`bronze_raw`.`", "`")
}

/// The keys of the first list.
fn keys(sql: &str) -> BTreeSet<i64> {
    between(sql, " IN (", ")").split(", ").map(|key| key.parse().unwrap()).collect()
}

fn micros(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

/// Names of defined columns.
fn defined(sql: &str) -> Vec<String> {
    let lines = sql.lines().filter(|line| line.starts_with("  `"));
    lines.map(|line| between(line, "`", "`").to_owned()).collect()
}

/// Sessions of `(session_key = 1 AND extracted_at > TIMESTAMP '...')`, with the time.
fn newer(line: &str, column: &str) -> BTreeMap<i64, i64> {
    let limit = format!(" AND {column} > TIMESTAMP '");
    let found = line.match_indices(&limit).map(|(at, found)| {
        let key = line[..at].rsplit(" = ").next().unwrap().parse().unwrap();
        (key, micros(line[at + found.len()..].split('\'').next().unwrap()))
    });
    found.collect()
}

/// Rows of the Parquet files that a statement reads.
fn staged(sql: &str, files: &Files) -> Result<Vec<Row>, String> {
    let folder = format!("{}/", between(sql, "FROM parquet.`", "`").trim_start_matches('/'));
    let found: Vec<&Vec<u8>> =
        files.iter().filter(|(path, _)| path.starts_with(&folder)).map(|(_, bytes)| bytes).collect();
    if found.is_empty() {
        return Err(format!("[PATH_NOT_FOUND] Path does not exist: {folder}"));
    }
    let mut rows = Vec::new();
    for bytes in found {
        let reader = SerializedFileReader::new(axum::body::Bytes::from(bytes.clone())).unwrap();
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            let values = row.get_column_iter().filter_map(|(name, value)| match value {
                Field::Null => None,
                Field::TimestampMicros(value) => Some((name.clone(), value.to_string())),
                Field::Str(text) => Some((name.clone(), text.clone())),
                other => Some((name.clone(), other.to_string())),
            });
            rows.push(values.collect());
        }
    }
    Ok(rows)
}
