//! What the commands of a lake share: addresses and lengths of time.

use crate::cli::failure::{Failure, Outcome};
use annals::event::Length;
use annals::lake::{Address, Patient, Remote};
use std::sync::Arc;
use std::time::Duration;

/// The objects of the table at an address. Sends no request.
pub(super) fn open(url: &str) -> Outcome<Patient> {
    let address: Address = url.parse()?;
    let remote = Remote::open(&address)?;
    Ok(Patient::new(Arc::new(remote), address.to_string()))
}

/// A length of time such as `90s` or `7d`; may be nothing.
pub(super) fn length(option: &str, text: &str) -> Outcome<Duration> {
    let micros = Length::parse(text).and_then(Length::micros);
    let micros = micros.and_then(|micros| u64::try_from(micros).ok());
    micros.map(Duration::from_micros).ok_or_else(|| {
        Failure::usage(option, format!("`{text}` is no length of time such as 90s, 5m, 12h or 7d"))
    })
}
