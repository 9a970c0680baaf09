//! A TCP proxy that makes a local server a distant one: delays each way, handshakes, slow responses.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

/// Round trips that a new connection needs before the first request: one for TCP, one for TLS, and some
/// computing.
const HANDSHAKE: f64 = 2.5;
/// One in this many responses is slow.
const SLOW_ONE_IN: u32 = 8;

/// Delays of a path. Each varies randomly by up to half for every piece of data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path {
    /// From one end to the other.
    pub(crate) each_way: Duration,
    /// Extra delay of a slow response.
    pub(crate) slow: Duration,
}

/// A running proxy; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Forwards every connection to `server`. The seed fixes the delays' sequence.
    pub(crate) async fn start(server: SocketAddr, path: Path, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut random = fastrand::Rng::with_seed(seed);
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, server, path, random.fork()));
            }
        });
        Self { address, task }
    }

    /// The API's address behind the proxy.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn jittered(length: Duration, random: &mut fastrand::Rng) -> Duration {
    length.mul_f64(0.5 + random.f64())
}

async fn connect(client: TcpStream, server: SocketAddr, path: Path, mut random: fastrand::Rng) {
    // The client connects locally at once, so its first request waits here for the duration of a handshake.
    sleep(jittered(path.each_way.mul_f64(2.0 * HANDSHAKE), &mut random)).await;
    let Ok(server) = TcpStream::connect(server).await else { return };
    for stream in [&client, &server] {
        drop(stream.set_nodelay(true));
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let there = Path { slow: Duration::ZERO, ..path };
    tokio::join!(
        pump(from_client, to_server, there, random.fork()),
        pump(from_server, to_client, path, random.fork())
    );
}

/// Forwards bytes in order, each piece after its own delay.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, path: Path, mut random: fastrand::Rng) {
    let (pieces, mut on_the_way) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let read = async move {
        let mut last = Instant::now();
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let length = from.read(&mut buffer).await.unwrap_or(0);
            let mut delay = jittered(path.each_way, &mut random);
            if !path.slow.is_zero() && random.u32(..SLOW_ONE_IN) == 0 {
                delay += jittered(path.slow, &mut random);
            }
            last = last.max(Instant::now() + delay);
            // An empty piece marks the end.
            if pieces.send((last, buffer[..length].to_vec())).is_err() || length == 0 {
                return;
            }
        }
    };
    let write = async move {
        while let Some((at, bytes)) = on_the_way.recv().await {
            sleep_until(at).await;
            if bytes.is_empty() || to.write_all(&bytes).await.is_err() {
                drop(to.shutdown().await);
                return;
            }
        }
    };
    tokio::join!(read, write);
}
