//! `csv=true`: the table as the API's own writer prints it.

use crate::clock;
use crate::row::Row;
use serde_json::Value;
use std::collections::BTreeSet;

/// Rows as CSV: header of all keys, sorted; CRLF line ends.
pub(crate) fn write(rows: &[&Row]) -> String {
    let header: BTreeSet<&str> = rows.iter().flat_map(|r| r.fields.keys().map(String::as_str)).collect();
    let mut out = header.iter().copied().collect::<Vec<_>>().join(",");
    out.push_str("\r\n");
    for row in rows {
        for (i, name) in header.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            quote(&mut out, &cell(name, row.fields.get(*name)));
        }
        out.push_str("\r\n");
    }
    out
}

fn cell(name: &str, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(s)) if name.starts_with("date") => match clock::parse(s) {
            // A datetime is printed with a space and, as in JSON, without a zero fraction.
            Some(_) => s.replacen('T', " ", 1),
            None => s.clone(),
        },
        Some(Value::String(s)) => s.clone(),
        Some(other) => python(other),
    }
}

/// The text of a value in Python's `str`.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(n) => n.to_string(),
        Value::String(s) => format!("'{s}'"),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let fields: Vec<String> = map.iter().map(|(k, v)| format!("'{k}': {}", python(v))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

fn quote(out: &mut String, text: &str) {
    if text.contains([',', '"', '\r', '\n']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_api_prints_it() {
        let row = Row::recorded(
            r#"{"n":1,"date":"2024-03-02T15:00:00+00:00","a":[2049,null],"z":null,"b":true,"f":1.50,"s":"x, \"y\""}"#,
        )
        .unwrap();
        let other = Row::recorded(r#"{"extra":"e"}"#).unwrap();
        assert_eq!(
            write(&[&row, &other]),
            "a,b,date,extra,f,n,s,z\r\n\"[2049, None]\",True,2024-03-02 15:00:00+00:00,,1.5,1,\"x, \"\"y\"\"\",\r\n,,,e,,,,\r\n"
        );
    }
}
