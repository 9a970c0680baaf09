//! Logging in.

use crate::config::Account;
use crate::generate::random;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Meaning of an `Authorization` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// No header.
    Anonymous,
    /// A valid token of this user.
    User(String),
    /// A refused token, with the API's detail.
    Refused(&'static str),
}

/// Issued tokens. Older ones stay valid until they expire.
#[derive(Debug)]
pub(crate) struct Tokens {
    accounts: Vec<Account>,
    lifetime: Duration,
    issued: HashMap<String, (String, Instant)>,
    recent: Vec<Instant>,
}

/// Outcome of a login.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Login {
    Token(String),
    WrongGrantType,
    Missing,
    Refused,
    Burst,
}

impl Tokens {
    pub(crate) fn new(accounts: Vec<Account>, lifetime_s: u64) -> Self {
        Self {
            accounts,
            lifetime: Duration::from_secs(lifetime_s),
            issued: HashMap::new(),
            recent: Vec::new(),
        }
    }

    /// Handles a login form; the gateway refuses bursts (8 within two seconds) whatever they contain.
    pub(crate) fn login(&mut self, form: &str, now: Instant) -> Login {
        self.recent.retain(|t| now.saturating_duration_since(*t) < Duration::from_secs(2));
        if self.recent.len() >= 7 {
            return Login::Burst;
        }
        self.recent.push(now);
        let (mut username, mut password) = (None, None);
        for part in form.split('&') {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = percent_encoding::percent_decode_str(&value.replace('+', " "))
                .decode_utf8_lossy()
                .into_owned();
            match key {
                "username" => username = Some(value),
                "password" => password = Some(value),
                "grant_type" if value != "password" => return Login::WrongGrantType,
                _ => {}
            }
        }
        let (Some(username), Some(password)) = (username, password) else {
            return Login::Missing;
        };
        let known = self.accounts.iter().any(|a| a.username == username && a.password == password);
        if !known {
            return Login::Refused;
        }
        // It need not be unguessable, because it protects only rows that anyone can generate.
        let n = self.issued.len() as u64;
        let token = format!(
            "sim.{:016x}{:016x}.{n}",
            random::mix(&[n, 1]),
            random::mix(&[n, random::text(&username)])
        );
        self.issued.insert(token.clone(), (username, now));
        Login::Token(token)
    }

    /// Classifies an `Authorization` header.
    pub(crate) fn identify(&self, header: Option<&str>, now: Instant) -> Identity {
        let Some(header) = header else {
            return Identity::Anonymous;
        };
        let Some(token) = header
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .filter(|token| !token.is_empty())
        else {
            return Identity::Refused("Can't read bearer token");
        };
        match self.issued.get(token) {
            None => Identity::Refused("Could not verify token signature"),
            Some((_, at)) if now.saturating_duration_since(*at) >= self.lifetime => {
                Identity::Refused("Invalid ID token: Token expired")
            }
            Some((user, _)) => Identity::User(user.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        let account = Account { username: "a@b.c".into(), password: "p w+&".into() };
        Tokens::new(vec![account], 10)
    }

    #[test]
    fn login_and_expiry() {
        let mut tokens = tokens();
        let now = Instant::now();
        let Login::Token(token) = tokens.login("username=a%40b.c&password=p+w%2B%26", now) else {
            panic!("refused")
        };
        let header = format!("Bearer {token}");
        assert_eq!(tokens.identify(Some(&header), now), Identity::User("a@b.c".into()));
        let later = now + Duration::from_secs(10);
        assert_eq!(
            tokens.identify(Some(&header), later),
            Identity::Refused("Invalid ID token: Token expired")
        );
        assert!(matches!(tokens.identify(Some("Bearer x"), now), Identity::Refused(_)));
        assert!(matches!(tokens.identify(Some("Basic x"), now), Identity::Refused(_)));
        assert_eq!(tokens.identify(None, now), Identity::Anonymous);
    }

    #[test]
    fn refusals() {
        let mut tokens = tokens();
        let now = Instant::now();
        assert_eq!(tokens.login("username=x&password=y", now), Login::Refused);
        assert_eq!(tokens.login("username=x", now), Login::Missing);
        assert_eq!(tokens.login("grant_type=code&username=x&password=y", now), Login::WrongGrantType);
        for _ in 0..4 {
            tokens.login("", now);
        }
        assert_eq!(tokens.login("", now), Login::Burst);
    }
}
