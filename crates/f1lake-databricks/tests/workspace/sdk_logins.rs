//! The official Python SDK and our client log in at the same fake, from the same environment: they must choose the
//! same login, send the same requests and start the same programs.

use crate::fake::{CLIENT_ID, CLIENT_SECRET, ENTRA_SECRET, Fake, IDENTITY, JOB, PAT, Seen};
use crate::programs::Programs;
use f1lake_databricks::{AzureEnvironment, Explicit, Login, RetryPolicy, Workspace};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// An environment in which to log in.
struct Case {
    name: &'static str,
    variables: Vec<(&'static str, String)>,
    azure: bool,
    /// The host's metadata, if not those of a workspace.
    metadata: Option<Value>,
    expected: Expected,
}

enum Expected {
    /// The name of the login.
    Login(&'static str),
    /// Words of both errors.
    Error(&'static str),
}

const TENANT: (&str, &str) = ("ARM_TENANT_ID", "ten-1");
const RESOURCE: (&str, &str) =
    ("DATABRICKS_AZURE_RESOURCE_ID", "/subscriptions/sub-1/resourceGroups/r/providers/p/workspaces/w");
const WORKSPACE: (&str, &str) = ("DATABRICKS_WORKSPACE_ID", "77");
/// `{"upn":"me"}`, and a service principal's `{}`.
const HUMAN: &str = "eyJ-canary-human.eyJ1cG4iOiJtZSJ9.sig";
const ROBOT: &str = "eyJ-canary-robot.e30.sig";

fn case(name: &'static str, variables: &[(&'static str, &str)], login: &'static str) -> Case {
    let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Case { name, variables, azure: false, metadata: None, expected: Expected::Login(login) }
}

fn wrong(name: &'static str, variables: &[(&'static str, &str)], words: &'static str) -> Case {
    Case { expected: Expected::Error(words), ..case(name, variables, "") }
}

fn azure(case: Case) -> Case {
    Case { azure: true, ..case }
}

fn with_metadata(metadata: Value, case: Case) -> Case {
    Case { metadata: Some(metadata), ..case }
}

