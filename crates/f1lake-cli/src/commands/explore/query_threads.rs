//! Threads for queries, apart from those that answer requests.
//!
//! A query computes for as long as it has input, and cannot be stopped in between. On threads of its own it
//! delays no answer, and threads that do not end in time are given up and replaced.

use f1lake_explore::{ErrorKind, Failure, RowStream, Rows};
use futures::stream::{self, StreamExt};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// Batches between a query and its reader.
const BATCHES: usize = 2;
/// A long expression is a deep tree.
const STACK: usize = 16 << 20;
/// How long a stopped query may go on before its threads are given up.
const GRACE: Duration = Duration::from_secs(2);
/// Given-up groups of threads after which no query starts: they take processor time.
const MOST_GIVEN_UP: usize = 2;

/// Threads that run queries.
#[derive(Debug)]
pub(super) struct QueryThreads {
    current: Arc<Mutex<Current>>,
}

#[derive(Debug)]
struct Current {
    runtime: Option<Runtime>,
    /// Counts replacements, so that threads are given up once.
    generation: usize,
}

impl Drop for Current {
    fn drop(&mut self) {
        // Waiting for a query that does not end would keep the program.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl QueryThreads {
    /// # Errors
    /// When the system gives no threads.
    pub(super) fn start() -> io::Result<Self> {
        let current = Current { runtime: Some(threads()?), generation: 0 };
        Ok(Self { current: Arc::new(Mutex::new(current)) })
    }

    /// Starts a query, and gives its rows on. Dropping the rows, or this future, stops the query.
    pub(super) async fn run<Q>(&self, query: Q) -> Result<Rows, Failure>
    where
        Q: Future<Output = Result<Rows, Failure>> + Send + 'static,
    {
        let (answer, started) = oneshot::channel();
        let (sender, batches) = mpsc::channel(BATCHES);
        let work = async move {
            match query.await {
                Err(failure) => drop(answer.send(Err(failure))),
                Ok(rows) => {
                    let mut stream = rows.batches;
                    if answer.send(Ok(rows.schema)).is_err() {
                        return;
                    }
                    while let Some(batch) = stream.next().await {
                        if sender.send(batch).await.is_err() {
                            return;
                        }
                    }
                }
            }
        };
        let stop = self.spawn(work)?;
        let schema = started.await.map_err(|_| Failure::new(ErrorKind::Failed, "The query broke off"))??;
        let batches: RowStream = stream::unfold((batches, stop), |(mut batches, stop)| async move {
            batches.recv().await.map(|batch| (batch, (batches, stop)))
        })
        .boxed();
        Ok(Rows { schema, batches })
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> Result<Stop, Failure> {
        let current =
            self.current.lock().map_err(|error| Failure::new(ErrorKind::Failed, error.to_string()))?;
        let Some(runtime) = current.runtime.as_ref().filter(|_| current.generation <= MOST_GIVEN_UP) else {
            return Err(Failure::new(ErrorKind::Failed, "Several stopped queries are still computing")
                .with_hint("Start f1lake explore again"));
        };
        let task = runtime.spawn(work);
        Ok(Stop {
            task: task.abort_handle(),
            threads: Arc::clone(&self.current),
            generation: current.generation,
        })
    }
}

fn threads() -> io::Result<Runtime> {
    Builder::new_multi_thread().thread_name("query").thread_stack_size(STACK).enable_all().build()
}

/// Stops a query when it is dropped.
struct Stop {
    task: AbortHandle,
    threads: Arc<Mutex<Current>>,
    generation: usize,
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.task.abort();
        if self.task.is_finished() {
            return;
        }
        let (task, threads, generation) = (self.task.clone(), Arc::clone(&self.threads), self.generation);
        let Ok(answering) = tokio::runtime::Handle::try_current() else { return };
        answering.spawn(async move {
            tokio::time::sleep(GRACE).await;
            if task.is_finished() {
                return;
            }
            let Ok(mut current) = threads.lock() else { return };
            if current.generation == generation {
                tracing::warn!("a stopped query goes on computing; other queries get new threads");
                current.generation += 1;
                let fresh = self::threads().ok();
                if let Some(given_up) = std::mem::replace(&mut current.runtime, fresh) {
                    given_up.shutdown_background();
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_schema::Schema;
    use std::time::Instant;

    fn rows(batches: RowStream) -> Rows {
        Rows { schema: Arc::new(Schema::empty()), batches }
    }

    #[tokio::test]
    async fn a_query_that_never_yields_delays_no_other() {
        let threads = QueryThreads::start().unwrap();
        let cores = std::thread::available_parallelism().unwrap().get();
        for _ in 0..cores {
            let stuck = threads.run(async {
                let until = Instant::now() + Duration::from_secs(30);
                while Instant::now() < until {
                    std::hint::spin_loop();
                }
                Ok(rows(stream::empty().boxed()))
            });
            assert!(tokio::time::timeout(Duration::from_millis(100), stuck).await.is_err());
        }
        tokio::time::sleep(GRACE + Duration::from_millis(500)).await;
        let next = threads.run(async { Ok(rows(stream::empty().boxed())) });
        let next = tokio::time::timeout(Duration::from_secs(5), next).await.unwrap().unwrap();
        assert_eq!(next.batches.count().await, 0);
        let began = Instant::now();
        drop(threads);
        assert!(began.elapsed() < Duration::from_secs(5), "the end waits for no query");
    }
}
