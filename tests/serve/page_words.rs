//! The page in the languages that it has: no sentence of it is in another.

use crate::client::{Server, events};

/// A server with some events, and the session of an administrator.
fn server() -> (Server, String) {
    let server = Server::start(&[]);
    server.post("/api/v1/events", &server.admin(), &events("a", 5)).ok();
    let reply = server.get(&format!("/sign-in?code={}", server.code), "");
    let cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    (server, cookie)
}

fn text_of(server: &Server, target: &str, cookie: &str) -> String {
    server.send("GET", target, "", &[("Cookie", cookie), ("Accept", "text/html")], b"").text()
}

#[test]
fn an_empty_answer_says_why_in_the_language_of_the_page() {
    let (server, cookie) = server();
    for (query, english, german, french) in [
        (
            "faild",
            "no event has the word `faild`, the nearest is `failed`",
            "kein Ereignis hat das Wort `faild`, am nächsten ist `failed`",
            "aucun événement n’a le mot `faild`, le plus proche est `failed`",
        ),
        (
            "operation%3Dnone+failed",
            "the rest, `failed`, finds 5 events",
            "der Rest, `failed`, findet 5 Ereignisse",
            "le reste, `failed`, trouve 5 événements",
        ),
        (
            "failed&from=1999-01-01&to=1999-02-01",
            "the oldest is of 2026-",
            "das älteste ist von 2026-",
            "le plus ancien est de 2026-",
        ),
    ] {
        for (language, told) in [("en", english), ("de", german), ("fr", french)] {
            let text = text_of(&server, &format!("/?q={query}&lang={language}"), &cookie);
            assert!(text.contains(told), "{language}: {text}");
            assert!(language == "en" || !text.contains(english), "{text}");
        }
    }
}

#[test]
fn what_went_wrong_is_said_in_the_language_of_the_page() {
    let (server, cookie) = server();
    for (target, german, french, english) in [
        ("/?from=gestern", "„gestern“ ist weder ein Zeitpunkt", "« gestern » n’est ni un", ""),
        ("/?tz=Mars", "Die Zeitzone „Mars“ gibt es nicht.", "Le fuseau « Mars »", ""),
        ("/?limit=0", "Eine Seite hat 1 bis 1.000", "Une page a de 1", ""),
        ("/events/99", "oder es ist nicht für Sie", "ou n’est pas pour vous", ""),
        ("/?columns=colour", "Spalten gibt es nicht: colour", "n’existe pas : colour", "colour"),
        ("/?q=actr%3Dx", "Was markiert ist", "Ce qui est marqué", "there is no field"),
    ] {
        for (language, told) in [("de", german), ("fr", french)] {
            let sign = if target.contains('?') { '&' } else { '?' };
            let text = text_of(&server, &format!("{target}{sign}lang={language}"), &cookie);
            assert!(text.contains(told), "{target} {language}: {text}");
            // What is only there in English is marked so, for those who have it read to them.
            let marked = text.split("<bdi lang=\"en\" class=\"quiet\">").nth(1);
            let marked = marked.map(|rest| rest.split("</bdi>").next().unwrap());
            assert_eq!(marked.is_some(), !english.is_empty(), "{text}");
            assert!(marked.unwrap_or_default().contains(english), "{text}");
        }
    }
    let text = text_of(&server, "/?tz=Mars&lang=en", &cookie);
    assert!(text.contains("there is no zone `Mars`") && !text.contains("<bdi lang="), "{text}");
}

#[test]
fn lengths_are_words_on_the_page_and_are_read_as_such() {
    let (server, cookie) = server();
    let german = text_of(&server, "/retention?lang=de", &cookie);
    assert!(german.contains("value=\"für immer\"") && !german.contains("\"forever\""), "{german}");
    let origin = format!("http://{}", server.address);
    let headers = [("Cookie", &cookie[..]), ("Origin", &origin)];
    let send =
        |target: &str, body: &str| server.send("POST", target, "", &headers, body.as_bytes());
    let body = "do=save&class.0=default&kept.0=f%C3%BCr+immer&visible.0=90+Tage";
    assert_eq!(send("/retention?lang=de", body).status, 303);
    let rules = server.get("/api/v1/retention", &server.admin_again()).ok();
    assert_eq!(rules["classes"][0]["kept_for"], "forever");
    assert_eq!(rules["classes"][0]["visible_for"], "90d");
    let wrong = send("/retention?lang=de", "do=save&class.0=default&kept.0=bald").text();
    assert!(wrong.contains("Das ist keine Dauer") && wrong.contains("bald"), "{wrong}");
    let text = text_of(&server, "/?lang=de", &cookie);
    assert!(text.contains(">7 Tage<") && text.contains(">24 Stunden<"), "{text}");
    assert!(!text.contains("ein Balken ist 1h") && text.contains("ein Balken ist "), "{text}");
}

#[test]
fn nobody_looked_is_told_with_what_is_recorded() {
    let (server, cookie) = server();
    for (language, told) in [
        ("en", "Only what auditors ask is recorded here"),
        ("de", "Hier steht nur, was Prüfer fragen"),
        ("fr", "Seul ce que demandent les auditeurs figure ici"),
    ] {
        let target = format!("/?q=action%3Dannals.read&lang={language}");
        assert!(text_of(&server, &target, &cookie).contains(told), "{language}");
        let other = text_of(&server, &format!("/?q=faild&lang={language}"), &cookie);
        assert!(!other.contains(told), "{other}");
    }
}

#[test]
fn what_is_in_brackets_is_completed_from_the_objects_of_the_list() {
    let (server, cookie) = server();
    let line = r#"{"occurred_at":"2026-11-20T08:00:00Z","category":"c","activity":"a","operation":"update","targets":[{"type":"user","id":"u-1","name":"Ada","labels":[{"id":"L-1","title":"Secret"}]},{"type":"folder","id":"f-1"}],"changes":[{"field":"role","before":"a","after":"b"}]}"#;
    server.post("/api/v1/events", &server.admin_again(), line).ok();
    let offers = |text: &str| -> Vec<String> {
        let packed: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let at = text.encode_utf16().count();
        let target = format!("/query/suggest?q={packed}&at={at}&lang=en");
        let reply = server.send("GET", &target, "", &[("Cookie", &cookie)], b"").ok();
        let offers = reply["offers"].as_array().unwrap().iter();
        offers.map(|offer| offer["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(offers("targets[type=fo"), ["folder"]);
    assert_eq!(offers("-targets[ type=user  name=A"), ["Ada"]);
    assert_eq!(offers("targets[type=(user,f"), ["folder"]);
    assert_eq!(offers("changes[field="), ["role"]);
    assert_eq!(offers("targets[type=user labels[title="), ["Secret"]);
    assert_eq!(offers("targets[ty")[0], "type=");
    let members = offers("targets[");
    for member in ["type=", "id=", "name=", "relation=", "email="] {
        assert!(members.iter().any(|one| one == member), "{members:?}");
    }
    assert!(!members.iter().any(|one| one == "labels="), "an object has no value of its own");
    assert_eq!(offers("targets[labels[ti")[0], "title=");
    assert!(offers("targets[nothing=").is_empty());
    assert_eq!(offers("targets[type=user] operation=upd"), ["update"]);
}
