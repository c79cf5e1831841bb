//! What operators ask for: services started, stopped, moved, nodes drained.

use quorate_core::{
    recovery::{Catalog, Edit, Intent},
    types::{NodeName, ServiceName},
};
use quorate_proto::{
    store::v1::{MoveUnit, RecoveryRefusalKind, recovery_answer::Kind as Answered, recovery_request::Kind as Asked},
    v1::{ControlServiceRequest, control_service_request::Action},
};

use super::{super::membership::node_name, ApiError, Recoveries};

/// Most bytes of a reason.
const MAX_REASON: usize = 256;

impl Recoveries {
    /// Does what is asked for; returns the revision of definitions and decisions after that.
    pub(super) async fn control(&self, request: ControlServiceRequest) -> Result<u64, ApiError> {
        let action = request.action.ok_or_else(|| ApiError::bad_request("action", "is missing"))?;
        match action {
            Action::Start(name) => self.intend("action.start", &name, Wish::Start).await,
            Action::Stop(name) => self.intend("action.stop", &name, Wish::Stop).await,
            Action::Enable(name) => self.intend("action.enable", &name, Wish::Enable).await,
            Action::Disable(asked) => {
                let why = reason("action.disable.reason", asked.reason)?;
                self.intend("action.disable.service", &asked.service, Wish::Disable(why)).await
            }
            Action::Restart(name) => {
                let name = service("action.restart", &name)?;
                self.direct(Asked::Restart(name.to_string()), name.as_str(), "").await
            }
            Action::Move(asked) => {
                let name = service("action.move.service", &asked.service)?;
                let node = node_name("action.move.node_name", &asked.node_name)?;
                let unit = MoveUnit { service: name.to_string(), index: asked.instance, node: node.to_string() };
                self.direct(Asked::Move(unit), name.as_str(), node.as_str()).await
            }
            Action::Drain(asked) => {
                let why = reason("action.drain.reason", asked.reason)?;
                self.check_members("action.drain.node_name", std::slice::from_ref(&asked.node_name))?;
                self.drain(&node_name("action.drain.node_name", &asked.node_name)?, Some(why)).await
            }
            Action::Undrain(name) => self.drain(&node_name("action.undrain", &name)?, None).await,
        }
    }

    async fn intend(&self, field: &'static str, name: &str, wish: Wish) -> Result<u64, ApiError> {
        let name = service(field, name)?;
        self.edit(|catalog| wish.edits(catalog, &name)).await
    }

    async fn drain(&self, node: &NodeName, why: Option<String>) -> Result<u64, ApiError> {
        let decide = |catalog: &Catalog| {
            let same = catalog.drained.get(node) == why.as_ref();
            if same { Ok(Vec::new()) } else { Ok(vec![Edit::Drain(node.clone(), why.clone())]) }
        };
        self.edit(decide).await
    }

    /// Has whoever leads do something at once.
    async fn direct(&self, asked: Asked, service: &str, node: &str) -> Result<u64, ApiError> {
        match self.ask(asked).await? {
            Answered::Done(_) => Ok(self.catalog().await?.revision),
            Answered::Refused(refusal) => Err(match refusal.kind() {
                RecoveryRefusalKind::UnknownNode => ApiError::NodeNotFound { name: node.to_owned() },
                RecoveryRefusalKind::CannotMove => ApiError::CannotMove(refusal.text),
                _ => ApiError::ServiceNotFound { name: service.to_owned() },
            }),
            _ => Err(ApiError::Internal("an odd answer")),
        }
    }
}

/// What is to become of a service.
enum Wish {
    Start,
    Stop,
    Enable,
    Disable(String),
}

impl Wish {
    fn edits(&self, catalog: &Catalog, name: &ServiceName) -> Result<Vec<Edit>, ApiError> {
        if !catalog.services.contains_key(name) {
            return Err(ApiError::ServiceNotFound { name: name.to_string() });
        }
        let now = catalog.intents.get(name);
        if let (Self::Start | Self::Stop, Some(Intent::Disabled(_))) = (self, now) {
            return Err(ApiError::ClusterState { state: "disabled", text: "the service is disabled: enable it first" });
        }
        let then = match self {
            Self::Start | Self::Enable => None,
            Self::Stop => Some(Intent::Stopped),
            Self::Disable(why) => Some(Intent::Disabled(why.clone())),
        };
        if now == then.as_ref() { Ok(Vec::new()) } else { Ok(vec![Edit::Intend(name.clone(), then)]) }
    }
}

fn service(field: &'static str, text: &str) -> Result<ServiceName, ApiError> {
    ServiceName::new(text).map_err(|why| ApiError::bad_request(field, why.to_string()))
}

fn reason(field: &'static str, text: String) -> Result<String, ApiError> {
    if text.len() > MAX_REASON {
        return Err(ApiError::bad_request(field, format!("at most {MAX_REASON} bytes are allowed")));
    }
    Ok(text)
}
