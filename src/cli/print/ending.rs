//! What the name of a file says of its format and packing.

use super::layout::SinkFormat;
use crate::cli::failure::{Failure, Outcome};
use annals::export::Packing;
use std::path::Path;

const KNOWN: &str = ".ndjson, .jsonl, .json, .csv or .xlsx, perhaps with .gz or .zst behind it";

/// Reads the ending of a file, and decides its format together with the one that was asked for; a
/// name without an ending is that, or NDJSON.
///
/// # Errors
/// A usage error where ending and format contradict each other, and where an ending is not known
/// and no format was asked for.
pub(super) fn read(path: &Path, asked: Option<SinkFormat>) -> Outcome<(SinkFormat, Packing)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let (name, packing) = match name.rsplit_once('.') {
        Some((rest, "gz")) => (rest, Packing::Gzip),
        Some((rest, "zst")) => (rest, Packing::Zstd),
        _ => (name.as_str(), Packing::Plain),
    };
    // A dot in front hides a file; it begins no ending.
    let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
    let told = match ending.map(|(_, ending)| ending) {
        None => return Ok((asked.unwrap_or(SinkFormat::Ndjson), packing)),
        Some("ndjson" | "jsonl") => Some(SinkFormat::Ndjson),
        Some("json") => Some(SinkFormat::Json),
        Some("csv") => Some(SinkFormat::Csv),
        Some("xlsx") => Some(SinkFormat::Xlsx),
        Some(_) => None,
    };
    match (told, asked) {
        (None, None) => {
            let problem = format!("the ending names no format; say --format, or end in {KNOWN}");
            Err(Failure::usage(path.display(), problem))
        }
        (None, Some(asked)) => Ok((asked, packing)),
        (Some(told), None) => Ok((told, packing)),
        // Lines of JSON are often kept in such a file.
        (Some(SinkFormat::Json), Some(SinkFormat::Ndjson)) => Ok((SinkFormat::Ndjson, packing)),
        (Some(told), Some(asked)) if told == asked => Ok((told, packing)),
        (Some(told), Some(asked)) => {
            let problem = format!("is the name of a file of {told}; --format says {asked}");
            Err(Failure::usage(path.display(), problem))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(name: &str, asked: Option<SinkFormat>) -> Option<(SinkFormat, Packing)> {
        read(Path::new(name), asked).ok()
    }

    #[test]
    fn the_ending_decides_format_and_packing() {
        use SinkFormat::{Csv, Json, Ndjson, Xlsx};
        for (name, format, packing) in [
            ("x.xlsx", Xlsx, Packing::Plain),
            ("dir.csv/x.ndjson", Ndjson, Packing::Plain),
            ("x.JSONL.GZ", Ndjson, Packing::Gzip),
            ("x.json.zst", Json, Packing::Zstd),
            ("2026.05.csv.gz", Csv, Packing::Gzip),
            ("x.xlsx.gz", Xlsx, Packing::Gzip),
            ("x", Ndjson, Packing::Plain),
            ("x.gz", Ndjson, Packing::Gzip),
            (".csv", Ndjson, Packing::Plain),
        ] {
            assert_eq!(decided(name, None), Some((format, packing)), "{name}");
        }
        assert_eq!(decided("x", Some(Csv)), Some((Csv, Packing::Plain)));
        assert_eq!(decided("x.txt", Some(Csv)), Some((Csv, Packing::Plain)));
        assert_eq!(decided("x.json", Some(Ndjson)), Some((Ndjson, Packing::Plain)));
    }

    #[test]
    fn a_contradiction_and_an_unknown_ending_are_refused() {
        use SinkFormat::{Csv, Json, Ndjson, Xlsx};
        for (name, asked) in [
            ("x.xlsx", Csv),
            ("x.csv", Xlsx),
            ("x.csv.gz", Ndjson),
            ("x.ndjson", Json),
            ("x.xlsx", Ndjson),
        ] {
            let refused = read(Path::new(name), Some(asked));
            assert!(matches!(refused, Err(Failure::Usage(_))), "{name}");
        }
        for name in ["x.tsv", "x.xls", "x.txt", "x.csv.bz2", "x.parquet"] {
            assert!(decided(name, None).is_none(), "{name}");
        }
    }
}
