//! Figures of a store, from its view and its folder.

use crate::event::Timestamp;
use crate::io::DirKind;
use crate::store::folder::files;
use crate::store::report::Stats;
use crate::store::view::snapshot::View;
use crate::store::write::engine::Core;
use crate::tail::TimeBounds;
use std::path::Path;

/// Gathers the figures; cost: linear in segments, and a listing of the folder.
pub(crate) fn stats(core: &Core) -> Stats {
    let view = core.view.load();
    let live = view.segments.live();
    let sealed_events: u64 = live.iter().map(|segment| u64::from(segment.facts().rows)).sum();
    let sealed_bytes: u64 = live.iter().map(|segment| segment.facts().len).sum();
    let paths = &core.paths;
    let other_bytes = files_bytes(core, paths.root()) + files_bytes(core, &paths.logs());
    let spans: Vec<TimeSpan> = spans(&view).collect();
    Stats {
        events: sealed_events + view.tail_events(),
        bytes: sealed_bytes + other_bytes,
        segments: live.len() as u64,
        tail_events: view.tail_events(),
        first_seq: spans.iter().map(|span| span.first_seq).min(),
        last_seq: (view.last_seq > 0).then_some(view.last_seq),
        epoch: view.epoch,
        oldest: spans.iter().map(|span| span.oldest).min(),
        newest: spans.iter().map(|span| span.newest).max(),
    }
}

/// What some events span.
struct TimeSpan {
    first_seq: u64,
    oldest: Timestamp,
    newest: Timestamp,
}

fn spans(view: &View) -> impl Iterator<Item = TimeSpan> {
    let sealed = view.segments.live().iter().map(|segment| segment.facts());
    let sealed = sealed.map(|facts| TimeSpan {
        first_seq: facts.min_seq,
        oldest: facts.min_time,
        newest: facts.max_time,
    });
    let unsealed = view.tails.iter().filter_map(|tail| {
        let TimeBounds { min, max } = tail.times();
        let first_seq = tail.event(0)?.seq;
        Some(TimeSpan { first_seq, oldest: min, newest: max })
    });
    sealed.chain(unsealed)
}

/// Bytes of the files of a folder, those of its folders left out; 0 when it cannot be listed.
fn files_bytes(core: &Core, folder: &Path) -> u64 {
    let items = core.options.disk.list(folder).unwrap_or_default();
    let files = items.iter().filter(|item| item.kind == DirKind::File);
    files.filter_map(|item| files::len(&core.options.disk, &folder.join(&item.name)).ok()).sum()
}
