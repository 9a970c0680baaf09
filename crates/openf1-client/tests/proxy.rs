//! The environment's proxy, its exceptions and its own certificate authority.
//!
//! Each case is a separate process with its own environment. The proxy connects every `CONNECT` to our
//! server, whatever host is requested, like a proxy that inspects TLS: the server's certificate is signed by
//! an unknown authority.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::extract::Request;
use axum::serve::Listener;
use openf1_client::{Endpoint, OpenF1, Query};
use std::net::SocketAddr;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

/// A name that does not resolve.
const HOST: &str = "api.openf1.invalid";

struct Tls {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.tcp.accept().await.unwrap();
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

/// An API for [`HOST`] behind a proxy.
struct Place {
    proxy: String,
    /// The authority's certificate.
    authority: tempfile::NamedTempFile,
    /// Hosts requested from the proxy.
    asked: Arc<Mutex<Vec<String>>>,
    /// HTTP versions of the requests that arrived.
    arrived: Arc<Mutex<Vec<String>>>,
}

async fn start() -> Place {
    let signer = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::default();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let certificate = authority.self_signed(&signer).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate.pem()).unwrap();
    let issuer = rcgen::Issuer::new(authority, signer);
    let key = rcgen::KeyPair::generate().unwrap();
    let server = rcgen::CertificateParams::new([HOST.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];

    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&arrived);
    let app = axum::Router::new().fallback(move |request: Request| async move {
        seen.lock().unwrap().push(format!("{:?}", request.version()));
        "[{}]"
    });
    let listener = Tls { tcp, acceptor: TlsAcceptor::from(Arc::new(config)) };
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let hosts = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(tunnel(client, address, Arc::clone(&hosts)));
        }
    });
    Place { proxy, authority: file, asked, arrived }
}

/// Accepts one `CONNECT` and forwards the rest.
async fn tunnel(client: TcpStream, server: SocketAddr, hosts: Arc<Mutex<Vec<String>>>) {
    let mut client = BufReader::new(client);
    let mut first = String::new();
    client.read_line(&mut first).await.unwrap();
    let mut line = String::new();
    while client.read_line(&mut line).await.unwrap() > 2 {
        line.clear();
    }
    let Some(host) = first.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) else { return };
    hosts.lock().unwrap().push(host.to_owned());
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let mut server = TcpStream::connect(server).await.unwrap();
    drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
}

/// Fetches once in a process with this environment, and no other proxy.
async fn fetch(base_url: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["the_other_process", "--exact", "--ignored", "--nocapture"]);
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    command.env("PROXY_TEST_URL", base_url).envs(environment.iter().copied());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[test]
#[ignore = "a part of the other tests, which start it as a process"]
fn the_other_process() {
    let url = std::env::var("PROXY_TEST_URL").unwrap();
    let client = OpenF1::builder().base_url(url).max_retries(0).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(client.fetch(&Query::new(Endpoint::Laps).session(9158))).unwrap();
    assert_eq!(answer.rows, 1);
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_with_an_authority_of_its_own_is_used_and_http_2_where_offered() {
    let place = start().await;
    let url = format!("https://{HOST}/v1");
    let authority = place.authority.path().to_str().unwrap();
    let done = fetch(&url, &[("HTTPS_PROXY", &place.proxy), ("SSL_CERT_FILE", authority)]).await;
    assert!(done.status.success(), "{}", told(&done));
    assert_eq!(*place.asked.lock().unwrap(), [format!("{HOST}:443")]);
    assert_eq!(*place.arrived.lock().unwrap(), ["HTTP/2.0"]);

    // An untrusted authority is refused, and the error says why.
    let done = fetch(&url, &[("HTTPS_PROXY", &place.proxy)]).await;
    assert!(!done.status.success());
    assert!(told(&done).contains("certificate"), "{}", told(&done));
    assert_eq!(place.arrived.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_without_a_proxy_is_asked_directly() {
    let place = start().await;
    let environment = [("HTTPS_PROXY", place.proxy.as_str()), ("NO_PROXY", HOST)];
    let done = fetch(&format!("https://{HOST}/v1"), &environment).await;
    assert!(!done.status.success(), "nobody is there");
    assert_eq!(place.asked.lock().unwrap().len(), 0, "{}", told(&done));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_this_machine_is_asked_without_a_proxy() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let app = axum::Router::new().fallback(async || "[{}]");
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let dead = "http://127.0.0.1:9";
    let done = fetch(&url, &[("HTTP_PROXY", dead), ("HTTPS_PROXY", dead), ("ALL_PROXY", dead)]).await;
    assert!(done.status.success(), "{}", told(&done));
}
