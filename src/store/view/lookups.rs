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
const OPEN_MAX: usize = 64;

/// Look-ups behind which a segment that none of them needed is closed: events that come in order
/// need few segments, those in no order need all again and again.
const IDLE_MAX: u64 = 256;

/// The segments that looked-up events may be in, the last used first (an LRU cache). Questions have
/// their own: what a writer looks into grows with its store, what it holds does not.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    cache: Mutex<OpenSegments>,
}

#[derive(Debug, Default)]
struct OpenSegments {
    open: VecDeque<OpenSegment>,
    /// Look-ups that needed one.
    uses: u64,
}

#[derive(Debug)]
struct OpenSegment {
    id: SegmentId,
    segment: Segment,
    decoder: Decoder,
    /// The number of the look-up that needed it last.
    used: u64,
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
        let mut cache = lock(&self.cache);
        let mut used = cache.take(live)?;
        let OpenSegment { segment, decoder, .. } = &mut used;
        let found = segment.find_duplicate(tenant, id, at, event.canonical(), decoder);
        cache.open.push_front(used);
        found
    }
}

impl OpenSegments {
    /// Takes a segment out, or opens it; closes those that nobody needs any more.
    fn take(&mut self, live: &LiveSegment) -> Result<OpenSegment> {
        self.uses += 1;
        let id = live.facts().id;
        let place = self.open.iter().position(|open| open.id == id);
        let found = place.and_then(|place| self.open.remove(place));
        let used = self.uses;
        self.open.truncate(OPEN_MAX - 1);
        while self.open.back().is_some_and(|last| last.used + IDLE_MAX < used) {
            self.open.pop_back();
        }
        match found {
            Some(open) => Ok(OpenSegment { used, ..open }),
            None => {
                let (segment, decoder) = (live.open()?, Decoder::default());
                Ok(OpenSegment { id, segment, decoder, used })
            }
        }
    }
}
