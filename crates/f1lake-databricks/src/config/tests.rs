//! Tests of resolving a login.

use super::host::parse_host;
use super::*;
use crate::runtime::Runtime;
use std::sync::Arc;

const CANARY: &str = "dapi-canary-5e1f";

fn resolve(explicit: &Explicit, env: &[(&str, &str)]) -> Result<Login, Error> {
    Login::resolve_with(explicit, |name| {
        let found = env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        // The developer's own file must not leak into the tests.
        found.or_else(|| (name == "DATABRICKS_CONFIG_FILE").then(|| "/nonexistent/cfg".to_owned()))
    })
}

fn rows(login: &Login) -> Vec<String> {
    login.describe().into_iter().map(|(name, value, origin)| format!("{name}={value} {origin}")).collect()
}

fn profiles() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cfg");
    let text = format!(
        "[__settings__]\ndefault_profile = dev\n[dev]\nhost = dev.example\ntoken = {CANARY}\n\
         http_path = /sql/1.0/warehouses/devwh\n\
         [sp]\nhost = https://sp.example/\nclient_id = me\nclient_secret = {CANARY}\nwarehouse_id = spwh\n\
         [u2m]\nhost = https://u2m.example\nauth_type = databricks-cli\n"
    );
    std::fs::write(&file, text).unwrap();
    let name = file.display().to_string();
    (dir, name)
}

#[test]
fn the_environment_alone_is_a_login() {
    let env = [
        ("DATABRICKS_HOST", "adb-1.2.azuredatabricks.net"),
        ("DATABRICKS_TOKEN", CANARY),
        ("DATABRICKS_WAREHOUSE_ID", "wh1"),
        ("DBT_DATABRICKS_HOST", "other"),
        ("DBT_DATABRICKS_HTTP_PATH", "/sql/1.0/warehouses/otherwh"),
    ];
    let login = resolve(&Explicit::default(), &env).unwrap();
    let expected = [
        "host=https://adb-1.2.azuredatabricks.net environment DATABRICKS_HOST",
        "token=******** environment DATABRICKS_TOKEN",
        "warehouse=wh1 environment DATABRICKS_WAREHOUSE_ID",
    ];
    assert_eq!(rows(&login), expected);
    assert!(!format!("{login:?}").contains(CANARY));
}

#[test]
fn the_caller_wins_over_the_environment_and_it_over_a_named_profile() {
    let (_dir, file) = profiles();
    let env = [
        ("DATABRICKS_CONFIG_FILE", file.as_str()),
        ("DATABRICKS_CONFIG_PROFILE", "dev"),
        ("DATABRICKS_HOST", "env.example"),
    ];
    let explicit = Explicit { warehouse: Some("mine".into()), ..Explicit::default() };
    let login = resolve(&explicit, &env).unwrap();
    assert_eq!(
        rows(&login),
        [
            "host=https://env.example environment DATABRICKS_HOST".to_owned(),
            format!("token=******** profile dev of {file}"),
            "warehouse=mine given".to_owned()
        ]
    );
    let explicit = Explicit { profile: Some("sp".into()), ..Explicit::default() };
    let login = resolve(&explicit, &env[..2]).unwrap();
    assert_eq!(login.method.name(), "oauth-m2m", "{:?}", rows(&login));
    assert_eq!(rows(&login)[3], format!("warehouse=spwh profile sp of {file}"));
}

#[test]
fn the_default_profile_is_read_only_where_nothing_is_set() {
    let (_dir, file) = profiles();
    let login = resolve(&Explicit::default(), &[("DATABRICKS_CONFIG_FILE", &file)]).unwrap();
    assert_eq!(login.host.value.as_str(), "https://dev.example/");
    assert_eq!(login.warehouse.unwrap().value, "devwh");
    let env = [("DATABRICKS_CONFIG_FILE", file.as_str()), ("DATABRICKS_HOST", "env.example")];
    let error = resolve(&Explicit::default(), &env).unwrap_err().to_string();
    assert!(error.contains("DATABRICKS_TOKEN"), "a file's token for another host: {error}");
}

#[test]
fn names_that_dbt_users_have_set_come_last_and_stay_with_their_host() {
    let dbt = [
        ("DBT_DATABRICKS_HOST", "dbt.example"),
        ("DBT_DATABRICKS_TOKEN", CANARY),
        ("DBT_DATABRICKS_HTTP_PATH", "/sql/1.0/warehouses/abc123/"),
    ];
    let login = resolve(&Explicit::default(), &dbt).unwrap();
    assert_eq!(
        rows(&login),
        [
            "host=https://dbt.example environment DBT_DATABRICKS_HOST",
            "token=******** environment DBT_DATABRICKS_TOKEN",
            "warehouse=abc123 environment DBT_DATABRICKS_HTTP_PATH"
        ]
    );
    let mut elsewhere = dbt.to_vec();
    elsewhere.push(("DATABRICKS_HOST", "https://evil.example"));
    assert!(resolve(&Explicit::default(), &elsewhere).is_err(), "dbt's token would go elsewhere");
}

