//! What people are told to try, ready to be pasted.

use std::path::Path;

use super::{
    certificates::Certificates,
    plan::{NodePlan, quoted},
};

/// Commands for the API and HTTP of a node, and one that kills the process `victim`; one a line, indented.
pub(super) fn to_try(node: &NodePlan, certificates: Option<&Certificates>, victim: u32) -> String {
    let (api, http) = (node.api, node.http);
    let mut lines = match certificates {
        None => vec![
            format!("quorate status --endpoint {api}"),
            format!("quorate quorum --endpoint {api}"),
            format!("quorate events --follow --endpoint {api}"),
            format!("quorate lock demo --endpoint {api} -- sleep 10"),
            format!("grpcurl -plaintext {api} quorate.v1.MembershipService/GetView"),
            format!(
                "buf curl --protocol grpc --http2-prior-knowledge http://{api}/quorate.v1.MembershipService/GetView"
            ),
        ],
        Some(certificates) => in_tls(node, certificates),
    };
    lines.extend([format!("curl http://{http}/readyz"), format!("kill -9 {victim}")]);
    lines.into_iter().map(|line| format!("  {line}\n")).collect()
}

fn in_tls(node: &NodePlan, Certificates { ca, client }: &Certificates) -> Vec<String> {
    let api = node.api;
    let path = |path: &Path| quoted(&path.display().to_string());
    let (ca, certificate, key) = (path(ca), path(&client.certificate), path(&client.key));
    vec![
        format!("export QUORATE_TLS_CA={ca} QUORATE_TLS_CERTIFICATE={certificate} QUORATE_TLS_KEY={key}"),
        format!("quorate status --endpoint {api}"),
        format!("quorate events --follow --endpoint {api}"),
        format!("grpcurl -cacert {ca} -cert {certificate} -key {key} {api} quorate.v1.MembershipService/GetView"),
        format!(
            "buf curl --protocol grpc --cacert {ca} --cert {certificate} --key {key} \
             https://{api}/quorate.v1.MembershipService/GetView"
        ),
    ]
}
