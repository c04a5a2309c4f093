//! Every operator of the query language, on each kind of column that it can be asked of.

/// An operator on a kind of column: the name, the columns, and a template of queries.
pub(crate) type Operator = (&'static str, &'static str, &'static str);

/// The columns of the templates: a few values in a dictionary, or a value for each event, as
/// UUIDs, as texts that differ in numbers only, or others.
const DICTIONARY: &str = "dictionary";
const UUIDS: &str = "UUIDs";
const NUMBERED: &str = "numbered";
const UNIQUE: &str = "unique";
const OBJECT: &str = "object";
const EVERYTHING: &str = "everything";

/// Bare text, and text of a field.
pub(crate) const TEXTS: &[Operator] = &[
    ("`word`, frequent", EVERYTHING, "meeting"),
    ("`word`, rare", EVERYTHING, "{context.request_id:-12}"),
    ("phrase, frequent", EVERYTHING, "\"windows nt 10\""),
    ("phrase, rare", EVERYTHING, "\"{details.note}\""),
    ("`prefix*`", EVERYTHING, "meet*"),
    ("`prefix*`, rare", EVERYTHING, "{context.request_id:-8}*"),
    ("`word~1`", EVERYTHING, "meting~1"),
    ("`word~2`", EVERYTHING, "meting~2"),
    ("`f:text`", DICTIONARY, "context.user_agent:firefox"),
    ("`f:text`", NUMBERED, "details.note:ticket"),
    ("`f:text`", UUIDS, "id:{id}"),
    ("`f:text`", OBJECT, "context:firefox"),
    ("`f:\"a phrase\"`", DICTIONARY, "actor.email:{actor.email}"),
    ("`f:\"a phrase\"`", NUMBERED, "details.note:\"customer prefers\""),
    ("`f:prefix*`", DICTIONARY, "context.user_agent:fire*"),
    ("`f:prefix*`", NUMBERED, "context.request_id:{context.request_id:8}*"),
    ("`f:prefix*`", UUIDS, "id:{id:6}*"),
    ("`f:word~1`", DICTIONARY, "context.user_agent:firefux~1"),
    ("`f:word~2`", NUMBERED, "details.note:tiket~2"),
    ("`f:(a -b OR c)`", DICTIONARY, "context.user_agent:(chrome -windows OR firefox)"),
    ("`f:(a -b OR c)`", NUMBERED, "details.note:(ticket -customer OR rechnung)"),
];

/// Equality and lists.
pub(crate) const EQUALS: &[Operator] = &[
    ("`f=v`, string", DICTIONARY, "actor.email={actor.email}"),
    ("`f=v`, string", NUMBERED, "context.request_id={context.request_id}"),
    ("`f=v`, string", UUIDS, "id={id}"),
    ("`f=\"v\"`", DICTIONARY, "actor.email=\"{actor.email}\""),
    ("`f=\"v\"`", NUMBERED, "context.request_id=\"{context.request_id}\""),
    ("`f=\"v\"`", NUMBERED, "details.note=\"{details.note}\""),
    ("`f=\"v\"`", UUIDS, "id=\"{id}\""),
    ("`f=v`, number", DICTIONARY, "details.duration_ms={details.duration_ms}"),
    ("`f=v`, number", UNIQUE, "attributes.price={attributes.price}"),
    ("`f=v`, boolean", DICTIONARY, "attributes.billable=true"),
    ("`f=v`, null", DICTIONARY, "attributes.approved=null"),
    ("`f=(a,b,c)`", DICTIONARY, "category=(teams,settings,users)"),
    ("`f=(a,b,c)`", UUIDS, "id=({id},x,y)"),
    ("`f=v`, address", DICTIONARY, "context.ip={context.ip}"),
    ("`f=v`, address", UNIQUE, "attributes.address={attributes.address}"),
    ("`f=v`, network", DICTIONARY, "context.ip={context.ip}/24"),
    ("`f=v`, network", UNIQUE, "attributes.address={attributes.address}/24"),
    ("`f=v`, date", "time", "time={occurred_at:10}"),
    ("`f=v`, date", UNIQUE, "attributes.start={occurred_at:10}"),
    ("`f=v`, instant", "time", "time={occurred_at}"),
    ("`f=v`, instant", UNIQUE, "attributes.start={attributes.start}"),
    ("`f!=v`", DICTIONARY, "category!={category}"),
    ("`f!=v`", NUMBERED, "context.request_id!={context.request_id}"),
    ("`f!=v`", UUIDS, "id!={id}"),
    ("`f!=v`, number", UNIQUE, "attributes.price!={attributes.price}"),
    ("`action=v`", DICTIONARY, "action={category}.{activity}"),
];

/// Parts of texts.
pub(crate) const PARTS: &[Operator] = &[
    ("`f^=t`", DICTIONARY, "actor.email^={actor.email:4}"),
    ("`f^=t`", NUMBERED, "context.request_id^={context.request_id:8}"),
    ("`f^=t`", UUIDS, "id^={id:6}"),
    ("`f^=t`", OBJECT, "actor^={actor.email:4}"),
    ("`f*=t`", DICTIONARY, "context.user_agent*=fire"),
    ("`f*=t`", NUMBERED, "details.note*=icket"),
    ("`f*=t`", UUIDS, "id*={id:-6}"),
    ("`f*=t`", OBJECT, "context*=fire"),
    ("`f$=t`", DICTIONARY, "actor.email$=.example"),
    ("`f$=t`", NUMBERED, "context.request_id$={context.request_id:-6}"),
    ("`f$=t`", UUIDS, "id$={id:-6}"),
    ("`f~=/re/`", DICTIONARY, "context.user_agent~=/Firefox\\/[0-9]+/"),
    ("`f~=/re/`", NUMBERED, "details.note~=/RE-[0-9]+7$/"),
    ("`f~=/re/`", UUIDS, "id~=/^{id:4}.*{id:-2}$/"),
    ("`f~=/re/`", OBJECT, "context~=/Firefox\\/[0-9]+/"),
    ("`action^=t`", DICTIONARY, "action^={category}."),
];

/// Ranges and times.
pub(crate) const RANGES: &[Operator] = &[
    ("`f>v`", DICTIONARY, "details.duration_ms>3000"),
    ("`f>v`", UNIQUE, "attributes.price>{attributes.price}"),
    ("`f>=v`", DICTIONARY, "details.duration_ms>=3000"),
    ("`f<v`", DICTIONARY, "details.duration_ms<20"),
    ("`f<=v`", UNIQUE, "attributes.price<=10"),
    ("`f=a..b`", DICTIONARY, "details.duration_ms=1000..1100"),
    ("`f=a..b`", UNIQUE, "attributes.price=100..200"),
    ("`f=a..b`, dates", "time", "time=2026-01-10..2026-01-20"),
    ("`f=a..b`, dates", UNIQUE, "attributes.start=2026-01-10..2026-01-20"),
    ("`f>v`, instant", "time", "time>{occurred_at}"),
    ("`f>v`, instant", UNIQUE, "attributes.start>{attributes.start}"),
    ("`f=a..b`", "`seq`", "seq=1000..2000"),
    ("`f>v`, instant", "`recorded_at`", "recorded_at>{occurred_at}"),
    ("`after:`", "time", "after:{occurred_at}"),
    ("`before:`", "time", "before:{occurred_at}"),
    ("`on:`", "time", "on:{occurred_at:10}"),
    ("`since:`", "time", "since:7d"),
];

/// What is there, and joining.
pub(crate) const JOINS: &[Operator] = &[
    ("`has:f`", DICTIONARY, "has:error_code"),
    ("`has:f`", NUMBERED, "has:details.note"),
    ("`has:f`", OBJECT, "has:changes"),
    ("`*`", EVERYTHING, "*"),
    ("`NOT`", DICTIONARY, "-category={category}"),
    ("`NOT`", EVERYTHING, "-meeting"),
    ("`NOT`", NUMBERED, "-details.note*=icket"),
    ("`AND`", DICTIONARY, "category={category} actor.email={actor.email}"),
    ("`AND`", EVERYTHING, "meeting windows"),
    ("`AND`, one part singly", NUMBERED, "actor.email={actor.email} details.note*=icket"),
    ("`OR`", DICTIONARY, "category={category} OR actor.email={actor.email}"),
    ("`OR`", EVERYTHING, "meeting OR windows"),
    ("`OR`, one part singly", NUMBERED, "actor.email={actor.email} OR details.note*=icket"),
];
