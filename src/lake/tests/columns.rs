//! What stands in which column.

use super::Bench;
use super::table::{self, actions};
use crate::event::{Event, Raw};
use crate::lake::delta::Action;
use crate::lake::objects::Objects;
use crate::lake::publish::PublishOptions;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

/// Everything that the schema has, and values beyond what columns take.
const WHOLE: &str = r#"{"id":"e-1","tenant":"acme","data_source":"calendar",
 "occurred_at":"2026-03-19T10:00:00.25+01:00","category":"a","activity":"b","operation":"update",
 "outcome":"failure","error_code":"X","origin":"api","actor":{"type":"user","id":"u-1",
 "email":"ada@acme.example","display_name":"Ada \"A\" Müller","groups":["g-1","g-2"],
 "app":{"name":"Room","client_id":"c-1","impersonation":true},"on_behalf_of":{"id":"u-2"},
 "shoe_size":42},"targets":[{"type":"event","id":"t-1","labels":[{"id":"L1","fields":[{"id":"f1",
 "value":{"id":"s2","badged":true}}]}]},{"name":"second","labels":[]}],"changes":[{"field":"f",
 "before":null,"after":["x",1.50]},{"field":"g","before_state":"absent"}],"context":{"ip":"::1",
 "asn":{"number":18446744073709551615,"region":"DE"}},"attributes":{"n":1e3},"details":{"team":
 {"id":"t-7","size":3}},"raw":{"kept":true},"correlation_id":"op","caused_by":{"id":"e-0",
 "captured":false},"subjects":[]}"#;
const BARE: &str = r#"{"occurred_at":"2026-03-19T11:00:00Z","category":"a","activity":"b"}"#;

fn read_only_file(bench: &Bench) -> (RecordBatch, Bytes) {
    let state = table::state(&bench.objects);
    let file = state.files.values().next().expect("a file");
    let bytes = bench.objects.get(&file.path).expect("in memory").expect("there");
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).expect("Parquet");
    let batch = builder.build().expect("a reader").next().expect("rows").expect("sound");
    (batch, bytes)
}

fn published(columns: &[&str]) -> Bench {
    let bench = Bench::new(1);
    for event in [WHOLE, BARE] {
        let event = Event::from_json(event.as_bytes()).expect("an event");
        bench.store().append(event).expect("appended");
    }
    bench.seal();
    let columns = columns.iter().map(|text| text.parse().expect("a column")).collect();
    let options = PublishOptions { columns, ..PublishOptions::default() };
    bench.publish_with(options).expect("published");
    bench
}

fn text<'b>(batch: &'b RecordBatch, name: &str, row: usize) -> Option<&'b str> {
    let column = batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    let column = column.as_string::<i32>();
    (!column.is_null(row)).then(|| column.value(row))
}

