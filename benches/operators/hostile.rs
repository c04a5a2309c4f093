//! The worst queries that anybody could think of, within the limits of queries.

use super::Outcome;
use super::ask::Ask;
use super::sample::Sample;
use annals::query::Query;
use annals::store::Snapshot;

/// A query that is as expensive as it can be.
#[derive(Debug)]
pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    pub(crate) ask: Ask,
    pub(crate) query: String,
}

/// Parts of a query of many: as many as a query may have terms, less some for what is around.
const MANY: usize = 1_000;
/// Paths that together cover every text of an event.
const PATHS: [&str; 8] =
    ["id", "actor", "targets", "changes", "context", "details", "attributes", "correlation_id"];
/// The beginning of most texts of one column, which makes the longest phrase that occurs.
const AGENT: &str = "\"mozilla 5 0 windows nt 10 0 win64 x64 applewebkit 537 36 khtml like gecko \
                     chrome\"";
/// The twenty words that most events have.
const FREQUENT: &str = "\"mozilla 5 0 applewebkit 537 36 khtml like gecko safari chrome activity \
                        log org example com user req create true\"";

/// All of them, with values that occur in `snapshot`.
pub(crate) fn hostile(snapshot: &Snapshot) -> Outcome<Vec<Hostile>> {
    let sample = Sample::of(snapshot, MANY)?;
    let mut all = words(snapshot)?;
    all.extend(scans());
    all.extend(lists(&sample));
    all.extend(nested(snapshot)?);
    all.extend(answers());
    Ok(all)
}

fn count(name: &'static str, query: impl Into<String>) -> Hostile {
    Hostile { name, ask: Ask::Count, query: query.into() }
}

/// The same test of every text.
fn everywhere(test: &str) -> String {
    PATHS.map(|path| format!("{path}{test}")).join(" OR ")
}

fn joined(parts: impl IntoIterator<Item = String>, joiner: &str) -> String {
    parts.into_iter().collect::<Vec<_>>().join(joiner)
}

fn letters() -> impl Iterator<Item = char> {
    'a'..='z'
}

/// Different words of the store, the most frequent names first.
fn names(snapshot: &Snapshot) -> Outcome<Vec<String>> {
    let facets = snapshot.query(&Query::all()).facets(&["actor.email"], MANY)?;
    let word = |email: &str| Some(email.split('@').next()?.rsplit('.').next()?.to_owned());
    Ok(facets.iter().flatten().filter_map(|facet| word(facet.value.as_str()?)).collect())
}

fn words(snapshot: &Snapshot) -> Outcome<Vec<Hostile>> {
    let names = names(snapshot)?;
    let short = letters().map(|letter| format!("{letter}e~2"));
    let pairs = letters().flat_map(|first| letters().map(move |last| format!("{first}{last}")));
    Ok(vec![
        count("a word of two letters, `~2`", "ab~2"),
        count("a word of nine letters, `~2`", "customers~2"),
        count("64 words with `~2`, OR", joined(short.chain(filler("~2")).take(64), " OR ")),
        count("a prefix of one letter", "a*"),
        count("a prefix of one digit", "1*"),
        count("26 prefixes of one letter, OR", joined(letters().map(|c| format!("{c}*")), " OR ")),
        count("26 prefixes of one letter, AND", joined(letters().map(|c| format!("{c}*")), " ")),
        count("676 prefixes of two letters, OR", joined(pairs.map(|pair| pair + "*"), " OR ")),
        count("1,000 words, OR", joined(names.iter().cloned(), " OR ")),
        count(
            "1,000 words of one field, OR",
            format!("context:({})", joined(names.iter().cloned(), " OR ")),
        ),
        count("1,000 negated words, AND", joined(names.iter().map(|name| format!("-{name}")), " ")),
        count("a phrase of the frequent words", FREQUENT),
        count("the longest frequent phrase", AGENT),
        count("a frequent phrase with a prefix", "\"mozilla 5*\""),
        count("a phrase in remarks with a prefix", "\"ticket*\" \"in t*\""),
    ])
}

/// Words that are like others.
fn filler(end: &'static str) -> impl Iterator<Item = String> {
    letters().flat_map(move |letter| [format!("{letter}on{end}"), format!("s{letter}{end}")])
}

