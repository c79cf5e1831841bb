//! What every command works with: the client and the output.

use std::time::Duration;

use quorate::{Client, ClientOptions, TlsOptions};

use crate::args::Global;
use crate::failure::Failure;
use crate::output::Output;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_LEAVE_TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Someone is waiting at the terminal: one more round is enough to get over a restart.
const ROUNDS: u32 = 2;

/// The client and the output.
pub struct App {
    pub client: Client,
    pub out: Output,
}

impl App {
    pub fn new(global: &Global) -> Result<Self, Failure> {
        let timeout = global.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let options = ClientOptions::new(&global.endpoints)
            .call_timeout(timeout)
            .connect_timeout(timeout.min(CONNECT_TIMEOUT))
            .leave_timeout(global.timeout.unwrap_or(DEFAULT_LEAVE_TIMEOUT))
            .rounds(ROUNDS);
        let options = match tls(global)? {
            Some(tls) => options.tls(tls),
            None => options,
        };
        Ok(Self { client: Client::new(options)?, out: Output::new(global.output, global.color) })
    }
}

impl App {
    /// What concerns a single agent needs exactly one endpoint.
    pub fn one_endpoint(&self, what: &str) -> Result<(), Failure> {
        match self.client.endpoints().count() {
            1 => Ok(()),
            several => {
                let text = format!("{what} concerns one agent, but there are {several} endpoints: give one --endpoint");
                Err(Failure::Usage(text))
            }
        }
    }
}

/// TLS as the flags and variables have it.
fn tls(global: &Global) -> Result<Option<TlsOptions>, Failure> {
    let Global { tls_ca, tls_certificate, tls_key, tls_server_name, .. } = global;
    let Some(ca) = tls_ca else {
        let lonely = tls_certificate.is_some() || tls_key.is_some() || tls_server_name.is_some();
        return if lonely { Err(Failure::Usage("TLS needs --tls-ca (QUORATE_TLS_CA)".to_owned())) } else { Ok(None) };
    };
    let mut tls = TlsOptions::new(ca);
    match (tls_certificate, tls_key) {
        (Some(certificate), Some(key)) => tls = tls.certificate(certificate, key),
        (None, None) => {}
        _ => return Err(Failure::Usage("--tls-certificate and --tls-key must be given together".to_owned())),
    }
    if let Some(name) = tls_server_name {
        tls = tls.server_name(name);
    }
    Ok(Some(tls))
}
