//! Each login of the order against the fake, without the official client: how often it asks, what it renews, what it
//! says when it fails, and that no secret shows.

use crate::fake::{ACCESS_TOKEN, ENTRA_SECRET, Fake, IDENTITY, JOB, VOLUME};
use crate::programs::Programs;
use f1lake_databricks::{AzureEnvironment, Error, Explicit, Login, RetryPolicy, VolumeStore, Workspace};
use serde_json::json;
use std::collections::HashMap;

/// An environment for a fake.
struct Place {
    fake: Fake,
    programs: Programs,
    variables: HashMap<String, String>,
    azure: bool,
}

impl Place {
    async fn new(variables: &[(&str, &str)]) -> Self {
        let (fake, programs) = (Fake::start().await, Programs::new());
        let mut place = Self { variables: HashMap::new(), azure: false, programs, fake };
        place.set("DATABRICKS_HOST", &place.fake.url.clone());
        place.set("PATH", &place.programs.path().display().to_string());
        place.set("DATABRICKS_CONFIG_FILE", "/nonexistent/cfg");
        for (name, value) in variables {
            place.set(name, value);
        }
        place
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    fn github(&mut self) {
        self.set("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/github?job=1", self.fake.url));
        self.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", JOB);
    }

    fn login(&self) -> Result<Login, Error> {
        let azure_environment = self.azure.then(|| AzureEnvironment {
            application_id: "app-1".to_owned(),
            active_directory: format!("{}/", self.fake.url),
            service_management: "https://management.example/".to_owned(),
        });
        let explicit = Explicit { azure_environment, ..Explicit::default() };
        Login::resolve_with(&explicit, |name| self.variables.get(name).cloned())
    }

    fn workspace(&self) -> Workspace {
        let retry = RetryPolicy { retries: 1, ..RetryPolicy::default() };
        Workspace::builder(self.login().unwrap()).retry(retry).build().unwrap()
    }

    async fn error(&self) -> Error {
        let error = match self.login() {
            Ok(_) => self.workspace().warehouses().await.unwrap_err(),
            Err(error) => error,
        };
        let text = format!("{error} {error:?}");
        assert!(!text.contains("canary"), "{text}");
        error
    }

    fn count(&self, start: &str) -> usize {
        self.fake.lines().iter().filter(|line| line.starts_with(start)).count()
    }
}

#[tokio::test]
async fn a_token_of_github_is_exchanged_once_for_many_requests() {
    let mut place = Place::new(&[("DATABRICKS_CLIENT_ID", "cid")]).await;
    place.github();
    let workspace = place.workspace();
    assert_eq!(workspace.method().name(), "github-oidc");
    futures::future::try_join_all((0..8).map(|_| workspace.warehouses())).await.unwrap();
    assert_eq!((place.count("GET /github"), place.count("POST /oidc/v1/token")), (1, 1));
    // A new one of both after a refusal.
    place.fake.expire_tokens();
    workspace.warehouses().await.unwrap();
    assert_eq!((place.count("GET /github"), place.count("POST /oidc/v1/token")), (2, 2));
}

