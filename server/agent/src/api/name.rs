//! `NameService`: bindings of paths to values.

use std::{pin::Pin, sync::Arc};

use futures_util::Stream;
use quorate_core::{
    coordination::{State, state::Binding},
    types::{MAX_PATH, Revision},
    wire::{Act, Done},
};
use quorate_proto::v1::{
    BindNameRequest, BindNameResponse, Consistency, GetNameRequest, GetNameResponse, ListNamesRequest,
    ListNamesResponse, UnbindNameRequest, UnbindNameResponse, WatchNamesRequest, WatchNamesResponse,
    name_service_server::NameService,
};
use tonic::{Request, Response, Status};

use super::{
    context::Context,
    coordinate::{binding, claimable, path, proof, request_id, session_id, token, weight},
    error::ApiError,
    name_watch::NameWatch,
    page::{self, Listing},
    watch::stream,
};
use crate::driver::Access;

/// How many bindings a page has when the client says nothing.
const PAGE: usize = 100;
/// The service.
#[derive(Clone, Debug)]
pub struct Names(pub Arc<Context>);

/// Reads what paths begin with.
///
/// # Errors
/// [`ApiError::BadRequest`].
pub fn prefix(field: &'static str, text: String) -> Result<String, ApiError> {
    if text.len() > MAX_PATH || text.chars().any(char::is_control) {
        let problem = format!("allowed are at most {MAX_PATH} bytes, without control characters");
        return Err(ApiError::bad_request(field, problem));
    }
    Ok(text)
}

/// Whether an answer must be as new as any other.
#[must_use]
pub fn is_latest(consistency: i32) -> bool {
    consistency == Consistency::Latest as i32
}

/// The bindings of all paths that begin with `prefix`, from one on.
pub fn bindings<'a>(state: &'a State, prefix: &'a str, from: &'a str) -> impl Iterator<Item = Binding> + 'a {
    let names = state.names_from(from.max(prefix)).take_while(move |(path, _)| path.as_str().starts_with(prefix));
    names.flat_map(|(path, name)| name.holders.keys().filter_map(move |session| name.binding(path, *session)))
}

impl Names {
    async fn bind(&self, request: BindNameRequest) -> Result<BindNameResponse, ApiError> {
        let act = Act::Bind {
            path: claimable("path", &request.path)?,
            value: request.value.into(),
            shared: request.shared,
            expected: request.expected_revision.map(Revision),
        };
        let (proof, id) = (proof(&request.session)?, request_id(&request.request_id)?);
        let (done, at) = self.0.coordinate(Some(proof), id, act).await?;
        let Done::Bound { token: granted, modified } = done else { return Err(ApiError::Internal("an odd answer")) };
        let header = self.0.header_when(at);
        Ok(BindNameResponse { header, token: Some(token(granted)), modified_revision: modified.0 })
    }

    async fn unbind(&self, request: UnbindNameRequest) -> Result<UnbindNameResponse, ApiError> {
        let act = Act::Unbind { path: path("path", &request.path)?, expected: request.expected_revision.map(Revision) };
        let (proof, id) = (proof(&request.session)?, request_id(&request.request_id)?);
        let (_, at) = self.0.coordinate(Some(proof), id, act).await?;
        Ok(UnbindNameResponse { header: self.0.header_when(at) })
    }

    async fn list(&self, request: ListNamesRequest) -> Result<ListNamesResponse, ApiError> {
        let prefix = prefix("prefix", request.prefix)?;
        let (size, listing) = (page::size(request.page_size, PAGE)?, Listing::of("names", &prefix));
        let after = listing.text(&request.page_token)?;
        let after = after.map(|text| place(&text).ok_or(ApiError::BadPageToken)).transpose()?;
        let page = move |access: Access<'_>| {
            let from = after.as_ref().map_or("", |(path, _)| path.as_str());
            let is_later = |one: &Binding| {
                after
                    .as_ref()
                    .is_none_or(|(path, session)| (one.path.as_str(), one.session) > (path.as_str(), *session))
            };
            let state = access.state().into_iter();
            let rest = state.flat_map(|state| bindings(state, &prefix, from)).filter(is_later);
            rest.take(size + 1).collect::<Vec<_>>()
        };
        let (page, at) = self.0.look(is_latest(request.consistency), page).await?;
        let found = page.len();
        let bindings = page::first_part(page.iter().take(size).map(binding), weight);
        let last = bindings.last().filter(|_| bindings.len() < found);
        let next_page_token =
            last.map(|last| listing.after_text(&format!("{} {}", last.session_id, last.path))).unwrap_or_default();
        Ok(ListNamesResponse { header: self.0.header_when(at), bindings, next_page_token })
    }
}

/// Where a page ended: a path, and a session there.
fn place(text: &str) -> Option<(String, quorate_core::types::SessionId)> {
    let (session, path) = text.split_once(' ')?;
    Some((path.to_owned(), session_id("page_token", session).ok()?))
}

#[tonic::async_trait]
impl NameService for Names {
    type WatchNamesStream = Pin<Box<dyn Stream<Item = Result<WatchNamesResponse, Status>> + Send>>;

    async fn bind_name(&self, request: Request<BindNameRequest>) -> Result<Response<BindNameResponse>, Status> {
        Ok(Response::new(self.bind(request.into_inner()).await?))
    }

    async fn unbind_name(&self, request: Request<UnbindNameRequest>) -> Result<Response<UnbindNameResponse>, Status> {
        Ok(Response::new(self.unbind(request.into_inner()).await?))
    }

    async fn get_name(&self, request: Request<GetNameRequest>) -> Result<Response<GetNameResponse>, Status> {
        let GetNameRequest { path: text, consistency } = request.into_inner();
        let wanted = path("path", &text)?;
        let found = move |access: Access<'_>| {
            let name = access.state().and_then(|state| state.name(wanted.as_str()));
            let sessions = name.into_iter().flat_map(|name| name.holders.keys().map(move |session| (name, session)));
            sessions.filter_map(|(name, session)| name.binding(&wanted, *session)).collect::<Vec<_>>()
        };
        let (found, at) = self.0.look(is_latest(consistency), found).await?;
        let binding_count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let bindings = page::first_part(found.iter().map(binding), weight);
        Ok(Response::new(GetNameResponse { header: self.0.header_when(at), bindings, binding_count }))
    }

    async fn list_names(&self, request: Request<ListNamesRequest>) -> Result<Response<ListNamesResponse>, Status> {
        Ok(Response::new(self.list(request.into_inner()).await?))
    }

    async fn watch_names(
        &self,
        request: Request<WatchNamesRequest>,
    ) -> Result<Response<Self::WatchNamesStream>, Status> {
        let WatchNamesRequest { prefix: text, cursor } = request.into_inner();
        let watch = NameWatch::open(&self.0, prefix("prefix", text)?, &cursor).await?;
        Ok(Response::new(Box::pin(stream(watch))))
    }
}
