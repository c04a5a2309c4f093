//! Names of persons: `alias`, and what queries on actors make of them.

use crate::support::Desk;
use serde_json::json;

/// A rename at 2026-05-05, after which the old address goes to another person; events without ids
/// have addresses only.
fn renamed() -> Desk {
    let desk = Desk::new();
    let event = |id: &str, day: &str, actor: &str| {
        format!(
            r#"{{"id":"{id}","occurred_at":"2026-05-{day}T08:00:00Z","category":"c","activity":"a","actor":{{{actor}}}}}"#
        )
    };
    let events = [
        event("e-1", "03", r#""id":"u-1","email":"old@x.example""#),
        event("e-2", "04", r#""email":"old@x.example""#),
        event("e-3", "06", r#""email":"new@x.example""#),
        event("e-4", "07", r#""email":"old@x.example","id":"u-2""#),
        event("e-5", "08", r#""email":"other@x.example""#),
    ];
    desk.write("events.ndjson", events.join("\n"));
    desk.ok("import --store s events.ndjson");
    desk.ok("alias add --store s --id u-1 --name old@x.example --until 2026-05-05");
    desk.ok("alias add --store s --id u-1 --name new@x.example");
    desk
}

fn found(desk: &Desk, query: &str) -> Vec<String> {
    desk.ids(&format!("search --store s --order oldest {query}"))
}

#[test]
fn old_and_new_names_find_events_before_and_after_the_rename() {
    let desk = renamed();
    assert_eq!(found(&desk, "actor.email=new@x.example"), ["e-1", "e-2", "e-3"]);
    assert_eq!(found(&desk, "who.id=u-1"), ["e-1", "e-2", "e-3"]);
    assert_eq!(found(&desk, "who:new@x.example"), ["e-1", "e-2", "e-3"]);
    assert_eq!(found(&desk, "actor[email=(new@x.example,none)]"), ["e-1", "e-2", "e-3"]);
    // What the query says it finds in any case.
    assert_eq!(found(&desk, "actor.email=old@x.example"), ["e-1", "e-2", "e-3", "e-4"]);
    assert_eq!(found(&desk, "actor.email!=new@x.example"), ["e-4", "e-5"]);
    assert_eq!(found(&desk, "-who.id=u-1"), ["e-4", "e-5"]);
    assert_eq!(found(&desk, "--no-alias actor.email=new@x.example"), ["e-3"]);
    assert_eq!(desk.ok("count --store s actor.email=new@x.example").trim(), "3");
    assert_eq!(desk.ok("count --store s --no-alias who.id=u-1").trim(), "1");
    let json = r#"--query-format json {"field":"actor.email","op":"eq","value":"new@x.example"}"#;
    assert_eq!(found(&desk, json), ["e-1", "e-2", "e-3"]);
    desk.ok("seal --store s");
    assert_eq!(found(&desk, "actor.email=new@x.example"), ["e-1", "e-2", "e-3"]);
}

#[test]
fn a_name_that_went_to_another_person_is_theirs_from_its_date_on() {
    let desk = renamed();
    desk.ok("alias add --store s --id u-2 --name old@x.example");
    desk.ok("alias add --store s --id u-2 --name other@x.example");
    assert_eq!(found(&desk, "who.email=other@x.example"), ["e-4", "e-5"]);
    assert_eq!(found(&desk, "who.email=new@x.example"), ["e-1", "e-2", "e-3"]);
    let refused = desk.run("alias add --store s --id u-3 --name new@x.example");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("`new@x.example` is a name of `u-1` and of `u-3`"), "{refused:?}");
    let refused = desk.run("alias add --store s --id u-3 --name x --until yesterday");
    assert_eq!(refused.code, 2);
    assert!(refused.err.starts_with("error: --until: "), "{refused:?}");
}

#[test]
fn names_are_listed_and_taken_out() {
    let desk = renamed();
    let listed = desk.json("alias list --store s");
    let old = json!({"id": "u-1", "name": "old@x.example", "from": null, "until": "2026-05-05T00:00:00Z"});
    assert_eq!(listed[0], old);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(desk.ok("alias list --store s --format table").contains("2026-05-05T00:00:00Z"));
    assert_eq!(desk.json("alias list --store s --id u-9"), json!([]));
    let text = format!("# by hand\n{}", desk.read("s/aliases.toml"));
    desk.write("s/aliases.toml", text);
    assert_eq!(
        desk.json("alias remove --store s --id u-1 --name old@x.example")[0]["name"],
        "new@x.example"
    );
    assert!(desk.read("s/aliases.toml").starts_with("# by hand\n"));
    assert_eq!(found(&desk, "actor.email=new@x.example"), ["e-1", "e-3"]);
    let refused = desk.run("alias remove --store s --id u-1 --name old@x.example");
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    assert_eq!(refused.err, "error: `u-1` has no name `old@x.example`\n");
    desk.ok("alias remove --store s --id u-1");
    assert_eq!(desk.json("alias list --store s"), json!([]));
}

#[test]
fn explain_shows_the_names_a_condition_stands_for() {
    let desk = renamed();
    let explained = desk.json("explain --store s actor.email=new@x.example");
    let rewritten = explained["rewritten"].as_str().unwrap();
    assert!(rewritten.starts_with("actor.email=new@x.example OR "), "{rewritten}");
    assert!(rewritten.contains("occurred_at<2026-05-05T00:00:00Z"), "{rewritten}");
    assert_eq!(explained["hits"], 3);
    let text = desk.ok("explain --store s --format text actor.email=new@x.example");
    assert!(text.contains("\nnames    actor.email=new@x.example OR "), "{text}");
    for plain in ["actor.email=nobody@x.example", "--no-alias actor.email=new@x.example", "*"] {
        assert!(desk.json(&format!("explain --store s {plain}")).get("rewritten").is_none());
    }
}

#[test]
fn names_travel_with_a_backup_and_a_wrong_file_is_told() {
    let desk = renamed();
    desk.ok("backup --store s copy");
    assert_eq!(desk.read("copy/aliases.toml"), desk.read("s/aliases.toml"));
    assert_eq!(desk.ok("count --store copy who.id=u-1").trim(), "3");
    desk.write("s/aliases.toml", "[[alias]]\nid = \"u-1\"\nnam = \"x\"\n");
    // Whoever asks for no actor reads no names.
    assert_eq!(desk.ok("count --store s category=c").trim(), "5");
    assert_eq!(desk.ok("count --store s --no-alias who.id=u-1").trim(), "1");
    let refused = desk.run("count --store s who.id=u-1");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("aliases.toml:3: unknown field `nam`"), "{refused:?}");
    let verified = desk.run("verify --store s");
    assert_eq!(verified.code, 3, "{verified:?}");
    assert!(verified.out.contains("aliases.toml"), "{verified:?}");
    let repaired = desk.json("repair --store s");
    assert_eq!(repaired["aliases_reset"], true);
    assert_eq!(desk.ok("count --store s who.id=u-1").trim(), "1");
    assert!(desk.path("s/aside/aliases.toml").exists());
    assert_eq!(desk.run("verify --store s").code, 0);
}
