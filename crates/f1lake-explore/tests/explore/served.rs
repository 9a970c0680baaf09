//! A server on loopback, and requests to it byte by byte: a client library would mend what an attacker sends.

use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use f1lake_explore::{
    App, Column, ErrorKind, Failure, LakeState, Rows, TableFormat, TableNotes, Tables, Token, serve,
};
use futures::{StreamExt, stream};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What no answer without permission may contain.
pub(crate) const SECRET: &str = "the-secret-of-the-lake";

/// One row for each query; some texts ask for more.
#[derive(Default)]
pub(crate) struct Made {
    /// Queries that run now.
    pub(crate) running: Arc<AtomicUsize>,
}

struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("number", DataType::Int64, false),
        Field::new("text", DataType::Utf8, false),
    ]))
}

fn batch(rows: i64) -> RecordBatch {
    let numbers: Int64Array = (0..rows).map(Some).collect();
    let texts: StringArray = (0..rows).map(|_| Some(SECRET)).collect();
    RecordBatch::try_new(schema(), vec![Arc::new(numbers), Arc::new(texts)]).unwrap()
}

#[async_trait]
impl Tables for Made {
    async fn state(&self) -> Result<LakeState, Failure> {
        Ok(LakeState::Ready)
    }

    async fn revision(&self) -> Result<String, Failure> {
        Ok("1".to_owned())
    }

    async fn query(&self, sql: &str) -> Result<Rows, Failure> {
        self.running.fetch_add(1, Ordering::SeqCst);
        let running = Running(Arc::clone(&self.running));
        let batches = match sql {
            "forever" => stream::pending().boxed(),
            "many" => stream::iter((0..40).map(|_| Ok(batch(5000)))).boxed(),
            "broken" => {
                stream::iter([Ok(batch(1)), Err(Failure::new(ErrorKind::Failed, "A file is gone"))]).boxed()
            }
            "wrong" => return Err(Failure::new(ErrorKind::NoColumn, "There is no column x")),
            _ => stream::iter([Ok(batch(3))]).boxed(),
        };
        let batches = batches.map(move |batch| {
            let _ = &running;
            batch
        });
        Ok(Rows { schema: schema(), batches: batches.boxed() })
    }

    async fn write(
        &self,
        mut rows: Rows,
        _format: TableFormat,
        mut output: Box<dyn Write + Send>,
    ) -> Result<u64, Failure> {
        let mut count = 0;
        while let Some(batch) = rows.batches.next().await {
            count += batch?.num_rows() as u64;
        }
        write!(output, "[{count}]").map_err(|error| Failure::new(ErrorKind::Failed, error.to_string()))?;
        Ok(count)
    }

    async fn catalogue(&self) -> Result<Vec<TableNotes>, Failure> {
        let column =
            Column { name: SECRET.to_owned(), sql_type: "BIGINT".to_owned(), description: String::new() };
        let table = TableNotes {
            schema: "gold_analytics".to_owned(),
            table: "fact_laps".to_owned(),
            description: String::new(),
            columns: vec![column],
        };
        Ok(vec![table])
    }

    fn place(&self) -> String {
        format!("/home/{SECRET}/lake")
    }

    fn is_generated(&self) -> bool {
        false
    }
}

/// A running server.
pub(crate) struct Served {
    pub(crate) port: u16,
    pub(crate) token: String,
    pub(crate) running: Arc<AtomicUsize>,
}

impl Served {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let token = Token::random().unwrap();
        let text = token.reveal().to_owned();
        let made = Made::default();
        let running = Arc::clone(&made.running);
        let app = App::new(Arc::new(made), "0.0.0", port, token).unwrap();
        tokio::spawn(serve(listener, app, std::future::pending()));
        Self { port, token: text, running }
    }

    /// Sends bytes and reads the answer until the server closes.
    pub(crate) async fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        // The server may refuse and close before it has read everything.
        let _ = stream.write_all(request).await;
        if !request.starts_with(b"POST") {
            // What follows would be waited for.
            let _ = stream.shutdown().await;
        }
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
        assert!(read.is_ok(), "the server did not answer");
        Answer { text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// A request with the headers of an honest page, which others replace; an empty value leaves one out.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![
            ("host".to_owned(), format!("127.0.0.1:{}", self.port)),
            ("authorization".to_owned(), format!("Bearer {}", self.token)),
            ("content-type".to_owned(), "application/json".to_owned()),
            ("content-length".to_owned(), body.len().to_string()),
            ("connection".to_owned(), "close".to_owned()),
        ];
        for (name, value) in headers {
            let value = value.replace("PORT", &self.port.to_string()).replace("TOKEN", &self.token);
            if let Some(name) = name.strip_prefix('+') {
                all.push((name.to_owned(), value));
                continue;
            }
            all.retain(|(known, _)| known != name);
            if !value.is_empty() {
                all.push(((*name).to_owned(), value));
            }
        }
        let lines: String = all.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let path = path.replace("PORT", &self.port.to_string()).replace("TOKEN", &self.token);
        self.raw(format!("{method} {path} HTTP/1.1\r\n{lines}\r\n{body}").as_bytes()).await
    }
}

/// An answer as it came.
pub(crate) struct Answer {
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next()?;
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}