#[tokio::test]
async fn a_token_file_is_read_again_for_each_exchange() {
    let mut place = Place::new(&[]).await;
    let file = place.programs.file("token");
    place.set("DATABRICKS_OIDC_TOKEN_FILEPATH", &file.display().to_string());
    let error = place.error().await.to_string();
    assert!(error.contains(&format!("file-oidc: File '{}' does not exist", file.display())), "{error}");
    std::fs::write(&file, " \n").unwrap();
    assert!(place.error().await.to_string().contains("is empty"));
    std::fs::write(&file, format!("{IDENTITY}one\n")).unwrap();
    let workspace = place.workspace();
    workspace.warehouses().await.unwrap();
    std::fs::write(&file, format!("{IDENTITY}two\n")).unwrap();
    place.fake.expire_tokens();
    workspace.warehouses().await.unwrap();
    let seen = place.fake.take_seen();
    let sent = seen.iter().filter(|seen| seen.target == "/oidc/v1/token").map(|seen| seen.body.clone());
    let sent: Vec<_> = sent.map(|body| String::from_utf8(body.to_vec()).unwrap()).collect();
    assert!(sent[0].ends_with("&subject_token=idp-canary-one"), "no client: {sent:?}");
    assert!(sent[1].contains("idp-canary-two"), "{sent:?}");
    // It has vanished.
    std::fs::remove_file(&file).unwrap();
    place.fake.expire_tokens();
    let error = workspace.warehouses().await.unwrap_err();
    assert!(matches!(&error, Error::Credentials { source: Some(_), .. }) && error.is_refused(), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_refused_exchange_names_the_policy_and_not_the_token() {
    let place =
        Place::new(&[("DATABRICKS_OIDC_TOKEN", "other-canary"), ("DATABRICKS_CLIENT_ID", "cid")]).await;
    // The fake repeats the form.
    let error = place.error().await;
    assert!(matches!(error, Error::LoginRefused { auth_type: "env-oidc", .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("invalid_request") && text.contains("service principal cid"), "{text}");
}

#[tokio::test]
async fn the_next_login_is_tried_where_one_is_not_set_up() {
    let mut place = Place::new(&[("DATABRICKS_CLIENT_ID", "cid")]).await;
    place.github();
    place.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "wrong-canary");
    let token = place.fake.inner().known_token();
    let error = place.error().await;
    assert!(matches!(&error, Error::NoCredentials { tried } if tried[0].0 == "github-oidc"), "{error}");
    place.programs.databricks("1.13.0", &token);
    let workspace = place.workspace();
    assert_eq!(workspace.method().name(), "github-oidc", "it is the first");
    workspace.warehouses().await.unwrap();
    assert_eq!(workspace.method().name(), "databricks-cli");
    let rows = workspace.login().describe();
    let names: Vec<_> = rows.iter().filter(|row| row.0 == "auth_type").map(|row| row.1.as_str()).collect();
    assert_eq!(names, ["github-oidc", "databricks-cli"]);
}

#[tokio::test]
async fn the_cli_is_started_once_for_many_requests_and_again_after_a_refusal() {
    let place = Place::new(&[]).await;
    let token = place.fake.inner().known_token();
    place.programs.databricks("0.296.0", &token);
    let workspace = place.workspace();
    futures::future::try_join_all((0..8).map(|_| workspace.warehouses())).await.unwrap();
    let asked = format!("databricks auth token --host {} --force-refresh", place.fake.url);
    assert_eq!(place.programs.take_calls(), ["databricks version --output json", &asked]);
    place.fake.fault("GET /api/2.0/sql", 401, &[], "");
    workspace.warehouses().await.unwrap();
    assert_eq!(place.programs.take_calls(), [asked], "its version is known");
}

#[tokio::test]
async fn what_is_wrong_with_the_cli_is_told() {
    let mut place = Place::new(&[]).await;
    let error = place.error().await;
    assert!(matches!(&error, Error::NoCredentials { tried } if tried.is_empty()), "{error}");
    assert!(error.to_string().contains("databricks auth login"), "{error}");
    place.set("DATABRICKS_AUTH_TYPE", "databricks-cli");
    assert!(place.error().await.to_string().contains("Most likely the Databricks CLI is not installed"));
    place.programs.put("databricks", "from databricks_cli.cli import cli");
    assert!(place.error().await.to_string().contains("Databricks CLI version <0.100.0 detected"));
    for (script, words) in [
        (
            "echo 'eyJ-canary: token is expired' >&2; exit 1",
            "cannot get access token: ********: token is expired",
        ),
        ("echo eyJ-canary", "cannot unmarshal CLI result: it is not JSON"),
        ("echo '{\"access_token\":\"eyJ-canary\"}'", "cannot unmarshal CLI result: no expiry"),
    ] {
        place.programs.put("databricks", script);
        let error = place.error().await;
        assert!(error.is_refused() && error.to_string().contains(words), "{error}");
        assert!(error.to_string().contains("log in again with `databricks auth login`"), "{error}");
    }
    place.set("DATABRICKS_CLI_PATH", "/nonexistent/databricks");
    assert!(matches!(place.error().await, Error::NoCredentials { .. }));
    place.set("DATABRICKS_AUTH_TYPE", "google-id");
    assert!(
        place.error().await.to_string().contains("auth_type `google-id` (environment DATABRICKS_AUTH_TYPE)")
    );
}

#[tokio::test]
async fn a_service_principal_of_azure_gets_two_tokens_for_many_requests() {
    let mut place = Place::new(&[("ARM_CLIENT_ID", "acid"), ("ARM_CLIENT_SECRET", ENTRA_SECRET)]).await;
    assert!(place.error().await.to_string().contains("the host is not a workspace of Azure"));
    place.azure = true;
    let workspace = place.workspace();
    futures::future::try_join_all((0..4).map(|_| workspace.warehouses())).await.unwrap();
    assert_eq!((place.count("GET /aad/auth"), place.count("POST /ten-1/oauth2/token")), (1, 2));
    place.fake.expire_tokens();
    workspace.warehouses().await.unwrap();
    assert_eq!((place.count("GET /aad/auth"), place.count("POST /ten-1/oauth2/token")), (1, 4));
    place.set("ARM_CLIENT_SECRET", "wrong-canary");
    let error = place.error().await;
    assert!(error.is_refused() && error.to_string().contains("ARM_CLIENT_SECRET"), "{error}");
    place.fake.fault("GET /aad/auth", 404, &[], "");
    assert!(place.error().await.to_string().contains("set ARM_TENANT_ID"));
}

#[tokio::test]
async fn what_a_metadata_service_lacks_is_told() {
    let mut place = Place::new(&[]).await;
    place.set("DATABRICKS_METADATA_SERVICE_URL", "http://192.0.2.1/canary");
    assert!(place.error().await.to_string().contains("DATABRICKS_METADATA_SERVICE_URL is not https"));
    place.set("DATABRICKS_METADATA_SERVICE_URL", &format!("{}/metadata-service", place.fake.url));
    for (answer, words) in [
        (json!({}), "Metadata Service returned empty token"),
        (json!({ "access_token": "canary" }), "Metadata Service returned empty token type"),
        (
            json!({ "access_token": "canary", "token_type": "Bearer" }),
            "Metadata Service returned invalid expiry",
        ),
        (json!({ "access_token": 7 }), "Metadata Service returned no JSON"),
    ] {
        place.fake.inner().metadata_service = Some(answer);
        let error = place.error().await.to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[tokio::test]
async fn the_workspace_of_a_shared_host_is_named_in_each_request() {
    let mut place = Place::new(&[("DATABRICKS_TOKEN", crate::fake::PAT)]).await;
    let host = format!("{}/?o=123", place.fake.url);
    place.set("DATABRICKS_HOST", &host);
    let ids = |place: &Place| -> Vec<Option<String>> {
        let seen = place.fake.take_seen();
        seen.iter().map(|seen| seen.header("x-databricks-workspace-id").map(str::to_owned)).collect()
    };
    place.workspace().warehouses().await.unwrap();
    assert_eq!(ids(&place), [Some("123".to_owned()), Some("123".to_owned())]);
    place.set("DATABRICKS_WORKSPACE_ID", "124");
    let store = VolumeStore::open(&place.workspace(), VOLUME).unwrap();
    store.check().await.unwrap();
    assert_eq!(ids(&place), [Some("124".to_owned())]);
    let rows = place.login().unwrap().describe();
    assert!(rows.contains(&("workspace_id", "124".into(), "environment DATABRICKS_WORKSPACE_ID".into())));
}

#[tokio::test]
async fn no_secret_of_any_login_shows() {
    let devops = [
        ("SYSTEM_ACCESSTOKEN", JOB),
        ("SYSTEM_TEAMPROJECTID", "proj"),
        ("SYSTEM_PLANID", "plan"),
        ("SYSTEM_JOBID", "job"),
        ("SYSTEM_HOSTTYPE", "build"),
        ("DATABRICKS_CLIENT_ID", "cid"),
        ("DATABRICKS_AUTH_TYPE", "azure-devops-oidc"),
    ];
    let entra = [("ARM_CLIENT_ID", "acid"), ("ARM_CLIENT_SECRET", ENTRA_SECRET)];
    let cases: [(&str, &[(&str, &str)]); 9] = [
        ("basic", &[("DATABRICKS_USERNAME", "me"), ("DATABRICKS_PASSWORD", "pw-canary-5")]),
        ("metadata-service", &[]),
        ("env-oidc", &[("DATABRICKS_OIDC_TOKEN", "idp-canary-1")]),
        ("github-oidc", &[("DATABRICKS_CLIENT_ID", "cid")]),
        ("azure-client-secret", &entra),
        ("github-oidc-azure", &entra[..1]),
        ("azure-cli", &[]),
        ("azure-devops-oidc", &devops),
        ("databricks-cli", &[]),
    ];
    for (name, variables) in cases {
        let mut place = Place::new(variables).await;
        place.azure = name.contains("azure") && name != "azure-devops-oidc";
        if name.starts_with("github") {
            place.github();
        }
        let token = place.fake.inner().known_token();
        match name {
            "metadata-service" => {
                let url = format!("{}/metadata-service?key=canary", place.fake.url);
                place.set("DATABRICKS_METADATA_SERVICE_URL", &url);
            }
            "azure-devops-oidc" => {
                place.set("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", &format!("{}/devops/", place.fake.url));
            }
            "azure-cli" => place.programs.az(&token, "{}", "nothing"),
            "databricks-cli" => place.programs.databricks("1.13.0", &token),
            _ => {}
        }
        let login = place.login().unwrap();
        let workspace = place.workspace();
        workspace.warehouses().await.unwrap();
        assert_eq!(workspace.method().name(), name);
        let mut texts = vec![format!("{login:?} {login:#?} {:?} {workspace:?}", login.describe())];
        // A server that repeats what it received, in every kind of wrong response.
        let seen = place.fake.inner().seen.last().unwrap().clone();
        let received = |header: &str| seen.header(header).unwrap_or_default().to_owned();
        let echo =
            format!("{} {}", received("authorization"), received("x-databricks-azure-sp-management-token"));
        assert!(echo.contains(ACCESS_TOKEN) || name == "basic", "{name}: {echo}");
        for (status, body) in [
            (400, format!(r#"{{"error_code":"X {echo}","message":"{echo}"}}"#)),
            (403, format!("DENIED: {echo}")),
            (200, format!("{{ {echo}")),
        ] {
            place.fake.fault("GET /api", status, &[("content-type", "application/json")], &body);
            let error = workspace.warehouses().await.unwrap_err();
            texts.push(format!("{error} {error:?}"));
        }
        for text in texts {
            assert!(!text.contains("canary") && !text.contains("bWU6cHct"), "{name}: {text}");
        }
    }
}
