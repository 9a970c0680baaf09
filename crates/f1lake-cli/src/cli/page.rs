//! How something is served on loopback.

use clap::Args;
use f1lake::config::expected::parser;

/// How a page is served.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct PageArgs {
    /// Print the address without opening a browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = port())]
    pub(crate) port: u16,
}

/// Reads a port.
pub(super) fn port() -> impl clap::builder::TypedValueParser<Value = u16> {
    parser::<u16>("a port from 0 to 65535, such as 8000")
}
