//! The loop of a watch: open, read until the stream fails, open again after the last message.
//!
//! It is one future that runs only while the watch is polled, so dropping the watch drops the call with it.

use async_stream::stream;
use futures_util::StreamExt;
use tonic::{Response, Status, Streaming};

use super::Watch;
use super::options::ResumeOptions;
use super::session::Session;
use crate::attempt::Attempt;
use crate::pool::Pool;

/// A watch that `open` opens after a cursor and whose messages have the cursor that `cursor_of` finds.
pub(super) fn watch<M, O, F>(
    pool: Pool,
    options: ResumeOptions,
    cursor: String,
    open: O,
    cursor_of: fn(&M) -> &str,
) -> Watch<M>
where
    M: Send + 'static,
    O: Fn(Attempt, String) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Response<Streaming<M>>, Status>> + Send,
{
    let (mut session, status) = Session::new(pool, options, cursor);
    let messages = stream! {
        loop {
            let mut inbound = match session.open(&open).await {
                Ok(inbound) => inbound,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            };
            let cause = loop {
                match session.next(&mut inbound).await {
                    Ok(message) => {
                        session.received(inbound.index(), cursor_of(&message));
                        yield Ok(message);
                    }
                    Err(cause) => break cause,
                }
            };
            if let Err(error) = session.lost(inbound.index(), inbound.opened(), cause) {
                yield Err(error);
                return;
            }
        }
    };
    Watch { messages: messages.boxed(), status }
}
