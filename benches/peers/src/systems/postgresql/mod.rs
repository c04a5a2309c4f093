//! PostgreSQL: a server of its own in the folder of the store, started and stopped here.

mod ask;
mod ingest;
mod schema;
mod server;

pub(crate) use ask::Postgresql;
pub(crate) use ingest::{append_singly, drop_before, ingest};
pub(crate) use server::{Server, data_folder, is_installed};
