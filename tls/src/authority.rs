//! A certificate authority of one's own, for trying out and for tests: it lives in memory and nobody should trust it
//! for long.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::{Duration, SystemTime},
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, Error, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};

use crate::Pair;

/// How long certificates hold unless the subject says otherwise.
const VALIDITY: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long before now they begin: clocks differ.
const SLACK: Duration = Duration::from_secs(3600);

/// An authority.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// Whom a certificate is for.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its common name and first DNS name.
    pub name: String,
    /// More DNS names and IP addresses.
    pub hosts: Vec<String>,
    /// What it may do.
    pub usage: Usage,
    /// From when on it is valid.
    pub from: SystemTime,
    /// Until when it is valid.
    pub until: SystemTime,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// A node: it dials and is dialled.
    Node,
    /// A client of the API.
    Client,
}

/// A certificate with its key, as PEM.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl Subject {
    /// A node of this name, also reached as `hosts`, for thirty days.
    #[must_use]
    pub fn node(name: &str, hosts: &[&str]) -> Self {
        let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        let now = SystemTime::now();
        Self { name: name.to_owned(), hosts, usage: Usage::Node, from: now - SLACK, until: now + VALIDITY }
    }

    /// A client of this name, for thirty days.
    #[must_use]
    pub fn client(name: &str) -> Self {
        Self { usage: Usage::Client, ..Self::node(name, &[]) }
    }
}

impl Authority {
    /// A new authority with a key of its own.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new(name: &str) -> Result<Self, Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = called(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = (SystemTime::now() - SLACK).into();
        params.not_after = (SystemTime::now() + VALIDITY).into();
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// Its certificate as PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Signs a certificate.
    ///
    /// # Errors
    /// When a name is none.
    pub fn issue(&self, subject: &Subject) -> Result<Issued, Error> {
        let names: Vec<_> = std::iter::once(&subject.name).chain(&subject.hosts).cloned().collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = called(&subject.name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = match subject.usage {
            Usage::Node => vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth],
            Usage::Client => vec![ExtendedKeyUsagePurpose::ClientAuth],
        };
        params.not_before = subject.from.into();
        params.not_after = subject.until.into();
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Issued { certificate, key: key.serialize_pem() })
    }
}

impl Issued {
    /// Writes `stem.pem` and `stem.key` into a folder, in place of what is there.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, folder: &Path, stem: &str) -> io::Result<Pair> {
        let pair = Pair { certificate: folder.join(format!("{stem}.pem")), key: folder.join(format!("{stem}.key")) };
        fs::write(&pair.certificate, &self.certificate)?;
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&pair.key);
        file?.write_all(self.key.as_bytes())?;
        Ok(pair)
    }
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}
