//! Looking events up in segments: are they stored already?

use super::live::LiveSegment;
use crate::Result;
use crate::event::Event;
use crate::segment::{Decoder, Duplicate, Segment, SegmentId};
use crate::store::threads::lock;
use std::collections::VecDeque;
use std::sync::Mutex;

/// Segments that are kept open for look-ups. Of most a look-up needs the times only: wide ones
/// take half a megabyte each when they are open, and a store may have thousands.
const OPEN_MAX: usize = 16;

/// The segments that looked-up events may be in, the last used first (an LRU cache). Questions have
/// their own: what a writer looks into grows with its store, what it holds does not.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    open: Mutex<VecDeque<OpenSegment>>,
}

#[derive(Debug)]
struct OpenSegment {
    id: SegmentId,
    segment: Segment,
    decoder: Decoder,
}

impl Lookups {
    /// Whether a segment holds an event already, or another one of the same tenant and id.
    ///
    /// # Errors
    /// As [`LiveSegment::segment`]; [`Corrupt`](crate::Error::Corrupt) where the rows of that
    /// instant are damaged.
    pub(crate) fn find_duplicate(
        &self,
        live: &LiveSegment,
        tenant: Option<&str>,
        id: &str,
        event: &Event,
    ) -> Result<Duplicate> {
        let at = event.occurred_at();
        // Damage is told by the whole segment, which has the words for it.
        if matches!(live.times()?.have(at), Ok(false)) {
            return Ok(Duplicate::None);
        }
        let mut open = lock(&self.open);
        let place = open.iter().position(|open| open.id == live.facts().id);
        let mut used = match place.and_then(|place| open.remove(place)) {
            Some(used) => used,
            None => {
                let (segment, decoder) = (live.open()?, Decoder::default());
                OpenSegment { id: live.facts().id, segment, decoder }
            }
        };
        let OpenSegment { segment, decoder, .. } = &mut used;
        let found = segment.find_duplicate(tenant, id, at, event.canonical(), decoder);
        open.push_front(used);
        open.truncate(OPEN_MAX);
        found
    }
}
