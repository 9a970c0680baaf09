//! A proxy that breaks connections.

use crate::fake::Fake;

/// A proxy in front of the fake that cuts the first connections, each after a number of bytes sent or
/// received.
pub(crate) async fn cutter(fake: &Fake, cuts: Vec<Cut>) -> String {
    let target = fake.url.trim_start_matches("http://").to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut cuts = cuts.into_iter();
        while let Ok((mut client, _)) = listener.accept().await {
            let cut = cuts.next();
            let target = target.clone();
            tokio::spawn(async move {
                let mut server = tokio::net::TcpStream::connect(target).await.unwrap();
                let (from_client, to_client) = client.split();
                let (from_server, to_server) = server.split();
                let (up, down) = match cut {
                    Some(Cut::Up(bytes)) => (bytes, u64::MAX),
                    Some(Cut::Down(bytes)) => (u64::MAX, bytes),
                    None => (u64::MAX, u64::MAX),
                };
                // The first direction to end closes both.
                tokio::select! {
                    _ = pump(from_client, to_server, up) => {}
                    _ = pump(from_server, to_client, down) => {}
                }
            });
        }
    });
    url
}

/// The point at which a connection breaks.
pub(crate) enum Cut {
    /// After this many bytes to the workspace.
    Up(u64),
    /// After this many bytes from the workspace.
    Down(u64),
}

async fn pump(
    from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
    most: u64,
) -> std::io::Result<u64> {
    use tokio::io::AsyncReadExt;
    tokio::io::copy(&mut from.take(most), &mut to).await
}
