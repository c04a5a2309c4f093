//! The lake: what is sealed as a Delta Lake table of Parquet files, for engines that join and run
//! on many machines; and a store from such a table.
//!
//! The rooms, from low to high; imports run down:
//!
//! | room | what |
//! |---|---|
//! | `objects` | a file system or an object store behind four requests, and patience with them |
//! | `schema` | the columns: which part of an event stands where |
//! | `parquet` | events as the bytes of a file, and back |
//! | `delta` | the transaction log: actions, state, commits that replace nothing |
//! | `publish` | what has to change in the table, and changing it exactly once |
//! | `status`, `verify` | how far a table is behind; every row against the store |
//! | `restore`, `vacuum` | a store from a table; files that nothing names any more |

mod delta;
mod objects;
mod parquet;
mod publish;
mod restore;
mod schema;
mod status;
mod vacuum;
mod verify;

pub use objects::{
    Address, Answer, FoundObject, Objects, Patient, Placed, PutAnswer, Remote, RequestFailure,
};
pub use publish::{PublishOptions, PublishReport, Publisher, seal_when_old};
pub use restore::restore;
pub use schema::ExtraColumn;
pub use status::{LakeStatus, status};
pub use vacuum::{VacuumReport, vacuum};
pub use verify::{LakeVerifyReport, verify};

#[cfg(test)]
mod tests;
