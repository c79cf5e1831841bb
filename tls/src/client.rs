//! How a client trusts an agent, and how it shows who it is.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig,
    client::{Resumption, WebPkiServerVerifier},
    pki_types::ServerName,
};

use crate::{FileError, Pair, Renewed, certified, provider, roots};

/// What a client needs to speak TLS: the authority it trusts and, when agents ask for one, its own certificate. Files
/// that change are read anew for the next connection. Clones share what was read.
#[derive(Debug, Clone)]
pub struct ClientTls {
    config: Renewed<Arc<ClientConfig>>,
    server_name: Option<ServerName<'static>>,
}

impl ClientTls {
    /// Reads the files. `server_name` is looked for in agents' certificates instead of the host that is dialled.
    ///
    /// # Errors
    /// [`FileError`] for the first file that cannot be used.
    pub fn new(ca: PathBuf, pair: Option<Pair>, server_name: Option<ServerName<'static>>) -> Result<Self, FileError> {
        let files =
            std::iter::once(ca.clone()).chain(pair.iter().flat_map(|pair| [&pair.certificate, &pair.key]).cloned());
        let files: Vec<_> = files.collect();
        let config = Renewed::new(files, move || configure(&ca, pair.as_ref()))?;
        Ok(Self { config, server_name })
    }

    /// The configuration for the next connection.
    #[must_use]
    pub fn config(&self) -> Arc<ClientConfig> {
        self.config.current()
    }

    /// The name to look for at `host`.
    #[must_use]
    pub fn name(&self, host: &str) -> Option<ServerName<'static>> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.server_name.clone().or_else(|| ServerName::try_from(host.to_owned()).ok())
    }
}

fn configure(ca: &std::path::Path, pair: Option<&Pair>) -> Result<Arc<ClientConfig>, FileError> {
    let unusable = |why: &dyn std::fmt::Display| FileError::Unusable { path: ca.into(), why: why.to_string() };
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots(ca)?), provider())
        .build()
        .map_err(|why| unusable(&why))?;
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|why| unusable(&why))?
        .with_webpki_verifier(verifier);
    let mut config = match pair {
        None => builder.with_no_client_auth(),
        Some(pair) => {
            builder.with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified(pair)?)))
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    // A resumed session would go on with what was checked long ago.
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}
