//! The agent's end of an instance: a handle for orders, and a stream of events.

mod adopt;
mod connect;
mod launch;

pub use adopt::{AdoptError, Found, adopt};
pub use launch::LaunchError;

use std::time::Duration;

use tokio::sync::mpsc::{self, error::TrySendError};

use crate::{launch::RunId, moment::Right, process::ProcessId, signal::SignalName, snapshot::Snapshot, wire::Order};

/// One start of a service. When the last clone of it is dropped the connection is closed, and the runner does what the
/// program's `orphan` says.
///
/// Orders are handed over without waiting; what became of them is told by events.
#[derive(Clone, Debug)]
pub struct Instance {
    orders: mpsc::Sender<Order>,
    snapshot: Snapshot,
}

/// Why an order was not handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InstanceError {
    /// There is no connection any more.
    #[error("the connection to the runner is lost")]
    Lost,
    /// The runner does not keep up: it is suspended, or starved.
    #[error("the runner does not take orders at the moment")]
    Busy,
}

impl Instance {
    /// Which start of the service it is.
    #[must_use]
    pub fn run(&self) -> RunId {
        self.snapshot.run
    }

    /// Its runner.
    #[must_use]
    pub fn runner(&self) -> ProcessId {
        self.snapshot.runner
    }

    /// Where it stood when this handle was made.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// It may run until then, and no longer. Takes back what was allowed before, also when that was more.
    ///
    /// # Errors
    /// [`InstanceError`].
    pub fn renew(&self, right: Right) -> Result<(), InstanceError> {
        self.order(Order::Renew(right))
    }

    /// It is to end, and is killed after `timeout` (otherwise that of its program). Said again, only sooner.
    ///
    /// # Errors
    /// [`InstanceError`].
    pub fn stop(&self, timeout: Option<Duration>) -> Result<(), InstanceError> {
        self.order(Order::Stop { timeout })
    }

    /// All its processes are to be stopped where they are. When it has to end while they are, they go on to do so; if its
    /// right to run is over, they are killed.
    ///
    /// # Errors
    /// [`InstanceError`].
    pub fn freeze(&self) -> Result<(), InstanceError> {
        self.order(Order::Freeze)
    }

    /// They are to go on; if its right to run is over, only when that is renewed.
    ///
    /// # Errors
    /// [`InstanceError`].
    pub fn thaw(&self) -> Result<(), InstanceError> {
        self.order(Order::Thaw)
    }

    /// Its program is sent a signal; where none runs, whatever it has left running is.
    ///
    /// # Errors
    /// [`InstanceError`].
    pub fn signal(&self, signal: SignalName) -> Result<(), InstanceError> {
        self.order(Order::Signal(signal))
    }

    /// The runner need not wait for anybody once nothing is left.
    ///
    /// # Errors
    /// [`InstanceError`].
    pub fn bye(&self) -> Result<(), InstanceError> {
        self.order(Order::Bye)
    }

    fn order(&self, order: Order) -> Result<(), InstanceError> {
        self.orders.try_send(order).map_err(|why| match why {
            TrySendError::Full(_) => InstanceError::Busy,
            TrySendError::Closed(_) => InstanceError::Lost,
        })
    }
}