/// The official client as a process that logs in on request.
struct Sdk {
    process: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Sdk {
    fn start() -> Self {
        let python = std::env::var("F1LAKE_SDK_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut process = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk_logins.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let questions = process.stdin.take().unwrap();
        let mut answers = BufReader::new(process.stdout.take().unwrap()).lines();
        assert_eq!(answers.next().unwrap().unwrap(), "ready");
        Self { process, questions, answers }
    }

    fn login(&mut self, variables: &BTreeMap<String, String>, azure: Option<&AzureEnvironment>) -> Value {
        let azure = azure.map(|cloud| {
            json!({ "application_id": cloud.application_id, "active_directory": cloud.active_directory,
                "service_management": cloud.service_management })
        });
        writeln!(self.questions, "{}", json!({ "variables": variables, "azure": azure })).unwrap();
        serde_json::from_str(&self.answers.next().unwrap().unwrap()).unwrap()
    }
}

/// Logs in as the SDK does, and lists warehouses twice.
async fn ours(
    variables: &BTreeMap<String, String>,
    azure_environment: Option<AzureEnvironment>,
) -> Result<String, String> {
    let explicit = Explicit { azure_environment, ..Explicit::default() };
    let login = Login::resolve_with(&explicit, |name| variables.get(name).cloned());
    let retry = RetryPolicy { retries: 0, ..RetryPolicy::default() };
    let workspace = Workspace::builder(login.map_err(|error| error.to_string())?)
        .product("tool/1.0")
        .partner("acme")
        .retry(retry)
        .build()
        .unwrap();
    for _ in 0..2 {
        workspace.warehouses().await.map_err(|error| error.to_string())?;
    }
    Ok(workspace.method().name().to_owned())
}

/// A request without what may differ.
#[derive(Debug, PartialEq, Clone)]
struct Essence {
    line: String,
    headers: BTreeMap<String, String>,
    /// Fields of a form, in order.
    form: Vec<(String, String)>,
    /// The client's name behind its version, for requests to the workspace.
    agent: String,
}

/// Each kind of request once: the SDK asks again for what we keep.
fn essences(seen: &[Seen], skip_metadata: bool) -> Vec<Essence> {
    const FREE: [&str; 6] =
        ["user-agent", "accept-encoding", "connection", "host", "content-length", "priority"];
    let mut all: Vec<Essence> = Vec::new();
    for seen in seen {
        if skip_metadata && seen.target == "/.well-known/databricks-config" {
            continue;
        }
        let headers = seen
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .filter(|(name, value)| !FREE.contains(&name.as_str()) && (name != "accept" || value != "*/*"))
            .map(|(name, value)| (name, without_serial(&value)))
            .collect();
        let form = url::form_urlencoded::parse(&seen.body)
            .map(|(name, value)| (name.into_owned(), without_serial(&value)))
            .collect();
        let to_workspace = seen.target.starts_with("/api/");
        let agent = seen.header("user-agent").unwrap_or_default();
        let agent = agent.split_once(" auth/").filter(|_| to_workspace).map(|(_, rest)| rest.to_owned());
        let essence = Essence { line: seen.line(), headers, form, agent: agent.unwrap_or_default() };
        if !all.contains(&essence) {
            all.push(essence);
        }
    }
    all.sort_by_key(|each| (each.line.clone(), format!("{:?}", each.form)));
    all
}

/// The fake numbers its tokens.
fn without_serial(text: &str) -> String {
    match text.rsplit_once("eyJ-canary-") {
        Some((start, number)) if number.parse::<u64>().is_ok() => format!("{start}eyJ-canary-N"),
        _ => text.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs databricks-sdk: F1LAKE_SDK_PYTHON=<python> cargo test -p f1lake-databricks -- --ignored official"]
async fn the_official_client_logs_in_the_same_way() {
    let fake = Fake::start().await;
    let programs = Programs::new();
    let known = fake.inner().known_token();
    for token in [HUMAN, ROBOT] {
        fake.inner().tokens.insert(token.to_owned());
    }
    let mut sdk = Sdk::start();
    let cloud = AzureEnvironment {
        application_id: "app-1".to_owned(),
        active_directory: format!("{}/", fake.url),
        service_management: "https://management.example/".to_owned(),
    };
    let mut compared = (0, 0, 0);
    for case in cases(&fake, &programs) {
        prepare(&case, &programs, &known);
        fake.inner().metadata = case.metadata.clone();
        let mut variables = BTreeMap::from([
            ("DATABRICKS_HOST".to_owned(), fake.url.clone()),
            ("DATABRICKS_CONFIG_FILE".to_owned(), programs.file("cfg").display().to_string()),
            ("PATH".to_owned(), format!("{}:/usr/bin:/bin", programs.path().display())),
            ("HOME".to_owned(), programs.path().display().to_string()),
        ]);
        variables.extend(case.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        variables.retain(|_, value| !value.is_empty());
        let azure = case.azure.then_some(&cloud);

        fake.take_seen();
        programs.take_calls();
        let their_answer = sdk.login(&variables, azure);
        let (theirs, their_calls) = (fake.take_seen(), programs.take_calls());
        let our_answer = ours(&variables, azure.cloned()).await;
        let (ours, our_calls) = (fake.take_seen(), programs.take_calls());

        let name = case.name;
        match (case.expected, our_answer) {
            (Expected::Login(login), Ok(chosen)) => {
                assert_eq!(their_answer["auth_type"], login, "{name}: {their_answer}");
                assert_eq!(chosen, login, "{name}");
                // Only logins of OAuth need to know what the host says of itself.
                let asks_host = ours.iter().any(|seen| seen.target.starts_with("/.well-known/"));
                let (ours, theirs) = (essences(&ours, !asks_host), essences(&theirs, !asks_host));
                assert_eq!(ours, theirs, "{name}: ours on the left");
                assert_eq!(our_calls, their_calls, "{name}: ours on the left");
                compared = (compared.0 + 1, compared.1 + ours.len(), compared.2 + our_calls.len());
            }
            (Expected::Error(words), Err(error)) => {
                let their_error = their_answer["error"].as_str().unwrap_or_default();
                assert!(their_error.contains(words), "{name}: {their_answer}");
                assert!(error.contains(words), "{name}: {error}");
                assert!(!error.contains("canary"), "{name}: {error}");
                compared.0 += 1;
            }
            (_, answer) => panic!("{name}: ours {answer:?}, theirs {their_answer}"),
        }
    }
    drop(sdk.questions);
    assert!(sdk.process.wait().unwrap().success());
    let (logins, requests, calls) = compared;
    println!("{requests} requests and {calls} calls of programs of {logins} logins are the same");
}

/// Puts the programs of a case into `PATH`.
fn prepare(case: &Case, programs: &Programs, token: &str) {
    for program in ["databricks", "az"] {
        drop(std::fs::remove_file(programs.file(program)));
    }
    let user = r#"{"user":{"type":"user","name":"me"}}"#;
    let nobody = r#""nothing at all""#;
    match case.name {
        "cli by host" | "cli by profile" | "cli of the default profile" => {
            programs.databricks("0.296.0", token);
        }
        "cli without force-refresh" => programs.databricks("0.295.9", token),
        "cli without profiles" => programs.databricks("0.207.0", token),
        "cli without version" => programs.databricks("0.0.0", token),
        "cli without login" => programs.put("databricks", "echo 'boom eyJ-canary-boom' >&2; exit 1"),
        "cli that prints no token" => {
            programs.put("databricks", r#"echo '{"expiry":"2099-01-01T00:00:00"}'"#)
        }
        "az before cli" => {
            programs.databricks("1.13.0", token);
            programs.az(HUMAN, user, nobody);
        }
        "cli after az" => {
            programs.databricks("1.13.0", token);
            programs.put("az", "echo 'az login first' >&2; exit 1");
        }
        "cli that does not know OAuth" => {
            programs.put("databricks", "echo 'Error: databricks OAuth is not configured' >&2; exit 1");
        }
        "az as a user" => programs.az(HUMAN, user, nobody),
        "az as a service principal" => {
            programs.az(ROBOT, r#"{"user":{"type":"servicePrincipal","name":"x"}}"#, nobody);
        }
        "az as a managed identity" => {
            programs.az(
                ROBOT,
                r#"{"user":{"type":"servicePrincipal","name":"systemAssignedIdentity"}}"#,
                nobody,
            );
        }
        "az without the subscription" => programs.az(HUMAN, user, "*--subscription*"),
        _ => {}
    }
}

fn cases(fake: &Fake, programs: &Programs) -> Vec<Case> {
    let token = format!("{IDENTITY}file");
    std::fs::write(programs.file("id-token"), format!("{token}\n")).unwrap();
    let file = programs.file("id-token").display().to_string();
    let url = &fake.url;
    let profiles = format!(
        "[__settings__]\ndefault_profile = team\n[team]\nhost = {url}\nauth_type = databricks-cli\n\
         [plain]\nhost = {url}\ntoken = {PAT}\nworkspace_id = 78\n"
    );
    std::fs::write(programs.file("cfg"), profiles).unwrap();
    let github = [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{url}/github?job=1")),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", JOB.to_owned()),
        ("GITHUB_ACTIONS", "true".to_owned()),
    ];
    let job = |more: &[(&'static str, &str)], login| {
        let mut case = case("github", more, login);
        case.variables.extend(github.clone());
        case
    };
    let metadata_service = format!("{url}/metadata-service");
    let devops = format!("{url}/devops/");
    let principal = [("DATABRICKS_CLIENT_ID", CLIENT_ID), ("DATABRICKS_CLIENT_SECRET", CLIENT_SECRET)];
    let entra = [("ARM_CLIENT_ID", "acid"), ("ARM_CLIENT_SECRET", ENTRA_SECRET)];
    let id = principal[0];
    let cli = ("DATABRICKS_AUTH_TYPE", "databricks-cli");
    let audiences = json!({ "oidc_endpoint": format!("{url}/oidc"), "workspace_id": "79",
        "token_federation_default_oidc_audiences": ["audience-1", "audience-2"] });
    let of_account = json!({ "oidc_endpoint": format!("{url}/oidc/accounts/{{account_id}}") });
    vec![
        case("pat", &[("DATABRICKS_TOKEN", PAT), WORKSPACE], "pat"),
        case("pat of a profile", &[("DATABRICKS_HOST", ""), ("DATABRICKS_CONFIG_PROFILE", "plain")], "pat"),
        case(
            "pat in CI",
            &[
                ("DATABRICKS_TOKEN", PAT),
                WORKSPACE,
                ("GITLAB_CI", "true"),
                ("CLAUDECODE", "1"),
                ("DATABRICKS_SDK_UPSTREAM", "up"),
                ("DATABRICKS_SDK_UPSTREAM_VERSION", "2"),
            ],
            "pat",
        ),
        case(
            "pat although a principal is set",
            &[("DATABRICKS_TOKEN", PAT), WORKSPACE, id, principal[1], ("DATABRICKS_AUTH_TYPE", "pat")],
            "pat",
        ),
        case(
            "basic",
            &[("DATABRICKS_USERNAME", "me"), ("DATABRICKS_PASSWORD", "pw-canary-5"), WORKSPACE],
            "basic",
        ),
        case(
            "metadata service",
            &[("DATABRICKS_METADATA_SERVICE_URL", &metadata_service), WORKSPACE],
            "metadata-service",
        ),
        case("principal", &principal, "oauth-m2m"),
        case("principal for a group", &[id, principal[1], ("DATABRICKS_GROUP_ID", "g1")], "oauth-m2m"),
        with_metadata(
            of_account.clone(),
            case(
                "principal at a host of many workspaces",
                &[id, principal[1], WORKSPACE, ("DATABRICKS_ACCOUNT_ID", "acc-1")],
                "oauth-m2m",
            ),
        ),
        case("token in a variable", &[("DATABRICKS_OIDC_TOKEN", "idp-canary-1")], "env-oidc"),
        case(
            "token in another variable",
            &[
                ("DATABRICKS_OIDC_TOKEN_ENV", "MINE"),
                ("MINE", "idp-canary-2"),
                ("DATABRICKS_GROUP_ID", "g1"),
                ("DATABRICKS_AUTH_TYPE", "env-oidc"),
                id,
            ],
            "env-oidc",
        ),
        case(
            "token in a file",
            &[("DATABRICKS_OIDC_TOKEN_FILEPATH", &file), ("DATABRICKS_AUTH_TYPE", "file-oidc"), id],
            "file-oidc",
        ),
        case("token in a file, old name", &[("DATABRICKS_OIDC_TOKEN_FILE", &file)], "file-oidc"),
        job(&[id], "github-oidc"),
        job(&[id, ("DATABRICKS_TOKEN_AUDIENCE", "mine")], "github-oidc"),
        with_metadata(audiences, job(&[id], "github-oidc")),
        with_metadata(of_account, job(&[id, ("DATABRICKS_ACCOUNT_ID", "acc-1")], "github-oidc")),
        azure(case("entra", &[entra[0], entra[1], TENANT, WORKSPACE], "azure-client-secret")),
        azure(case(
            "entra without tenant",
            &[entra[0], entra[1], RESOURCE, WORKSPACE],
            "azure-client-secret",
        )),
        azure(job(&[entra[0], TENANT, WORKSPACE], "github-oidc-azure")),
        azure(job(&[entra[0], WORKSPACE], "github-oidc-azure")),
        azure(case("az as a user", &[WORKSPACE], "azure-cli")),
        azure(case("az as a service principal", &[RESOURCE, TENANT, WORKSPACE], "azure-cli")),
        azure(case("az as a managed identity", &[RESOURCE, TENANT, WORKSPACE], "azure-cli")),
        azure(case("az without the subscription", &[RESOURCE, TENANT, WORKSPACE], "azure-cli")),
        azure(case("az before cli", &[TENANT, WORKSPACE], "azure-cli")),
        azure(case("cli after az", &[TENANT, WORKSPACE, ("DATABRICKS_AUTH_TYPE", "")], "databricks-cli")),
        case(
            "devops",
            &[
                id,
                ("SYSTEM_ACCESSTOKEN", JOB),
                ("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", &devops),
                ("SYSTEM_TEAMPROJECTID", "proj"),
                ("SYSTEM_PLANID", "plan"),
                ("SYSTEM_JOBID", "job"),
                ("SYSTEM_HOSTTYPE", "build"),
                ("TF_BUILD", "True"),
            ],
            "azure-devops-oidc",
        ),
        case("cli by host", &[WORKSPACE], "databricks-cli"),
        case("cli by profile", &[WORKSPACE, ("DATABRICKS_CONFIG_PROFILE", "team")], "databricks-cli"),
        case("cli of the default profile", &[WORKSPACE, ("DATABRICKS_HOST", "")], "databricks-cli"),
        case(
            "cli without force-refresh",
            &[WORKSPACE, ("DATABRICKS_CONFIG_PROFILE", "team")],
            "databricks-cli",
        ),
        case("cli without profiles", &[WORKSPACE, ("DATABRICKS_CONFIG_PROFILE", "team")], "databricks-cli"),
        case("cli without version", &[WORKSPACE, cli], "databricks-cli"),
        wrong(
            "nothing",
            &[],
            "default auth: cannot configure default credentials, please check https://docs.databricks.com/en/dev-tools/auth.html#databricks-client-unified-authentication to configure credentials for your preferred authentication method",
        ),
        wrong(
            "two logins",
            &[("DATABRICKS_TOKEN", PAT), id],
            "validate: more than one authorization method configured: oauth and pat",
        ),
        wrong("cli without login", &[], "default auth: databricks-cli: cannot get access token: boom"),
        wrong("cli that prints no token", &[cli], "default auth: databricks-cli"),
        wrong("cli that does not know OAuth", &[], "default auth: cannot configure default credentials"),
        wrong(
            "a group without OAuth",
            &[("DATABRICKS_TOKEN", PAT), ("DATABRICKS_GROUP_ID", "g1"), ("DATABRICKS_AUTH_TYPE", "pat")],
            "auth type \"pat\" does not support group role assumption. Use Databricks OAuth authentication",
        ),
    ]
}
