//! Listings that come in pages, put together into one answer.
//!
//! The pages of one listing are all asked of the agent that gave the first: each agent lists its own picture. When that
//! agent goes away half way, the listing starts again at another one.

use tonic::{Response, Status};

use crate::attempt::Attempt;
use crate::error::Error;
use crate::pool::Pool;
use crate::reason::Reason;
use crate::retry::{Limits, Safety};
use crate::v1::{
    ListBarriersResponse, ListEventsResponse, ListHistoryResponse, ListNamesResponse, ListNodesResponse,
    ListSessionsResponse,
};

/// How often a listing is begun before the failure is handed on.
const MAX_STARTS: usize = 3;

/// An answer that is one page of a listing.
pub(crate) trait Page: Sized {
    /// What continues the listing; empty on the last page.
    fn next_page_token(&self) -> &str;
    /// Appends the page that follows.
    fn append(&mut self, next: Self);
}

macro_rules! page {
    ($($answer:ident $items:ident)*) => {
        $(impl Page for $answer {
            fn next_page_token(&self) -> &str {
                &self.next_page_token
            }

            fn append(&mut self, next: Self) {
                self.$items.extend(next.$items);
                self.next_page_token = next.next_page_token;
            }
        })*
    };
}

page! {
    ListNodesResponse nodes
    ListHistoryResponse records
    ListSessionsResponse sessions
    ListNamesResponse bindings
    ListBarriersResponse barriers
}

impl Page for ListEventsResponse {
    fn next_page_token(&self) -> &str {
        &self.next_page_token
    }

    fn append(&mut self, next: Self) {
        self.events.extend(next.events);
        self.next_page_token = next.next_page_token;
        self.history_dropped |= next.history_dropped;
    }
}

impl Pool {
    /// Reads all pages. `list` asks for the page with the given token, which is empty for the first.
    pub(crate) async fn list<P, F, Fut>(&self, limits: Limits, list: F) -> Result<P, Error>
    where
        P: Page,
        F: Fn(Attempt, String) -> Fut,
        Fut: Future<Output = Result<Response<P>, Status>>,
    {
        let mut starts = 1;
        loop {
            let first = self.call(Safety::Idempotent, limits, |attempt| list(attempt, String::new())).await;
            let one = self.only(first.index);
            match rest(&one, limits, first.result?, &list).await {
                Err(error) if starts < MAX_STARTS && may_start_again(&error) => starts += 1,
                done => return done,
            }
        }
    }
}

/// Reads the pages after the first, at one endpoint.
async fn rest<P, F, Fut>(one: &Pool, limits: Limits, mut whole: P, list: &F) -> Result<P, Error>
where
    P: Page,
    F: Fn(Attempt, String) -> Fut,
    Fut: Future<Output = Result<Response<P>, Status>>,
{
    while !whole.next_page_token().is_empty() {
        let token = whole.next_page_token().to_owned();
        let page = one.call(Safety::Idempotent, limits, |attempt| list(attempt, token.clone())).await.result?;
        if page.next_page_token() == token {
            let endpoint = one.name(0).to_owned();
            return Err(Error::Contract { endpoint, what: "a page names itself as the next one" });
        }
        whole.append(page);
    }
    Ok(whole)
}

fn may_start_again(error: &Error) -> bool {
    matches!(error, Error::Unavailable { .. }) || error.reason() == Some(&Reason::BadPageToken)
}
