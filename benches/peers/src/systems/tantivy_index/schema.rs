//! The fields of a document.

use super::splitter::Splitter;
use crate::Outcome;
use crate::rows::Row;
use std::path::Path;
use tantivy::index::{IndexSettings, IndexSortByField, Order};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{Index, TantivyDocument};

/// The column to sort by.
pub(super) const PLACE: &str = "place";
/// The columns of the facets.
pub(super) const FACETS: [&str; 2] = ["category", "activity"];
const TOKENIZER: &str = "words";

/// The fields by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) place: Field,
    pub(super) actor: Field,
    pub(super) category: Field,
    pub(super) activity: Field,
    pub(super) json: Field,
    pub(super) text: Field,
}

impl Fields {
    pub(super) fn of(index: &Index) -> Outcome<Fields> {
        let schema = index.schema();
        Ok(Fields {
            place: schema.get_field(PLACE)?,
            actor: schema.get_field("actor")?,
            category: schema.get_field("category")?,
            activity: schema.get_field("activity")?,
            json: schema.get_field("json")?,
            text: schema.get_field("text")?,
        })
    }

    pub(super) fn document(&self, row: &Row) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_i64(self.place, row.place);
        document.add_text(self.actor, &row.actor);
        document.add_text(self.category, &row.category);
        document.add_text(self.activity, &row.activity);
        document.add_bytes(self.json, row.json.as_bytes());
        document.add_text(self.text, &row.text);
        document
    }
}

/// Makes a new index in `folder`; `sorted`: the newest document of a segment is its first.
pub(super) fn create(folder: &Path, sorted: bool) -> Outcome<Index> {
    std::fs::create_dir_all(folder)?;
    let newest_first = IndexSortByField { field: PLACE.to_owned(), order: Order::Desc };
    let settings =
        IndexSettings { sort_by_field: sorted.then_some(newest_first), ..Default::default() };
    let index = Index::builder().schema(schema()).settings(settings).create_in_dir(folder)?;
    register(&index);
    Ok(index)
}

pub(super) fn open(folder: &Path) -> Outcome<Index> {
    let index = Index::open_in_dir(folder)?;
    register(&index);
    Ok(index)
}

fn register(index: &Index) {
    index.tokenizers().register(TOKENIZER, Splitter::default());
}

/// Nothing is ranked, so the text has no field norms.
fn schema() -> Schema {
    let words = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let mut schema = Schema::builder();
    schema.add_i64_field(PLACE, FAST);
    schema.add_text_field("actor", STRING);
    schema.add_text_field("category", STRING | FAST);
    schema.add_text_field("activity", STRING | FAST);
    schema.add_bytes_field("json", STORED);
    schema.add_text_field("text", TextOptions::default().set_indexing_options(words));
    schema.build()
}
