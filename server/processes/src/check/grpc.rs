//! What the standard health service of gRPC says.

use std::{error::Error as _, net::SocketAddr};

use tonic::{Code, transport::Endpoint};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use super::Unwell;

pub(super) async fn probe(address: SocketAddr, service: &str) -> Result<(), Unwell> {
    let endpoint = Endpoint::try_from(format!("http://{address}")).map_err(|why| Unwell::Check(why.to_string()))?;
    let channel = endpoint.connect().await.map_err(|why| Unwell::Unreachable {
        to: address.to_string(),
        why: why.source().map_or_else(|| why.to_string(), ToString::to_string),
    })?;
    let request = HealthCheckRequest { service: service.to_owned() };
    match HealthClient::new(channel).check(request).await {
        Ok(answer) => match answer.get_ref().status() {
            ServingStatus::Serving => Ok(()),
            other => Err(Unwell::Answer(format!("it says {}", other.as_str_name()))),
        },
        Err(why) if why.code() == Code::NotFound => Err(Unwell::Answer(format!("it knows no service `{service}`"))),
        Err(why) if why.code() == Code::Unimplemented => {
            Err(Unwell::Answer("it does not have the health service of gRPC".into()))
        }
        Err(why) => Err(Unwell::Answer(format!("it answers {:?}: {}", why.code(), why.message()))),
    }
}
