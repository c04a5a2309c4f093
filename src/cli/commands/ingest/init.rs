//! `init`: an empty store, plain or with the presets of profiles.

use crate::cli::failure::{Failure, Outcome, of_option, tell};
use crate::cli::input::options::StoreOptions;
use annals::Error;
use annals::profile::Profile;
use annals::store::Store;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// A product whose activity log it holds: calendly, calenso, google, clockify, or one whose
    /// file lies in the folder `profiles` of the store; may be given several times
    #[arg(long = "profile", value_name = "PROFILE")]
    profiles: Vec<String>,
    /// The plan whose retention applies; without it, the first plan of the first profile with plans
    #[arg(long, value_name = "PLAN", requires = "profiles")]
    plan: Option<String>,
}

pub(crate) fn run(options: &StoreOptions, arguments: &InitArguments) -> Outcome {
    let dir = options.required_dir()?;
    let shown = dir.display();
    let before = match options.open_to_read() {
        Ok(store) => {
            let snapshot = store.snapshot();
            let names = snapshot.profiles().profiles().map(|it| it.name().to_owned());
            Some(names.collect::<Vec<_>>())
        }
        Err(Failure::Engine(Error::Missing { .. })) => None,
        Err(failure) => return Err(failure),
    };
    if let Some(before) = &before
        && !arguments.profiles.is_empty()
        && (*before != arguments.profiles || arguments.plan.is_some())
    {
        let problem = format!(
            "{shown} holds a store already; set `profiles` in its store.toml, and see `annals \
             retain` and `annals capture`"
        );
        let option = if *before == arguments.profiles { "--plan" } else { "--profile" };
        return Err(Failure::usage(option, problem));
    }
    let profiles = arguments.profiles.iter();
    let builder = profiles.fold(Store::builder(), |builder, name| builder.profile(name));
    let builder = match &arguments.plan {
        Some(plan) => builder.plan(plan),
        None => builder,
    };
    let store = builder.open(dir).map_err(of_option)?;
    let capture = store.capture();
    let snapshot = store.snapshot();
    let titles: Vec<&str> = snapshot.profiles().profiles().map(Profile::title).collect();
    let titles = titles.join(", ");
    store.close()?;
    match (before.is_some(), titles.as_str()) {
        (true, _) => tell(format_args!("{shown} holds a store already")),
        (false, "") => tell(format_args!("created an empty store in {shown}")),
        (false, titles) => tell(format_args!("created an empty store in {shown}: {titles}")),
    }
    if before.is_none() && !capture.is_everything() {
        let off = capture.general.iter().filter(|(_, is_on)| !**is_on);
        let off: Vec<&str> = off.map(|(category, _)| category.as_str()).collect();
        tell(format_args!(
            "note: not captured yet: {}; `annals capture set CATEGORY=on` turns one on",
            off.join(", ")
        ));
    }
    Ok(())
}
