//! What can be wrong with the other end of a connection.

use std::io;

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};
use thiserror::Error as ThisError;

/// Why a connection was not taken. The words are about the other end ("it").
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Fault {
    /// No trusted authority has signed its certificate.
    #[error("its certificate is not signed by the cluster's CA")]
    UnknownIssuer,
    /// Its certificate is over.
    #[error("its certificate is expired")]
    Expired,
    /// Its certificate has not begun.
    #[error("its certificate is not valid yet")]
    NotYetValid,
    /// Its certificate is for something else, such as for a client where a node is needed.
    #[error("its certificate is not meant for this use (extended key usage)")]
    WrongUsage,
    /// Its certificate does not have the host that was dialled.
    #[error("its certificate is for {}, not for {wanted}", listed(names))]
    WrongHost {
        /// The host that was dialled, or the name asked for instead.
        wanted: String,
        /// The names in the certificate.
        names: Vec<String>,
    },
    /// Its certificate does not have the node that it says it is.
    #[error("the certificate is for node {}, the peer says {said}", listed(names))]
    WrongNode {
        /// The node it says it is.
        said: String,
        /// The names in the certificate.
        names: Vec<String>,
    },
    /// It showed no certificate.
    #[error("it has no certificate")]
    NoCertificate,
    /// Its certificate cannot be used for another reason.
    #[error("its certificate cannot be used: {0}")]
    BadCertificate(String),
    /// It does not speak TLS, this end does.
    #[error("it speaks plain text, this side speaks TLS")]
    PlainText,
    /// It speaks TLS, this end does not.
    #[error("it speaks TLS, this side speaks plain text")]
    SpeaksTls,
    /// It did not take the certificate of this end, and said why.
    #[error("it refused this side's certificate: {0}")]
    Refused(&'static str),
    /// The two do not understand each other.
    #[error("TLS failed: {0}")]
    Protocol(String),
}

impl Fault {
    /// Finds the fault behind an error of a connection.
    #[must_use]
    pub fn of_io(error: &io::Error) -> Option<Self> {
        let inner = error.get_ref()?;
        match (inner.downcast_ref::<Self>(), inner.downcast_ref::<Error>()) {
            (Some(fault), _) => Some(fault.clone()),
            (_, Some(error)) => Some(Self::of(error)),
            _ => inner.downcast_ref::<io::Error>().and_then(Self::of_io),
        }
    }

    /// A word for it that does not change, for counting.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnknownIssuer => "UnknownIssuer",
            Self::Expired => "Expired",
            Self::NotYetValid => "NotYetValid",
            Self::WrongUsage => "WrongUsage",
            Self::WrongHost { .. } => "WrongHost",
            Self::WrongNode { .. } => "WrongNode",
            Self::NoCertificate => "NoCertificate",
            Self::BadCertificate(_) => "BadCertificate",
            Self::PlainText => "PlainText",
            Self::SpeaksTls => "SpeaksTls",
            Self::Refused(_) => "Refused",
            Self::Protocol(_) => "Protocol",
        }
    }

    /// Reads an error of the TLS library.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        match error {
            Error::InvalidCertificate(why) => Self::of_certificate(why),
            Error::NoCertificatesPresented => Self::NoCertificate,
            Error::InvalidMessage(InvalidMessage::InvalidContentType) => Self::PlainText,
            Error::AlertReceived(alert) => Self::of_alert(*alert),
            other => Self::Protocol(other.to_string()),
        }
    }

    fn of_certificate(error: &CertificateError) -> Self {
        match error {
            // An authority of the same name with another key shows as a bad signature.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownIssuer,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Self::WrongUsage,
            CertificateError::NotValidForNameContext { expected, presented } => Self::WrongHost {
                wanted: expected.to_str().into_owned(),
                names: presented.iter().map(|name| bare(name)).collect(),
            },
            other => Self::BadCertificate(other.to_string()),
        }
    }

    fn of_alert(alert: AlertDescription) -> Self {
        Self::Refused(match alert {
            AlertDescription::UnknownCA => "it is not signed by the CA trusted there",
            AlertDescription::CertificateExpired => "it is expired, or not valid yet",
            AlertDescription::CertificateRequired => "there is none, and it wants one",
            AlertDescription::UnsupportedCertificate => "it is not meant for this use (extended key usage)",
            AlertDescription::CertificateRevoked => "it is revoked",
            AlertDescription::BadCertificate | AlertDescription::CertificateUnknown => "it cannot be used there",
            AlertDescription::DecryptError => "its signature is not that of the CA trusted there",
            other => return Self::Protocol(format!("the other end gave it up ({other:?})")),
        })
    }
}

/// `DnsName("n1")` and `IpAddress(127.0.0.1)` without what is around the name.
fn bare(presented: &str) -> String {
    let inner = presented.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(presented);
    inner.trim_matches('"').to_owned()
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nobody (it has no such name)".to_owned() } else { names.join(", ") }
}
