//! What a login adds to a request.

use f1lake_http::{ExposeSecret, SecretString};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// What a login adds to a request to the workspace. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub(crate) struct Signature {
    scheme: &'static str,
    /// Token, or encoded name and password.
    pub(crate) secret: SecretString,
    /// Further secrets and values.
    others: Vec<(&'static str, SecretString)>,
}

impl Signature {
    pub(super) fn bearer(secret: SecretString) -> Self {
        Self { scheme: "Bearer", secret, others: Vec::new() }
    }

    pub(super) fn basic(encoded: SecretString) -> Self {
        Self { scheme: "Basic", secret: encoded, others: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: Option<SecretString>) -> Self {
        self.others.extend(value.map(|value| (name, value)));
        self
    }

    /// Everything in it that a server could repeat.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        let others = self.others.iter().filter(|(name, _)| name.ends_with("token")).map(|(_, value)| value);
        std::iter::once(&self.secret).chain(others)
    }

    /// Adds the headers.
    ///
    /// # Errors
    /// The name of the header that cannot hold its value.
    pub(crate) fn sign(&self, headers: &mut HeaderMap) -> Result<(), &'static str> {
        let authorization = format!("{} {}", self.scheme, self.secret.expose_secret());
        let mut add = |name: &'static str, value: &str| {
            let mut value = HeaderValue::from_str(value).map_err(|_| name)?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
            Ok::<(), &'static str>(())
        };
        add("authorization", &authorization)?;
        for (name, value) in &self.others {
            add(name, value.expose_secret())?;
        }
        Ok(())
    }
}
