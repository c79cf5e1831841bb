//! Files that cannot be used, files that change, and what each end says of the other.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier, sign::SingleCertAndKey};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::{Authority, ClientTls, Fault, Faults, FileError, Pair, Renewed, SPEAKS_TLS, Stream, Subject, certified};

/// More than any machine needs.
const LIMIT: Duration = Duration::from_secs(60);

/// A folder with an authority's certificate in it.
struct Folder {
    dir: TempDir,
    authority: Authority,
}

impl Folder {
    fn new() -> Self {
        Self::of("test CA")
    }

    fn of(authority: &str) -> Self {
        let (dir, authority) = (tempfile::tempdir().unwrap(), Authority::new(authority).unwrap());
        fs::write(dir.path().join("ca.pem"), authority.pem()).unwrap();
        Self { dir, authority }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn issue(&self, subject: &Subject) -> Pair {
        self.authority.issue(subject).unwrap().write(self.dir.path(), &subject.name).unwrap()
    }
}

fn refusal(pair: &Pair) -> String {
    certified(pair).unwrap_err().to_string()
}

#[test]
fn each_file_that_cannot_be_used_is_named_with_what_is_wrong() {
    let folder = Folder::new();
    let good = folder.issue(&Subject::node("n1", &[]));
    let other = folder.issue(&Subject::node("n2", &[]));
    certified(&good).unwrap();

    let missing = Pair { key: folder.path("missing"), ..good.clone() };
    assert!(refusal(&missing).contains("missing: No such file"), "{}", refusal(&missing));
    let swapped = Pair { key: other.key.clone(), ..good.clone() };
    assert_eq!(
        certified(&swapped).unwrap_err(),
        FileError::Mismatch { certificate: good.certificate.clone(), key: other.key }
    );
    let not_pem = Pair { certificate: folder.path("text"), ..good.clone() };
    fs::write(&not_pem.certificate, "no certificate").unwrap();
    assert!(refusal(&not_pem).contains("holds no certificate in PEM form: none is in it"), "{}", refusal(&not_pem));
    let no_der = Pair { certificate: folder.path("der"), ..good.clone() };
    fs::write(&no_der.certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    assert!(refusal(&no_der).contains("der cannot be used"), "{}", refusal(&no_der));
    let torn = Pair { key: folder.path("torn"), ..good.clone() };
    let key = fs::read_to_string(&good.key).unwrap();
    fs::write(&torn.key, &key[..key.len() / 2]).unwrap();
    let said = refusal(&torn);
    assert!(said.contains("holds no private key without a password in PEM form: it is cut off"), "{said}");
    assert!(!said.contains(key.lines().nth(1).unwrap()), "a key is never shown: {said}");
    let huge = Pair { certificate: folder.path("huge"), ..good };
    fs::write(&huge.certificate, vec![b'x'; 2 << 20]).unwrap();
    assert!(refusal(&huge).contains("it has 2097152 bytes, allowed are 1048576"), "{}", refusal(&huge));
}

#[test]
fn changed_files_are_taken_when_they_are_whole_and_fit() {
    let folder = Folder::new();
    let pair = folder.issue(&Subject::node("n1", &[]));
    let load = pair.clone();
    let renewed = Renewed::new([pair.certificate.clone(), pair.key.clone()], move || certified(&load)).unwrap();
    let first = renewed.current();
    assert!(Arc::ptr_eq(&first, &renewed.current()), "nothing has changed");

    let next = folder.authority.issue(&Subject::node("n1", &[])).unwrap();
    fs::write(&pair.certificate, &next.certificate[..100]).unwrap();
    assert!(Arc::ptr_eq(&first, &renewed.current()), "half a file");
    fs::write(&pair.certificate, &next.certificate).unwrap();
    assert!(Arc::ptr_eq(&first, &renewed.clone().current()), "the old key does not fit it");
    fs::remove_file(&pair.key).unwrap();
    assert!(Arc::ptr_eq(&first, &renewed.current()), "no key");
    fs::write(&pair.key, &next.key).unwrap();
    let second = renewed.current();
    assert!(!Arc::ptr_eq(&first, &second));
    assert_ne!(first.cert, second.cert);
}

fn server(folder: &Path, pair: &Pair, want_client: bool) -> Arc<ServerConfig> {
    let roots: RootCertStore = crate::roots(&folder.join("ca.pem")).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), crate::provider()).build().unwrap();
    let builder = ServerConfig::builder_with_provider(crate::provider()).with_safe_default_protocol_versions().unwrap();
    let builder = match want_client {
        true => builder.with_client_cert_verifier(verifier),
        false => builder.with_no_client_auth(),
    };
    Arc::new(builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified(pair).unwrap()))))
}

/// What the client and the server make of each other, when the client looks for `host`.
async fn meet(client: &ClientTls, server: Arc<ServerConfig>, host: &str) -> (Option<Fault>, Option<Fault>) {
    let (near, far) = duplex(1 << 16);
    let serving = tokio::spawn(serve(server, far));
    let faults = Faults::default();
    let connecting = TlsConnector::from(client.config()).connect(client.name(host).unwrap(), near).await;
    let fault = match connecting {
        Err(error) => Fault::of_io(&error),
        Ok(stream) => {
            let _ = Stream::tls(stream, faults.clone()).read_u8().await;
            faults.last()
        }
    };
    (fault, timeout(LIMIT, serving).await.unwrap().unwrap())
}

