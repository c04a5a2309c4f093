//! A small vocabulary, so that questions meet events often.

/// Words in many scripts and spellings; some fold to the same, some hold no word at all.
pub(crate) const WORDS: &str = "budget|Budget|BUDGET|review|Réunion|reunion|minutes|Besprechung|\
    Straße|STRASSE|strasse|Größe|grosse|Œrsted|oersted|naïve|İstanbul|istanbul|ısı|weekly|\
    wöchentlich|plan|plans|planned|planning|can't|can’t|l’été|30-minütiges|e-mail|Ångström|\
    smørrebrød|łódź|Đakovo|ﬁnance|①|²|½|🎉|—|!!!|日本語|東京タワー|会議|会議室|ภาษาไทย|한국어|привет|\
    パリ|ハリ|ﾊﾟﾘ|й|и|Андре\u{301}й|हिन्दी|हनद|Do\u{ad}nau|donau|\
    مُحَمَّد|/Sales|/Sales/EMEA|/Salesforce|a/b|a/b/c|\
    ПРИВЕТ|Ⅷ|ＡＢＣ|zürich|Zu\u{308}rich|a|I|x1|v2|2027|007|5|5.0|true|false|null|AND|or|NOT|the|\
    of|und|anna.mueller@example.com|ada@acme.example|weiss@praxis.example|\
    https://x.example/a?b=1|C:\\temp\\file.txt|a*b|(draft)|\"quoted\"|„zitiert“|«cité»|key:value|\
    50%|#7|-5|--|~1|word~1|10.0.0.1|change_event_title|a,b|1..5|INC-20260504-000123|\
    ORDER4711abc|ticket-00042|RFC3339x|b1946ac92492d2347c6235b4";

/// What stands between words.
pub(crate) const GAPS: &[&str] = &[
    " ", " ", " ", " ", " ", "  ", ", ", "-", "/", ".", "\u{a0}", "\u{200d}", "\n", "\0", "_", "'",
];

/// Numbers in many spellings, equal ones among them.
pub(crate) const NUMBERS: &str = "0|-0|0.0|-0.0|0e5|5|5.0|5e0|5E+0|0.5e1|50e-1|12300|1.23e4|\
    95.00|95|41.50|-3|-3.0|-3.01|1e2|100|1E2|100.000|9007199254740992|9007199254740993|\
    9007199254740993.0|1e400|1e-400|-1e400|0.1|0.10|0.30000000000000004|0.3|\
    1000000000000000000000|1e21|18446744073709551615|18446744073709551616|\
    -9223372036854775808|-9223372036854775809|9223372036854775807|\
    123456789012345678901234567890.123456789|2026|2027|7";

/// Strings that are, or look like, instants and dates.
pub(crate) const TIMES: &str = "2026-05-04T10:00:00Z|2026-05-04T12:00:00+02:00|\
    2026-05-04T10:00:00.000000Z|2026-05-04t10:00:00z|2026-05-04T10:00:00.123456789Z|\
    2026-05-04T10:00:00.123456Z|2026-05-03T23:30:00Z|2026-05-04T23:59:59.999999Z|\
    2026-05-05T00:00:00Z|2026-03-29T01:30:00Z|2026-05-04|2026-05-04T10:00|2026-05-04 10:00:00Z|\
    2026-05-04T10:00:00.123456001Z|2026-05-04T10:00:00.000000001Z|\
    2026-10-25T00:30:00Z|1969-12-31T23:59:59.5Z|0001-01-01T00:00:00Z|\
    9999-12-31T23:59:59.999999Z|2024-02-29T12:00:00-00:00";

/// Addresses, and strings that look like some.
pub(crate) const ADDRESSES: &str = "10.0.0.1|10.0.0.2|10.1.2.3|192.168.1.77|203.0.113.7|\
    203.0.113.9|2001:db8::15|2001:DB8:0::15|2001:db8:0:0:0:0:0:15|::1|::ffff:10.0.0.1|\
    fe80::1%eth0|::FFFF:a00:1|0:0:0:0:0:ffff:10.0.0.2|::ffff:203.0.113.7|\
    0.0.0.0|10.0.0.01|10.0.0.1:443|10.0.0.0/8|unknown";

/// Networks to ask for.
pub(crate) const NETWORKS: &str = "10.0.0.0/8|10.0.0.0/30|203.0.113.0/24|0.0.0.0/0|10.0.0.1/32|\
    2001:db8::/32|::/0|::ffff:0:0/96|2001:db8::15/128|::ffff:10.0.0.0/104|\
    ::ffff:0:0/95|::ffff:10.0.0.1|192.168.0.0/16";

/// Keys of free objects.
pub(crate) const KEYS: &str = "a|b|c|kind|a.b|a.b.c|b.c|aws:SourceIp|with space|quote\"d|\
    back\\slash|größe|0|*|count|note|when|ip|list|nested|_extra1";

/// So few keys that a segment has a column for each.
pub(crate) const FEW_KEYS: &str = "a|b|a.b|aws:SourceIp|note";

/// Ids of the form of UUIDs, and nearly.
pub(crate) const UUIDS: &str = "8d8ac610-566d-4ef0-9c22-186b2a5ed793|\
    8d8ac610-566d-4ef0-9c22-186b2a5ed794|8D8AC610-566D-4EF0-9C22-186B2A5ED793|\
    00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff|\
    8d8ac610566d4ef09c22186b2a5ed793|8d8ac610-566d-4ef0-9c22-186b2a5ed79|\
    x8d8ac610-566d-4ef0-9c22-186b2a5ed793";

/// Tenants; events without one come besides.
pub(crate) const TENANTS: &str = "org-acme|praxis-nord|ORG-ACME|münchen";
pub(crate) const SOURCES: &str = "calendar|audit_log";
pub(crate) const CATEGORIES: &str = "login|event_change|time_entries|Set-Mailbox";
pub(crate) const ACTIVITIES: &str = "created|updated|deleted|change_title|auth";
pub(crate) const OPERATIONS: &str = "create|read|update|delete|auth";
pub(crate) const OUTCOMES: &str = "success|failure|unknown";
pub(crate) const ROLES: &str = "owner|admin|User|employee";
pub(crate) const RELATIONS: &str = "primary|owner|guest|calendar|resource";
pub(crate) const STATES: &str = "known|unknown|absent|derived|redacted";
