//! Refusals, each with the field that it names.

use super::*;

fn refused(members: &str, field: &str, problem: &str) {
    let (named, what) = refusal(with(members).as_bytes());
    assert_eq!(named, field, "{members}: {what}");
    assert!(what.contains(problem), "{members}: {what}");
}

#[test]
fn required_fields_must_be_there_and_not_null() {
    for field in ["occurred_at", "category", "activity"] {
        let mut value = Value::parse(with("").as_bytes()).unwrap();
        value.remove(field);
        let (named, problem) = refusal(value.to_json().as_bytes());
        assert_eq!((named.as_str(), problem.as_str()), (field, "is required"));
        let Value::Object(mut members) = value else {
            panic!("an event is an object");
        };
        members.push((field.to_owned(), Value::Null));
        let (named, problem) = refusal(Value::Object(members).to_json().as_bytes());
        assert_eq!((named.as_str(), problem.as_str()), (field, "must not be null"));
    }
}

#[test]
fn text_that_is_no_json_is_refused_with_its_place() {
    for (json, problem) in [
        ("", "expected a value at byte 0, got the end of the text"),
        ("nul", "expected a value at byte 0"),
        ("{", "expected a key in double quotes at byte 1"),
        ("{a:1}", "expected a key in double quotes at byte 1"),
        ("{\"a\" 1}", "expected `:` at byte 5"),
        ("{\"a\":1,}", "expected a key in double quotes at byte 7"),
        ("[1,]", "expected a value at byte 3"),
        ("[1 2]", "expected `,` or `]` at byte 3"),
        ("{\"a\":1]", "expected `,` or `}` at byte 6"),
        ("{} {}", "expected the end of the text at byte 3, got '{'"),
        ("01", "expected a number at byte 0"),
        ("-", "expected a number at byte 0"),
        ("1.", "expected a number at byte 0"),
        ("\"a", "expected the closing quote of a string at byte 2"),
        ("\"\t\"", "control character not escaped at byte 1"),
        ("\"\\x\"", "unknown escape at byte 1"),
        ("\"\\u12G4\"", "without four hexadecimal digits at byte 1"),
        ("\"\\u+123\"", "without four hexadecimal digits at byte 1"),
        ("\u{feff}{}", "expected a value at byte 0"),
        ("'a'", "expected a value at byte 0"),
    ] {
        let error = Value::parse(json.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(problem), "{json}: {error}");
    }
    assert_eq!(refusal(b"[]"), ("event".to_owned(), "is not a JSON object".to_owned()));
    assert!(refusal(b"\"\xff\"").1.contains("invalid UTF-8 at byte 1"));
    assert!(refusal(b"\"\xed\xa0\x80\"").1.contains("invalid UTF-8 at byte 1"));
}