fn scans() -> Vec<Hostile> {
    let many = (0..32).map(|number| format!("details.note~=/{number:02}.*7.*{number:02}/"));
    let parts = (0..MANY).map(|number| format!("details.note*={number:03}"));
    vec![
        count("contains `a`, everywhere", everywhere("*=a")),
        count("contains what is nowhere, everywhere", everywhere("*=qqq")),
        count("begins with `e`, everywhere", everywhere("^=e")),
        count("ends with `e`, everywhere", everywhere("$=e")),
        count("`~=/.*a.*b/`, everywhere", everywhere("~=/.*a.*b/")),
        count("`~=/(a|b|c){1,50}z/`, everywhere", everywhere("~=/(a|b|c){1,50}z/")),
        count("`~=/(?i)[^a]*[^b]*[^c]*qqq$/`, remarks", "details.note~=/(?i)[^a]*[^b]*[^c]*qqq$/"),
        count("`~=/[a-z ]{400}$/`, remarks", "details.note~=/[a-z ]{400}$/"),
        count("32 regular expressions on remarks, OR", joined(many, " OR ")),
        count("1,000 contains on remarks, OR", joined(parts, " OR ")),
        Hostile {
            name: "newest 50 that contain what is nowhere",
            ask: Ask::Newest,
            query: everywhere("*=qqq"),
        },
        Hostile {
            name: "first 50 of the log, ends with `e`",
            ask: Ask::BySeq,
            query: everywhere("$=e"),
        },
    ]
}

fn lists(sample: &Sample) -> Vec<Hostile> {
    let ids = || sample.fill("{id}", MANY);
    let filled = |template: &str, joiner| joined(sample.fill(template, MANY), joiner);
    let ranges = (0..MANY).map(|n| format!("attributes.price={}.01..{}.49", n * 9, n * 9));
    let rare = (0..MANY).map(|n| format!("details.duration_ms={}..{}", n * 4, n * 4 + 1));
    let numbers = (1..=9_500).map(|number| number.to_string());
    vec![
        count("1,000 ids in a list", format!("id=({})", ids().join(","))),
        count("1,000 ids, OR", filled("id={id}", " OR ")),
        count("1,000 ids as words, OR", joined(ids(), " OR ")),
        count(
            "1,000 patterns in a list",
            format!("context.request_id=({})", { filled("{context.request_id}", ",") }),
        ),
        count("1,000 ids excluded", format!("id!=({})", ids().join(","))),
        count(
            "1,000 networks in a list, dictionary",
            format!("context.ip=({})", { filled("{context.ip}/28", ",") }),
        ),
        count(
            "1,000 networks, OR, unique",
            filled("attributes.address={attributes.address}/28", " OR "),
        ),
        count("1,000 numbers, OR, unique", filled("attributes.price={attributes.price}", " OR ")),
        count(
            "9,500 numbers in a list, unique",
            format!("attributes.price=({})", { joined(numbers, ",") }),
        ),
        count("1,000 ranges, OR, dictionary", joined(rare, " OR ")),
        count("1,000 ranges, OR, unique", joined(ranges, " OR ")),
        count("1,000 instants, OR, unique", filled("attributes.start={attributes.start}", " OR ")),
        count("1,000 instants of events, OR", filled("time={occurred_at}", " OR ")),
    ]
}

fn nested(snapshot: &Snapshot) -> Outcome<Vec<Hostile>> {
    let names = names(snapshot)?;
    let deep = |test: &dyn Fn(&str) -> String| {
        let names = names.iter().take(64);
        let open = names.map(|name| format!("-({} OR ", test(name))).collect::<String>();
        format!("{open}meeting{}", ")".repeat(64))
    };
    let actors = names.iter().take(500);
    Ok(vec![
        count("64 negations in each other, words", deep(&|name| name.to_owned())),
        count(
            "64 negations in each other, contains",
            deep(&|name| format!("details.note*={}", name.chars().take(2).collect::<String>())),
        ),
        count(
            "500 pairs, OR of AND",
            joined(actors.map(|name| format!("({name} windows)")), " OR "),
        ),
    ])
}

fn answers() -> Vec<Hostile> {
    let all = |name, ask| Hostile { name, ask, query: "*".to_owned() };
    let path = |path: &str| path.to_owned();
    vec![
        all("histogram by second", Ask::Histogram(path("1s"))),
        Hostile {
            name: "histogram by second of a day",
            ask: Ask::Histogram(path("1s")),
            query: path("on:2026-02-03"),
        },
        all("histogram by two minutes", Ask::Histogram(path("2m"))),
        all("facets of UUIDs", Ask::Facets(path("id"))),
        all("facets of numbered texts", Ask::Facets(path("context.request_id"))),
        all("facets of unique numbers", Ask::Facets(path("attributes.price"))),
        all("completion of numbered texts", Ask::Values(path("details.note"))),
        all("all fields", Ask::Fields),
        all("every event as a stream", Ask::Stream),
    ]
}