#[derive(Debug)]
struct Granting(Result<&'static str, &'static str>);

impl Runtime for Granting {
    fn grant(&self) -> Result<crate::Grant, String> {
        let host = self.0.map_err(str::to_owned)?.to_owned();
        Ok(crate::Grant { host, token: CANARY.into() })
    }
}

fn inside(granted: Result<&'static str, &'static str>) -> Explicit {
    Explicit { runtime: Some(Arc::new(Granting(granted))), ..Explicit::default() }
}

#[test]
fn the_runtime_logs_in_where_nothing_is_set() {
    let granted = inside(Ok("https://adb-1.2.azuredatabricks.net"));
    let login = resolve(&granted, &[]).unwrap();
    assert_eq!(
        rows(&login),
        [
            "host=https://adb-1.2.azuredatabricks.net the runtime of this notebook or job",
            "token=******** the runtime of this notebook or job"
        ]
    );
    assert!(!format!("{login:?}").contains(CANARY));
    // A host without a secret, as in jobs: the runtime signs for it.
    let login = resolve(&granted, &[("DATABRICKS_HOST", "adb-1.2.azuredatabricks.net")]).unwrap();
    assert_eq!(login.method.name(), "runtime");

    let env = [("DATABRICKS_HOST", "h"), ("DATABRICKS_TOKEN", CANARY)];
    assert_eq!(resolve(&granted, &env).unwrap().method.name(), "pat", "what is set wins");
    let mut wanted = env.to_vec();
    wanted.push(("DATABRICKS_AUTH_TYPE", "runtime"));
    assert_eq!(resolve(&granted, &wanted).unwrap().method.name(), "runtime");
    let other = [("DATABRICKS_HOST", "h"), ("DATABRICKS_AUTH_TYPE", "databricks-cli")];
    assert!(resolve(&granted, &other).is_err(), "another login was asked for");
}

#[test]
fn without_a_runtime_that_grants_there_is_no_login() {
    let refused = resolve(&inside(Err("no context")), &[]).unwrap_err().to_string();
    assert!(refused.contains("provides no login: no context"), "{refused}");
    let alone = resolve(&Explicit::default(), &[("DATABRICKS_RUNTIME_VERSION", "16.4")]).unwrap_err();
    assert!(
        matches!(alone, Error::NoWorkspace(_)) && alone.to_string().contains("Python package"),
        "{alone}"
    );
    let wanted = [("DATABRICKS_HOST", "h"), ("DATABRICKS_AUTH_TYPE", "runtime")];
    let error = resolve(&Explicit::default(), &wanted).unwrap_err().to_string();
    assert!(error.contains("Python package only"), "{error}");
}

#[test]
fn two_logins_need_a_choice_and_half_a_login_is_refused() {
    let both = [
        ("DATABRICKS_HOST", "h"),
        ("DATABRICKS_TOKEN", CANARY),
        ("DATABRICKS_CLIENT_ID", "me"),
        ("DATABRICKS_CLIENT_SECRET", CANARY),
    ];
    let error = resolve(&Explicit::default(), &both).unwrap_err().to_string();
    assert!(error.contains("DATABRICKS_AUTH_TYPE") && !error.contains(CANARY), "{error}");
    for auth_type in ["pat", "oauth-m2m"] {
        let mut env = both.to_vec();
        env.push(("DATABRICKS_AUTH_TYPE", auth_type));
        assert_eq!(resolve(&Explicit::default(), &env).unwrap().method.name(), auth_type);
    }
    let (_dir, file) = profiles();
    let u2m = [("DATABRICKS_CONFIG_FILE", file.as_str()), ("DATABRICKS_CONFIG_PROFILE", "u2m")];
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[], "DATABRICKS_HOST"),
        (&both[..1], "DATABRICKS_TOKEN"),
        (&[both[0], both[2]], "DATABRICKS_CLIENT_SECRET"),
        (&[both[0], both[3]], "DATABRICKS_CLIENT_ID"),
        (&u2m, "databricks-cli: Most likely the Databricks CLI is not installed"),
    ];
    for (env, named) in cases {
        let error = resolve(&Explicit::default(), env).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn a_host_is_an_address_and_secrets_travel_safely() {
    let host = |value: &str| {
        parse_host(&Setting { value: value.to_owned(), origin: Origin::Explicit })
            .map(|(url, _)| url.to_string())
    };
    for (written, read) in [
        ("https://adb-1.azuredatabricks.net/?o=123#job/1", "https://adb-1.azuredatabricks.net/"),
        ("adb-1.azuredatabricks.net/", "https://adb-1.azuredatabricks.net/"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("http://[::1]:8000", "http://[::1]:8000/"),
        ("http://localhost:1", "http://localhost:1/"),
    ] {
        assert_eq!(host(written).unwrap(), read);
    }
    for bad in [
        "http://dbc.cloud.databricks.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "ftp://localhost",
        "https://me:dapi-canary@h",
        "https://",
        "a b",
    ] {
        let error = host(bad).unwrap_err().to_string();
        assert!(!error.contains("canary"), "{error}");
    }
}
