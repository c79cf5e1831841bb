//! What one attempt at one endpoint needs.

use std::time::Duration;

use tonic::transport::Channel;

use crate::v1::admin_service_client::AdminServiceClient;
use crate::v1::barrier_service_client::BarrierServiceClient;
use crate::v1::election_service_client::ElectionServiceClient;
use crate::v1::event_service_client::EventServiceClient;
use crate::v1::lock_service_client::LockServiceClient;
use crate::v1::membership_service_client::MembershipServiceClient;
use crate::v1::name_service_client::NameServiceClient;
use crate::v1::quorum_service_client::QuorumServiceClient;
use crate::v1::recovery_service_client::RecoveryServiceClient;
use crate::v1::session_service_client::SessionServiceClient;

/// How much longer the agent is told to take than this side waits, so that this side always knows why a call ended.
const GRACE: Duration = Duration::from_millis(200);

/// One attempt of a call at one endpoint: the stubs to make it with, and its share of the deadline.
///
/// See [`Client::call`](crate::Client::call).
#[derive(Debug, Clone)]
pub struct Attempt {
    pub(crate) channel: Channel,
    /// Which connection to the endpoint this is, so that it is replaced only once.
    pub(crate) generation: u64,
    /// The time this attempt has; none for a watch.
    pub(crate) limit: Option<Duration>,
    pub(crate) max_message_size: usize,
}

impl Attempt {
    /// Wraps a message into a request that tells the agent how long it has.
    pub fn request<M>(&self, message: M) -> tonic::Request<M> {
        let mut request = tonic::Request::new(message);
        if let Some(limit) = self.limit {
            request.set_timeout(limit + GRACE);
        }
        request
    }

    /// The connection, for stubs that have no method here.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// The stub of the membership service.
    pub fn membership(&self) -> MembershipServiceClient<Channel> {
        MembershipServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }

    /// The stub of the quorum service.
    pub fn quorum(&self) -> QuorumServiceClient<Channel> {
        QuorumServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }

    /// The stub of the event service.
    pub fn events(&self) -> EventServiceClient<Channel> {
        EventServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }

    /// The stub of the service about the agent itself.
    pub fn admin(&self) -> AdminServiceClient<Channel> {
        AdminServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }

    /// The stub of the barrier service.
    pub fn barriers(&self) -> BarrierServiceClient<Channel> {
        BarrierServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }

    /// The stub of the election service.
    pub fn elections(&self) -> ElectionServiceClient<Channel> {
        ElectionServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }

    /// The stub of the lock service.
    pub fn locks(&self) -> LockServiceClient<Channel> {
        LockServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }

    /// The stub of the name service.
    pub fn names(&self) -> NameServiceClient<Channel> {
        NameServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }

    /// The stub of the recovery service.
    pub fn recovery(&self) -> RecoveryServiceClient<Channel> {
        RecoveryServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }

    /// The stub of the session service.
    pub fn sessions(&self) -> SessionServiceClient<Channel> {
        SessionServiceClient::new(self.channel()).max_decoding_message_size(self.max_message_size)
    }
}
