//! Certificates and keys as PEM files, and what can be wrong with them.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    RootCertStore,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    sign::CertifiedKey,
};
use thiserror::Error;

use crate::provider;

/// Largest file that is read, in bytes: a bundle of a few hundred certificates.
const MAX_BYTES: u64 = 1 << 20;

/// A certificate (with what is between it and the authority, if anything) and its private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// PEM file: first the certificate itself.
    pub certificate: PathBuf,
    /// PEM file: PKCS #8, SEC 1 or PKCS #1, without a password.
    pub key: PathBuf,
}

/// A file that cannot be used. Whose files they are, the caller knows.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read {}: {why}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// It holds nothing of the kind needed, or is cut off.
    #[error("{} holds no {what} in PEM form: {why}", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// What it holds cannot be used.
    #[error("{} cannot be used: {why}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Certificate and key do not belong together.
    #[error("the key {} does not fit the certificate {}", key.display(), certificate.display())]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
}

/// The authorities in a PEM file.
///
/// # Errors
/// [`FileError`] when it cannot be read, or holds no certificate that can sign others.
pub fn roots(path: &Path) -> Result<RootCertStore, FileError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|why| unusable(path, &why))?;
    }
    Ok(roots)
}

/// A certificate with its key, which fits. Warns when others than the owner and the group can use the key.
///
/// # Errors
/// [`FileError`] for the first file that cannot be used.
pub fn certified(pair: &Pair) -> Result<Arc<CertifiedKey>, FileError> {
    let chain = certificates(&pair.certificate)?;
    let key = key(&pair.key)?;
    let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|why| match why {
        rustls::Error::InconsistentKeys(_) => {
            FileError::Mismatch { certificate: pair.certificate.clone(), key: pair.key.clone() }
        }
        rustls::Error::InvalidCertificate(why) => unusable(&pair.certificate, &why),
        why => unusable(&pair.key, &why),
    })?;
    warn_when_exposed(&pair.key);
    Ok(Arc::new(certified))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, FileError> {
    let text = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(not_pem(path, "certificate", &pem::Error::NoItemsFound)),
        Err(why) => Err(not_pem(path, "certificate", &why)),
    }
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, FileError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|why| not_pem(path, "private key without a password", &why))
}

fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let failed = |why: String| FileError::Read { path: path.into(), why };
    let size = fs::metadata(path).map_err(|why| failed(why.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(failed(format!("it has {size} bytes, allowed are {MAX_BYTES}")));
    }
    fs::read(path).map_err(|why| failed(why.to_string()))
}

fn not_pem(path: &Path, what: &'static str, why: &pem::Error) -> FileError {
    // The library shows the line it stumbled over byte by byte, and with a key that would be the key.
    let why = match why {
        pem::Error::NoItemsFound => "none is in it",
        pem::Error::MissingSectionEnd { .. } => "it is cut off",
        _ => "it is damaged",
    };
    FileError::NotPem { path: path.into(), what, why: why.to_owned() }
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> FileError {
    FileError::Unusable { path: path.into(), why: why.to_string() }
}

fn warn_when_exposed(key: &Path) {
    if let Some(mode) = fs::metadata(key).ok().map(|found| found.permissions().mode() & 0o777)
        && mode & 0o007 != 0
    {
        tracing::warn!(key = %key.display(), mode = %format_args!("{mode:o}"), "everybody on this machine can use this private key: chmod 600");
    }
}
