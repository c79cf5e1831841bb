//! `BarrierService`: points that participants pass together or not at all.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures_util::Stream;
use quorate_core::{
    coordination::{News, State, What, state},
    types::Path,
    wire::{Act, Denial, Departure, Done, Parties, Plan},
};
use quorate_proto::v1::{
    self, AbortBarrierRequest, AbortBarrierResponse, BarrierPlan, Bookmark, DeparturePolicy, EnterBarrierRequest,
    EnterBarrierResponse, GetBarrierRequest, GetBarrierResponse, GroupParties, LeaveBarrierRequest,
    LeaveBarrierResponse, ListBarriersRequest, ListBarriersResponse, MemberParties, NoBarrier, WatchBarrierRequest,
    WatchBarrierResponse, barrier_plan, barrier_service_server::BarrierService, watch_barrier_response::Message,
};
use tonic::{Request, Response, Status};

use super::{
    context::{Context, Watcher},
    coordinate::{claimable, duration, label, path, proof, request_id, span, why_broken},
    error::ApiError,
    implicit::Implicit,
    name::prefix,
    page::{self, Listing},
    present::{Present, Seen},
    session::client_of,
    watch::{Watch, stream},
};
use crate::driver::Access;

/// The time of a session that is a call.
const TTL: Duration = Duration::from_secs(5);
/// How many barriers a page has when the client says nothing.
const PAGE: usize = 100;

/// The service.
#[derive(Clone, Debug)]
pub struct Barriers(pub Arc<Context>);

fn plan(plan: Option<BarrierPlan>) -> Result<Plan, ApiError> {
    let missing = |field, what: &str| ApiError::bad_request(field, what.to_owned());
    let plan = plan.ok_or_else(|| missing("plan", "is missing"))?;
    let departure = match plan.departure() {
        DeparturePolicy::Unspecified | DeparturePolicy::Abort => Departure::Abort,
        DeparturePolicy::Wait => Departure::Wait,
        DeparturePolicy::Shrink => Departure::Shrink,
    };
    let parties = match plan.parties.ok_or_else(|| missing("plan.parties", "must say whom the barrier waits for"))? {
        barrier_plan::Parties::Count(count) => Parties::Count(count),
        barrier_plan::Parties::Members(MemberParties { labels }) => {
            let mut labels: Vec<_> = labels.into_iter().collect();
            labels.sort();
            for (key, value) in &labels {
                label("plan.members.labels", key)?;
                label("plan.members.labels", value)?;
            }
            Parties::Members { labels }
        }
        barrier_plan::Parties::Group(GroupParties { name, least }) => {
            if name.is_empty() {
                return Err(missing("plan.group.name", "is missing"));
            }
            Parties::Group { name: label("plan.group.name", &name)?, least }
        }
    };
    let deadline = plan.deadline.map(|deadline| span("plan.deadline", deadline)).transpose()?;
    if deadline.is_some_and(|deadline| deadline.is_zero()) {
        return Err(missing("plan.deadline", "must be more than 0; unset for no limit"));
    }
    Ok(Plan { parties, double: plan.is_double, departure, deadline })
}

fn plan_out(plan: &Plan) -> BarrierPlan {
    let parties = match &plan.parties {
        Parties::Count(count) => barrier_plan::Parties::Count(*count),
        Parties::Members { labels } => {
            barrier_plan::Parties::Members(MemberParties { labels: labels.iter().cloned().collect() })
        }
        Parties::Group { name, least } => {
            barrier_plan::Parties::Group(GroupParties { name: name.to_string(), least: *least })
        }
    };
    let departure = match plan.departure {
        Departure::Abort => DeparturePolicy::Abort,
        Departure::Wait => DeparturePolicy::Wait,
        Departure::Shrink => DeparturePolicy::Shrink,
    };
    let deadline = plan.deadline.and_then(duration);
    BarrierPlan { parties: Some(parties), is_double: plan.double, departure: departure.into(), deadline }
}

/// The barriers whose paths begin with `prefix`, from one on.
pub fn barriers<'a>(state: &'a State, prefix: &'a str, from: &'a str) -> impl Iterator<Item = v1::Barrier> + 'a {
    let all = state.barriers_from(from.max(prefix)).take_while(move |(path, _)| path.as_str().starts_with(prefix));
    all.map(|(path, known)| barrier(state, path, known))
}

fn barrier(state: &State, path: &Path, known: &state::Barrier) -> v1::Barrier {
    let missing = state.missing(known);
    let past = known.past.iter().map(|past| v1::PastGeneration {
        generation: past.generation,
        released: past.released,
        broken: past.aborted.as_ref().map(why_broken).unwrap_or_default(),
    });
    v1::Barrier {
        path: path.to_string(),
        plan: Some(plan_out(&known.plan)),
        generation: known.generation,
        inside: known.phase == state::Phase::Inside,
        arrived_session_ids: known.arrived.keys().map(ToString::to_string).collect(),
        leaving_session_ids: known.leaving.iter().map(ToString::to_string).collect(),
        missing: u32::try_from(missing.count).unwrap_or(u32::MAX),
        missing_nodes: missing.nodes.iter().map(ToString::to_string).collect(),
        missing_session_ids: missing.sessions.iter().map(ToString::to_string).collect(),
        past: past.collect(),
    }
}

fn seen(access: Access<'_>, path: &Path) -> Option<v1::Barrier> {
    let state = access.state()?;
    state.barrier(path.as_str()).map(|known| barrier(state, path, known))
}

