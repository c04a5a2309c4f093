//! The order of the house, and its measures. A new folder or file takes its place here.

/// The layers from low to high; a module imports from lower layers and from its own folder only.
pub(crate) const LAYERS: &[&str] = &[
    "error limits planted",
    "io json text",
    "event",
    "profile",
    "log segment",
    "tail",
    "store",
    "query",
    "import export testing",
    "interface",
    "serve lake",
    "cli",
];

/// The rooms of a folder from low to high: its files and folders, `mod` for its `mod.rs`. Within
/// the folder, imports run down.
pub(crate) const ROOMS: &[(&str, &str)] = &[
    (
        "src/json",
        "escape number_syntax problem spans layouts tokens decimal number value tree parse write \
         locate bridge mod",
    ),
    (
        "src/event",
        "civil time length instant synonyms schema shape object_builder objects changes \
         canonical identity builder mod typed",
    ),
    ("src/segment", "codec index file read rows builder mod"),
    (
        "src/store",
        "threads folder retention lake settings aliases manifest report view options builder write \
         open upkeep reader mod",
    ),
    (
        "src/query",
        "budget ast predicate syntax plan request exec answer changes linked follow explain notes \
         reader mod",
    ),
    (
        "src/profile",
        "spelling labels path kind taxonomy attribute preset content read index product registry \
         labelled builtin mod",
    ),
    ("src/import", "table source record native calendly calenso clockify google map read mod"),
    ("src/interface", "appended speech question counts capture history registry mod"),
    ("src/lake", "schema objects parquet delta publish status verify restore vacuum mod"),
    ("src/serve", "limits files auth http jobs state door api compat work page service listen mod"),
    ("src/cli", "heap terminal failure input print commands mod"),
];

/// In lines, of tests too.
pub(crate) const FILE_LEN_MAX: usize = 500;
/// In lines, from `fn` to the closing brace, of tests too.
pub(crate) const FUNCTION_LEN_MAX: usize = 70;
/// Files and folders of a folder below `src`, without `mod.rs` and `tests`.
pub(crate) const SIBLINGS_MAX: usize = 15;
/// In characters.
pub(crate) const LINE_LEN_MAX: usize = 100;
