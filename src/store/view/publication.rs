//! How threads of the writer's process learn that there is something new to see.

use crate::io::Watch;
use crate::store::threads::{Arc, Condvar, Mutex, lock};
use std::time::{Duration, Instant};

/// Counts publications and wakes whoever waits for the next one.
#[derive(Debug, Default)]
pub(crate) struct Notifier {
    state: Mutex<NotifierState>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct NotifierState {
    count: u64,
    waiting: usize,
}

impl Notifier {
    /// Tells that something was published; some 20 ns while nobody waits.
    pub(crate) fn announce(&self) {
        let mut state = lock(&self.state);
        state.count += 1;
        if state.waiting > 0 {
            self.wake.notify_all();
        }
    }
}

/// One who waits for news; what was announced between two waits ends the second one at once.
#[derive(Debug)]
pub(crate) struct Subscription {
    notifier: Arc<Notifier>,
    seen: Mutex<u64>,
}

impl Subscription {
    /// Begins to listen.
    pub(crate) fn new(notifier: &Arc<Notifier>) -> Subscription {
        let seen = Mutex::new(lock(&notifier.state).count);
        Subscription { notifier: Arc::clone(notifier), seen }
    }
}

impl Watch for Subscription {
    fn wait(&self, timeout: Duration) {
        let mut seen = lock(&self.seen);
        let deadline = Instant::now().checked_add(timeout);
        let mut state = lock(&self.notifier.state);
        while state.count == *seen {
            let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let rest = rest.unwrap_or(timeout);
            if rest.is_zero() {
                break;
            }
            state.waiting += 1;
            let waited = self.notifier.wake.wait_timeout(state, rest);
            (state, _) = waited.expect("no thread panics while it holds the news");
            state.waiting -= 1;
        }
        *seen = state.count;
    }

    /// Wakes all who listen: the others find nothing new and go on waiting.
    fn wake(&self) {
        self.notifier.announce();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn news_between_two_waits_are_not_missed() {
        let notifier = Arc::new(Notifier::default());
        notifier.announce();
        let one = Subscription::new(&notifier);
        let other = Subscription::new(&notifier);
        let begin = Instant::now();
        notifier.announce();
        notifier.announce();
        one.wait(LONG);
        other.wait(LONG);
        assert!(begin.elapsed() < LONG / 2);
        one.wait(Duration::from_millis(20));
        assert!(begin.elapsed() >= Duration::from_millis(20));
        assert_eq!(lock(&notifier.state).waiting, 0);
    }

    #[test]
    fn each_of_many_threads_hears_of_the_last_news() {
        const NEWS: u64 = 2000;
        let notifier = Arc::new(Notifier::default());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let subscription = Subscription::new(&notifier);
                let notifier = &notifier;
                scope.spawn(move || {
                    while lock(&notifier.state).count < NEWS {
                        subscription.wait(LONG);
                    }
                });
            }
            for _ in 0..NEWS {
                notifier.announce();
            }
        });
    }
}
