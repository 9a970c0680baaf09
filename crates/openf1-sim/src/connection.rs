//! Connections that can be reset from inside a request, and that accept `<` and `>` in a query string.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A listener whose connections carry a kill switch.
#[derive(Debug)]
pub(crate) struct SimListener {
    pub(crate) tcp: TcpListener,
    /// Cancelled when the server stops, which closes every connection.
    pub(crate) closed: CancellationToken,
}

/// A connection and its kill switch.
#[derive(Debug)]
pub(crate) struct SimStream {
    tcp: TcpStream,
    killed: Arc<AtomicBool>,
    closed: CancellationToken,
    /// Wakes an idle or stalled connection when the server stops.
    closing: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Bytes read and not yet passed on.
    ready: Vec<u8>,
    /// Whether the bytes being read belong to a request's first line.
    in_request_line: bool,
}

/// A request's handle on its connection.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    killed: Arc<AtomicBool>,
}

impl Peer {
    /// Resets the connection at its next read or write.
    pub(crate) fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
    }
}

impl Listener for SimListener {
    type Io = SimStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            match self.tcp.accept().await {
                Ok((tcp, address)) => {
                    drop(tcp.set_nodelay(true));
                    let stream = SimStream {
                        tcp,
                        killed: Arc::default(),
                        closed: self.closed.clone(),
                        closing: Box::pin(self.closed.clone().cancelled_owned()),
                        ready: Vec::new(),
                        in_request_line: false,
                    };
                    return (stream, address);
                }
                // Probably out of file handles: only waiting helps.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

impl Connected<IncomingStream<'_, SimListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, SimListener>) -> Self {
        Self { address: *stream.remote_addr(), killed: Arc::clone(&stream.io().killed) }
    }
}

impl SimStream {
    fn check(&self) -> io::Result<()> {
        if self.killed.load(Ordering::SeqCst) || self.closed.is_cancelled() {
            // Without linger the kernel sends RST instead of FIN when the socket is dropped.
            drop(self.tcp.set_zero_linger());
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }

    /// Buffers bytes, percent-encoding `<` and `>` in a request's first line: the real server accepts them
    /// unencoded (`date>=2024-03-02`, as users type it), hyper refuses them.
    fn take_in(&mut self, bytes: &[u8]) {
        // Clients send a whole request and wait for the response, so a request begins where a read begins.
        if [&b"GET "[..], b"POST ", b"HEAD "].iter().any(|method| bytes.starts_with(method)) {
            self.in_request_line = true;
        }
        let mut rest = bytes;
        while self.in_request_line
            && let Some((byte, after)) = rest.split_first()
        {
            match byte {
                b'<' => self.ready.extend_from_slice(b"%3C"),
                b'>' => self.ready.extend_from_slice(b"%3E"),
                other => self.ready.push(*other),
            }
            self.in_request_line = *byte != b'\n';
            rest = after;
        }
        self.ready.extend_from_slice(rest);
    }
}

impl AsyncRead for SimStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Polled first, so that it wakes this task.
        let _ = self.closing.as_mut().poll(cx);
        self.check()?;
        if self.ready.is_empty() {
            let mut scratch = [0_u8; 8192];
            let mut read = ReadBuf::new(&mut scratch);
            std::task::ready!(Pin::new(&mut self.tcp).poll_read(cx, &mut read))?;
            self.take_in(read.filled());
        }
        let n = self.ready.len().min(buf.remaining());
        buf.put_slice(&self.ready[..n]);
        self.ready.drain(..n);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for SimStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.tcp).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }
}
