//! The program and other processes: locks, permissions, links, limits of the operating system.

use crate::support::{Desk, EVENTS, Ran};
use annals::store::Store;
use assert_cmd::cargo::cargo_bin;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// The user `nobody`.
const NOBODY: u32 = 65_534;

/// All files and folders of the store `s`, itself included.
fn everything(desk: &Desk) -> Vec<PathBuf> {
    let mut found = vec![desk.path("s")];
    let mut at = 0;
    while let Some(path) = found.get(at).cloned() {
        at += 1;
        if path.is_dir() {
            found.extend(fs::read_dir(path).unwrap().map(|name| name.unwrap().path()));
        }
    }
    found
}

/// The one path of the store `s` with this ending.
fn only(desk: &Desk, ending: &str) -> PathBuf {
    let ends = |path: &PathBuf| path.to_string_lossy().ends_with(ending);
    let found: Vec<_> = everything(desk).into_iter().filter(ends).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A store with a segment of three events, and two of them once more under other ids in the log.
fn desk_with_segment_and_log() -> Desk {
    let desk = Desk::with_events();
    desk.ok("seal --store s");
    let later = EVENTS.replace("\"e-", "\"f-").replace("2026-05", "2026-06");
    desk.write("later.ndjson", later.lines().take(2).collect::<Vec<_>>().join("\n"));
    desk.ok("import --store s later.ndjson");
    desk
}

/// A process that has the store `s` open for writing, and waits for more on stdin.
fn waiting_writer(desk: &Desk) -> Child {
    let mut child = desk.importing();
    child.stdin.as_mut().unwrap().write_all(EVENTS.as_bytes()).unwrap();
    // Whoever tries the lock to see whether it is taken may take it away.
    let begin = Instant::now();
    let holder = format!("process {}\n", child.id());
    while fs::read_to_string(desk.path("s/lock")).unwrap() != holder {
        assert!(begin.elapsed() < PATIENCE, "the writer does not take the lock");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

#[test]
fn a_second_writer_is_told_who_holds_the_lock() {
    let desk = Desk::with_events();
    let writer = Store::open(desk.path("s")).unwrap();
    for line in ["seal --store s", "import --store s events.ndjson", "retain --store s"] {
        let ran = desk.run(line);
        assert_eq!((ran.code, ran.out.as_str()), (5, ""), "{line}: {ran:?}");
        let holder = format!("locked by process {}", std::process::id());
        assert!(ran.err.contains(&holder) && ran.err.contains("read-only"), "{}", ran.err);
    }
    drop(writer);
}

#[test]
fn the_lock_of_a_killed_writer_is_free_at_once() {
    let desk = Desk::with_events();
    let mut writer = waiting_writer(&desk);
    let told = desk.run("seal --store s").err;
    assert!(told.contains(&format!("process {}", writer.id())), "{told}");
    writer.kill().unwrap();
    writer.wait().unwrap();
    let ran = desk.run("seal --store s");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(desk.ok("count --store s").trim(), "3");
}

#[test]
fn folders_files_and_segments_are_private_whatever_the_umask_says() {
    let desk = Desk::new();
    desk.write("events.ndjson", EVENTS);
    for command in ["import --store s events.ndjson", "seal --store s", "retain --store s"] {
        let ran = shell(&desk, &format!("umask 000; exec \"$0\" {command}"));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    desk.ok("append --store s events.ndjson");
    let mut segments = 0;
    for path in everything(&desk) {
        let is_segment = path.extension().is_some_and(|extension| extension == "seg");
        segments += usize::from(is_segment);
        let expected = match (path.is_dir(), is_segment) {
            (true, _) => 0o700,
            (false, true) => 0o400,
            (false, false) => 0o600,
        };
        assert_eq!(mode(&path), expected, "{}", path.display());
    }
    assert_eq!(segments, 1);
}

/// Runs a line of a shell in which `$0` is the program.
fn shell(desk: &Desk, line: &str) -> Ran {
    run(Command::new("sh").arg("-c").arg(line).arg(cargo_bin("annals")), desk)
}

fn run(command: &mut Command, desk: &Desk) -> Ran {
    let output = command.current_dir(desk.dir.path()).env_remove("ANNALS_STORE").output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs the program as a user whom permissions bind: for root that is `nobody`, who gets the store
/// and a copy of the program. `None` where the user cannot be changed.
fn as_ordinary_user(desk: &Desk, line: &str) -> Option<Ran> {
    if Path::new("/proc/self").metadata().unwrap().uid() != 0 {
        return Some(desk.run(line));
    }
    let program = desk.path("program");
    if !program.exists() {
        fs::copy(cargo_bin("annals"), &program).unwrap();
        set_mode(&program, 0o755);
        set_mode(desk.dir.path(), 0o755);
        for path in everything(desk).iter().chain([&desk.path("s")]) {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    let user = NOBODY.to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &user, "--regid", &user, "--clear-groups"]).arg(program);
    if Command::new("setpriv").arg("--version").output().is_err() {
        let _ = std::io::stdout().write_all(b"SKIPPED: setpriv is not there\n");
        return None;
    }
    Some(run(command.args(line.split_whitespace()), desk))
}

#[test]
fn a_store_that_may_not_be_entered_is_an_io_error_and_not_a_missing_store() {
    let desk = desk_with_segment_and_log();
    let Some(ran) = as_ordinary_user(&desk, "count --store s") else {
        return;
    };
    assert_eq!((ran.code, ran.out.as_str()), (0, "5\n"), "{ran:?}");
    set_mode(&desk.path("s"), 0o000);
    for line in ["count --store s", "seal --store s", "stats --store s", "append --store s -"] {
        let ran = as_ordinary_user(&desk, line).unwrap();
        assert_eq!(ran.code, 6, "{line}: {ran:?}");
        assert!(ran.err.contains("Permission denied"), "{line}: {ran:?}");
    }
    set_mode(&desk.path("s"), 0o700);
    assert_eq!(as_ordinary_user(&desk, "seal --store s").unwrap().code, 0);
}

#[test]
fn a_segment_that_may_not_be_read_is_an_error_for_its_time_only() {
    let desk = desk_with_segment_and_log();
    let segment = only(&desk, ".seg");
    set_mode(&segment, 0o000);
    let Some(ran) = as_ordinary_user(&desk, "count --store s") else {
        return;
    };
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.err.contains(".seg") && ran.err.contains("Permission denied"), "{}", ran.err);
    let ran = as_ordinary_user(&desk, "count --store s --from 2026-06-01").unwrap();
    assert_eq!((ran.code, ran.out.as_str()), (0, "2\n"), "{ran:?}");
    assert_eq!(as_ordinary_user(&desk, "verify --store s").unwrap().code, 3);
    // As the owner left it: nothing was changed by that.
    set_mode(&segment, 0o400);
    assert_eq!(as_ordinary_user(&desk, "count --store s").unwrap().out, "5\n");
}

#[test]
fn a_store_that_others_may_read_is_read_and_left_as_it_is() {
    let desk = desk_with_segment_and_log();
    for path in everything(&desk) {
        set_mode(&path, if path.is_dir() { 0o755 } else { 0o644 });
    }
    assert_eq!(desk.ok("count --store s"), "5\n");
    desk.ok("seal --store s");
    assert_eq!(mode(&desk.path("s")), 0o755);
    assert_eq!(mode(&desk.path("s/manifest")), 0o644);
}

#[test]
fn the_way_to_a_store_may_be_a_link() {
    let desk = desk_with_segment_and_log();
    symlink(desk.path("s"), desk.path("link")).unwrap();
    assert_eq!(desk.ok("count --store link"), "5\n");
    desk.ok("seal --store link");
    assert_eq!(desk.ok("count --store s"), "5\n");
}

#[test]
fn a_link_inside_a_store_is_refused_by_name() {
    let desk = desk_with_segment_and_log();
    let segment = only(&desk, ".seg");
    let day = segment.parent().unwrap();
    let class = day.parent().unwrap();
    let log = only(&desk, ".log");
    let inside = [
        segment.as_path(),
        day,
        class,
        class.parent().unwrap(),
        &log,
        log.parent().unwrap(),
        &desk.path("s/manifest"),
        &desk.path("s/store.toml"),
        &desk.path("s/synced"),
        &desk.path("s/lock"),
    ];
    for path in inside {
        let (name, kept) = (path.display(), desk.path("kept"));
        fs::rename(path, &kept).unwrap();
        symlink(&kept, path).unwrap();
        if !path.ends_with("lock") {
            let ran = desk.run("search --store s --limit 0");
            assert_eq!(ran.code, 6, "{name}: {ran:?}");
            assert!(ran.err.contains(&*path.file_name().unwrap().to_string_lossy()), "{ran:?}");
        }
        // Also a writer that could make do without the file does not follow the link.
        let ran = desk.run("import --store s events.ndjson");
        assert_ne!(ran.code, 0, "{name}: {ran:?}");
        assert!(fs::symlink_metadata(path).unwrap().is_symlink(), "{name} was moved");
        fs::remove_file(path).unwrap();
        fs::rename(&kept, path).unwrap();
        assert_eq!(desk.ok("count --store s"), "5\n", "{name}");
    }
    assert_eq!(desk.run("verify --store s").code, 0);
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_of_its_own_and_loses_nothing() {
    let desk = Desk::with_made_up_events(3000);
    let events = desk.ok("generate --seed 6 --events 20000");
    desk.write("more.ndjson", events);
    // The unit of `ulimit -f` is 512 or 1,024 bytes, as the shell likes it.
    let import = "ulimit -f 2000; exec \"$0\" import --store s more.ndjson";
    let ran = shell(&desk, &format!("trap '' XFSZ; {import}"));
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.err.contains("File too large"), "{}", ran.err);
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let stored = 3000 + told["appended"].as_u64().unwrap();
    assert_eq!(desk.ok("count --store s").trim(), stored.to_string());
    assert_eq!(desk.run("verify --store s").code, 0);
    // Where nobody asked for the error, the system kills: as any kill, it loses nothing.
    assert_eq!(shell(&desk, import).code, -1);
    assert_eq!(desk.run("verify --store s").code, 0);
    let told = desk.json("import --store s more.ndjson");
    assert_eq!(desk.ok("count --store s").trim(), "23000");
    assert_eq!(told["appended"].as_u64().unwrap() + told["duplicates"].as_u64().unwrap(), 20_000);
}
