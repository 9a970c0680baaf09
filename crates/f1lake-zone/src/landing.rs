//! The landing zone: a flat folder, bucket or volume behind `object_store`.

mod check;
mod commit;
mod land;
mod leftovers;
mod manifests;
mod objects;
mod read;
#[cfg(test)]
mod tests;
mod unique;
mod zone;

pub use commit::Commit;
pub use land::ASIDE_DIR;
pub use objects::Created;
pub use read::LandedRows;
pub use zone::Landing;
