//! Small links and fields that several pages have.

use super::address::Address;
use maud::{Markup, html};

/// A link that is a sign: what it does, and to what, is told to who does not see it.
pub(super) fn act(link: &str, does: &str, what: &str, sign: &str) -> Markup {
    html! {
        a class="act" href=(link) title=(does) aria-label=(format!("{does}: {what}")) { (sign) }
    }
}

/// An address as hidden fields of a form.
pub(super) fn hidden(address: &Address) -> Markup {
    html! {
        @for (name, value) in address.pairs() { input type="hidden" name=(name) value=(value); }
    }
}
