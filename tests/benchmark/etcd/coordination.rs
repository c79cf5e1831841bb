//! Leases, locks, exclusive keys and watches.

use futures_util::stream;
use tonic::{Request, Status, Streaming, codegen::http::uri::PathAndQuery};
use tonic_prost::ProstCodec;

use super::{Api, Nothing, Put};

impl Api {
    /// Takes a lease for so many seconds.
    ///
    /// # Errors
    /// When it is refused or not answered, as with all that follow.
    pub(crate) async fn grant(&mut self, seconds: i64) -> Result<i64, Status> {
        let granted: LeaseGranted = self.ask("/etcdserverpb.Lease/LeaseGrant", LeaseGrant { ttl: seconds }).await?;
        Ok(granted.id)
    }

    /// Takes a lock, and returns the key by which it is given up.
    pub(crate) async fn lock(&mut self, name: &str, lease: i64) -> Result<Vec<u8>, Status> {
        let locked: Locked = self.ask("/v3lockpb.Lock/Lock", Lock { name: name.into(), lease }).await?;
        Ok(locked.key)
    }

    /// Gives up a lock.
    pub(crate) async fn unlock(&mut self, key: Vec<u8>) -> Result<(), Status> {
        self.ask::<_, Nothing>("/v3lockpb.Lock/Unlock", Unlock { key }).await.map(drop)
    }

    /// Gives a key a value, for as long as a lease lasts.
    pub(crate) async fn put_leased(&mut self, key: &str, value: &str, lease: i64) -> Result<(), Status> {
        let put = Put { key: key.into(), value: value.into(), lease };
        self.ask::<_, Nothing>("/etcdserverpb.KV/Put", put).await.map(drop)
    }

    /// The same, if nobody has it; whether that was so.
    pub(crate) async fn put_if_absent(&mut self, key: &str, value: &str, lease: i64) -> Result<bool, Status> {
        let put = Put { key: key.into(), value: value.into(), lease };
        let absent = Compare { key: key.into(), version: Some(0) };
        let txn = Txn { compare: vec![absent], success: vec![RequestOp { put: Some(put) }] };
        let done: TxnDone = self.ask("/etcdserverpb.KV/Txn", txn).await?;
        Ok(done.succeeded)
    }

    /// Removes a key.
    pub(crate) async fn delete(&mut self, key: &str) -> Result<(), Status> {
        let delete = Keys { key: key.into(), range_end: Vec::new() };
        self.ask::<_, Nothing>("/etcdserverpb.KV/DeleteRange", delete).await.map(drop)
    }

    /// Watches all keys that begin with `prefix`, from now on.
    pub(crate) async fn watch(&mut self, prefix: &str) -> Result<Watch, Status> {
        self.0.ready().await.map_err(|why| Status::unavailable(why.to_string()))?;
        let mut range_end = prefix.as_bytes().to_vec();
        if let Some(last) = range_end.last_mut() {
            *last += 1;
        }
        let create = WatchRequest { create: Some(Keys { key: prefix.into(), range_end }) };
        // The stream of requests must stay open.
        let requests = stream::unfold(Some(create), |next| async {
            match next {
                Some(request) => Some((request, None)),
                None => std::future::pending().await,
            }
        });
        let path = PathAndQuery::from_static("/etcdserverpb.Watch/Watch");
        let codec = ProstCodec::<WatchRequest, WatchResponse>::default();
        let stream = self.0.streaming(Request::new(requests), path, codec).await?.into_inner();
        let mut watch = Watch(stream);
        watch.0.message().await?.filter(|first| first.created).ok_or_else(|| Status::internal("no watch"))?;
        Ok(watch)
    }
}

/// A watch.
pub(crate) struct Watch(Streaming<WatchResponse>);

impl Watch {
    /// What changes next: keys, and whether they are gone.
    pub(crate) async fn next(&mut self) -> Result<Vec<(String, bool)>, Status> {
        let changed = self.0.message().await?.ok_or_else(|| Status::unavailable("the watch ended"))?;
        let one = |event: Event| (event.kv.map(|kv| String::from_utf8_lossy(&kv.key).into_owned()), event.kind == 1);
        Ok(changed.events.into_iter().map(one).filter_map(|(key, gone)| Some((key?, gone))).collect())
    }
}

/// `etcdserverpb.LeaseGrantRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct LeaseGrant {
    #[prost(int64, tag = "1")]
    ttl: i64,
}

/// `etcdserverpb.LeaseGrantResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct LeaseGranted {
    #[prost(int64, tag = "2")]
    id: i64,
}

/// `v3lockpb.LockRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct Lock {
    #[prost(bytes = "vec", tag = "1")]
    name: Vec<u8>,
    #[prost(int64, tag = "2")]
    lease: i64,
}

/// `v3lockpb.LockResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct Locked {
    #[prost(bytes = "vec", tag = "2")]
    key: Vec<u8>,
}

/// `v3lockpb.UnlockRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct Unlock {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
}

/// `etcdserverpb.TxnRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct Txn {
    #[prost(message, repeated, tag = "1")]
    compare: Vec<Compare>,
    #[prost(message, repeated, tag = "2")]
    success: Vec<RequestOp>,
}

/// `etcdserverpb.Compare`: that the version, the default target, is equal, the default result.
#[derive(Clone, PartialEq, prost::Message)]
struct Compare {
    #[prost(bytes = "vec", tag = "3")]
    key: Vec<u8>,
    #[prost(int64, optional, tag = "4")]
    version: Option<i64>,
}

/// `etcdserverpb.RequestOp`.
#[derive(Clone, PartialEq, prost::Message)]
struct RequestOp {
    #[prost(message, optional, tag = "2")]
    put: Option<Put>,
}

/// `etcdserverpb.TxnResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct TxnDone {
    #[prost(bool, tag = "2")]
    succeeded: bool,
}

/// What `etcdserverpb.DeleteRangeRequest` and `WatchCreateRequest` have in common.
#[derive(Clone, PartialEq, prost::Message)]
struct Keys {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    range_end: Vec<u8>,
}

/// `etcdserverpb.WatchRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct WatchRequest {
    #[prost(message, optional, tag = "1")]
    create: Option<Keys>,
}

/// `etcdserverpb.WatchResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct WatchResponse {
    #[prost(bool, tag = "3")]
    created: bool,
    #[prost(message, repeated, tag = "11")]
    events: Vec<Event>,
}

/// `mvccpb.Event`.
#[derive(Clone, PartialEq, prost::Message)]
struct Event {
    /// 1 when the key is gone.
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(message, optional, tag = "2")]
    kv: Option<KeyValue>,
}

/// `mvccpb.KeyValue`.
#[derive(Clone, PartialEq, prost::Message)]
struct KeyValue {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
}
