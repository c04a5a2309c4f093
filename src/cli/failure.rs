//! What ends a command early, the message for it, and the exit code.

use super::terminal;
use annals::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use unicode_width::UnicodeWidthStr;

/// Usage or query error.
pub(super) const USAGE: u8 = 2;
const VERIFICATION: u8 = 3;
const CORRUPTION: u8 = 4;
const LOCKED: u8 = 5;
const IO: u8 = 6;
const PARTIAL: u8 = 7;

/// What a command gives back.
pub(super) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command ended without its result.
#[derive(Debug)]
pub(super) enum Failure {
    /// The engine refused.
    Engine(Error),
    /// The arguments do not fit together, or one cannot be read.
    Usage(String),
    /// A file that is no part of the store.
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// Stdout does not take more.
    Stdout(io::Error),
    /// Damage was found, and has been told.
    Verification,
    /// Something was left out, and has been told.
    Partial,
}

impl Failure {
    /// A usage error about one option or argument.
    pub(super) fn usage(what: impl Display, problem: impl Display) -> Failure {
        Failure::Usage(format!("{what}: {problem}"))
    }

    /// An error of the operating system about a file.
    pub(super) fn file(action: &'static str, path: &Path, source: io::Error) -> Failure {
        Failure::File { action, path: path.to_path_buf(), source }
    }

    /// Prints the message on stderr and gives the exit code. A broken pipe is success.
    pub(super) fn report(&self) -> ExitCode {
        if self.is_broken_pipe() {
            return ExitCode::SUCCESS;
        }
        if let Some(message) = self.message() {
            tell(format_args!("error: {message}"));
        }
        ExitCode::from(self.code())
    }

    fn is_broken_pipe(&self) -> bool {
        let kind = match self {
            Failure::Stdout(source) => source.kind(),
            Failure::Engine(Error::Io { source, .. }) => source.kind(),
            _ => return false,
        };
        kind == io::ErrorKind::BrokenPipe
    }

    fn message(&self) -> Option<String> {
        match self {
            Failure::Engine(Error::Query { query, position, problem }) => {
                Some(format!("{problem}\n{}", marked(query, *position)))
            }
            Failure::Engine(error) => Some(error.to_string()),
            Failure::Usage(message) => Some(message.clone()),
            Failure::File { action, path, source } => {
                Some(format!("cannot {action} {}: {source}", path.display()))
            }
            Failure::Stdout(source) => Some(format!("cannot write to stdout: {source}")),
            Failure::Verification | Failure::Partial => None,
        }
    }

    fn code(&self) -> u8 {
        match self {
            Failure::Usage(_) => USAGE,
            Failure::File { .. } | Failure::Stdout(_) => IO,
            Failure::Verification => VERIFICATION,
            Failure::Partial => PARTIAL,
            Failure::Engine(error) => match error {
                Error::Corrupt { .. } | Error::Unsupported { .. } => CORRUPTION,
                Error::Locked { .. } => LOCKED,
                Error::Io { .. } | Error::Poisoned { .. } => IO,
                Error::Budget { .. } | Error::TooManyBuckets { .. } | Error::Rewound { .. } => {
                    PARTIAL
                }
                // Invalid, Query, Missing, ClockJump and the like: the call has to change.
                _ => USAGE,
            },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Engine(error)
    }
}

/// The names of parameters that are options of the same name.
const PARAMETERS: [&str; 9] =
    ["since", "from", "to", "lang", "profile", "plan", "columns", "name", "role"];

/// An error of the library about a parameter as one about the option.
pub(super) fn of_option(error: Error) -> Failure {
    match error {
        Error::Invalid { field, problem } if PARAMETERS.contains(&field.as_str()) => {
            Failure::usage(format_args!("--{field}"), problem)
        }
        error => Failure::Engine(error),
    }
}

/// Characters of a query that are shown before and after the place of an error.
const SHOWN_CHARACTERS: usize = 60;

/// The query, or what is around it of a long one, with a caret under the character at byte
/// `position`.
fn marked(query: &str, position: usize) -> String {
    let before = query.char_indices().take_while(|(place, _)| *place < position).count();
    let first = before.saturating_sub(SHOWN_CHARACTERS);
    let mut rest = query.chars().skip(first);
    // Controls and what is not seen would move the caret or the terminal.
    let plain = |character: char| if terminal::is_hidden(character) { ' ' } else { character };
    let part: String = rest.by_ref().take(before - first + SHOWN_CHARACTERS).map(plain).collect();
    let mut shown = String::from(if first > 0 { "…" } else { "" });
    let ahead: String = part.chars().take(before - first).collect();
    let indent = shown.width() + ahead.width();
    shown.push_str(&part);
    shown.push_str(if rest.next().is_some() { "…" } else { "" });
    format!("  {shown}\n  {}^", " ".repeat(indent))
}

/// Writes one line to stderr, or several; that stderr is closed is no error. What is quoted in it
/// cannot steer the terminal.
pub(crate) fn tell(line: impl Display) {
    let _ = writeln!(io::stderr(), "{}", terminal::lines(&line.to_string()));
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn caret_counts_characters_not_bytes() {
        assert_eq!(marked("müller (", 8), "  müller (\n         ^");
        assert_eq!(marked("a", 1), "  a\n   ^");
        assert_eq!(marked("", 0), "  \n  ^");
        assert_eq!(marked("a\tb(", 3), "  a b(\n     ^");
        assert_eq!(marked("a\u{202e}b(", 5), "  a b(\n     ^");
        assert_eq!(marked("会議 (", 7), "  会議 (\n       ^");
        let long = format!("{}ü({}", "a".repeat(100), "b".repeat(100));
        let (a, b) = ("a".repeat(59), "b".repeat(59));
        assert_eq!(marked(&long, 102), format!("  …{a}ü({b}…\n  {}^", " ".repeat(61)));
        assert_eq!(
            marked(&"a".repeat(60), 60),
            format!("  {}\n  {}^", "a".repeat(60), " ".repeat(60))
        );
    }
}
