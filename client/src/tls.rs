//! How a client speaks TLS.

use std::path::PathBuf;

use quorate_tls::{ClientTls, Pair};
use rustls::pki_types::ServerName;

use crate::options::OptionsError;

/// Whom a client trusts, and how it shows who it is. All files are PEM; those that change are read anew for the next
/// connection, and while the new ones cannot be used the last good ones stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsOptions {
    ca: PathBuf,
    pair: Option<Pair>,
    server_name: Option<String>,
}

impl TlsOptions {
    /// Trusts agents whose certificates the authorities in this file have signed, and no others.
    pub fn new(ca: impl Into<PathBuf>) -> Self {
        Self { ca: ca.into(), pair: None, server_name: None }
    }

    /// Shows this certificate to agents that ask for one. The file may also have what is between it and the authority;
    /// the key must have no password.
    #[must_use]
    pub fn certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.pair = Some(Pair { certificate: certificate.into(), key: key.into() });
        self
    }

    /// Looks for this name in the agents' certificates. Default: the host of the endpoint.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Reads the files.
    pub(crate) fn load(&self) -> Result<ClientTls, OptionsError> {
        let name = self.server_name.clone().map(ServerName::try_from).transpose();
        let name = name.map_err(|_| OptionsError::ServerName(self.server_name.clone().unwrap_or_default()))?;
        Ok(ClientTls::new(self.ca.clone(), self.pair.clone(), name)?)
    }
}
