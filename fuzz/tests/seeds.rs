//! Feeds every target its seeds and changed ones, on stable and reproducibly.

use annals::io::SeededRandom;
use annals_fuzz::{Target, named};
use std::path::Path;

/// Changed inputs for a target that reads text.
const TEXT_INPUTS: u64 = 3000;
/// Changed inputs for a target that opens a store.
const STORE_INPUTS: u64 = 300;

/// How often the numbers above are taken: `ANNALS_FUZZ_TIMES`, once without it.
fn times() -> u64 {
    std::env::var("ANNALS_FUZZ_TIMES").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Says which input it was, when a target panics.
struct Witness<'i> {
    target: &'static str,
    input: &'i [u8],
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let text = String::from_utf8_lossy(self.input);
            eprintln!("{} failed with {:?}\nas text: {text}", self.target, self.input);
        }
    }
}

fn feed(target: &Target, input: &[u8]) {
    let _witness = Witness { target: target.name, input };
    (target.run)(input);
}

/// A seed with a few bytes changed, put in, taken out, cut or joined with another seed.
fn changed(seeds: &[Vec<u8>], random: &SeededRandom) -> Vec<u8> {
    let pick = |len: usize| random.below(len.max(1) as u64) as usize;
    let mut input = seeds[pick(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let at = pick(input.len());
        match random.below(6) {
            0 => input.truncate(at),
            1 => input.insert(at.min(input.len()), random.next_u64() as u8),
            2 if !input.is_empty() => drop(input.remove(at)),
            3 => {
                let other = &seeds[pick(seeds.len())];
                let from = pick(other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            4 => input.extend((0..4).map(|_| random.next_u64() as u8)),
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
    input
}

/// Inputs that once failed.
fn regressions(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(name);
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = files.map(|file| file.expect("a folder lists").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("an input")).collect()
}

fn feed_all(name: &str, inputs: u64) {
    let target = named(name);
    let seeds = [(target.seeds)(), regressions(name)].concat();
    seeds.iter().for_each(|seed| feed(&target, seed));
    let random = SeededRandom::new(seeds.len() as u64);
    for _ in 0..inputs * times() {
        feed(&target, &changed(&seeds, &random));
    }
}

#[test]
fn cursor_text_survives() {
    feed_all("cursor_text", TEXT_INPUTS);
}

#[test]
fn event_json_survives() {
    feed_all("event_json", TEXT_INPUTS);
}

#[test]
fn import_calendly_survives() {
    feed_all("import_calendly", TEXT_INPUTS);
}

#[test]
fn import_calendly_csv_survives() {
    feed_all("import_calendly_csv", TEXT_INPUTS);
}

#[test]
fn import_calenso_survives() {
    feed_all("import_calenso", TEXT_INPUTS);
}

#[test]
fn import_clockify_survives() {
    feed_all("import_clockify", TEXT_INPUTS);
}

#[test]
fn import_csv_map_survives() {
    feed_all("import_csv_map", TEXT_INPUTS);
}

#[test]
fn import_google_survives() {
    feed_all("import_google", TEXT_INPUTS);
}

#[test]
fn import_native_survives() {
    feed_all("import_native", TEXT_INPUTS);
}

#[test]
fn import_pages_survives() {
    feed_all("import_pages", TEXT_INPUTS);
}

#[cfg(feature = "lake")]
#[test]
fn lake_table_survives() {
    feed_all("lake_table", STORE_INPUTS);
}

#[test]
fn log_bytes_survives() {
    feed_all("log_bytes", STORE_INPUTS);
}

#[test]
fn manifest_bytes_survives() {
    feed_all("manifest_bytes", STORE_INPUTS);
}

#[test]
fn map_file_survives() {
    feed_all("map_file", TEXT_INPUTS);
}

#[test]
fn operations_survives() {
    feed_all("operations", STORE_INPUTS);
}

#[test]
fn query_json_survives() {
    feed_all("query_json", TEXT_INPUTS);
}

#[test]
fn query_text_survives() {
    feed_all("query_text", TEXT_INPUTS);
}

#[test]
fn rules_text_survives() {
    feed_all("rules_text", STORE_INPUTS);
}

#[test]
fn section_dictionary_survives() {
    feed_all("section_dictionary", STORE_INPUTS);
}

#[test]
fn section_ints_survives() {
    feed_all("section_ints", STORE_INPUTS);
}

#[test]
fn section_long_words_survives() {
    feed_all("section_long_words", STORE_INPUTS);
}

#[test]
fn section_packed_survives() {
    feed_all("section_packed", STORE_INPUTS);
}

#[test]
fn section_patterns_survives() {
    feed_all("section_patterns", STORE_INPUTS);
}

#[test]
fn section_postings_survives() {
    feed_all("section_postings", STORE_INPUTS);
}

#[test]
fn section_presence_survives() {
    feed_all("section_presence", STORE_INPUTS);
}

#[test]
fn section_texts_survives() {
    feed_all("section_texts", STORE_INPUTS);
}

#[test]
fn section_uuids_survives() {
    feed_all("section_uuids", STORE_INPUTS);
}

#[test]
fn section_words_survives() {
    feed_all("section_words", STORE_INPUTS);
}

#[test]
fn segment_bytes_survives() {
    feed_all("segment_bytes", STORE_INPUTS);
}

#[test]
fn segment_contents_survives() {
    feed_all("segment_contents", STORE_INPUTS);
}

#[test]
fn segment_footer_survives() {
    feed_all("segment_footer", STORE_INPUTS);
}

#[test]
fn two_tenants_tells_nothing_of_the_other() {
    feed_all("two_tenants", STORE_INPUTS);
}
