//! Whether a certificate is a node's: signed by the cluster's authority, valid now, and good for both ends.
//!
//! The names in it are not looked at here: an address is dialled without knowing who answers. And a certificate for
//! clients alone is none of a node's, so a client cannot pose as one even where nodes and clients share an authority.

use std::sync::Arc;

use quorate_tls::{Fault, provider};
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor,
    },
    crypto::WebPkiSupportedAlgorithms,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::{
        ParsedCertificate, VerifierBuilderError, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

/// Checks nodes' certificates at either end.
#[derive(Debug)]
pub(super) struct NodeVerifier {
    roots: Arc<RootCertStore>,
    as_client: Arc<dyn ClientCertVerifier>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl NodeVerifier {
    pub(super) fn new(roots: RootCertStore) -> Result<Self, VerifierBuilderError> {
        let roots = Arc::new(roots);
        let as_client = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider()).build()?;
        Ok(Self { roots, as_client, algorithms: provider().signature_verification_algorithms })
    }

    /// Checks a certificate and what is between it and the authority.
    pub(super) fn check(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        verify_server_cert_signed_by_trust_anchor(&parsed, &self.roots, between, now, self.algorithms.all)?;
        self.as_client.verify_client_cert(certificate, between, now).map(drop)
    }
}

/// What is wrong with the time of a certificate, whoever signed it.
pub(super) fn time_of(certificate: &CertificateDer<'_>, now: UnixTime) -> Option<Fault> {
    let algorithms = provider().signature_verification_algorithms;
    let nobody = RootCertStore::empty();
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    // The time is looked at before the search for who signed it, which finds nobody.
    let checked = verify_server_cert_signed_by_trust_anchor(&parsed, &nobody, &[], now, algorithms.all);
    checked.err().map(|why| Fault::of(&why)).filter(|fault| matches!(fault, Fault::Expired | Fault::NotYetValid))
}

impl ServerCertVerifier for NodeVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(certificate, between, now).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.as_client.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.as_client.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for NodeVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.as_client.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(certificate, between, now).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.as_client.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.as_client.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
