//! The table, its indexes, and settings as the manual and its usual advice have them.

/// The key is the place in time. Words stand in a `tsvector` of their own with a GIN index, since
/// those of the peers are split already; every other index ends with the place, so that the newest
/// of a value are one range of it.
pub(super) const SCHEMA: &str = "
    CREATE TABLE events(
        place bigint PRIMARY KEY,
        actor text NOT NULL,
        category text NOT NULL,
        activity text NOT NULL,
        json jsonb NOT NULL,
        words tsvector NOT NULL
    );
    ALTER TABLE events ALTER COLUMN json SET COMPRESSION lz4;
    CREATE INDEX events_by_actor ON events(actor, place);
    CREATE INDEX events_by_kind ON events(category, activity, place);
    CREATE INDEX events_by_word ON events USING gin(words);";

/// Durable after every commit. Plans are made for the values that are asked for, and never
/// compiled: all questions are short. Random reads cost hardly more than others on such disks.
pub(super) const SETTINGS: &str = "
listen_addresses = ''
fsync = on
synchronous_commit = on
work_mem = 64MB
maintenance_work_mem = 512MB
max_wal_size = 4GB
checkpoint_timeout = 30min
random_page_cost = 1.1
effective_io_concurrency = 200
plan_cache_mode = force_custom_plan
jit = off
";
