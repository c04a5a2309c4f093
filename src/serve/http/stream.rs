//! Answers that are written while they are sent.
//!
//! The engine writes on a thread of the pool, into a channel of pieces; the network takes them from
//! there. A reader that is slow holds the writer up, and one that is gone ends it.

use crate::serve::limits::SENDING_LASTS;
use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame};
use std::io::{self, ErrorKind, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Bytes of a piece.
const PIECE_BYTES: usize = 64 << 10;
/// Pieces that wait.
const PIECES_WAITING: usize = 4;

/// Where an answer is written to.
pub(crate) struct StreamWriter {
    pieces: Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    runtime: Handle,
}

/// The body of an answer that is written elsewhere.
struct StreamBody {
    pieces: Receiver<io::Result<Bytes>>,
}

/// A writer and the body that it fills; to be called within the runtime.
pub(crate) fn stream() -> (StreamWriter, Body) {
    let (sender, pieces) = channel(PIECES_WAITING);
    let writer = StreamWriter { pieces: sender, piece: Vec::new(), runtime: Handle::current() };
    (writer, body_of(pieces))
}

/// The body of the pieces that come through a channel.
pub(crate) fn body_of(pieces: Receiver<io::Result<Bytes>>) -> Body {
    Body::new(StreamBody { pieces }.map_err(axum::Error::new))
}

impl StreamWriter {
    /// Sends what is left; the body ends with it.
    ///
    /// # Errors
    /// As for any write.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()
    }

    /// Breaks the body off, so that its reader sees that it is not whole.
    pub(crate) fn fail(self, error: impl ToString) {
        let broken = io::Error::other(error.to_string());
        // A reader that is gone needs no telling.
        let _ = self.runtime.block_on(self.pieces.send_timeout(Err(broken), SENDING_LASTS));
    }
}

impl Write for StreamWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        let sent = self.runtime.block_on(self.pieces.send_timeout(Ok(piece), SENDING_LASTS));
        sent.map_err(|_| io::Error::new(ErrorKind::BrokenPipe, "the reader is gone or too slow"))
    }
}

impl HttpBody for StreamBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = self.pieces.poll_recv(context);
        piece.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
