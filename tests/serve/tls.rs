//! HTTPS, as another implementation of TLS sees it.

use crate::client::Server;
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn run(command: &str, arguments: &[&str]) -> Option<Output> {
    Command::new(command).args(arguments).stdin(Stdio::null()).output().ok()
}

#[test]
fn https_is_spoken_and_cookies_are_secure() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (key, certificate) = (path("key.pem"), path("certificate.pem"));
    let made = run(
        "openssl",
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout",
            &key,
            "-out",
            &certificate,
        ],
    );
    if !made.is_some_and(|made| made.status.success()) || run("curl", &["--version"]).is_none() {
        // Not by a macro: those are silent in a test that passes.
        let _ = std::io::stderr().write_all(b"SKIPPED: openssl or curl is not there\n");
        return;
    }
    let server = Server::start(&["--tls-cert", &certificate, "--tls-key", &key]);
    let get = |target: &str| {
        let address = format!("https://{}{target}", server.address);
        let got = run("curl", &["--silent", "--include", "--cacert", &certificate, &address]);
        String::from_utf8(got.unwrap().stdout).unwrap()
    };
    assert!(get("/healthz").starts_with("HTTP/1.1 200"), "{}", get("/healthz"));
    let signed_in = get(&format!("/sign-in?code={}", server.code));
    assert!(signed_in.contains("; Secure"), "{signed_in}");
    let plain = server.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_ne!(plain.status, 200, "{plain:?}");
}
