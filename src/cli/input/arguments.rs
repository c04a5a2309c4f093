//! Stable partition of the arguments: options first, then `--` and the words of a query. So a word
//! may begin with `-` and stand anywhere.

use clap::Command;
use std::ffi::{OsStr, OsString};

/// The id of the positional argument that takes the words of a query.
pub(super) const QUERY: &str = "query";

/// Arranges the arguments of a command that takes a query: its options first, then `--`, then all
/// words in their order.
///
/// Every argument that is no option of the command is a word: `-cancelled`, `-actor.id=u-1` and
/// `-outcome=failure`. So `-ofile` is a word, too: the value of `-o` is an argument of its own.
/// What begins with `--` is an option, so that the parser reports a misspelt one. Behind a bare
/// `--`, all arguments are words.
pub(crate) fn arrange(arguments: Vec<OsString>, program: &Command) -> Vec<OsString> {
    let Some((place, command)) = find_subcommand(&arguments, program) else {
        return arguments;
    };
    if !command.get_positionals().any(|argument| argument.get_id() == QUERY) {
        return arguments;
    }
    let mut rest = arguments.into_iter();
    let mut arranged: Vec<OsString> = rest.by_ref().take(place + 1).collect();
    let mut words = Vec::new();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            words.extend(rest.by_ref());
        } else if is_option(&argument, command) {
            let takes_next = takes_next_argument(&argument, command);
            arranged.push(argument);
            if takes_next {
                arranged.extend(rest.next());
            }
        } else {
            words.push(argument);
        }
    }
    if !words.is_empty() {
        arranged.push("--".into());
        arranged.append(&mut words);
    }
    arranged
}

/// The index of the name of the subcommand in `arguments`, and the definition of that subcommand.
fn find_subcommand<'a>(
    arguments: &[OsString],
    program: &'a Command,
) -> Option<(usize, &'a Command)> {
    let mut place = 1;
    while let Some(argument) = arguments.get(place) {
        if argument.as_encoded_bytes().first() != Some(&b'-') {
            return program.find_subcommand(argument).map(|command| (place, command));
        }
        place += 1 + usize::from(takes_next_argument(argument, program));
    }
    None
}

fn is_option(argument: &OsStr, command: &Command) -> bool {
    match argument.as_encoded_bytes() {
        [b'-', b'-', ..] => true,
        [b'-', letter] => short(*letter, command).is_some(),
        _ => false,
    }
}

fn takes_next_argument(argument: &OsStr, command: &Command) -> bool {
    let found = match argument.as_encoded_bytes() {
        [b'-', b'-', name @ ..] => command
            .get_arguments()
            .find(|known| known.get_long().is_some_and(|long| long.as_bytes() == name)),
        [b'-', letter] => short(*letter, command),
        _ => None,
    };
    found.is_some_and(|known| known.get_action().takes_values())
}

fn short(letter: u8, command: &Command) -> Option<&clap::Arg> {
    command.get_arguments().find(|known| known.get_short() == Some(char::from(letter)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn arranged(line: &str) -> String {
        let mut program = crate::cli::Cli::command();
        program.build();
        let arguments = line.split(' ').map(OsString::from).collect();
        let arranged = arrange(arguments, &program);
        let texts: Vec<String> = arranged
            .into_iter()
            .map(|argument| argument.into_string().expect("the test is UTF-8"))
            .collect();
        texts.join(" ")
    }

    #[test]
    fn words_go_behind_the_options() {
        assert_eq!(
            arranged("annals --store s search -x a --limit 5 b --since=7d -y"),
            "annals --store s search --limit 5 --since=7d -- -x a b -y"
        );
        assert_eq!(arranged("annals count --store s -- --x"), "annals count --store s -- --x");
        assert_eq!(arranged("annals count -5 -h"), "annals count -h -- -5");
    }

    #[test]
    fn a_letter_with_more_behind_it_is_a_word() {
        assert_eq!(
            arranged("annals export -outcome=failure -o out -origin=web"),
            "annals export -o out -- -outcome=failure -origin=web"
        );
    }

    #[test]
    fn commands_without_a_query_stay_as_they_are() {
        let line = "annals import --store s --from google -";
        assert_eq!(arranged(line), line);
        assert_eq!(arranged("annals nonsense -x"), "annals nonsense -x");
    }

    #[test]
    fn misspelt_options_are_left_for_the_parser() {
        assert_eq!(arranged("annals count a --sinse 7d"), "annals count --sinse -- a 7d");
    }
}
