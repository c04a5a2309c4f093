//! The people who act: a few thousand, each with the addresses and programs they use.

use super::names::{AGENT_PARTS, FIRST_NAMES, LAST_NAMES, ORGANISATIONS, ROLES, USER_AGENTS};
use super::random::Xoshiro;

/// A person who acts.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// The member `actor`, as JSON.
    pub(super) actor: String,
    pub(super) id: String,
    pub(super) name: String,
    /// Index into [`ORGANISATIONS`].
    pub(super) organisation: usize,
    /// IP addresses; the first is used most.
    pub(super) addresses: Vec<String>,
    /// User agents with their version; the first is used most.
    pub(super) agents: Vec<String>,
}

/// Makes `count` people.
pub(super) fn people(count: usize, random: &mut Xoshiro) -> Vec<Person> {
    (0..count).map(|index| person(index, random)).collect()
}

fn person(index: usize, random: &mut Xoshiro) -> Person {
    let first = random.pick(&FIRST_NAMES);
    let last = random.pick(&LAST_NAMES);
    let organisation = random.skewed(ORGANISATIONS.len());
    let email = format!(
        "{}.{}{}@{}.example",
        ascii(first),
        ascii(last),
        index,
        ORGANISATIONS[organisation]
    );
    let id = format!("u-{:06}", 100_000 + index);
    let name = format!("{first} {last}");
    // The first and most likely rank stands for no role.
    let role = match random.skewed(ROLES.len() + 1) {
        0 => String::new(),
        rank => format!(r#","role":"{}""#, ROLES[rank - 1]),
    };
    let actor =
        format!(r#"{{"type":"user","id":"{id}","email":"{email}","display_name":"{name}"{role}}}"#);
    let addresses = (0..1 + random.below(3)).map(|_| address(random)).collect();
    let agents = (0..1 + random.below(3)).map(|_| agent(random)).collect();
    Person { actor, id, name, organisation, addresses, agents }
}

fn address(random: &mut Xoshiro) -> String {
    if random.chance(15) {
        return format!("2001:db8:{:x}::{:x}", random.below(0xffff), 1 + random.below(0xffff));
    }
    let network = random.pick(&["203.0", "198.51", "192.0", "10.20", "172.16"]);
    format!("{network}.{}.{}", random.below(256), 1 + random.below(254))
}

fn agent(random: &mut Xoshiro) -> String {
    let pattern = random.pick(&USER_AGENTS);
    let version = (118 + random.below(14)).to_string();
    let mut agent = pattern.replace("{}", &version);
    for (part, text) in AGENT_PARTS {
        agent = agent.replace(part, text);
    }
    agent
}

/// The local part of an address: letters as German and French people write them in ASCII.
fn ascii(name: &str) -> String {
    let mut result = String::with_capacity(name.len());
    for letter in name.to_lowercase().chars() {
        match letter {
            'ä' => result.push_str("ae"),
            'ö' | 'œ' | 'ø' => result.push_str("oe"),
            'ü' => result.push_str("ue"),
            'ß' => result.push_str("ss"),
            'é' | 'è' | 'ê' | 'ë' => result.push('e'),
            'î' | 'ï' => result.push('i'),
            'ç' => result.push('c'),
            other if other.is_ascii_alphanumeric() => result.push(other),
            _ => {}
        }
    }
    result
}
