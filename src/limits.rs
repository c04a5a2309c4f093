//! The caps that a user meets: what goes beyond one is refused, with an error that names it. Bounds
//! of internal structures stand in the files that use them.

/// Canonical bytes of one event with `raw`, without `seq` and `recorded_at`.
pub const EVENT_BYTES_MAX: usize = 1 << 20;
/// Depth of objects and lists, the event itself being 1, `raw` included.
pub const EVENT_DEPTH_MAX: usize = 64;
/// Depth of objects and lists of JSON text that is read but is no event itself, such as a list of
/// records to import; bounds the stack.
pub const JSON_DEPTH_MAX: usize = 128;
/// Scalar leaves of one event, without `raw`.
pub const EVENT_LEAVES_MAX: usize = 4096;
/// Bytes of one key; at least 1.
pub const KEY_BYTES_MAX: usize = 1024;
/// Bytes of a code such as `category`; at least 1.
pub const CODE_BYTES_MAX: usize = 256;
/// Bytes of `name`, `display_name`, `user_agent`, `url`, `justification`.
pub const LONG_TEXT_BYTES_MAX: usize = 64 << 10;
/// Bytes of `id`, `tenant` and every other string field.
pub const SHORT_TEXT_BYTES_MAX: usize = 4 << 10;
/// Characters of one number.
pub const NUMBER_BYTES_MAX: usize = 64;
/// Magnitude of the exponent of a number.
pub const NUMBER_EXPONENT_MAX: u32 = 400;
/// Events of one batch.
pub const BATCH_EVENTS_MAX: usize = 65_536;
/// Canonical bytes of one batch.
pub const BATCH_BYTES_MAX: usize = 32 << 20;
/// Bytes of a query text, as it was given and as it is printed.
pub const QUERY_BYTES_MAX: usize = 64 << 10;
/// Bytes of a query as JSON: room for every query that is allowed as text.
pub const QUERY_JSON_BYTES_MAX: usize = 1 << 20;
/// Terms of a query; in a list each range or time counts as one.
pub const QUERY_TERMS_MAX: usize = 1024;
/// Names of persons that the conditions of a query on actors stand for, each as often as it is
/// compared.
pub const QUERY_ALIASES_MAX: usize = 10_000;
/// Nesting of parentheses in a query, however it was made.
pub const QUERY_DEPTH_MAX: usize = 64;
/// Nesting of the brackets of element conditions in a query, however it was made.
pub const QUERY_BRACKETS_MAX: usize = 4;
/// Depth of objects and lists of a query as JSON: between two parentheses or brackets of its text
/// stand an `and`, a `not` and an `or` at most; the values of a list lie below.
pub const QUERY_JSON_DEPTH_MAX: usize = 5 * (QUERY_DEPTH_MAX + 1) + 6 * QUERY_BRACKETS_MAX + 4;
/// Values of all lists of a query together.
pub const QUERY_VALUES_MAX: usize = 10_000;
/// Words of a query that are looked for by similarity.
pub const QUERY_FUZZY_MAX: usize = 64;
/// Classes such as `[a-z]` or `\p{L}` of all regular expressions of a query that ignore case: each
/// is widened by the other case of each of its characters, which takes up to 4 ms.
pub const QUERY_FOLDED_CLASSES_MAX: usize = 32;
/// Regular expressions of a query, each of at most [`REGEX_TEXT_BYTES_MAX`] and compiled
/// [`REGEX_BYTES_MAX`].
pub const QUERY_REGEXES_MAX: usize = 32;
/// Bytes of the text of a regular expression; read, it may take some thousand times as many.
pub const REGEX_TEXT_BYTES_MAX: usize = 4 << 10;
/// Paths whose values are counted at once.
pub const FACETS_MAX: usize = 64;
/// Distinct values of one path that are counted.
pub const DISTINCT_VALUES_MAX: usize = 1_000_000;
/// Buckets of a histogram, empty ones included.
pub const HISTOGRAM_BUCKETS_MAX: usize = 100_000;
/// Bytes of distinct values and paths that one search holds in memory.
pub const SEARCH_HELD_BYTES_MAX: u64 = 512 << 20;
/// Bytes of one word; longer words are cut into consecutive words.
pub const WORD_BYTES_MAX: usize = 256;
/// Characters of a word that is looked for by similarity.
pub const FUZZY_CHARS_MAX: usize = 32;
/// Levenshtein distance of such a word.
pub const FUZZY_DISTANCE_MAX: u8 = 2;
/// Bytes of a compiled regular expression.
pub const REGEX_BYTES_MAX: usize = 1 << 20;
/// Bytes of the name of a retention class.
pub const CLASS_BYTES_MAX: usize = 64;
/// Bytes of one edit of the manifest.
pub const MANIFEST_EDIT_BYTES_MAX: usize = 64 << 20;
/// Bytes of a manifest.
pub const MANIFEST_BYTES_MAX: u64 = 256 << 20;
/// How far the clock may be ahead of the last sweep, in microseconds: 30 days. Beyond that a sweep
/// without a time of its own is refused, since a wrong clock would drop events too early.
pub const CLOCK_JUMP_MICROS_MAX: i64 = 30 * 86_400_000_000;
/// The largest list index in a path of an import map, as the list is made up to that element.
pub const MAP_INDEX_MAX: usize = 1023;
/// Bytes of the text of one record that is imported. Arrays and pages may have any size.
pub const RECORD_BYTES_MAX: usize = 32 << 20;
/// Bytes of a record that are held to refuse it as a whole; of a longer one the parts are refused.
pub const REFUSED_BYTES_MAX: usize = 256 << 20;
/// Names of persons in `aliases.toml`.
pub const ALIASES_MAX: usize = 10_000;
/// Bytes of `aliases.toml`.
pub const ALIASES_BYTES_MAX: u64 = 4 << 20;
/// Bytes of `lake.toml`.
pub const LAKE_STATE_BYTES_MAX: u64 = 64 << 20;
/// Bytes of `store.toml`.
pub const SETTINGS_BYTES_MAX: u64 = 4 << 20;
