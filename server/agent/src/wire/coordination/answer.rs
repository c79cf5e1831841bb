//! What became of requests.

use quorate_core::{
    coordination::Abortion,
    types::{Duration, Revision},
    wire::{Denial, Done, LimitKind, RangeKind},
};
use quorate_proto::peer::v1::{self as pb, abortion::Why as AbortionOut, denial::Why, outcome::Done as Kind};

use super::{
    super::{
        bounds::{WireError, name, required, text},
        words::{both_ways, nanos},
    },
    request::{kind, kind_out, mode, mode_out, secret, token, token_out},
    session, session_out,
};

both_ways!(range_out, range, RangeKind, pb::RangeKind, "denial.out_of_range", {
    Ttl = Ttl,
    Delay = Delay,
    Holders = Holders,
    Parties = Parties,
});

both_ways!(limit_out, limit, LimitKind, pb::LimitKind, "denial.limit", {
    Sessions = Sessions,
    ClientSessions = ClientSessions,
    Names = Names,
    SessionNames = SessionNames,
    ValueBytes = ValueBytes,
    StateBytes = StateBytes,
    Holders = Holders,
    Queue = Queue,
    Participants = Participants,
    Requests = Requests,
});

pub(super) fn denial_out(denial: &Denial) -> pb::Denial {
    use pb::PlainDenial as Plain;
    let plain = |plain: Plain| Why::Plain(plain as i32);
    let why = match denial {
        Denial::NoSession => plain(Plain::NoSession),
        Denial::UnknownSession => plain(Plain::UnknownSession),
        Denial::SessionEnded => plain(Plain::SessionEnded),
        Denial::SessionLost => plain(Plain::SessionLost),
        Denial::WrongSecret => plain(Plain::WrongSecret),
        Denial::Delayed => plain(Plain::Delayed),
        Denial::NotHeld => plain(Plain::NotHeld),
        Denial::OtherPlan => plain(Plain::OtherPlan),
        Denial::NotThere => plain(Plain::NotThere),
        Denial::OtherGroup => plain(Plain::OtherGroup),
        Denial::Forgotten => plain(Plain::Forgotten),
        Denial::Uncertain => plain(Plain::Uncertain),
        Denial::OtherRequest => plain(Plain::OtherRequest),
        Denial::Held { by } => Why::HeldBy(session_out(*by)),
        Denial::Changed { modified } => Why::ChangedRevision(modified.0),
        Denial::OtherKind { kind } => Why::OtherKind(kind_out(*kind)),
        Denial::OtherMode { mode } => Why::OtherMode(mode_out(*mode)),
        Denial::OutOfRange(kind) => Why::OutOfRange(range_out(*kind)),
        Denial::Broken { generation, why } => {
            Why::Broken(pb::Broken { generation: *generation, why: Some(abortion_out(why)) })
        }
        Denial::Limit { what, limit } => Why::Limit(pb::LimitReached { kind: limit_out(*what), limit: *limit }),
    };
    pb::Denial { why: Some(why) }
}

pub(super) fn denial(from: pb::Denial) -> Result<Denial, WireError> {
    Ok(match required("denial.why", from.why)? {
        Why::Plain(from) => plain(from)?,
        Why::HeldBy(from) => Denial::Held { by: session(from) },
        Why::ChangedRevision(modified) => Denial::Changed { modified: Revision(modified) },
        Why::OtherKind(from) => Denial::OtherKind { kind: kind(from)? },
        Why::OtherMode(from) => Denial::OtherMode { mode: mode(Some(from)) },
        Why::OutOfRange(from) => Denial::OutOfRange(range(from)?),
        Why::Broken(from) => {
            Denial::Broken { generation: from.generation, why: abortion(required("broken.why", from.why)?)? }
        }
        Why::Limit(from) => Denial::Limit { what: limit(from.kind)?, limit: from.limit },
    })
}

fn plain(value: i32) -> Result<Denial, WireError> {
    use pb::PlainDenial as Plain;
    let unknown = WireError::Unknown { field: "denial.plain", value: i64::from(value) };
    Ok(match Plain::try_from(value).map_err(|_| unknown.clone())? {
        Plain::Unspecified => return Err(unknown),
        Plain::NoSession => Denial::NoSession,
        Plain::UnknownSession => Denial::UnknownSession,
        Plain::SessionEnded => Denial::SessionEnded,
        Plain::SessionLost => Denial::SessionLost,
        Plain::WrongSecret => Denial::WrongSecret,
        Plain::Delayed => Denial::Delayed,
        Plain::NotHeld => Denial::NotHeld,
        Plain::OtherPlan => Denial::OtherPlan,
        Plain::NotThere => Denial::NotThere,
        Plain::OtherGroup => Denial::OtherGroup,
        Plain::Forgotten => Denial::Forgotten,
        Plain::Uncertain => Denial::Uncertain,
        Plain::OtherRequest => Denial::OtherRequest,
    })
}

