//! Native events: checked, put into canonical form, which is a fixpoint.

use annals::event::Event;
use annals::json::Value;

/// Text and tree accept the same. What is accepted comes back from its canonical bytes, from its
/// value, and from its parts.
pub fn run(data: &[u8]) {
    if let Ok(value) = Value::parse(data) {
        let json = value.to_json();
        assert_eq!(Value::parse(json.as_bytes()).expect("printed JSON parses"), value);
    }
    // A thread that has read nothing yet reads by way of a tree; this one may know the layout.
    let by_tree = std::thread::scope(|scope| scope.spawn(|| Event::from_json(data).ok()).join());
    let by_tree = by_tree.expect("no event panics");
    let by_layout = Event::from_json(data).ok();
    assert_eq!(by_layout, by_tree, "both ways accept and store the same");
    let of_value = Value::parse(data).and_then(Event::from_value).ok();
    assert_eq!(of_value, by_tree, "text and value make the same event");
    let Some(event) = by_layout else {
        return;
    };
    let canonical = event.canonical();
    let again = Event::from_json(canonical).expect("canonical bytes are an event");
    assert_eq!(again.canonical(), canonical, "canonical form is a fixpoint");
    assert_eq!(again.occurred_at(), event.occurred_at());
    let rebuilt = Event::from_value(event.to_value()).expect("the value of an event is one");
    assert_eq!(rebuilt.canonical(), canonical);
    let _ = (event.text("id"), event.text("tenant"), event.raw());
}

/// The examples of the schema, and JSON at the borders of what is allowed.
pub fn seeds() -> Vec<Vec<u8>> {
    let required =
        r#""occurred_at":"2026-01-31T23:59:59.999999+05:30","category":"c","activity":"a""#;
    let odd = [
        format!(r#"{{{required},"details":{{"a":[[1,2],[],{{}},null,-0.10,1e400]}}}}"#),
        format!(r#"{{{required},"x":1,"actor":{{"y":"\ud83c\udf89\u0000\"\\/"}}}}"#),
        format!(
            r#"{{{required},"raw":{},"seq":7,"recorded_at":"x"}}"#,
            "[".repeat(40) + &"]".repeat(40)
        ),
        r#"{"occurred_at":"0001-01-01T00:00:00Z","category":"","activity":"a"}"#.to_owned(),
        r#"{"occurred_at":"9999-12-31T23:59:59-23:59","category":"c","activity":"a","id":null}"#
            .to_owned(),
    ];
    let examples = include_str!("../../tests/data/schema_examples.ndjson").lines();
    examples.map(str::to_owned).chain(odd).map(String::into_bytes).collect()
}
