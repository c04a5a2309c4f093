//! `store.toml`, which people write.

use crate::fixture::{ROOT, open, sealed};
use annals::Error;
use annals::query::Query;
use std::path::Path;

/// A wrong file is told as such; a right one is kept as it is when it is written again.
pub fn run(data: &[u8]) {
    let disk = sealed().disk.fork();
    let path = Path::new(ROOT).join("store.toml");
    disk.damage(&path, |bytes| *bytes = data.to_vec()).expect("the rules are there");
    let store = match open(&disk) {
        Ok(store) => store,
        Err(Error::Invalid { .. } | Error::Corrupt { .. }) => return,
        Err(other) => panic!("wrong rules are invalid, not: {other}"),
    };
    let retention = store.retention();
    store.set_retention(retention.clone()).expect("rules that were read can be written");
    let snapshot = store.snapshot();
    // Too many rules for a query are refused there.
    let _ = snapshot.query(&Query::all()).count();
    drop(store);
    let again = open(&disk.fork()).expect("rules that were written can be read");
    assert_eq!(again.retention(), retention);
}

/// Rules of every form.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "",
        "[class.default]\nkept_for = \"forever\"\nvisible_for = \"90d\"\n",
        "[class.a-b_9]\nkept_for = \"1us\"\n\
         [[rule]]\nclass = \"a-b_9\"\ntenant = \"x\"\ncategory = \"c\"\n",
        "[class.short]\nkept_for = \"52w\"\nvisible_for = \"2y\"\n[[rule]]\nclass = \"short\"\n\
         data_source = \"calendar\"\n[[rule]]\nclass = \"default\"\n",
        "[class]\n[[rule]]\nclass = \"none\"\n",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
