//! Blocks of an input, read on a thread of their own: who takes them does not wait for ever.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Instant;

const BLOCK_BYTES: usize = 256 << 10;
/// Blocks that wait to be taken.
const BLOCKS_WAITING: usize = 4;

/// An input that fails with [`io::ErrorKind::TimedOut`] where it keeps its reader waiting beyond
/// a deadline; reading it again waits again.
#[derive(Debug)]
pub(super) struct Blocks {
    receiver: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    taken: usize,
    deadline: Option<Instant>,
}

impl Blocks {
    /// Begins to read.
    pub(super) fn read_ahead(mut reader: impl Read + Send + 'static) -> io::Result<Blocks> {
        let (sender, receiver) = sync_channel(BLOCKS_WAITING);
        thread::Builder::new().spawn(move || {
            loop {
                let mut block = vec![0; BLOCK_BYTES];
                let found = match reader.read(&mut block) {
                    Ok(0) => return,
                    Ok(len) => {
                        block.truncate(len);
                        Ok(block)
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = found.is_err();
                // Where sending fails, the receiver went away: nobody wants more.
                if sender.send(found).is_err() || failed {
                    return;
                }
            }
        })?;
        Ok(Blocks { receiver, block: Vec::new(), taken: 0, deadline: None })
    }

    /// Until when a read may wait; `None` is for ever.
    pub(super) fn wait_until(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// The next block, empty at the end.
    fn next_block(&mut self) -> io::Result<Vec<u8>> {
        let Some(deadline) = self.deadline else {
            return self.receiver.recv().unwrap_or(Ok(Vec::new()));
        };
        let wait = deadline.saturating_duration_since(Instant::now());
        match self.receiver.recv_timeout(wait) {
            Ok(found) => found,
            Err(RecvTimeoutError::Disconnected) => Ok(Vec::new()),
            Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Read for Blocks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.block.len() {
            self.block = self.next_block()?;
            self.taken = 0;
        }
        let rest = &self.block[self.taken..];
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.taken += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn blocks_give_the_input_and_a_deadline_ends_the_wait() {
        let text = b"some bytes".repeat(100_000);
        let mut found = Vec::new();
        Blocks::read_ahead(io::Cursor::new(text.clone())).unwrap().read_to_end(&mut found).unwrap();
        assert_eq!(found, text);
        let (reader, mut writer) = io::pipe().unwrap();
        let mut blocks = Blocks::read_ahead(reader).unwrap();
        blocks.wait_until(Some(Instant::now() + Duration::from_millis(5)));
        let mut buffer = [0; 8];
        assert_eq!(blocks.read(&mut buffer).unwrap_err().kind(), io::ErrorKind::TimedOut);
        io::Write::write_all(&mut writer, b"late").unwrap();
        blocks.wait_until(None);
        assert_eq!(blocks.read(&mut buffer).unwrap(), 4);
        drop(writer);
        assert_eq!(blocks.read(&mut buffer).unwrap(), 0);
    }
}
