//! The address of a table.

use crate::{Error, Result};
use std::fmt;

/// Where a table lies.
///
/// # Examples
/// ```
/// use annals::lake::Address;
/// let address: Address = "s3://bucket/activity/".parse()?;
/// assert_eq!(address.to_string(), "s3://bucket/activity");
/// assert!("ftp://host/table".parse::<Address>().is_err());
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A folder of the file system, an absolute path, percent-encoded where it has to be.
    File(String),
    /// A bucket of an object store that speaks S3, and a prefix in it.
    S3 {
        /// The bucket.
        bucket: String,
        /// The folder within it; may be empty.
        prefix: String,
    },
}

impl std::str::FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Address> {
        let wrong = || {
            let problem = "expected file:///absolute/path or s3://bucket/prefix";
            Error::invalid("table", format!("`{text}`: {problem}"))
        };
        let has_doubtful = |path: &str| {
            path.split('/').any(|part| part == "." || part == "..") || path.contains(['?', '#'])
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let trimmed = rest.trim_end_matches('/');
        match scheme {
            "file" if trimmed.starts_with('/') && !has_doubtful(trimmed) => {
                Ok(Address::File(trimmed.to_owned()))
            }
            "s3" => {
                let (bucket, prefix) = trimmed.split_once('/').unwrap_or((trimmed, ""));
                if bucket.is_empty() || has_doubtful(prefix) {
                    return Err(wrong());
                }
                Ok(Address::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::File(path) => write!(formatter, "file://{path}"),
            Address::S3 { bucket, prefix } if prefix.is_empty() => {
                write!(formatter, "s3://{bucket}")
            }
            Address::S3 { bucket, prefix } => write!(formatter, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_others_refused() {
        for (text, printed) in [
            ("file:///data/lake/", "file:///data/lake"),
            ("s3://bucket", "s3://bucket"),
            ("s3://bucket/a/b//", "s3://bucket/a/b"),
        ] {
            assert_eq!(text.parse::<Address>().expect(text).to_string(), printed);
        }
        for text in [
            "",
            "/data/lake",
            "file://data/lake",
            "file:///",
            "file:///a/../b",
            "s3://",
            "s3:///a",
            "gs://bucket/a",
            "http://host/a",
            "s3://bucket/a/./b",
            "file:///a?b",
        ] {
            assert!(matches!(text.parse::<Address>(), Err(Error::Invalid { .. })), "{text}");
        }
    }
}
