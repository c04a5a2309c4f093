//! Whole events from the store of documents.

use super::schema::Fields;
use crate::Outcome;
use crate::system::Reply;
use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument};

/// Adds the events at `addresses` to `reply`, in that order.
pub(super) fn fetch(
    searcher: &Searcher,
    fields: &Fields,
    addresses: impl IntoIterator<Item = DocAddress>,
    reply: &mut Reply,
) -> Outcome {
    for address in addresses {
        let document: TantivyDocument = searcher.doc(address)?;
        let json = document.get_first(fields.json);
        let json = json.as_ref().and_then(Value::as_bytes);
        reply.add_event(json.ok_or("a document without its event")?);
    }
    Ok(())
}
