//! `EventService`: what happened in the cluster, in one order, without gaps.

use std::{pin::Pin, sync::Arc};

use futures_util::Stream;
use quorate_core::types::{NodeName, ViewId, WallTime};
use quorate_proto::v1::{
    Event, EventKind, ListEventsRequest, ListEventsResponse, ListHistoryRequest, ListHistoryResponse,
    TransitionStarted, ViewStable, WatchEventsRequest, WatchEventsResponse, event, event_service_server::EventService,
};
use tonic::{Request, Response, Status};

use super::{
    context::Context,
    error::ApiError,
    event_watch::EventWatch,
    history, map,
    name::prefix,
    page::{self, Listing},
    quorum, watch,
};
use crate::driver::{Happening, What};

/// Events of a page unless told.
const PAGE: usize = 100;

/// The service.
#[derive(Clone, Debug)]
pub struct Events(pub Arc<Context>);

/// What happened, as both watch services tell it.
pub(super) fn happened(what: &What) -> event::Kind {
    match what {
        What::View { view, missed } => event::Kind::View(map::view(view, *missed)),
        What::TransitionStarted { left, controller, summary } => event::Kind::TransitionStarted(TransitionStarted {
            left_view_id: left.as_ref().map(map::view_id),
            controller: controller.as_ref().map(NodeName::to_string).unwrap_or_default(),
            summary: summary.clone(),
        }),
        What::Stable { id, install } => event::Kind::ViewStable(ViewStable {
            view_id: Some(map::view_id(id)),
            install_duration: install.map(map::duration),
        }),
        What::Quorum(news) => event::Kind::Quorum(quorum::news(news)),
    }
}

pub(super) fn kind_of(what: &What) -> EventKind {
    match what {
        What::View { .. } => EventKind::View,
        What::TransitionStarted { .. } => EventKind::TransitionStarted,
        What::Stable { .. } => EventKind::ViewStable,
        What::Quorum(_) => EventKind::Quorum,
    }
}

pub(super) fn told_of(happening: &Happening, cursor: String) -> Event {
    Event { cursor, observed_time: Some(map::timestamp(happening.observed)), kind: Some(happened(&happening.what)) }
}

/// Checks a filter.
fn kinds(asked: &[i32]) -> Result<Vec<EventKind>, ApiError> {
    let known = |number: &i32| match EventKind::try_from(*number) {
        Ok(EventKind::Unspecified) | Err(_) => {
            Err(ApiError::bad_request("kinds", format!("{number} is no kind of event; allowed are 1 to 8")))
        }
        Ok(kind) => Ok(kind),
    };
    asked.iter().map(known).collect()
}

impl Events {
    async fn list(&self, request: ListEventsRequest) -> Result<ListEventsResponse, ApiError> {
        let size = page::size(request.page_size, PAGE)?;
        let since = wall_time("since_time", request.since_time)?.unwrap_or(WallTime(0));
        let cursor = self.0.cursors.read(&request.cursor)?;
        let pages = Listing::of("events", &format!("{} {}", request.cursor, since.0));
        let after: Option<ViewId> = pages.view(&request.page_token)?;
        let mut listing = self.0.handle.history(cursor.clone()).await?;
        if listing.dropped && cursor.is_some() {
            // The node may merely be behind the cursor, between two views: that is waited for.
            watch::subscribe(&self.0, cursor.clone()).await?;
            listing = self.0.handle.history(cursor).await?;
        }
        let asked = |happening: &&Happening| match &happening.what {
            What::View { view, .. } => view.committed >= since && after.as_ref().is_none_or(|after| view.id > *after),
            _ => false,
        };
        let mut found: Vec<_> = listing.happenings.iter().filter(asked).take(size + 1).collect();
        let last = page::cut(&mut found, size).map(|happening| &happening.what);
        let next_page_token = match last {
            Some(What::View { view, .. }) => pages.after_view(&view.id),
            _ => String::new(),
        };
        let events = found.into_iter().map(|one| told_of(one, self.0.cursors.write(&one.seen))).collect();
        let header = self.0.header_at(listing.head.as_ref());
        Ok(ListEventsResponse { header, events, next_page_token, history_dropped: listing.dropped })
    }
}

/// Checks a time asked for, which is taken to the millisecond.
pub(super) fn wall_time(
    field: &'static str,
    asked: Option<prost_types::Timestamp>,
) -> Result<Option<WallTime>, ApiError> {
    let Some(asked) = asked else { return Ok(None) };
    if !(0..1_000_000_000).contains(&asked.nanos) {
        return Err(ApiError::bad_request(field, "nanos must be 0 to 999,999,999"));
    }
    let seconds = u64::try_from(asked.seconds).unwrap_or(0);
    let millis = seconds.saturating_mul(1000).saturating_add(u64::from(asked.nanos.unsigned_abs()) / 1_000_000);
    Ok(Some(WallTime(millis)))
}

#[tonic::async_trait]
impl EventService for Events {
    type WatchEventsStream = Pin<Box<dyn Stream<Item = Result<WatchEventsResponse, Status>> + Send>>;

    async fn watch_events(
        &self,
        request: Request<WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        let WatchEventsRequest { cursor, kinds: asked, path_prefix } = request.into_inner();
        let prefix = prefix("path_prefix", path_prefix)?;
        let watch = EventWatch::open(&self.0, &cursor, kinds(&asked)?, prefix).await?;
        Ok(Response::new(Box::pin(watch::stream(watch))))
    }

    async fn list_history(
        &self,
        request: Request<ListHistoryRequest>,
    ) -> Result<Response<ListHistoryResponse>, Status> {
        Ok(Response::new(history::list(&self.0, request.into_inner()).await?))
    }

    async fn list_events(&self, request: Request<ListEventsRequest>) -> Result<Response<ListEventsResponse>, Status> {
        Ok(Response::new(self.list(request.into_inner()).await?))
    }
}
