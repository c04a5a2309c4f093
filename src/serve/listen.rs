//! A server by itself: sockets, TLS, limits of connections, and an orderly end.

use super::http::hosts::Hosts;
use super::limits;
use super::limits::{
    ADDRESS_BYTES_MAX, CONNECTIONS_MAX, HEADER_BYTES_MAX, SENDING_LASTS, STOPPING_LASTS,
};
use super::service::router_of;
use super::state::options::ServeOptions;
use super::state::served::Served;
use super::state::server::Server;
use crate::{Error, Result};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What a connection gets that is one too many.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n\
    Retry-After: 1\r\nConnection: close\r\nContent-Length: 111\r\n\r\n\
    {\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\
    \"code\":\"busy\",\"detail\":\"too many connections\"}";

/// Where and how a server listens.
#[derive(Debug, Clone)]
pub struct Listen {
    /// The address; port 0 is a free one.
    pub address: SocketAddr,
    /// Files of the certificates and of the private key, as PEM: HTTPS.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// A proxy stands before the server and does HTTPS.
    pub behind_proxy: bool,
    /// The names under which it is reached, such as `log.example.com`. Without any, loopback names
    /// only, or with TLS or a proxy any name.
    pub hosts: Vec<String>,
}

/// A server that listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// Its address, such as `http://127.0.0.1:7311`.
    pub address: String,
    /// Where a browser signs in, once.
    pub sign_in: String,
}

/// Serves a store until the process is told to end (SIGTERM, SIGINT); calls `tell` once it listens.
///
/// At the end no new requests are taken, running ones may go on for 10 s, and the store is closed.
///
/// # Errors
/// [`Error::Invalid`] for an address beyond loopback without TLS or a proxy, and for certificates
/// that are none; [`Error::Io`]; as closing the store.
pub fn run(
    store: Served,
    options: ServeOptions,
    listen: &Listen,
    tell: impl FnOnce(&Listening),
) -> Result<()> {
    let is_private = listen.tls.is_some() || listen.behind_proxy;
    if !is_private && !listen.address.ip().is_loopback() {
        let problem = "without TLS only on loopback, such as 127.0.0.1:7311; give --tls-cert and \
             --tls-key, or --behind-proxy where a proxy does HTTPS";
        return Err(Error::invalid("listen", problem));
    }
    let tls = listen.tls.as_ref().map(|(certificates, key)| acceptor(certificates, key));
    let tls = tls.transpose()?;
    let server = Server::open(store, options.secure(is_private))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| io_error("start", error))?;
    let served = runtime.block_on(serve(Arc::clone(&server), listen, tls, tell));
    runtime.shutdown_timeout(STOPPING_LASTS);
    served.and(close(server))
}

async fn serve(
    server: Arc<Server>,
    listen: &Listen,
    tls: Option<TlsAcceptor>,
    tell: impl FnOnce(&Listening),
) -> Result<()> {
    let mut terminate =
        signal(SignalKind::terminate()).map_err(|error| io_error("watch", error))?;
    let mut interrupt =
        signal(SignalKind::interrupt()).map_err(|error| io_error("watch", error))?;
    let listener = TcpListener::bind(listen.address).await;
    let listener = listener.map_err(|error| listen_error(listen.address, error))?;
    let address = listener.local_addr().map_err(|error| io_error("listen", error))?;
    server.listen_as(hosts(listen, address));
    let router = router_of(&server);
    let scheme = if tls.is_some() { "https" } else { "http" };
    let told = format!("{scheme}://{address}");
    let sign_in = format!("{told}/sign-in?code={}", server.sessions.new_code());
    tell(&Listening { address: told, sign_in });
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let running = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Such as too many open files: others may end meanwhile.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        match Arc::clone(&connections).try_acquire_owned() {
            Ok(place) => {
                let connection = Connection { place, router: router.clone(), tls: tls.clone() };
                tokio::spawn(connection.run(stream, running.watcher()));
            }
            Err(_) => drop(tokio::spawn(refuse(stream, tls.is_some()))),
        }
    }
    drop(listener);
    server.stop();
    server.jobs.stop();
    tokio::select! {
        () = running.shutdown() => {}
        () = tokio::time::sleep(STOPPING_LASTS) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// A connection and its place among all.
struct Connection {
    place: OwnedSemaphorePermit,
    router: Router,
    tls: Option<TlsAcceptor>,
}

impl Connection {
    async fn run(self, stream: TcpStream, running: Watcher) {
        // Answers are written at once; a failure costs time only.
        let _ = stream.set_nodelay(true);
        match &self.tls {
            None => self.answer(stream, running).await,
            Some(tls) => {
                let greeted = tokio::time::timeout(SENDING_LASTS, tls.accept(stream)).await;
                if let Ok(Ok(stream)) = greeted {
                    self.answer(stream, running).await;
                }
            }
        }
    }

    async fn answer(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        running: Watcher,
    ) {
        let service = TowerToHyperService::new(self.router.clone());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(SENDING_LASTS)
            .max_buf_size(ADDRESS_BYTES_MAX + 2 * HEADER_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = running.watch(connection).await {
            tracing::debug!(%error, "a connection ended");
        }
        let _ = &self.place;
    }
}

/// Tells a connection that there are too many.
async fn refuse(mut stream: TcpStream, is_tls: bool) {
    if is_tls {
        return;
    }
    let answer = async {
        stream.write_all(FULL).await?;
        stream.shutdown().await
    };
    // Who does not take it is gone.
    let _ = tokio::time::timeout(limits::QUESTION_WAITS, answer).await;
}

/// The names under which a server is reached.
fn hosts(listen: &Listen, address: SocketAddr) -> Hosts {
    let is_vouched = listen.tls.is_some() || listen.behind_proxy;
    if is_vouched && listen.hosts.is_empty() {
        return Hosts::Any;
    }
    let port = address.port();
    let mut names: Vec<String> = listen.hosts.iter().map(|host| host.to_lowercase()).collect();
    names.extend(listen.hosts.iter().map(|host| format!("{}:{port}", host.to_lowercase())));
    for name in ["127.0.0.1", "localhost", "[::1]"] {
        names.push(format!("{name}:{port}"));
        if port == 80 {
            names.push(name.to_owned());
        }
    }
    names.push(address.to_string());
    Hosts::Only(names)
}

fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor> {
    let wrong = |path: &Path, error: &dyn std::fmt::Display| {
        Error::invalid(path.display().to_string(), error.to_string())
    };
    let chain = CertificateDer::pem_file_iter(certificates);
    let chain = chain.and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| wrong(certificates, &error))?;
    let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, &error))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key_der)
        .map_err(|error| wrong(certificates, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Closes the store once nobody uses it any more.
fn close(server: Arc<Server>) -> Result<()> {
    let begun = Instant::now();
    let mut server = server;
    loop {
        match Arc::try_unwrap(server) {
            Ok(server) => return server.store.close(),
            // A question that cannot be stopped; the store loses nothing by not being closed.
            Err(_) if begun.elapsed() > STOPPING_LASTS => return Ok(()),
            Err(shared) => server = shared,
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn listen_error(address: SocketAddr, error: io::Error) -> Error {
    Error::io("listen on", Path::new(&address.to_string()), error)
}

fn io_error(action: &'static str, error: io::Error) -> Error {
    Error::io(action, Path::new("the server"), error)
}