#[test]
fn scalars_stand_in_columns_of_their_kind() {
    let bench = published(&["details.team.id:string", "details.team.size:integer"]);
    let (batch, _) = read_only_file(&bench);
    for (name, expected) in [
        ("id", "e-1"),
        ("occurred_at_offset", "+01:00"),
        ("operation", "update"),
        ("actor_display_name", "Ada \"A\" Müller"),
        ("actor_app_client_id", "c-1"),
        ("actor_on_behalf_of_id", "u-2"),
        ("context_ip", "::1"),
        ("context_asn_region", "DE"),
        ("attributes", r#"{"n":1e3}"#),
        ("details", r#"{"team":{"id":"t-7","size":3}}"#),
        ("caused_by_id", "e-0"),
        ("details_team_id", "t-7"),
    ] {
        assert_eq!(text(&batch, name, 0), Some(expected), "{name}");
        assert_eq!(text(&batch, name, 1), None, "{name}");
    }
    let int = |name: &str| batch[name].as_primitive::<Int64Type>().clone();
    assert_eq!((int("seq").value(0), int("seq").value(1)), (1, 2));
    assert_eq!((int("epoch").value(0), int("details_team_size").value(0)), (1, 3));
    assert!(int("context_asn_number").is_null(0), "what does not fit is null");
    let at = batch["occurred_at"].as_primitive::<TimestampMicrosecondType>();
    assert_eq!(at.value(0), 1_773_910_800_250_000);
    assert!(!batch["caused_by_captured"].as_boolean().value(0));
    assert!(batch["actor_app_impersonation"].as_boolean().value(0));
}

#[test]
fn lists_keep_what_is_empty_apart_from_what_is_absent() {
    let bench = published(&[]);
    let (batch, _) = read_only_file(&bench);
    let groups = batch["actor_groups"].as_list::<i32>();
    assert_eq!(groups.value(0).as_string::<i32>().value(1), "g-2");
    assert!(groups.is_null(1));
    let subjects = batch["subjects"].as_list::<i32>();
    assert!(!subjects.is_null(0) && subjects.value(0).is_empty() && subjects.is_null(1));
    let targets = batch["targets"].as_list::<i32>();
    assert!(targets.is_null(1));
    let targets = targets.value(0);
    let targets = targets.as_struct();
    assert_eq!(targets.len(), 2);
    let labels = targets.column_by_name("labels").expect("labels").as_list::<i32>();
    assert_eq!((labels.value(0).len(), labels.value(1).len(), labels.is_null(1)), (1, 0, false));
    let fields = labels.value(0).as_struct().column_by_name("fields").expect("fields").clone();
    let field = fields.as_list::<i32>().value(0);
    let value = field.as_struct().column_by_name("value").expect("value").clone();
    assert_eq!(
        value.as_string::<i32>().value(0),
        r#"{"id":"s2","badged":true}"#
            .to_owned()
            .replace(r#""id":"s2","badged":true"#, r#""badged":true,"id":"s2""#)
    );
    let changes = batch["changes"].as_list::<i32>().value(0);
    let change = |name: &str| changes.as_struct().column_by_name(name).expect(name).clone();
    let before = change("before");
    assert_eq!((before.as_string::<i32>().value(0), before.is_null(1)), ("null", true));
    assert_eq!(change("after").as_string::<i32>().value(0), r#"["x",1.50]"#);
}

#[test]
fn the_whole_event_is_there_as_the_store_prints_it() {
    let bench = published(&[]);
    let (batch, _) = read_only_file(&bench);
    let snapshot = bench.snapshot();
    let mut row = 0;
    for segment in snapshot.sealed().expect("sound") {
        segment
            .for_each(|stored| {
                let printed = String::from_utf8(stored.to_json(Raw::With)).expect("UTF-8");
                assert_eq!(text(&batch, "event", row), Some(printed.as_str()));
                row += 1;
                Ok(())
            })
            .expect("sound");
    }
    assert_eq!(row, 2);
}

#[test]
fn files_have_what_readers_skip_by() {
    let bench = published(&[]);
    let (_, bytes) = read_only_file(&bench);
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("Parquet");
    let group = builder.metadata().row_group(0);
    let column = |name: &str| {
        let found = group.columns().iter().find(|one| one.column_path().string() == name);
        found.unwrap_or_else(|| panic!("no column {name}"))
    };
    for name in ["id", "actor_id"] {
        assert!(column(name).bloom_filter_offset().is_some(), "{name}");
    }
    assert!(column("occurred_at").statistics().is_some_and(|it| it.min_bytes_opt().is_some()));
    assert!(column("event").compression().to_string().contains("ZSTD"));
    let log = actions(&bench.objects, 1).expect("the first commit behind the creation");
    let add = log.iter().find_map(|action| match action {
        Action::Add(file) => Some(file),
        _ => None,
    });
    let add = add.expect("a file");
    assert!(add.data_change);
    let stats: Value = serde_json::from_str(add.stats.as_deref().expect("stats")).expect("JSON");
    assert_eq!(stats["numRecords"], 2);
    assert_eq!(stats["minValues"]["occurred_at"], "2026-03-19T09:00:00.250000Z");
    assert_eq!(stats["maxValues"]["occurred_at"], "2026-03-19T11:00:00.000000Z");
    assert_eq!((&stats["minValues"]["seq"], &stats["maxValues"]["seq"]), (&1.into(), &2.into()));
    let id = bench.snapshot().sealed().expect("sound")[0].summary().id;
    assert_eq!(add.path, format!("class=default/{id}.parquet"));
}

#[test]
fn a_column_that_comes_later_is_null_in_earlier_files() {
    let mut bench = published(&[]);
    bench.append(0, "a", 3);
    bench.seal();
    let columns = vec!["details.team.id:string".parse().expect("a column")];
    let options = PublishOptions { columns, ..PublishOptions::default() };
    bench.publish_with(options.clone()).expect("published");
    let before = table::state(&bench.objects).version;
    bench.publish_with(options).expect("published");
    bench.publish();
    let state = table::state(&bench.objects);
    assert_eq!((state.version, state.files.len()), (before, 2), "nothing moved again");
    let schema = state.metadata.expect("metadata").schema_string;
    assert!(schema.contains("details_team_id"), "{schema}");
    let clash = vec!["details.team.id:integer".parse().expect("a column")];
    let options = PublishOptions { columns: clash, ..PublishOptions::default() };
    assert!(matches!(bench.publish_with(options), Err(crate::Error::Invalid { .. })));
}
