//! Addresses of workspaces, and whether a secret may be sent there.

use super::setting::{Origin, Setting};
use crate::error::Error;
use f1lake_http::may_carry_secrets;
use url::Url;

/// Whether two addresses belong to one workspace.
pub(crate) fn is_same_host(granted: &str, wanted: &Url) -> bool {
    let granted = Setting { value: granted.to_owned(), origin: Origin::Runtime };
    parse_host(&granted).is_ok_and(|(host, _)| host == *wanted)
}

/// Scheme, host and port of what users write: with or without `https://`, or copied from the browser with a
/// path; and the workspace's id if it is in there (`?o=123`), because one host may serve several workspaces.
pub(super) fn parse_host(setting: &Setting<String>) -> Result<(Url, Option<String>), Error> {
    let Setting { value, origin } = setting;
    let refuse = |why: &str| Err(Error::Config(format!("the workspace's host ({origin}) {why}")));
    let whole = if value.contains("://") { value.clone() } else { format!("https://{value}") };
    let Ok(mut url) = Url::parse(&whole) else { return refuse("is not an address; use https://WORKSPACE") };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("contains a user name or password; use only https://WORKSPACE");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return refuse("is not an address; use https://WORKSPACE");
    }
    if !may_carry_secrets(&url) {
        return refuse("is not https; a token is sent over https only (or plain http to this machine)");
    }
    let id = url.query_pairs().find(|(name, value)| name == "o" && !value.is_empty());
    let id = id.map(|(_, value)| value.into_owned());
    url.set_path("");
    url.set_query(None);
    url.set_fragment(None);
    Ok((url, id))
}
