//! `User-Agent`, composed as the official clients do: product, client, language, system, login, partner, and where
//! the program runs.

use crate::error::Error;

/// Client, language and system. The language has no version: a program does not know its compiler's.
fn client() -> String {
    format!("f1lake-databricks/{} rust os/{}", env!("CARGO_PKG_VERSION"), std::env::consts::OS)
}

/// The parts that do not depend on the login.
#[derive(Debug, Clone, Default)]
pub(crate) struct UserAgent {
    /// `name/version` of the program.
    product: Option<String>,
    partner: Vec<String>,
}

impl UserAgent {
    pub(crate) fn product(&mut self, product: &str) {
        self.product = Some(product.to_owned());
    }

    pub(crate) fn partner(&mut self, partner: &str) {
        if !self.partner.iter().any(|known| known == partner) {
            self.partner.push(partner.to_owned());
        }
    }

    /// # Errors
    /// When a partner's name has other characters than the official clients allow.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.partner.iter().find(|partner| partner.is_empty() || !partner.chars().all(is_plain)) {
            Some(wrong) => {
                Err(Error::Config(format!("partner `{wrong}`: expected letters, digits and `_.+-` only")))
            }
            None => Ok(()),
        }
    }

    /// The header, for a login and for where the program runs.
    pub(crate) fn header(&self, login: &str, surroundings: &str) -> String {
        let mut parts: Vec<String> = self.product.iter().cloned().collect();
        parts.push(client());
        parts.push(format!("auth/{login}"));
        parts.extend(self.partner.iter().map(|partner| format!("partner/{partner}")));
        if !surroundings.is_empty() {
            parts.push(surroundings.to_owned());
        }
        parts.join(" ")
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_.+-".contains(letter)
}

/// CI services: name, and variables with the value that each must have (empty: any), by name.
const SERVICES: [(&str, &[(&str, &str)]); 10] = [
    ("aws-code-build", &[("CODEBUILD_BUILD_ARN", "")]),
    ("azure-devops", &[("TF_BUILD", "True")]),
    ("bitbucket", &[("BITBUCKET_BUILD_NUMBER", "")]),
    ("circle", &[("CIRCLECI", "true")]),
    ("github", &[("GITHUB_ACTIONS", "true")]),
    ("gitlab", &[("GITLAB_CI", "true")]),
    ("google-cloud-build", &[("PROJECT_ID", ""), ("BUILD_ID", ""), ("PROJECT_NUMBER", ""), ("LOCATION", "")]),
    ("jenkins", &[("JENKINS_URL", "")]),
    ("tf-cloud", &[("TFC_RUN_ID", "")]),
    ("travis", &[("TRAVIS", "true")]),
];

/// Coding agents, each with the variable that it sets.
const AGENTS: [(&str, &str); 15] = [
    ("AMP_CURRENT_THREAD_ID", "amp"),
    ("ANTIGRAVITY_AGENT", "antigravity"),
    ("AUGMENT_AGENT", "augment"),
    ("CLAUDECODE", "claude-code"),
    ("CLINE_ACTIVE", "cline"),
    ("CODEX_CI", "codex"),
    ("COPILOT_CLI", "copilot-cli"),
    ("CURSOR_AGENT", "cursor"),
    ("GEMINI_CLI", "gemini-cli"),
    ("GOOSE_TERMINAL", "goose"),
    ("KIRO", "kiro"),
    ("OPENCLAW_SHELL", "openclaw"),
    ("OPENCODE", "opencode"),
    ("VSCODE_AGENT", "vscode-agent"),
    ("WINDSURF_AGENT", "windsurf"),
];

/// Longest name of an agent that is not in the list.
const LONGEST_AGENT: usize = 64;

/// Where the program runs: tools above it, the runtime, a CI service, a coding agent; empty when nothing is
/// known.
pub(crate) fn surroundings(environment: impl Fn(&str) -> Option<String>) -> String {
    let set = |name: &str| environment(name).filter(|value| !value.is_empty());
    let mut parts = Vec::new();
    if let (Some(product), Some(version)) =
        (set("DATABRICKS_SDK_UPSTREAM"), set("DATABRICKS_SDK_UPSTREAM_VERSION"))
    {
        parts.push(format!("upstream/{}", sendable(&product)));
        parts.push(format!("upstream-version/{}", sendable(&version)));
    }
    if let Some(version) = set("DATABRICKS_RUNTIME_VERSION") {
        parts.push(format!("runtime/{}", sendable(&version.replace([' ', '/'], "-"))));
    }
    let is_there = |(name, wanted): &(&str, &str)| {
        environment(name).is_some_and(|value| wanted.is_empty() || value == *wanted)
    };
    if let Some((name, _)) = SERVICES.iter().find(|(_, variables)| variables.iter().all(is_there)) {
        parts.push(format!("cicd/{name}"));
    }
    let agents: Vec<&str> =
        AGENTS.iter().filter(|(name, _)| environment(name).is_some()).map(|(_, agent)| *agent).collect();
    match agents.as_slice() {
        [] => {
            let named = set("AGENT").or_else(|| set("AI_AGENT"));
            parts.extend(named.map(|name| {
                let plain = name.chars().map(|letter| if is_plain(letter) { letter } else { '-' });
                format!("agent/{}", plain.take(LONGEST_AGENT).collect::<String>())
            }));
        }
        [one] => parts.push(format!("agent/{one}")),
        _ => parts.push("agent/multiple".to_owned()),
    }
    if environment("OMNIGENT").is_some() {
        parts.push("meta-harness/omnigent".to_owned());
    }
    parts.join(" ")
}

/// A variable may hold what no header can.
fn sendable(value: &str) -> String {
    value
        .chars()
        .map(|letter| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '-' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(variables: &[(&str, &str)]) -> String {
        surroundings(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_surroundings_are_told_in_the_order_of_the_official_client() {
        assert_eq!(at(&[]), "");
        let all = [
            ("DATABRICKS_SDK_UPSTREAM", "tool"),
            ("DATABRICKS_SDK_UPSTREAM_VERSION", "1.2"),
            ("DATABRICKS_RUNTIME_VERSION", "15.4 a/b\n"),
            ("GITHUB_ACTIONS", "true"),
            ("TFC_RUN_ID", ""),
            ("AI_AGENT", "some one"),
            ("OMNIGENT", ""),
        ];
        assert_eq!(
            at(&all),
            "upstream/tool upstream-version/1.2 runtime/15.4-a-b- cicd/github agent/some-one \
             meta-harness/omnigent"
        );
        assert_eq!(at(&[("GITHUB_ACTIONS", "false"), ("CLAUDECODE", "1")]), "agent/claude-code");
        assert_eq!(at(&[("KIRO", ""), ("CLAUDECODE", "1"), ("AGENT", "x")]), "agent/multiple");
        assert_eq!(at(&[("PROJECT_ID", "1"), ("BUILD_ID", "2")]), "");
    }

    #[test]
    fn the_header_names_product_login_and_partner() {
        let mut agent = UserAgent::default();
        agent.product("tool/1.0");
        agent.partner("acme");
        agent.partner("acme");
        let header = agent.header("pat", "cicd/github");
        let system = std::env::consts::OS;
        let ours = env!("CARGO_PKG_VERSION");
        assert_eq!(
            header,
            format!("tool/1.0 f1lake-databricks/{ours} rust os/{system} auth/pat partner/acme cicd/github")
        );
        assert!(agent.check().is_ok());
        agent.partner("a b");
        assert!(agent.check().unwrap_err().to_string().contains("`a b`"));
    }
}
