//! `init`: an empty store.

use crate::cli::failure::Outcome;
use crate::cli::failure::tell;
use crate::cli::input::options::StoreOptions;

pub(crate) fn run(options: &StoreOptions) -> Outcome {
    let dir = options.required_dir()?.display();
    let is_there = options.open_to_read().is_ok();
    options.open_to_write(true)?.close()?;
    match is_there {
        true => tell(format_args!("{dir} holds a store already")),
        false => tell(format_args!("created an empty store in {dir}")),
    }
    Ok(())
}
