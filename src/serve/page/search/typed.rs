//! What somebody is typing: the piece of a query before the caret.

/// The piece that an offer would take the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    /// The lists whose objects are asked for in the brackets around, the outermost first.
    pub(super) within: Vec<String>,
    /// The field whose value it is, from the objects of the brackets; `None` where a term begins.
    pub(super) field: Option<String>,
    /// The piece, without an opening quote.
    pub(super) text: String,
    /// Where it begins, in bytes, the quote included.
    pub(super) start: usize,
}

/// Finds the piece that ends with a text: a scanner of one pass, with the brackets (a stack), the
/// field, the place and the quote it is in as its state.
pub(super) fn typed(before: &str) -> Typed {
    let mut within: Vec<String> = Vec::new();
    let mut field: Option<String> = None;
    let (mut start, mut is_list, mut quote) = (0, false, None);
    for (at, letter) in before.char_indices() {
        let behind = at + letter.len_utf8();
        let is_first = start == at;
        match letter {
            _ if quote.is_some() => quote = quote.filter(|open| *open != letter),
            '"' => quote = Some('"'),
            '(' if field.is_some() && is_first => (is_list, start) = (true, behind),
            ',' if is_list => start = behind,
            _ if letter.is_whitespace() && is_list => start = if is_first { behind } else { start },
            // A value may have one: a set of letters of a regular expression.
            '[' if field.is_some() => {}
            '[' => {
                within.push(before[start..at].to_owned());
                start = behind;
            }
            ']' => {
                within.pop();
                (field, is_list, start) = (None, false, behind);
            }
            '(' | ')' => (field, is_list, start) = (None, false, behind),
            _ if letter.is_whitespace() => (field, start) = (None, behind),
            '-' if is_first && field.is_none() => start = behind,
            '=' if is_first => start = behind,
            ':' | '=' | '<' | '>' if field.is_none() && !is_first => {
                let name = before[start..at].trim_end_matches(['!', '^', '*', '$', '~', '/']);
                // Behind `has:` stands a field, not a value.
                field = Some(name.to_owned()).filter(|name| name != "has");
                start = behind;
            }
            _ => {}
        }
    }
    let text = before[start..].trim_start_matches('"').to_owned();
    Typed { within, field, text, start }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_before_the_caret_is_found() {
        for (before, field, text, start) in [
            ("", None, "", 0),
            ("cat", None, "cat", 0),
            ("budget cat", None, "cat", 7),
            ("-cat", None, "cat", 1),
            ("(a OR cat", None, "cat", 6),
            ("category=te", Some("category"), "te", 9),
            ("a -category!=te", Some("category"), "te", 13),
            ("actor.email:\"ada l", Some("actor.email"), "ada l", 12),
            ("category=(teams,gr", Some("category"), "gr", 16),
            ("category=(teams, gr", Some("category"), "gr", 17),
            ("category=(teams,groups) x", None, "x", 24),
            ("has:ca", None, "ca", 4),
            ("size>=5", Some("size"), "5", 6),
            ("é category=\"ü b\" ", None, "", 19),
        ] {
            let field = field.map(str::to_owned);
            let expected = Typed { within: Vec::new(), field, text: text.into(), start };
            assert_eq!(typed(before), expected, "{before}");
        }
    }

    #[test]
    fn the_brackets_around_are_known() {
        for (before, within, field, text) in [
            ("targets[", &["targets"][..], None, ""),
            ("a -targets[ty", &["targets"], None, "ty"),
            ("targets[type=us", &["targets"], Some("type"), "us"),
            ("targets[type=user  na", &["targets"], None, "na"),
            ("targets[type=(user, te", &["targets"], Some("type"), "te"),
            ("targets[(type=a OR type=b", &["targets"], Some("type"), "b"),
            ("targets[labels[id=x] name:\"b t", &["targets"], Some("name"), "b t"),
            ("targets[labels[fields[id=", &["targets", "labels", "fields"], Some("id"), ""),
            ("targets[has:na", &["targets"], None, "na"),
            ("targets[type=user] categ", &[], None, "categ"),
            ("details.x~=/[a", &[], Some("details.x"), "/[a"),
        ] {
            let found = typed(before);
            let found = (&found.within[..], found.field.as_deref(), &*found.text);
            let within: Vec<String> = within.iter().map(|list| (*list).to_owned()).collect();
            assert_eq!(found, (&within[..], field, text), "{before}");
        }
    }
}