#[test]
fn lone_surrogates_are_refused_with_their_field() {
    for surrogate in [
        r"\ud800",
        r"\udc00",
        r"\ud800x",
        r"\ud800\n",
        r"\ud800\u0041",
        r"\ud800\ud800",
        r"\udc00\ud800",
        r"\ud800\u",
    ] {
        let members = format!(r#""details":{{"a":[1,2,{{"b":"{surrogate}"}}]}}"#);
        refused(&members, "details.a[2].b", "lone surrogate");
        let key = format!(r#""details":{{"{surrogate}":1}}"#);
        refused(&key, "details", "lone surrogate");
    }
}

#[test]
fn duplicate_keys_are_refused_wherever_they_stand() {
    refused(r#""id":"i","id":"i""#, "id", "given twice");
    refused(r#""seq":1,"seq":2"#, "seq", "given twice");
    refused(r#""details":{"a":[{"b":1,"\u0062":2}]}"#, "details.a[0].b", "given twice");
    refused(r#""raw":{"a":1,"a":1}"#, "raw.a", "given twice");
    let many: Vec<String> = (0..20_000).map(|n| format!(r#""k{n}":[]"#)).collect();
    canonical(&format!(r#""details":{{{}}}"#, many.join(",")));
    refused(&format!(r#""details":{{{},"k77":1}}"#, many.join(",")), "details.k77", "given twice");
    let twice = Value::object([("a", Value::Null), ("a", Value::Null)]);
    let event = Event::builder(Timestamp(0), "c", "a").detail("d", vec![twice]).build();
    assert_eq!(event.unwrap_err().to_string(), "details.d[0].a: is given twice");
}

#[test]
fn numbers_beyond_the_limits_are_refused_with_their_field() {
    let digits = "9".repeat(65);
    refused(
        &format!(r#""details":{{"a":{digits}}}"#),
        "details.a",
        "65 characters; the limit is 64",
    );
    refused(r#""raw":[1e401]"#, "raw[0]", "the limit is 400");
    canonical(&format!(r#""details":{{"a":[{},1e400,1E-400]}}"#, &digits[1..]));
}

#[test]
fn unknown_fields_do_not_overwrite_what_is_there() {
    refused(r#""zone":1,"details":{"_extra":{}}"#, "details._extra", "is taken");
    refused(r#""zone":1,"details":null"#, "details", "not an object");
    refused(r#""zone":1,"details":[]"#, "details", "not an object");
    canonical(r#""seq":1,"recorded_at":null,"details":{"_extra":{}}"#);
}

#[test]
fn codes_have_no_control_characters() {
    for code in [r"\u0000", r"a\n", r"\u007f", r"\u0085"] {
        refused(&format!(r#""origin":"{code}""#), "origin", "control character");
    }
    for code in ["Set-Mailbox", "s3.amazonaws.com", "ü 🎉"] {
        canonical(&format!(r#""origin":"{code}""#));
    }
    canonical(r#""id":"\u0000","details":{"\u0000":"\u0000"}"#);
}

#[test]
fn times_of_events_follow_the_schema() {
    for time in ["2026-01-02T03:04:05", "2026-01-02T03:04:60Z", "0000-01-02T03:04:05Z", ""] {
        let error = Event::builder(time, "c", "a").build().unwrap_err().to_string();
        assert!(error.starts_with("occurred_at: "), "{error}");
    }
    for time in [Timestamp(i64::MIN), Timestamp(i64::MAX)] {
        assert!(Event::builder(time, "c", "a").build().is_err());
    }
    let error = Event::builder(5, "c", "a").build().unwrap_err().to_string();
    assert_eq!(error, "occurred_at: must be an RFC 3339 date-time in a string, not a number");
}

#[test]
fn every_field_holds_its_kind_only() {
    for (members, field, problem) in [
        (r#""id":5"#, "id", "must be a string, not a number"),
        (r#""operation":"moved""#, "operation", "is not one of create, read,"),
        (r#""operation":"Create""#, "operation", "is not one of"),
        (r#""outcome":"ok""#, "outcome", "success, failure, pending, unknown"),
        (r#""actor":[]"#, "actor", "must be an object, not a list"),
        (r#""actor":{"groups":"g"}"#, "actor.groups", "must be a list of strings"),
        (r#""actor":{"groups":["g",null]}"#, "actor.groups[1]", "must be a string, not null"),
        (r#""actor":{"app":{"impersonation":"yes"}}"#, "actor.app.impersonation", "a boolean"),
        (r#""targets":{}"#, "targets", "must be a list of objects, not an object"),
        (r#""targets":[{},"t"]"#, "targets[1]", "must be an object, not a string"),
        (r#""targets":[{"name":true}]"#, "targets[0].name", "must be a string, not a boolean"),
        (r#""changes":[{"before_state":"maybe"}]"#, "changes[0].before_state", "known, unknown,"),
        (r#""context":{"asn":{"number":1.5}}"#, "context.asn.number", "without fraction"),
        (r#""context":{"asn":{"number":"1"}}"#, "context.asn.number", "must be a number"),
        (r#""attributes":[]"#, "attributes", "must be an object, not a list"),
        (r#""details":"text""#, "details", "must be an object, not a string"),
        (r#""caused_by":{"captured":1}"#, "caused_by.captured", "must be a boolean"),
        (r#""subjects":[["s"]]"#, "subjects[0]", "must be a string, not a list"),
    ] {
        refused(members, field, problem);
    }
    canonical(r#""actor":{"type":"martian"},"targets":[{"relation":"neighbour"}]"#);
}
