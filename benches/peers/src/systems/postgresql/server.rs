//! A server with a cluster of its own, which nothing but this bench uses.

use super::schema::SETTINGS;
use crate::Outcome;
use crate::systems::processor::cpu_seconds_of;
use postgres::{Client, NoTls};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where Debian keeps the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// The user that Debian makes for the server, which refuses to run as root.
const USER: &str = "postgres";
/// The most memory for pages that are shared.
const SHARED_MAX_BYTES: u64 = 4 << 30;

/// A running server; it is stopped when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    folder: PathBuf,
}

/// Whether there is a server to start.
pub(crate) fn is_installed() -> bool {
    programs().is_some()
}

/// The part of the folder that tables and indexes lie in, without the log.
pub(crate) fn data_folder(folder: &Path) -> PathBuf {
    cluster(folder).join("base")
}

fn cluster(folder: &Path) -> PathBuf {
    folder.join("cluster")
}

/// The folder of `initdb` and `pg_ctl`: from the path, else the newest of Debian.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|item| item.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    let complete =
        |folder: &PathBuf| ["initdb", "pg_ctl"].iter().all(|it| folder.join(it).exists());
    // A link leads to the other programs of the same version.
    let initdb = folders.into_iter().find(complete)?.join("initdb").canonicalize().ok()?;
    initdb.parent().map(Path::to_owned)
}

/// Runs a program of the server as the user that it runs as.
fn run(program: &str, arguments: &[&str]) -> Outcome {
    let path = programs().ok_or("PostgreSQL is not installed")?.join(program);
    let mut command = match is_root()? {
        true => {
            let mut command = Command::new("runuser");
            command.args(["-u", USER, "--"]).arg(path);
            command
        }
        false => Command::new(path),
    };
    // A server that is started keeps what it is given: no pipe, whose end would be waited for.
    command.stdin(Stdio::null()).stdout(Stdio::null()).current_dir("/");
    match command.args(arguments).status()? {
        status if status.success() => Ok(()),
        status => Err(format!("{program}: {status}").into()),
    }
}

fn is_root() -> Outcome<bool> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}

impl Server {
    /// Makes an empty cluster in `folder` and starts its server.
    pub(crate) fn create(folder: &Path) -> Outcome<Server> {
        fs::create_dir_all(folder)?;
        if is_root()? {
            open_the_way(folder)?;
            let status = Command::new("chown").arg(USER).arg(folder).status()?;
            if !status.success() {
                return Err(format!("no folder for the user {USER}: {status}").into());
            }
        }
        let path = cluster(folder);
        let data = text_of(&path)?;
        run("initdb", &["-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C"])?;
        let memory = (memory_bytes()? / 4).min(SHARED_MAX_BYTES) >> 20;
        let mut settings =
            fs::OpenOptions::new().append(true).open(path.join("postgresql.conf"))?;
        writeln!(settings, "unix_socket_directories = '{}'", folder.display())?;
        writeln!(settings, "shared_buffers = {memory}MB\neffective_cache_size = {}MB", 2 * memory)?;
        settings.write_all(SETTINGS.as_bytes())?;
        Server::start(folder)
    }

    /// Starts the server of a cluster that is there.
    pub(crate) fn start(folder: &Path) -> Outcome<Server> {
        let log = folder.join("log");
        let data = cluster(folder);
        let arguments = ["-D", text_of(&data)?, "-l", text_of(&log)?, "-w", "-t", "120", "start"];
        run("pg_ctl", &arguments).map_err(|error| {
            format!("{error}: {}", fs::read_to_string(&log).unwrap_or_default())
        })?;
        Ok(Server { folder: folder.to_owned() })
    }

    /// Whether the server of `folder` runs.
    pub(super) fn is_running(folder: &Path) -> bool {
        let id = process_id(folder);
        id.is_ok_and(|id| Path::new("/proc").join(id.to_string()).exists())
    }

    /// Processor time of all processes of the server so far.
    pub(super) fn cpu_seconds(&self) -> Outcome<f64> {
        cpu_seconds_of(process_id(&self.folder)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = cluster(&self.folder);
        let stopped = text_of(&data).and_then(|data| run("pg_ctl", &["-D", data, "-w", "stop"]));
        if let Err(error) = stopped {
            eprintln!("the server in {} was not stopped: {error}", self.folder.display());
        }
    }
}

/// A connection to the server of `folder`.
pub(super) fn connect(folder: &Path) -> Outcome<Client> {
    let address = format!("host={} user={USER} dbname=postgres", folder.display());
    Ok(Client::connect(&address, NoTls)?)
}

fn process_id(folder: &Path) -> Outcome<u32> {
    let text = fs::read_to_string(cluster(folder).join("postmaster.pid"))?;
    Ok(text.lines().next().unwrap_or_default().parse()?)
}

/// Lets others pass through the folder of the report, which is for its owner alone otherwise.
fn open_the_way(folder: &Path) -> Outcome {
    let parent = folder.parent().ok_or("the folder of a server is below another one")?;
    let mode = fs::metadata(parent)?.permissions().mode();
    Ok(fs::set_permissions(parent, fs::Permissions::from_mode(mode | 0o011))?)
}

fn memory_bytes() -> Outcome<u64> {
    let text = fs::read_to_string("/proc/meminfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = line.ok_or("/proc/meminfo has no MemTotal")?.trim().trim_end_matches(" kB");
    Ok(kib.parse::<u64>()? << 10)
}

fn text_of(path: &Path) -> Outcome<&str> {
    Ok(path.to_str().ok_or("paths of the server are UTF-8")?)
}
