//! Whom this agent trusts: other nodes at the peer listeners, clients at the API.
//!
//! Makes configurations of the TLS library from files, and makes them anew when the files change. A node's certificate
//! names the node (a DNS name among its subject alternative names) and is good for both ends of a connection; whether
//! the name is that of the handshake is checked where the handshake is read. Sessions are never resumed, so each
//! connection is checked in full.

#[cfg(test)]
mod tests;
mod verify;

use std::{path::Path, sync::Arc};

use quorate_core::types::NodeName;
use quorate_tls::{Fault, FileError, Pair, Renewed, certified, dns_names, provider, roots};
use rustls::{
    ClientConfig, ServerConfig,
    client::Resumption,
    pki_types::UnixTime,
    server::{NoServerSessionStorage, WebPkiClientVerifier},
    sign::{CertifiedKey, SingleCertAndKey},
    version::TLS13,
};

use self::verify::NodeVerifier;
use crate::config::{ApiTlsConfig, PeerTlsConfig};

/// TLS between nodes, for both ends.
#[derive(Clone, Debug)]
pub struct PeerTls(Renewed<Ends>);

/// The two ends of a connection between nodes.
#[derive(Clone, Debug)]
struct Ends {
    accepting: Arc<ServerConfig>,
    dialling: Arc<ClientConfig>,
}

impl PeerTls {
    /// Reads the files and checks that other nodes will trust this one.
    ///
    /// # Errors
    /// [`FileError`] for the first file that cannot be used.
    pub fn load(config: &PeerTlsConfig, node: &NodeName) -> Result<Self, FileError> {
        let PeerTlsConfig { certificate, key, ca } = config.clone();
        let files = [certificate.clone(), key.clone(), ca.clone()];
        let (pair, node) = (Pair { certificate, key }, node.clone());
        Renewed::new(files, move || ends(&pair, &ca, &node)).map(Self)
    }

    /// For the next connection that is accepted.
    #[must_use]
    pub fn accepting(&self) -> Arc<ServerConfig> {
        self.0.current().accepting
    }

    /// For the next connection that is dialled.
    #[must_use]
    pub fn dialling(&self) -> Arc<ClientConfig> {
        self.0.current().dialling
    }
}

/// TLS for clients of the API.
#[derive(Clone, Debug)]
pub struct ApiTls(Renewed<Arc<ServerConfig>>);

impl ApiTls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`FileError`] for the first file that cannot be used.
    pub fn load(config: &ApiTlsConfig) -> Result<Self, FileError> {
        let ApiTlsConfig { certificate, key, client_ca } = config.clone();
        let files = [certificate.clone(), key.clone()].into_iter().chain(client_ca.clone());
        let pair = Pair { certificate, key };
        Renewed::new(files, move || api(&pair, client_ca.as_deref())).map(Self)
    }

    /// For the next connection that is accepted.
    #[must_use]
    pub fn accepting(&self) -> Arc<ServerConfig> {
        self.0.current()
    }
}

fn ends(pair: &Pair, ca: &Path, node: &NodeName) -> Result<Ends, FileError> {
    let verifier = Arc::new(NodeVerifier::new(roots(ca)?).map_err(|why| unusable(ca, &why))?);
    let certified = certified(pair)?;
    own(pair, ca, node, &certified, &verifier)?;
    let mut accepting = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .map_err(|why| unusable(ca, &why))?
        .with_client_cert_verifier(verifier.clone())
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified.clone())));
    settle(&mut accepting, &[b"h2"]);
    let mut dialling = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .map_err(|why| unusable(ca, &why))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    dialling.alpn_protocols = vec![b"h2".to_vec()];
    dialling.resumption = Resumption::disabled();
    // Whoever answers is not known by name yet.
    dialling.enable_sni = false;
    Ok(Ends { accepting: Arc::new(accepting), dialling: Arc::new(dialling) })
}

/// Looks at this node's own certificate as its peers will.
fn own(
    pair: &Pair,
    ca: &Path,
    node: &NodeName,
    certified: &CertifiedKey,
    verifier: &NodeVerifier,
) -> Result<(), FileError> {
    let file = &pair.certificate;
    let (certificate, between) = certified.cert.split_first().ok_or_else(|| unusable(file, &"it is empty"))?;
    verifier.check(certificate, between, UnixTime::now()).map_err(|why| match Fault::of(&why) {
        Fault::UnknownIssuer => unusable(file, &format!("it is not signed by {}", ca.display())),
        Fault::Expired => unusable(file, &"it is expired"),
        Fault::NotYetValid => unusable(file, &"it is not valid yet"),
        Fault::WrongUsage => unusable(file, &"a node's certificate must be for both serverAuth and clientAuth"),
        fault => unusable(file, &fault),
    })?;
    let names = dns_names(certificate);
    if names.iter().any(|name| name == node.as_str()) {
        return Ok(());
    }
    let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
    Err(unusable(file, &format!("it is for {names}, and this node is {node}: a DNS name in it must be the node's")))
}

fn api(pair: &Pair, client_ca: Option<&Path>) -> Result<Arc<ServerConfig>, FileError> {
    let certified = certified(pair)?;
    own_time(pair, &certified)?;
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|why| unusable(&pair.certificate, &why))?;
    let builder = match client_ca {
        None => builder.with_no_client_auth(),
        Some(ca) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(ca)?), provider()).build();
            builder.with_client_cert_verifier(verifier.map_err(|why| unusable(ca, &why))?)
        }
    };
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    // HTTP/1.1 for browsers: gRPC-Web.
    settle(&mut config, &[b"h2", b"http/1.1"]);
    Ok(Arc::new(config))
}

/// Refuses a certificate that every client would refuse because of its time. Who signed it is the clients' business.
fn own_time(pair: &Pair, certified: &CertifiedKey) -> Result<(), FileError> {
    match certified.cert.first().map(|certificate| verify::time_of(certificate, UnixTime::now())) {
        Some(Some(Fault::Expired)) => Err(unusable(&pair.certificate, &"it is expired")),
        Some(Some(Fault::NotYetValid)) => Err(unusable(&pair.certificate, &"it is not valid yet")),
        _ => Ok(()),
    }
}

fn settle(config: &mut ServerConfig, protocols: &[&[u8]]) {
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> FileError {
    FileError::Unusable { path: path.into(), why: why.to_string() }
}
