//! How threads of the writer's process learn that there is something new to see.

use crate::io::Watch;
use crate::store::sync::{Arc, Condvar, Mutex, lock};
use std::time::{Duration, Instant};

/// Counts publications and wakes whoever waits for the next one.
#[derive(Debug, Default)]
pub(crate) struct News {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct State {
    count: u64,
    waiting: usize,
}

impl News {
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
    news: Arc<News>,
    seen: Mutex<u64>,
}

impl Subscription {
    /// Begins to listen.
    pub(crate) fn new(news: &Arc<News>) -> Subscription {
        let seen = Mutex::new(lock(&news.state).count);
        Subscription { news: Arc::clone(news), seen }
    }
}

impl Watch for Subscription {
    fn wait(&self, timeout: Duration) {
        let mut seen = lock(&self.seen);
        let deadline = Instant::now().checked_add(timeout);
        let mut state = lock(&self.news.state);
        while state.count == *seen {
            let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let rest = rest.unwrap_or(timeout);
            if rest.is_zero() {
                break;
            }
            state.waiting += 1;
            let waited = self.news.wake.wait_timeout(state, rest);
            (state, _) = waited.expect("no thread panics while it holds the news");
            state.waiting -= 1;
        }
        *seen = state.count;
    }

    /// Wakes all who listen: the others find nothing new and go on waiting.
    fn wake(&self) {
        self.news.announce();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn news_between_two_waits_are_not_missed() {
        let news = Arc::new(News::default());
        news.announce();
        let one = Subscription::new(&news);
        let other = Subscription::new(&news);
        let begin = Instant::now();
        news.announce();
        news.announce();
        one.wait(LONG);
        other.wait(LONG);
        assert!(begin.elapsed() < LONG / 2);
        one.wait(Duration::from_millis(20));
        assert!(begin.elapsed() >= Duration::from_millis(20));
        assert_eq!(lock(&news.state).waiting, 0);
    }

    #[test]
    fn each_of_many_threads_hears_of_the_last_news() {
        const NEWS: u64 = 2000;
        let news = Arc::new(News::default());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let subscription = Subscription::new(&news);
                let news = &news;
                scope.spawn(move || {
                    while lock(&news.state).count < NEWS {
                        subscription.wait(LONG);
                    }
                });
            }
            for _ in 0..NEWS {
                news.announce();
            }
        });
    }
}