/// Says one byte to whoever is trusted.
async fn serve(config: Arc<ServerConfig>, far: DuplexStream) -> Option<Fault> {
    match TlsAcceptor::from(config).accept(far).await {
        Err(error) => Fault::of_io(&error),
        Ok(mut stream) => {
            let _ = stream.write_all(b"x").await;
            let _ = stream.shutdown().await;
            None
        }
    }
}

#[tokio::test]
async fn each_end_says_what_does_not_fit() {
    let folder = Folder::new();
    let (stranger, namesake) = (Folder::of("another CA"), Folder::new());
    let node = folder.issue(&Subject::node("n1", &["127.0.0.1"]));
    let mut old = Subject::node("old", &["127.0.0.1"]);
    old.until = old.from + Duration::from_secs(60);
    let (old, alice) = (folder.issue(&old), folder.issue(&Subject::client("alice")));
    let client = |from: &Folder, pair: Option<&Pair>| ClientTls::new(from.path("ca.pem"), pair.cloned(), None).unwrap();
    let plain = server(folder.dir.path(), &node, false);
    let strict = server(folder.dir.path(), &node, true);

    assert_eq!(meet(&client(&folder, None), plain.clone(), "127.0.0.1").await, (None, None));
    assert_eq!(meet(&client(&folder, Some(&alice)), strict.clone(), "n1").await, (None, None));
    let (fault, _) = meet(&client(&folder, None), plain.clone(), "n2").await;
    let names = vec!["n1".to_owned(), "127.0.0.1".to_owned()];
    assert_eq!(fault, Some(Fault::WrongHost { wanted: "n2".to_owned(), names }));
    let (fault, back) = meet(&client(&stranger, None), plain.clone(), "127.0.0.1").await;
    assert_eq!(fault, Some(Fault::UnknownIssuer));
    assert_eq!(back, Some(Fault::Refused("it is not signed by the CA trusted there")));
    let (fault, back) = meet(&client(&namesake, None), plain, "127.0.0.1").await;
    assert_eq!(fault, Some(Fault::UnknownIssuer), "of the same name");
    assert_eq!(back, Some(Fault::Refused("its signature is not that of the CA trusted there")));
    let (fault, _) = meet(&client(&folder, None), server(folder.dir.path(), &old, false), "127.0.0.1").await;
    assert_eq!(fault, Some(Fault::Expired));

    let (fault, back) = meet(&client(&folder, None), strict.clone(), "n1").await;
    assert_eq!((fault, back), (Some(Fault::Refused("there is none, and it wants one")), Some(Fault::NoCertificate)));
    let bob = stranger.issue(&Subject::client("bob"));
    let (fault, back) = meet(&client(&folder, Some(&bob)), strict.clone(), "n1").await;
    assert_eq!(
        (fault, back),
        (Some(Fault::Refused("it is not signed by the CA trusted there")), Some(Fault::UnknownIssuer))
    );
    let (fault, back) = meet(&client(&folder, Some(&old)), strict, "n1").await;
    assert_eq!((fault, back), (Some(Fault::Refused("it is expired, or not valid yet")), Some(Fault::Expired)));
}

#[tokio::test]
async fn tls_and_plain_text_recognise_each_other() {
    let folder = Folder::new();
    let (near, mut far) = duplex(1 << 16);
    far.write_all(SPEAKS_TLS).await.unwrap();
    let faults = Faults::default();
    Stream::plain(near, faults.clone()).read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(faults.last(), Some(Fault::SpeaksTls));

    let client = ClientTls::new(folder.path("ca.pem"), None, None).unwrap();
    for plain in [&b"\0\0\0\x04\0\0\0\0\0"[..], b"HTTP/1.1 400 Bad Request\r\n"] {
        let (near, mut far) = duplex(1 << 16);
        far.write_all(plain).await.unwrap();
        let error = TlsConnector::from(client.config()).connect(client.name("n1").unwrap(), near).await.unwrap_err();
        assert_eq!(Fault::of_io(&error), Some(Fault::PlainText));
    }
}

#[test]
fn what_an_end_that_speaks_tls_answers_is_two_whole_frames() {
    let (settings, goaway) = SPEAKS_TLS.split_at(9);
    assert_eq!(settings, [0, 0, 0, 4, 0, 0, 0, 0, 0]);
    let length = goaway.iter().take(3).fold(0, |length, &byte| length << 8 | usize::from(byte));
    assert_eq!(goaway.len(), 9 + length);
}

#[test]
fn a_key_is_written_for_its_owner_alone() {
    let folder = Folder::new();
    let pair = folder.issue(&Subject::node("n1", &[]));
    assert_eq!(fs::metadata(pair.key).unwrap().permissions().mode() & 0o777, 0o600);
}
