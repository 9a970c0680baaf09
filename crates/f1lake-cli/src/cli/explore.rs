//! Arguments of `explore`.

use super::build::LakeFlags;
use super::simulate::port;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ExploreArgs {
    /// Session that opens first: its key, `latest`, or words such as "monza race" [default: the list]
    pub(crate) session: Option<String>,
    #[command(flatten)]
    pub(crate) page: PageArgs,
    #[command(flatten)]
    pub(crate) settings: LakeFlags,
}

/// How a page is served.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct PageArgs {
    /// Only print the address, and open no browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = port())]
    pub(crate) port: u16,
}
