//! Small file systems of their own, to be filled, cut off or made read-only. Only root may mount.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// What kind of file system, and where it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In memory.
    Tmpfs,
    /// In an image file, by a loop device.
    Ext4,
    /// In an image file, by a loop device; at least 300 MiB, most of them a hole.
    Xfs,
}

/// A mounted file system; unmounted and gone when dropped.
#[derive(Debug)]
pub(crate) struct Mounted {
    kind: Kind,
    size_kib: u64,
    folder: TempDir,
}

impl Mounted {
    /// A new, empty file system. `None`, and a line on the output, where this is impossible:
    /// without root, in a container, or without the program that makes it.
    pub(crate) fn new(kind: Kind, size_kib: u64) -> Option<Mounted> {
        let folder = TempDir::new().expect("a folder for temporary files");
        let mounted = Mounted { kind, size_kib, folder };
        match mounted.make().and_then(|()| mounted.mount()) {
            Ok(()) => Some(mounted),
            Err(reason) => {
                skip(&format!("{kind:?}: {reason}"));
                None
            }
        }
    }

    /// The folder in which it is mounted.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn make(&self) -> Result<(), String> {
        if !is_root() {
            return Err("only root may mount".into());
        }
        std::fs::create_dir(self.path()).map_err(|error| error.to_string())?;
        let maker: &[&str] = match self.kind {
            Kind::Tmpfs => return Ok(()),
            Kind::Ext4 => &["mkfs.ext4", "-q", "-F", "-m", "0"],
            Kind::Xfs => &["mkfs.xfs", "-q", "-f"],
        };
        let image = File::create(self.image()).map_err(|error| error.to_string())?;
        image.set_len(self.size_kib << 10).map_err(|error| error.to_string())?;
        run(Command::new(maker[0]).args(&maker[1..]).arg(self.image()))
    }

    /// Mounts it; in between it may have been unmounted.
    pub(crate) fn mount(&self) -> Result<(), String> {
        let mut command = Command::new("mount");
        match self.kind {
            Kind::Tmpfs => command
                .args(["-t", "tmpfs", "-o"])
                .arg(format!("size={}k", self.size_kib))
                .arg("tmpfs"),
            Kind::Ext4 | Kind::Xfs => command.args(["-o", "loop"]).arg(self.image()),
        };
        run(command.arg(self.path()))
    }

    /// Unmounts it; a killed process may hold files for a moment.
    pub(crate) fn unmount(&self) {
        let mut tries = 0;
        while let Err(problem) = run(Command::new("umount").arg(self.path())) {
            tries += 1;
            assert!(tries < 100, "{problem}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Changes the options of the mount, such as `ro`.
    pub(crate) fn remount(&self, options: &str) {
        let mut command = Command::new("mount");
        let command = command.arg("-o").arg(format!("remount,{options}")).arg(self.path());
        run(command).expect("a mounted file system can be mounted anew");
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Not mounted is fine; a test that panics may have files open.
        let _ = run(Command::new("umount").arg("--lazy").arg(self.path()));
    }
}

/// Whether this process is root.
pub(crate) fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|metadata| metadata.uid() == 0)
}

/// Prints that something was skipped, past the capture of the test harness.
pub(crate) fn skip(what: &str) {
    let _ = std::io::stdout().write_all(format!("SKIPPED: {what}\n").as_bytes());
}

fn run(command: &mut Command) -> Result<(), String> {
    let ran = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if ran.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&ran.stderr).trim()))
}