pub(super) fn abortion_out(why: &Abortion) -> pb::Abortion {
    let why = match why {
        Abortion::Asked(reason) => AbortionOut::Asked(reason.to_string()),
        Abortion::Overdue => AbortionOut::Overdue(pb::Plain {}),
        Abortion::Departed(session) => AbortionOut::Departed(session_out(*session)),
        Abortion::MemberDeparted(node) => AbortionOut::Member(node.to_string()),
    };
    pb::Abortion { why: Some(why) }
}

pub(super) fn abortion(from: pb::Abortion) -> Result<Abortion, WireError> {
    Ok(match required("abortion.why", from.why)? {
        AbortionOut::Asked(reason) => Abortion::Asked(text("abortion.asked", reason)?.into()),
        AbortionOut::Overdue(pb::Plain {}) => Abortion::Overdue,
        AbortionOut::Departed(from) => Abortion::Departed(session(from)),
        AbortionOut::Member(node) => Abortion::MemberDeparted(name("abortion.member", &node)?),
    })
}

pub(super) fn done_out(done: &Done) -> pb::Outcome {
    let plain = pb::Plain {};
    let done = match done {
        Done::Opened { session, secret, ttl } => Kind::Opened(pb::Opened {
            session: Some(session_out(*session)),
            secret: secret.0.to_vec(),
            ttl_nanos: nanos(*ttl),
        }),
        Done::Renewed { ttl } => Kind::RenewedTtlNanos(nanos(*ttl)),
        Done::Closed => Kind::Closed(plain),
        Done::Bound { token, modified } => {
            Kind::Bound(pb::BoundName { token: Some(token_out(*token)), modified_revision: modified.0 })
        }
        Done::Unbound => Kind::Unbound(plain),
        Done::Held { token } => Kind::Held(token_out(*token)),
        Done::Queued { ahead } => Kind::QueuedAhead(*ahead),
        Done::Released => Kind::Released(plain),
        Done::Proclaimed { modified } => Kind::ProclaimedRevision(modified.0),
        Done::Entered { generation } => Kind::EnteredGeneration(*generation),
        Done::Passed { generation } => Kind::PassedGeneration(*generation),
        Done::Leaving { generation } => Kind::LeavingGeneration(*generation),
        Done::Left { generation } => Kind::LeftGeneration(*generation),
        Done::Aborted { generation } => Kind::AbortedGeneration(*generation),
        Done::Synced => Kind::Synced(plain),
    };
    pb::Outcome { done: Some(done) }
}

pub(super) fn done(from: pb::Outcome) -> Result<Done, WireError> {
    Ok(match required("outcome.done", from.done)? {
        Kind::Opened(from) => Done::Opened {
            session: session(required("opened.session", from.session)?),
            secret: secret("opened.secret", &from.secret)?,
            ttl: Duration::from_nanos(from.ttl_nanos),
        },
        Kind::RenewedTtlNanos(ttl) => Done::Renewed { ttl: Duration::from_nanos(ttl) },
        Kind::Closed(_) => Done::Closed,
        Kind::Bound(from) => Done::Bound {
            token: token(required("bound.token", from.token)?),
            modified: Revision(from.modified_revision),
        },
        Kind::Unbound(_) => Done::Unbound,
        Kind::Held(from) => Done::Held { token: token(from) },
        Kind::QueuedAhead(ahead) => Done::Queued { ahead },
        Kind::Released(_) => Done::Released,
        Kind::ProclaimedRevision(modified) => Done::Proclaimed { modified: Revision(modified) },
        Kind::EnteredGeneration(generation) => Done::Entered { generation },
        Kind::PassedGeneration(generation) => Done::Passed { generation },
        Kind::LeavingGeneration(generation) => Done::Leaving { generation },
        Kind::LeftGeneration(generation) => Done::Left { generation },
        Kind::AbortedGeneration(generation) => Done::Aborted { generation },
        Kind::Synced(_) => Done::Synced,
    })
}
