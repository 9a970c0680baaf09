//! Arguments of `explore`.

use super::build::LakeFlags;
use super::page::PageArgs;
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