impl Barriers {
    async fn enter(&self, request: EnterBarrierRequest, client: Arc<str>) -> Result<EnterBarrierResponse, ApiError> {
        let node = self.0.about.identity.name.clone();
        let act = Act::Enter { path: claimable("path", &request.path)?, plan: plan(request.plan)?, node };
        let id = request_id(&request.request_id)?;
        let implicit;
        let needs_session = |plan: &Plan| plan.double || matches!(plan.parties, Parties::Group { .. });
        let proof = if request.session.is_empty() {
            // Whoever is to leave together, or belongs to a group, must last longer than a call.
            if matches!(&act, Act::Enter { plan, .. } if needs_session(plan)) {
                return Err(ApiError::Denied(Denial::NoSession));
            }
            implicit = Implicit::open(&self.0, TTL, "a call of EnterBarrier".into(), client).await?;
            implicit.proof()
        } else {
            proof(&request.session)?
        };
        let (done, at) = self.0.coordinate_patiently(Some(proof), id, act).await?;
        let Done::Passed { generation } = done else { return Err(ApiError::Internal("an odd answer")) };
        Ok(EnterBarrierResponse { header: self.0.header_when(at), generation })
    }
}

#[tonic::async_trait]
impl BarrierService for Barriers {
    type WatchBarrierStream = Pin<Box<dyn Stream<Item = Result<WatchBarrierResponse, Status>> + Send>>;

    async fn enter_barrier(
        &self,
        request: Request<EnterBarrierRequest>,
    ) -> Result<Response<EnterBarrierResponse>, Status> {
        let client = client_of(request.extensions());
        Ok(Response::new(self.enter(request.into_inner(), client).await?))
    }

    async fn leave_barrier(
        &self,
        request: Request<LeaveBarrierRequest>,
    ) -> Result<Response<LeaveBarrierResponse>, Status> {
        let request = request.into_inner();
        let (proof, id) = (proof(&request.session)?, request_id(&request.request_id)?);
        let act = Act::Leave { path: path("path", &request.path)? };
        let (done, at) = self.0.coordinate_patiently(Some(proof), id, act).await?;
        let Done::Left { generation } = done else { return Err(ApiError::Internal("an odd answer").into()) };
        Ok(Response::new(LeaveBarrierResponse { header: self.0.header_when(at), generation }))
    }

    async fn get_barrier(&self, request: Request<GetBarrierRequest>) -> Result<Response<GetBarrierResponse>, Status> {
        let wanted = path("path", &request.into_inner().path)?;
        let (found, at) = self.0.look(false, move |access| seen(access, &wanted)).await?;
        let barrier = Some(found.ok_or(ApiError::Denied(Denial::NotThere))?);
        Ok(Response::new(GetBarrierResponse { header: self.0.header_when(at), barrier }))
    }

    async fn list_barriers(
        &self,
        request: Request<ListBarriersRequest>,
    ) -> Result<Response<ListBarriersResponse>, Status> {
        let request = request.into_inner();
        let prefix = prefix("prefix", request.prefix)?;
        let (size, listing) = (page::size(request.page_size, PAGE)?, Listing::of("barriers", &prefix));
        let after = listing.text(&request.page_token)?;
        let page = move |access: Access<'_>| {
            let after = after.as_deref().unwrap_or_default();
            let all = access.state().into_iter().flat_map(|state| barriers(state, &prefix, after));
            all.filter(|barrier| barrier.path != after).take(size + 1).collect::<Vec<_>>()
        };
        let (mut barriers, at) = self.0.look(false, page).await?;
        let next_page_token =
            page::cut(&mut barriers, size).map(|last| listing.after_text(&last.path)).unwrap_or_default();
        Ok(Response::new(ListBarriersResponse { header: self.0.header_when(at), barriers, next_page_token }))
    }

    async fn watch_barrier(
        &self,
        request: Request<WatchBarrierRequest>,
    ) -> Result<Response<Self::WatchBarrierStream>, Status> {
        let wanted = path("path", &request.into_inner().path)?;
        let watcher = self.0.watcher()?;
        let name = wanted.clone();
        let concerns = move |news: &News| match &news.what {
            What::Barrier { path, .. } => *path == name,
            // A barrier that nobody remembers is forgotten with the last session that came to it.
            What::Ended { .. } => true,
            _ => false,
        };
        let present = Present::new(move |access| seen(access, &wanted), concerns);
        let watch = BarrierWatch { context: Arc::clone(&self.0), present, _watcher: watcher };
        Ok(Response::new(Box::pin(stream(watch))))
    }

    async fn abort_barrier(
        &self,
        request: Request<AbortBarrierRequest>,
    ) -> Result<Response<AbortBarrierResponse>, Status> {
        let request = request.into_inner();
        let (proof, id) = (proof(&request.session)?, request_id(&request.request_id)?);
        let act = Act::Abort { path: path("path", &request.path)?, reason: label("reason", &request.reason)? };
        let (done, at) = self.0.coordinate(Some(proof), id, act).await?;
        let Done::Aborted { generation } = done else { return Err(ApiError::Internal("an odd answer").into()) };
        Ok(Response::new(AbortBarrierResponse { header: self.0.header_when(at), generation }))
    }
}

/// One stream of `WatchBarrier`.
struct BarrierWatch {
    context: Arc<Context>,
    present: Present<Option<v1::Barrier>>,
    _watcher: Watcher,
}

impl Watch for BarrierWatch {
    type Message = WatchBarrierResponse;

    async fn next(&mut self) -> Result<Vec<WatchBarrierResponse>, ApiError> {
        let (at, message) = match self.present.next(&self.context).await? {
            Seen::Changed(at, Some(barrier)) => (at, Message::Barrier(barrier)),
            Seen::Changed(at, None) => (at, Message::NoBarrier(NoBarrier {})),
            Seen::Quiet(at) => (at, Message::Bookmark(Bookmark {})),
        };
        Ok(vec![WatchBarrierResponse { header: self.context.header_when(at), message: Some(message) }])
    }
}
