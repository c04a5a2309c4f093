//! The histogram: events by time as a drawing whose bars are links.

use super::super::view::{Scene, shown_instant};
use crate::Error;
use crate::event::Timestamp;
use crate::export::instant_in;
use crate::interface::Question;
use crate::query::{Bucket, Search, parse_when};
use crate::serve::http::problem::Answer;
use chrono_tz::Tz;
use maud::{Markup, html};

/// The most bars.
const BARS_MAX: i64 = 92;
/// Heights are of this.
const HEIGHT: f64 = 100.0;
/// The least height of a bar that is not empty.
const HEIGHT_MIN: f64 = 3.0;
/// Widths of bars in seconds, by their names in the API, those of the calendar as their average.
const WIDTHS: [(&str, i64); 11] = [
    ("1s", 1),
    ("10s", 10),
    ("1m", 60),
    ("5m", 300),
    ("15m", 900),
    ("1h", 3_600),
    ("6h", 21_600),
    ("1d", 86_400),
    ("1w", 604_800),
    ("1mo", 2_629_746),
    ("1y", 31_556_952),
];

/// Bars of one width.
pub(super) struct Histogram {
    width: &'static str,
    bars: Vec<Bucket>,
}

/// The histogram of a search, in the finest width that gives not too many bars; `None` where there
/// is nothing to show, or not in time.
///
/// # Errors
/// As the search.
pub(super) fn histogram(search: &Search<'_>) -> Answer<Option<Histogram>> {
    let mut width = WIDTHS.iter().position(|(name, _)| *name == "1d").expect("it is listed");
    loop {
        let bars = match search.clone().histogram(WIDTHS[width].0) {
            Ok(bars) => bars,
            Err(Error::TooManyBuckets { .. }) if width + 1 < WIDTHS.len() => {
                width += 1;
                continue;
            }
            Err(Error::TooManyBuckets { .. } | Error::Budget { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Some(seconds) = span_seconds(&bars) else {
            return Ok(None);
        };
        let fits = |(_, each): &(&str, i64)| seconds / each <= BARS_MAX;
        let best = WIDTHS.iter().position(fits).unwrap_or(WIDTHS.len() - 1);
        if best == width && bars.len() as i64 > BARS_MAX + 1 {
            // Years of an event that says it is of another age.
            return Ok(Some(Histogram { width: WIDTHS[width].0, bars: merged(&bars) }));
        }
        // A finer look knows the span better and never finds it longer, so this comes to an end.
        if best == width || (best > width && bars.len() as i64 <= BARS_MAX + 1) {
            return Ok(Some(Histogram { width: WIDTHS[width].0, bars }));
        }
        width = best;
    }
}

/// Neighbours put together, so that there are not too many.
fn merged(bars: &[Bucket]) -> Vec<Bucket> {
    let each = bars.len().div_ceil(BARS_MAX as usize);
    let merge = |group: &[Bucket]| Bucket {
        to: group[group.len() - 1].to,
        count: group.iter().map(|bar| bar.count).sum(),
        ..group[0]
    };
    bars.chunks(each).map(merge).collect()
}

/// From the first bar to the end of the last, at least a second.
fn span_seconds(bars: &[Bucket]) -> Option<i64> {
    let (first, last) = (bars.first()?, bars.last()?);
    Some((last.to.0.saturating_sub(first.from.0) / 1_000_000).max(1))
}

/// Draws it.
pub(super) fn drawing(scene: &Scene<'_>, found: &Histogram, question: &Question) -> Markup {
    let words = scene.words;
    let most = found.bars.iter().map(|bar| bar.count).max().unwrap_or(1).max(1);
    let zone = scene.speech.zone;
    let bounds = [&question.from, &question.to].map(|end| instant_of(end.as_deref(), zone));
    let whole = scene.address.without(&["from", "to", "since", "after"]).at("/");
    let days = day_borders(&found.bars, zone);
    let label = |bar: &Bucket| instant_in(bar.from, zone);
    html! {
        figure class="histogram" aria-label=(words.histogram) {
            svg viewBox=(format!("0 0 {} {HEIGHT}", found.bars.len())) preserveAspectRatio="none"
                role="group" aria-label=(words.histogram) data-every=(found.width) {
                @for index in &days {
                    line class="day" x1=(index) x2=(index) y1="0" y2=(HEIGHT) {}
                }
                @for (index, bar) in found.bars.iter().enumerate() {
                    (drawn(scene, bar, index, most, bounds))
                }
            }
            figcaption {
                span { (shown_instant(&label(&found.bars[0]))) }
                span class="quiet" {
                    (words.each_bar) " " (words.length(found.width)) " · " (zone.name())
                    span class="hint" { " · " (words.drag_hint) }
                }
                @if bounds.iter().any(Option::is_some) || question.since.is_some() {
                    a href=(whole) { (words.zoom_out) }
                }
                @if let Some(last) = found.bars.last() {
                    span { (shown_instant(&instant_in(last.to, zone))) }
                }
            }
        }
    }
}

/// A bar: a link to its time, as far as the question goes beyond it.
fn drawn(
    scene: &Scene<'_>,
    bar: &Bucket,
    index: usize,
    most: u64,
    bounds: [Option<Timestamp>; 2],
) -> Markup {
    let zone = scene.speech.zone;
    let from = bounds[0].map_or(bar.from, |bound| bound.max(bar.from));
    let to = bounds[1].map_or(bar.to, |bound| bound.min(bar.to));
    let (from, to) = (instant_in(from, zone), instant_in(to, zone));
    let height = match bar.count {
        0 => 0.0,
        count => (count as f64 / most as f64 * HEIGHT).max(HEIGHT_MIN),
    };
    let said = format!("{}: {}", shown_instant(&from), scene.words.events(bar.count));
    // What lies behind the last year that can be written has no end.
    let end = if to.starts_with('+') { "" } else { to.as_str() };
    let address = scene.address.without(&["since", "after"]).with("from", &from).with("to", end);
    html! {
        a href=(address.at("/")) aria-label=(said) data-from=(from) data-to=(to)
            tabindex=(if index == 0 { "0" } else { "-1" }) {
            title { (said) }
            rect class="back" x=(index) y="0" width="1" height=(HEIGHT) {}
            rect class="bar" x=(format!("{index}.06")) y=(format!("{:.1}", HEIGHT - height))
                width="0.88" height=(format!("{height:.1}")) {}
        }
    }
}

/// Where days begin among bars that are shorter.
fn day_borders(bars: &[Bucket], zone: Tz) -> Vec<usize> {
    let day = |bar: &Bucket| instant_in(bar.from, zone).get(..10).map(str::to_owned);
    let days: Vec<Option<String>> = bars.iter().map(day).collect();
    let is_shorter = days.windows(2).any(|pair| pair[0] == pair[1]);
    let begins = |index: &usize| is_shorter && days[*index] != days[*index - 1];
    (1..bars.len()).filter(begins).collect()
}

fn instant_of(time: Option<&str>, zone: Tz) -> Option<Timestamp> {
    time.and_then(|time| parse_when(time, zone).ok())
}
