//! `f1lake doctor` with connection problems: it names the problem quickly.

use crate::{Place, Simulated, ended};
use std::time::{Duration, Instant};

/// Output of doctor for an address, and the exit code; takes five seconds, plus some on a busy machine.
fn doctor(place: &Place, base_url: &str, environment: &[(&str, &str)]) -> (i32, String) {
    let mut command = place.command(&["doctor", "--base-url", base_url]);
    for name in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
    ] {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied());
    let started = Instant::now();
    let ended = ended(command);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}: {}", started.elapsed(), ended.stdout);
    assert!(!ended.stderr.contains("WARN"), "{}", ended.stderr);
    (ended.code, ended.stdout)
}

#[test]
fn connection_failures_are_distinguished_with_advice() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let port = |url: &str| url.trim_end_matches("/v1").rsplit(':').next().unwrap().to_owned();
    let plain = port(&server.base_url);
    let (code, told) = doctor(&place, &server.base_url, &[]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("none, because the server is on this machine"), "{told}");

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (code, told) = doctor(&place, &format!("http://127.0.0.1:{free}/v1"), &[]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains(&format!("127.0.0.1:{free} refused the connection")), "{told}");

    let (code, told) = doctor(&place, &format!("https://127.0.0.1:{plain}/v1"), &[]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("plain http"), "{told}");

    let (code, told) = doctor(&place, "https://no-such-host.invalid/v1", &[]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("no-such-host.invalid"), "{told}");

    let proxy = format!("http://me:secret@127.0.0.1:{free}");
    let (code, told) = doctor(&place, "https://no-such-host.invalid/v1", &[("HTTPS_PROXY", &proxy)]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains(&format!("through the proxy 127.0.0.1:{free}")) && !told.contains("secret"),
        "{told}"
    );

    // Accepts connections but never responds.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", silent.local_addr().unwrap());
    let (code, told) = doctor(&place, &address, &[]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("no response from 127.0.0.1:"), "{told}");
}
