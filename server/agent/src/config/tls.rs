//! Which files belong together. Whether they can be used is seen when the agent starts.

use std::path::PathBuf;

use super::{
    ApiTlsConfig, ConfigError, PeerTlsConfig, TlsConfig,
    draft::{ApiTlsDraft, PeerTlsDraft, Slot, TlsDraft},
    origin::Origins,
    value::Text,
};

/// The file of a key, when it was given.
type Given = Option<PathBuf>;

/// Makes the configuration of what was written.
pub(super) fn resolve(draft: TlsDraft, origins: &Origins) -> Result<TlsConfig, ConfigError> {
    Ok(TlsConfig { peer: peer(draft.peer, origins)?, api: api(draft.api, origins)? })
}

fn peer(draft: PeerTlsDraft, origins: &Origins) -> Result<Option<PeerTlsConfig>, ConfigError> {
    let certificate = file("tls.peer.certificate", draft.certificate, origins)?;
    let key = file("tls.peer.key", draft.key, origins)?;
    let ca = file("tls.peer.ca", draft.ca, origins)?;
    match (certificate, key, ca) {
        (None, None, None) => Ok(None),
        (Some(certificate), Some(key), Some(ca)) => Ok(Some(PeerTlsConfig { certificate, key, ca })),
        (certificate, key, ca) => {
            let all = [("tls.peer.certificate", certificate), ("tls.peer.key", key), ("tls.peer.ca", ca)];
            Err(incomplete(&all, origins))
        }
    }
}

fn api(draft: ApiTlsDraft, origins: &Origins) -> Result<Option<ApiTlsConfig>, ConfigError> {
    let certificate = file("tls.api.certificate", draft.certificate, origins)?;
    let key = file("tls.api.key", draft.key, origins)?;
    let client_ca = file("tls.api.client_ca", draft.client_ca, origins)?;
    match (certificate, key, client_ca) {
        (None, None, None) => Ok(None),
        (Some(certificate), Some(key), client_ca) => Ok(Some(ApiTlsConfig { certificate, key, client_ca })),
        (certificate, key, client_ca) => {
            let needed = [("tls.api.certificate", certificate), ("tls.api.key", key)];
            let beside = client_ca.map(|ca| ("tls.api.client_ca", Some(ca)));
            Err(incomplete(&needed.into_iter().chain(beside).collect::<Vec<_>>(), origins))
        }
    }
}

fn file(key: &str, slot: Slot<PathBuf>, origins: &Origins) -> Result<Given, ConfigError> {
    match slot {
        Some(Text(path)) if path.as_os_str().is_empty() => Err(origins.error(key, "", "it must name a file")),
        slot => Ok(slot.map(|Text(path)| path)),
    }
}

/// Says at the first key that is there which ones are missing.
fn incomplete(keys: &[(&str, Given)], origins: &Origins) -> ConfigError {
    let missing: Vec<_> = keys.iter().filter(|(_, given)| given.is_none()).map(|&(key, _)| key).collect();
    let present = keys.iter().find_map(|(key, given)| given.as_ref().map(|path| (*key, path.display().to_string())));
    let (key, value) = present.unwrap_or_default();
    origins.error(key, value, format!("{} must be set too", missing.join(" and ")))
}
