//! Mistakes that tests plant in the engine, to see that the suite notices every one of them.
//!
//! The product is built without: there the question whether one is planted is the word `false`.

/// Whether a test has planted this mistake in the running thread.
#[cfg(not(test))]
macro_rules! planted {
    ($mistake:ident) => {
        false
    };
}

/// Whether a test has planted this mistake in the running thread.
#[cfg(test)]
macro_rules! planted {
    ($mistake:ident) => {
        $crate::planted::is_planted($crate::planted::Mistake::$mistake)
    };
}

#[cfg(test)]
pub(crate) use switch::{Mistake, is_planted, with_mistake};

#[cfg(test)]
mod switch {
    use std::cell::Cell;

    /// What an engine could do wrong.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Mistake {
        /// Checksums do not depend on the file and the place.
        UnsaltedCrc,
        /// The checksums of records in the log are not looked at.
        SkipPayloadCrc,
        /// The checksums of blocks of a segment are not looked at.
        SkipBlockCrc,
        /// What cannot be read is cut off although it was durable.
        CutDurable,
        /// A batch is laid out behind what a failed write has left in the buffer.
        ReuseBuffer,
        /// What a dead process has written is synced, but not written again.
        TrustCache,
        /// The hint says that the log is durable before it is.
        HintFirst,
        /// Sealed logs are removed before the edit that takes them out.
        UnlinkFirst,
        /// A merge lists its segment in one edit and dooms its inputs in the next.
        MergeInTwoEdits,
        /// An opening forgets the files of doomed segments.
        KeepDoomed,
        /// After a recovery sequences go on from the last seal.
        SequenceFromFloor,
    }

    thread_local! {
        static PLANTED: Cell<Option<Mistake>> = const { Cell::new(None) };
    }

    /// Whether this mistake is planted in this thread.
    pub(crate) fn is_planted(mistake: Mistake) -> bool {
        PLANTED.get() == Some(mistake)
    }

    /// Runs something with a mistake in everything that this thread does; takes it back also when
    /// that panics.
    pub(crate) fn with_mistake<T>(mistake: Option<Mistake>, run: impl FnOnce() -> T) -> T {
        struct Restore(Option<Mistake>);
        impl Drop for Restore {
            fn drop(&mut self) {
                PLANTED.set(self.0);
            }
        }
        let _restore = Restore(PLANTED.replace(mistake));
        run()
    }
}
