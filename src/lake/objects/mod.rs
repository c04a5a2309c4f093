//! Where the files of a table lie: a file system or an object store, behind four requests.

mod address;
mod patient;
mod remote;
mod request;

pub use address::Address;
pub use patient::{Patient, Placed};
pub use remote::Remote;
pub use request::{Answer, FoundObject, Objects, PutAnswer, RequestFailure};
