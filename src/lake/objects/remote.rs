//! Tables on a file system and on S3, by the crate `object_store`.

use super::address::Address;
use super::request::{Answer, FoundObject, Objects, PutAnswer, RequestFailure};
use crate::{Error, Result};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    ClientConfigKey, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig,
};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long a connection may take to come about.
const CONNECT: &str = "10 seconds";
/// How long one request may take.
const REQUEST: &str = "60 seconds";

/// A table on a file system or on S3. Each call blocks its thread until the answer is there.
#[derive(Debug)]
pub struct Remote {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    runtime: Runtime,
}

impl Remote {
    /// Opens an address. S3 takes its settings from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_REGION`, `AWS_ENDPOINT_URL` and `AWS_ALLOW_HTTP`. Sends no request.
    ///
    /// # Errors
    /// [`Error::Invalid`] for settings that cannot be.
    pub fn open(address: &Address) -> Result<Remote> {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::invalid("table", format!("{address} cannot be opened: {error}"))
        };
        let (store, prefix): (Arc<dyn ObjectStore>, _) = match address {
            Address::File(path) => {
                let prefix = Path::from_url_path(path).map_err(|error| wrong(&error))?;
                (Arc::new(LocalFileSystem::new().with_fsync(true)), prefix)
            }
            Address::S3 { bucket, prefix } => {
                let store = s3(bucket).build().map_err(|error| wrong(&error))?;
                let prefix = Path::parse(prefix).map_err(|error| wrong(&error))?;
                (Arc::new(store), prefix)
            }
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Remote { store, prefix, runtime: runtime.map_err(|error| wrong(&error))? })
    }

    fn wait<T>(&self, request: impl Future<Output = object_store::Result<T>>) -> Answer<T> {
        self.runtime.block_on(request).map_err(|error| failure(&error))
    }

    fn place(&self, path: &str) -> Answer<Path> {
        let within = Path::parse(path).map_err(|error| failure(&error.into()))?;
        Ok(self.prefix.parts().chain(within.parts()).collect())
    }
}

fn s3(bucket: &str) -> AmazonS3Builder {
    // One process has one provider of TLS; whoever was first is as good.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let once = RetryConfig {
        max_retries: 0,
        retry_timeout: Duration::from_secs(1),
        ..RetryConfig::default()
    };
    AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), REQUEST)
        .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::ConnectTimeout), CONNECT)
        .with_retry(once)
}

/// What an error of the crate means for the next attempt.
fn failure(error: &object_store::Error) -> RequestFailure {
    use object_store::Error::{Generic, JoinError};
    let is_transient = matches!(error, Generic { .. } | JoinError { .. });
    RequestFailure { message: error.to_string(), is_transient }
}

impl Objects for Remote {
    fn list(&self, folder: &str, after: Option<&str>) -> Answer<Vec<FoundObject>> {
        let prefix = self.place(folder)?;
        let found = match after {
            Some(after) => self.store.list_with_offset(Some(&prefix), &self.place(after)?),
            None => self.store.list(Some(&prefix)),
        };
        let found: Vec<_> = self.wait(found.try_collect())?;
        let relative = |meta: object_store::ObjectMeta| {
            let parts: Vec<_> = meta.location.prefix_match(&self.prefix)?.collect();
            let path = parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("/");
            let modified = meta.last_modified.timestamp_micros();
            Some(FoundObject { path, len: meta.size, modified })
        };
        Ok(found.into_iter().filter_map(relative).collect())
    }

    fn get(&self, path: &str) -> Answer<Option<Bytes>> {
        let place = self.place(path)?;
        self.wait(async {
            match self.store.get(&place).await {
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                got => Ok(Some(got?.bytes().await?)),
            }
        })
    }

    fn put_new(&self, path: &str, bytes: Bytes) -> Answer<PutAnswer> {
        let place = self.place(path)?;
        let options = PutOptions::from(PutMode::Create);
        self.wait(async {
            match self.store.put_opts(&place, PutPayload::from(bytes), options).await {
                Err(object_store::Error::AlreadyExists { .. }) => Ok(PutAnswer::Taken),
                put => put.map(|_| PutAnswer::Put),
            }
        })
    }

    fn remove(&self, path: &str) -> Answer<()> {
        let place = self.place(path)?;
        self.wait(async {
            match self.store.delete(&place).await {
                Err(object_store::Error::NotFound { .. }) => Ok(()),
                removed => removed,
            }
        })
    }
}
