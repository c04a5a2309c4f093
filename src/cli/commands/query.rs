//! `query`, and `help query`: the query language on one page. `docs/query.md` has all of it.

use crate::cli::failure::Outcome;
use crate::cli::print::output::print_line;

/// The page; no line is wider than a terminal of 80 columns.
pub(crate) const PAGE: &str = r#"The query language

A query finds events by what is in them. Terms side by side must all hold.
Quote a query for the shell: annals search 'who:ada outcome=failure'

TEXT, in any field, accents and case aside
  muller                  the word
  "password reset"        these words, one after the other, in one value
  pass*  "two wor*"       the beginning of a word
  muler~1  muler~2        a word with so many letters more, less or other
  *                       every event

FIELDS: path, operator, value, without spaces between
  who.email=ada@x.example   exactly this value; numbers, times and addresses
                            by value: n=5 is 5.0, ip=203.0.113.0/24 a network
  outcome=(failure,pending) one of these
  id="5"                    exactly this text, whatever it looks like
  outcome!=success          has a value, and not this one
  target:relaunch           has this word; all of TEXT goes behind the colon
  target:(a -b OR "c d")    the same for each text in parentheses
  details.path^=src/        begins so;  *= contains,  $= ends so
  actor.org_unit/=/Sales    is /Sales or below it, as a path
  details.path~=/v[0-9]+/   matches a regular expression; case counts, (?i) not
  details.ms>1000           also >= < <=;  details.ms=10..20 with both ends
  has:error_code            is there and not null;  error_code:* is the same

  A path leads from the top: actor.email, details.team.name. It covers what
  is below it: actor:ada. Odd keys stand in quotes: details."2nd key".
  Short names: time = occurred_at, who = actor, target = targets,
  change = changes, ip = context.ip, type = operation, source = data_source,
  action = category.activity, as in action=login.failed
  `annals fields` lists the paths that events have, `annals values` values.

ONE ELEMENT OF A LIST
  targets[type=project name:relaunch]        one target that meets both
  changes[field=role after=(owner,admin)]    one change that meets both
  -targets[-type=user]                       no target that is no user
  Without brackets each condition may be met by another element.

TIME
  on:2026-05-04  time=2026-05-04       on that day, in the zone of --tz
  before:2026-05-04  after:2026-05-04  before the day, after it
  time=2026-05-01..2026-05-31          with both days
  since:7d                             s m h d w mo y, back from now
  --since, --from (included) and --to (not included) do the same as options.

JOINING
  a b   a AND b           both, anywhere in the event
  a OR b                  one of them
  -a    NOT a             not; binds tightest, then AND, then OR
  (a OR b) c              parentheses; and, or, not are plain words

ERRORS
  A mistake is refused with its place and the right spelling. Habits of other
  languages are told: write = for ==, -a for !a, f=(a,b) for f IN (a,b), !=
  for <>, >= for =>. Text with a colon is quoted: "https://x.example".

The same as JSON, for programs: --query-format json, `annals schema query`.
"#;

/// The most of it in ten lines, for the help of `search`.
pub(crate) const TEN_LINES: &str = "\
Queries, in short (`annals help query` has all of it):
  muller  \"two words\"  pass*  muler~1     words in any field
  who:ada  action=login.failed            in a field; = is exactly, : has words
  f!=v  f=(a,b)  f^=t f*=t f$=t  f~=/re/  not, one of, begins, has, ends, regex
  details.ms>1000  ip=203.0.113.0/24      numbers and times by value, networks
  actor.org_unit/=/Sales  has:error_code  below a path; is there
  targets[type=user name:ada]             one element of a list that meets both
  on:2026-05-04  since:7d  time=2026-05-01..2026-05-31
  a b   a OR b   -a   (a OR b) c          and, or, not
  details.\"2nd key\"=x  \"https://x\"        odd keys, texts with signs: quoted";

pub(crate) fn run() -> Outcome {
    print_line(PAGE.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_fit_a_small_terminal() {
        assert_eq!(TEN_LINES.lines().count(), 10);
        for line in PAGE.lines().chain(TEN_LINES.lines()) {
            assert!(line.chars().count() < 80, "{line}");
        }
    }
}
