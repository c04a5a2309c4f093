//! Bodies of requests: of bounded size, in bounded time, unpacked.

use super::problem::{Answer, Problem};
use crate::json::Value;
use crate::serve::limits::{BODY_BYTES_MAX, SENDING_LASTS};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use flate2::bufread::MultiGzDecoder;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::io::Read;

/// Reads the whole body as it came.
///
/// # Errors
/// 413 beyond the limit, 408 where it takes too long, 400 where it breaks off.
pub(crate) async fn read(body: Body) -> Answer<Bytes> {
    let collected = Limited::new(body, BODY_BYTES_MAX).collect();
    let Ok(collected) = tokio::time::timeout(SENDING_LASTS, collected).await else {
        let detail = format!("the body did not come within {} s", SENDING_LASTS.as_secs());
        return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "slow", detail));
    };
    match collected {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::bad("body", "the body broke off")),
    }
}

/// Unpacks a body as its headers say; to be called where one may wait.
///
/// # Errors
/// 413 beyond the limit, 415 for a packing that is not known, 400 for what cannot be unpacked.
pub(crate) fn unpack(headers: &HeaderMap, body: Bytes) -> Answer<Bytes> {
    let packing = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes());
    match packing {
        None | Some(b"" | b"identity") => Ok(body),
        Some(b"gzip" | b"x-gzip") => unpacked(MultiGzDecoder::new(&body[..])),
        Some(b"zstd") => {
            let decoder = zstd::stream::read::Decoder::with_buffer(&body[..]);
            unpacked(decoder.map_err(|_| broken())?)
        }
        Some(_) => {
            let detail = "a body is plain, or packed by gzip or zstd";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "packing", detail))
        }
    }
}

fn unpacked(packed: impl Read) -> Answer<Bytes> {
    let mut plain = Vec::new();
    let read = packed.take(BODY_BYTES_MAX as u64 + 1).read_to_end(&mut plain);
    if plain.len() > BODY_BYTES_MAX {
        return Err(too_large());
    }
    read.map(|_| plain.into()).map_err(|_| broken())
}

/// A body that is one JSON value; `None` where it is empty.
///
/// # Errors
/// 400 with what is wrong, as [`read`] and [`unpack`].
pub(crate) fn json(headers: &HeaderMap, body: Bytes) -> Answer<Option<Value>> {
    let body = unpack(headers, body)?;
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    let value = Value::parse(&body);
    value.map(Some).map_err(|error| Problem::bad("body", error.to_string()))
}

fn too_large() -> Problem {
    let detail = format!("a body has at most {} MiB, unpacked", BODY_BYTES_MAX >> 20);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

fn broken() -> Problem {
    Problem::bad("packing", "the body cannot be unpacked")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn of(packing: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, packing.parse().unwrap())])
    }

    #[test]
    fn packed_bodies_are_bounded_unpacked() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let zeros = vec![0; 1 << 20];
        (0..=BODY_BYTES_MAX >> 20).for_each(|_| gzip.write_all(&zeros).unwrap());
        let bomb = gzip.finish().unwrap();
        assert!(bomb.len() < 1 << 20);
        assert_eq!(unpack(&of("gzip"), bomb.into()).unwrap_err().status.as_u16(), 413);
        let bomb = zstd::bulk::compress(&vec![0; BODY_BYTES_MAX + 1], 1).unwrap();
        assert_eq!(unpack(&of("zstd"), bomb.into()).unwrap_err().status.as_u16(), 413);
        let whole = zstd::bulk::compress(&vec![7; BODY_BYTES_MAX], 1).unwrap();
        assert_eq!(unpack(&of("zstd"), whole.into()).unwrap().len(), BODY_BYTES_MAX);
    }

    #[test]
    fn what_cannot_be_unpacked_is_told() {
        assert_eq!(unpack(&of("br"), Bytes::new()).unwrap_err().status.as_u16(), 415);
        assert_eq!(unpack(&of("gzip"), "x".into()).unwrap_err().status.as_u16(), 400);
        assert_eq!(unpack(&of("zstd"), "x".into()).unwrap_err().status.as_u16(), 400);
        assert_eq!(json(&HeaderMap::new(), "{".into()).unwrap_err().code, "body");
        assert!(json(&HeaderMap::new(), " \n".into()).unwrap().is_none());
    }
}
