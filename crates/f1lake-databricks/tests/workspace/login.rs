//! Tokens are fetched once, renewed and refused; servers that are not a workspace are reported.

use crate::fake::{ACCESS_TOKEN, Fake, PAT, VOLUME, workspace};
use f1lake_databricks::{Error, Explicit, Login, VolumeStore, Workspace};

fn bearer(fake: &Fake) -> String {
    fake.inner().seen.last().unwrap().header("authorization").unwrap().to_owned()
}

#[tokio::test]
async fn a_token_signs_each_request() {
    let fake = Fake::start().await;
    fake.store().check().await.unwrap();
    assert_eq!(fake.lines(), ["HEAD /api/2.0/fs/directories/Volumes/main/f1/landing"]);
    assert_eq!(bearer(&fake), format!("Bearer {PAT}"));
}

#[tokio::test]
async fn a_service_principal_gets_one_token_for_many_requests() {
    let fake = Fake::start().await;
    let workspace = workspace(fake.principal());
    let many = (0..8).map(|_| workspace.warehouses());
    futures::future::try_join_all(many).await.unwrap();
    let lines = fake.lines();
    let first = [
        "GET /.well-known/databricks-config",
        "GET /oidc/.well-known/oauth-authorization-server",
        "POST /oidc/v1/token",
    ];
    assert_eq!(lines[..3], first);
    assert_eq!(lines.iter().filter(|line| !line.contains("/api/")).count(), 3, "{lines:?}");
    assert_eq!(bearer(&fake), format!("Bearer {ACCESS_TOKEN}1"));
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let fake = Fake::start().await;
    fake.inner().expires_in = Some(1);
    let workspace = workspace(fake.principal());
    workspace.warehouses().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    workspace.warehouses().await.unwrap();
    assert_eq!(bearer(&fake), format!("Bearer {ACCESS_TOKEN}2"), "half a life has passed");
}

/// A runtime that grants a new token each time.
#[derive(Debug)]
struct Granting {
    host: String,
    tokens: std::sync::Mutex<Vec<&'static str>>,
}

impl f1lake_databricks::Runtime for Granting {
    fn grant(&self) -> Result<f1lake_databricks::Grant, String> {
        let token = self.tokens.lock().unwrap().pop().ok_or("the notebook has ended")?;
        Ok(f1lake_databricks::Grant::new(&self.host, token))
    }
}

