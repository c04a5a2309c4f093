//! A server that runs, and a client of HTTP/1.1 that sends exactly what it is told.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program: that of this build, or the one that `ANNALS_PROGRAM` names.
pub(crate) fn annals() -> Command {
    let of_build = assert_cmd::cargo::cargo_bin!("annals");
    Command::new(std::env::var_os("ANNALS_PROGRAM").map_or(of_build.to_path_buf(), PathBuf::from))
}

/// Runs the program on a store; gives what it printed.
pub(crate) fn run(store: &Path, arguments: &[&str]) -> String {
    let output = annals().arg("--store").arg(store).args(arguments).output().expect("runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).expect("prints UTF-8")
}

/// A server on a store of its own.
pub(crate) struct Server {
    pub(crate) store: PathBuf,
    pub(crate) address: String,
    pub(crate) code: String,
    child: Child,
    /// Goes with the server.
    folder: Option<TempDir>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// On a new store.
    pub(crate) fn start(options: &[&str]) -> Server {
        Server::after(options, |_| ())
    }

    /// On a new store, once something was done to it.
    pub(crate) fn after(options: &[&str], prepare: impl FnOnce(&Path)) -> Server {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("store");
        run(&store, &["init"]);
        prepare(&store);
        let mut server = Server::on(&store, options);
        server.folder = Some(folder);
        server
    }

    /// On a store that is there.
    pub(crate) fn on(store: &Path, options: &[&str]) -> Server {
        let mut child = annals()
            .arg("--store")
            .arg(store)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("is piped");
        BufReader::new(stdout).read_line(&mut line).expect("prints a line");
        let told: Value = serde_json::from_str(&line).expect("a line of JSON");
        let text = |key: &str| told[key].as_str().expect("a text").to_owned();
        let listening = text("listening");
        let address = listening.split_once("://").expect("an address").1.to_owned();
        let code = text("sign_in").rsplit_once('=').expect("a code").1.to_owned();
        Server { store: store.to_path_buf(), address, code, child, folder: None }
    }

    /// Makes a token.
    pub(crate) fn token(&self, name: &str, options: &[&str]) -> String {
        let arguments = [&["token", "create", "--name", name][..], options].concat();
        let token = run(&self.store, &arguments).trim_end().to_owned();
        // A server looks at the file once a second.
        let begun = Instant::now();
        while self.get("/api/v1/searches", &token).status == 401 {
            assert!(begun.elapsed() < Duration::from_secs(3), "a token counts within 3 s");
            std::thread::sleep(Duration::from_millis(50));
        }
        token
    }

    /// A token of an administrator.
    pub(crate) fn admin(&self) -> String {
        self.token("root", &["--role", "admin"])
    }

    /// A second token of an administrator.
    pub(crate) fn admin_again(&self) -> String {
        self.token("root-again", &["--role", "admin"])
    }

    /// Asks with a token; none for an empty one.
    pub(crate) fn get(&self, target: &str, token: &str) -> Reply {
        self.send("GET", target, token, &[], b"")
    }

    /// Posts a body with a token.
    pub(crate) fn post(&self, target: &str, token: &str, body: &str) -> Reply {
        self.send("POST", target, token, &[], body.as_bytes())
    }

    /// Sends a request.
    pub(crate) fn send(
        &self,
        method: &str,
        target: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        if !token.is_empty() {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || method != "GET" {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        self.raw(&[head.as_bytes(), b"\r\n", body].concat())
    }

    /// Sends bytes, and reads until the server closes.
    pub(crate) fn raw(&self, request: &[u8]) -> Reply {
        let mut stream = self.connect();
        // A server that refuses may close before it has read everything.
        let _ = stream.write_all(request);
        Reply::read(stream)
    }

    /// A connection.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("connects");
        stream.set_read_timeout(Some(PATIENCE)).expect("takes a time");
        stream.set_write_timeout(Some(PATIENCE)).expect("takes a time");
        stream
    }

    /// The id of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Tells it to end, and waits.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        let sent = Command::new("kill").arg(self.pid().to_string()).status();
        assert!(sent.expect("kill runs").success());
        self.child.wait().expect("ends")
    }

    /// Waits until an answer is as wanted.
    pub(crate) fn until(
        &self,
        target: &str,
        token: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let begun = Instant::now();
        loop {
            let found = self.get(target, token).json();
            if wanted(&found) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "{target}: {found}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Reads an answer to its end.
    pub(crate) fn read(stream: impl Read) -> Reply {
        let mut reader = BufReader::new(stream);
        let head = read_head(&mut reader);
        let mut body = Vec::new();
        let _ = reader.read_to_end(&mut body);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let reply = Reply { status: status.unwrap_or(0), head, body };
        match reply.header("transfer-encoding") {
            Some("chunked") => Reply { body: unchunked(&reply.body), ..reply },
            _ => reply,
        }
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {} {}", self.head, self.text());
        })
    }

    /// The body of an answer that must be one.
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.head, self.text());
        self.json()
    }

    /// The code of a problem that must be one.
    pub(crate) fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{} {}", self.head, self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.head);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].is_string(), "{problem}");
        problem["code"].as_str().expect("a code").to_owned()
    }
}

/// The lines up to the first empty one.
pub(crate) fn read_head(reader: &mut impl BufRead) -> String {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(0) | Err(_) => return head,
            Ok(_) if line == "\r\n" => return head,
            Ok(_) => head.push_str(&line),
        }
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).ok();
        let size = size.and_then(|size| usize::from_str_radix(size, 16).ok()).unwrap_or(0);
        let Some(piece) = rest.get(end + 2..end + 2 + size) else { break };
        body.extend_from_slice(piece);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
        if size == 0 {
            break;
        }
    }
    body
}

/// An event of a tenant.
pub(crate) fn event(tenant: &str, number: u64) -> String {
    format!(
        r#"{{"id":"{tenant}-{number}","tenant":"{tenant}","data_source":"app","occurred_at":"2026-11-0{day}T08:00:{second:02}Z","category":"login","activity":"failed","actor":{{"type":"user","id":"u-{number}","email":"secret-{tenant}@example.com"}},"details":{{"note":"word-{tenant} {number}"}}}}"#,
        day = number % 9 + 1,
        second = number % 60,
    )
}

/// Many of them, a line each.
pub(crate) fn events(tenant: &str, count: u64) -> String {
    (0..count).map(|number| event(tenant, number) + "\n").collect()
}
