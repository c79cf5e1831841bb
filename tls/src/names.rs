//! Who a certificate is for.

use rustls::pki_types::CertificateDer;
use webpki::EndEntityCert;

/// The DNS names in a certificate's subject alternative names, in lower case; none when it cannot be read.
#[must_use]
pub fn dns_names(certificate: &CertificateDer<'_>) -> Vec<String> {
    EndEntityCert::try_from(certificate)
        .map(|certificate| certificate.valid_dns_names().map(str::to_ascii_lowercase).collect())
        .unwrap_or_default()
}