fn inside(host: &str, tokens: &[&'static str]) -> Explicit {
    let tokens = std::sync::Mutex::new(tokens.iter().rev().copied().collect());
    let runtime = std::sync::Arc::new(Granting { host: host.to_owned(), tokens });
    Explicit { runtime: Some(runtime), ..Explicit::default() }
}

#[tokio::test]
async fn the_runtime_signs_requests_and_is_asked_again_after_a_refusal() {
    let fake = Fake::start().await;
    let login =
        Login::resolve_with(&inside(&fake.url, &["for the host", "dapi-ended", PAT]), |_| None).unwrap();
    let workspace = workspace(login);
    // The fake accepts only the last token.
    assert_eq!(workspace.warehouses().await.unwrap().len(), 5);
    assert_eq!(bearer(&fake), format!("Bearer {PAT}"));
    workspace.warehouses().await.unwrap();
    assert_eq!(fake.lines().len(), 5, "two pages each time, and one request that was refused");
}

#[tokio::test]
async fn a_token_of_the_runtime_stays_with_its_workspace_and_out_of_errors() {
    let fake = Fake::start().await;
    let elsewhere = Login::resolve_with(&inside("https://other.example", &["dapi-canary"]), |name| {
        (name == "DATABRICKS_HOST").then(|| fake.url.clone())
    });
    let error = workspace(elsewhere.unwrap()).warehouses().await.unwrap_err().to_string();
    assert!(error.contains("a workspace other than") && !error.contains("canary"), "{error}");
    assert!(fake.lines().is_empty(), "the token was sent");
    let refused = Login::resolve_with(&inside(&fake.url, &["x", "dapi-canary", "dapi-canary"]), |_| None);
    let error = workspace(refused.unwrap()).warehouses().await.unwrap_err();
    assert!(error.is_refused() && !error.to_string().contains("canary"), "{error}");
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_and_the_request_repeated() {
    let fake = Fake::start().await;
    let workspace = workspace(fake.principal());
    workspace.warehouses().await.unwrap();
    fake.expire_tokens();
    fake.take_seen();
    assert_eq!(workspace.warehouses().await.unwrap().len(), 5);
    let lines: Vec<_> = fake.lines();
    let expected = ["GET /api/2.0/sql/warehouses", "POST /oidc/v1/token", "GET /api/2.0/sql/warehouses"];
    assert_eq!(lines[..3], expected);
    // A second refusal in a row is final.
    for _ in 0..2 {
        fake.fault("GET /api/2.0/sql/warehouses", 401, &[], "");
    }
    let error = workspace.warehouses().await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("DATABRICKS_CLIENT_SECRET"), "{error}");
}

#[tokio::test]
async fn missing_oauth_endpoints_use_the_default_paths() {
    let fake = Fake::start().await;
    fake.inner().no_discovery = true;
    workspace(fake.principal()).warehouses().await.unwrap();
    assert_eq!(fake.lines()[2], "POST /oidc/v1/token");
    // An older host does not say what it is.
    fake.take_seen();
    fake.fault("GET /.well-known", 404, &[], "");
    workspace(fake.principal()).warehouses().await.unwrap();
    assert_eq!(fake.lines()[2], "POST /oidc/v1/token");
}

#[tokio::test]
async fn a_token_endpoint_without_tls_never_gets_the_secret() {
    let fake = Fake::start().await;
    let elsewhere = r#"{"token_endpoint":"http://192.0.2.1/token"}"#;
    fake.fault("GET /oidc", 200, &[("content-type", "application/json")], elsewhere);
    let error = workspace(fake.principal()).warehouses().await.unwrap_err().to_string();
    assert!(error.contains("not https"), "{error}");
    assert_eq!(fake.lines().len(), 2);
    for metadata in [
        serde_json::json!({ "oidc_endpoint": "http://192.0.2.1/oidc" }),
        serde_json::json!({ "oidc_endpoint": "nonsense" }),
    ] {
        fake.take_seen();
        fake.inner().metadata = Some(metadata);
        let error = workspace(fake.principal()).warehouses().await.unwrap_err().to_string();
        assert!(error.contains("the address of the OAuth endpoints is not"), "{error}");
        assert_eq!(fake.lines().len(), 1);
    }
}

#[tokio::test]
async fn busy_token_service_is_retried() {
    let fake = Fake::start().await;
    fake.fault("POST /oidc", 503, &[], "");
    fake.fault("GET /oidc", 500, &[], "");
    workspace(fake.principal()).warehouses().await.unwrap();
    assert_eq!(fake.lines().iter().filter(|line| line.contains("/oidc/")).count(), 4);
}

#[tokio::test]
async fn wrong_login_is_reported_with_its_origin() {
    let fake = Fake::start().await;
    let url = fake.url.clone();
    let wrong = |name: &str| match name {
        "DATABRICKS_HOST" => Some(url.clone()),
        "DATABRICKS_TOKEN" => Some("dapi-wrong".to_owned()),
        _ => None,
    };
    let workspace = workspace(Login::resolve_with(&Explicit::default(), wrong).unwrap());
    let error = workspace.warehouses().await.unwrap_err();
    let text = error.to_string();
    assert!(error.is_refused() && text.contains("HTTP 401 UNAUTHENTICATED"), "{text}");
    assert!(text.contains("environment DATABRICKS_TOKEN") && !text.contains("dapi-wrong"), "{text}");
    assert_eq!(fake.lines().len(), 1, "a refused token is not tried again");

    let wrong = Explicit {
        host: Some(fake.url.clone()),
        client_id: Some("cid".into()),
        client_secret: Some("dose-wrong".into()),
        ..Explicit::default()
    };
    let login = Login::resolve_with(&wrong, |_| None).unwrap();
    let error = crate::fake::workspace(login).warehouses().await.unwrap_err();
    assert!(matches!(error, Error::LoginRefused { .. }) && error.is_refused(), "{error}");
}

#[tokio::test]
async fn login_page_is_an_error() {
    let fake = Fake::start().await;
    let page = "<html><body>Sign in</body></html>";
    for status in [200, 302, 303, 307] {
        let headers = [("content-type", "text/html; charset=utf-8"), ("location", "http://192.0.2.1/login")];
        fake.fault("", status, &headers, page);
        let error = fake.workspace().warehouses().await.unwrap_err();
        assert!(matches!(error, Error::NotTheApi { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains("DATABRICKS_HOST") && text.contains("GET /api/2.0/sql/warehouses"), "{text}");
        // An upload answered by a login page is not an upload.
        fake.fault("PUT /api/2.0/fs/files", status, &headers, page);
        let put = object_store::ObjectStoreExt::put(&fake.store(), &"a.json".into(), "x".into()).await;
        assert!(put.is_err(), "{status}");
    }
    let garbage = "not json";
    fake.fault("", 200, &[("content-type", "application/json")], garbage);
    let error = fake.workspace().warehouses().await.unwrap_err();
    assert!(matches!(error, Error::Answer { .. }), "{error}");
}

#[tokio::test]
async fn redirects_carry_no_token_to_another_host() {
    let (fake, other) = (Fake::start().await, Fake::start().await);
    for status in [301, 302, 303, 307, 308] {
        let there = format!("{}/api/2.0/sql/warehouses", other.url);
        let headers = [("location", there.as_str())];
        fake.fault("GET /api/2.0/sql/warehouses", status, &headers, "");
        fake.workspace().warehouses().await.unwrap_err();
        fake.fault("PUT /api/2.0/fs/files", status, &headers, "");
        let put = object_store::ObjectStoreExt::put(&fake.store(), &"a.json".into(), "x".into()).await;
        assert!(put.is_err(), "{status}");
        // The token request contains the secret itself.
        let login = [("location", other.url.as_str())];
        fake.fault("POST /oidc/v1/token", status, &login, "");
        let error = workspace(fake.principal()).warehouses().await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        assert_eq!(other.lines(), Vec::<String>::new(), "HTTP {status} was followed");
        assert!(fake.inner().faults.is_empty(), "a redirect was not played");
    }
}

#[tokio::test]
async fn errors_are_read_in_all_forms() {
    let fake = Fake::start().await;
    for (body, headers, words) in [
        (r#"{"error_code":"X","message":"m m"}"#, "application/json", "HTTP 400 X: m m"),
        (r#"{"error_code":1001,"message":"m"}"#, "application/json", "HTTP 400 1001: m"),
        (r#"{"error":"old"}"#, "application/json", "HTTP 400: old"),
        ("INVALID_STATE: off", "text/plain", "HTTP 400 INVALID_STATE: off"),
        ("<html><pre>gone\naway</pre></html>", "text/html", "HTTP 400: gone away"),
        ("", "text/plain", "HTTP 400"),
        ("plain", "text/plain", "HTTP 400: plain"),
    ] {
        fake.fault("", 400, &[("content-type", headers)], body);
        let error = fake.workspace().warehouses().await.unwrap_err().to_string();
        assert!(error.ends_with(words), "{error}");
    }
}

#[tokio::test]
async fn unreachable_host_is_reported() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let explicit = Explicit { host: Some(url), token: Some(PAT.into()), ..Explicit::default() };
    let workspace: Workspace = workspace(Login::resolve_with(&explicit, |_| None).unwrap());
    let error = VolumeStore::open(&workspace, VOLUME).unwrap().check().await.unwrap_err();
    assert!(matches!(error, Error::Transport { tries: 7, .. }), "{error}");
    assert!(error.to_string().contains("check DATABRICKS_HOST"), "{error}");
}
