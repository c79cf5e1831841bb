package quorate

import (
	"context"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// page is how many entries of a listing are asked for at once.
const page = 1000

// Client is a client of one cluster, by any of its agents. Close it.
type Client struct {
	// Membership says who belongs to the cluster.
	Membership *Membership
	// Quorum says whether this side of the cluster may act, and under which fencing epoch.
	Quorum *Quorum
	// Names says what is bound to which path; [Session.Bind] binds.
	Names *Names
	// Locks says who holds a lock; [Session.Lock] takes one.
	Locks *Locks
	// Elections says who leads; [Session.Election] stands for an office.
	Elections *Elections
	// Barriers says how barriers stand; [Session.Barrier] comes to one.
	Barriers *Barriers
	// Sessions are the sessions of the cluster.
	Sessions *Sessions
	// Recovery says how recovery stands; [Client.Participate] takes part in it.
	Recovery *Recovery
	// Events is what happens, in one order.
	Events *Events

	pool *pool
}

// Connect makes a client. Nothing is sent before it is used.
//
// Errors: [ErrOptions] when an option is not allowed, or a file cannot be read.
func Connect(options Options) (*Client, error) {
	pool, err := newPool(options)
	if err != nil {
		return nil, err
	}
	part := part{pool}
	return &Client{
		Membership: &Membership{part},
		Quorum:     &Quorum{part},
		Names:      &Names{part},
		Locks:      &Locks{part},
		Elections:  &Elections{part},
		Barriers:   &Barriers{part},
		Sessions:   &Sessions{part},
		Recovery:   &Recovery{part},
		Events:     &Events{part},
		pool:       pool,
	}, nil
}

// Close ends all connections, and every call and watch that is under way, with [ErrClosed]. Close sessions before it.
func (c *Client) Close() { c.pool.close() }

// Options is what the client was made with, with all defaults.
func (c *Client) Options() Options { return c.pool.options }

// Agent is the answering agent: version, identity, addresses, uptime, configuration in force.
func (c *Client) Agent(ctx context.Context) (*v1.GetAgentResponse, error) {
	return ask(ctx, c.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetAgentResponse, error) {
		return stubs.Admin.GetAgent(ctx, &v1.GetAgentRequest{})
	})
}

// Call makes any call with a client's failover, for methods that have none here. It takes [Options.CallTimeout] at most, or less
// when the context ends before. With repeat it may be carried out more than once; otherwise a connection that fails in its
// middle is [ErrConnectionLost].
func Call[T any](
	ctx context.Context, client *Client, repeat bool, invoke func(ctx context.Context, stubs *Stubs) (T, error),
) (T, error) {
	return call(ctx, client.pool, client.pool.options.CallTimeout, kind{once: !repeat}, invoke)
}

// How new an answer must be.
const (
	// Latest: at least as new as all that was answered before, by any agent.
	Latest = v1.Consistency_CONSISTENCY_LATEST
	// Local: as the answering agent has it, which may be a little behind, and is answered without quorum, too.
	Local = v1.Consistency_CONSISTENCY_LOCAL
)

type part struct{ pool *pool }

type pageOf[E any] interface{ GetNextPageToken() string }

// pages is all entries of a listing; each page is asked for when it is needed.
func pages[P pageOf[E], E any](
	ctx context.Context, pool *pool, get func(ctx context.Context, stubs *Stubs, token string) (P, error), entries func(P) []E,
) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		for token := ""; ; {
			answer, err := ask(ctx, pool, func(ctx context.Context, stubs *Stubs) (P, error) { return get(ctx, stubs, token) })
			if err != nil {
				var none E
				yield(none, err)
				return
			}
			for _, entry := range entries(answer) {
				if !yield(entry, nil) {
					return
				}
			}
			if token = answer.GetNextPageToken(); token == "" {
				return
			}
		}
	}
}

// Membership says who belongs to the cluster.
type Membership struct{ part }

// View is the last installed view and how far it has come. In VIEW_STATE_TRANSITION nobody may act on it.
func (m *Membership) View(ctx context.Context) (*v1.GetViewResponse, error) {
	return ask(ctx, m.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetViewResponse, error) {
		return stubs.Membership.GetView(ctx, &v1.GetViewRequest{})
	})
}

// Node is what the answering node knows of one node; of itself without a name.
//
// Errors: [ErrNodeNotFound] when it knows no node of that name.
func (m *Membership) Node(ctx context.Context, name string) (*v1.Node, error) {
	answer, err := ask(ctx, m.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetNodeResponse, error) {
		return stubs.Membership.GetNode(ctx, &v1.GetNodeRequest{NodeName: name})
	})
	return answer.GetNode(), err
}

// Nodes are all nodes that the answering node knows, members first; pages are fetched as they are needed.
func (m *Membership) Nodes(ctx context.Context) iter.Seq2[*v1.Node, error] {
	return pages(ctx, m.pool, func(ctx context.Context, stubs *Stubs, token string) (*v1.ListNodesResponse, error) {
		return stubs.Membership.ListNodes(ctx, &v1.ListNodesRequest{PageSize: page, PageToken: token})
	}, (*v1.ListNodesResponse).GetNodes)
}

// Watch watches views, transitions, nodes and links; with figures above 0, the figures of all nodes and links are sent again so
// often: each 100 ms to 1 h.
func (m *Membership) Watch(figures time.Duration, options WatchOptions) *Watch[v1.WatchMembershipResponse] {
	type stream = grpc.ServerStreamingClient[v1.WatchMembershipResponse]
	var interval *durationpb.Duration
	if figures > 0 {
		interval = durationpb.New(figures)
	}
	return newWatch(m.pool, options, func(ctx context.Context, stubs *Stubs, cursor string) (stream, error) {
		request := &v1.WatchMembershipRequest{Cursor: cursor, FiguresInterval: interval}
		return stubs.Membership.WatchMembership(ctx, request)
	})
}

// Quorum says whether this side of the cluster may act, and under which fencing epoch.
type Quorum struct{ part }

// Get tells whether the answering node has quorum at this moment, and for how long surely. Having none is an answer.
func (q *Quorum) Get(ctx context.Context) (*v1.GetQuorumResponse, error) {
	return ask(ctx, q.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetQuorumResponse, error) {
		return stubs.Quorum.GetQuorum(ctx, &v1.GetQuorumRequest{})
	})
}

// Voters says who votes, and how voters are chosen, as far as the answering node knows.
func (q *Quorum) Voters(ctx context.Context) (*v1.ListVotersResponse, error) {
	return ask(ctx, q.pool, func(ctx context.Context, stubs *Stubs) (*v1.ListVotersResponse, error) {
		return stubs.Quorum.ListVoters(ctx, &v1.ListVotersRequest{})
	})
}

// Explain says what would happen to quorum if some nodes failed, and others left. It changes nothing.
func (q *Quorum) Explain(ctx context.Context, request *v1.ExplainQuorumRequest) (*v1.ExplainQuorumResponse, error) {
	return ask(ctx, q.pool, func(ctx context.Context, stubs *Stubs) (*v1.ExplainQuorumResponse, error) {
		return stubs.Quorum.ExplainQuorum(ctx, request)
	})
}

// Watch watches whether the answering node has quorum: as it is now, then each time that it changes.
func (q *Quorum) Watch(options WatchOptions) *Watch[v1.WatchQuorumResponse] {
	type stream = grpc.ServerStreamingClient[v1.WatchQuorumResponse]
	return newWatch(q.pool, options, func(ctx context.Context, stubs *Stubs, _ string) (stream, error) {
		return stubs.Quorum.WatchQuorum(ctx, &v1.WatchQuorumRequest{})
	})
}

// Names says what is bound to which path.
type Names struct{ part }

// Get is the bindings of one path: none when it is free, several when it is shared.
func (n *Names) Get(ctx context.Context, path string, consistency v1.Consistency) ([]*v1.Binding, error) {
	answer, err := ask(ctx, n.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetNameResponse, error) {
		return stubs.Names.GetName(ctx, &v1.GetNameRequest{Path: path, Consistency: consistency})
	})
	return answer.GetBindings(), err
}

// List is the bindings of all paths that begin with a text, in their order; pages are fetched as they are needed.
func (n *Names) List(ctx context.Context, prefix string, consistency v1.Consistency) iter.Seq2[*v1.Binding, error] {
	return pages(ctx, n.pool, func(ctx context.Context, stubs *Stubs, token string) (*v1.ListNamesResponse, error) {
		return stubs.Names.ListNames(ctx, &v1.ListNamesRequest{
			Prefix: prefix, Consistency: consistency, PageSize: page, PageToken: token,
		})
	}, (*v1.ListNamesResponse).GetBindings)
}

// Watch watches the bindings of all paths that begin with a text, without gaps.
func (n *Names) Watch(prefix string, options WatchOptions) *Watch[v1.WatchNamesResponse] {
	type stream = grpc.ServerStreamingClient[v1.WatchNamesResponse]
	return newWatch(n.pool, options, func(ctx context.Context, stubs *Stubs, cursor string) (stream, error) {
		return stubs.Names.WatchNames(ctx, &v1.WatchNamesRequest{Prefix: prefix, Cursor: cursor})
	})
}

// BindOptions says how a path is bound.
type BindOptions struct {
	// Shared tells whether other sessions may bind the path as well.
	Shared bool
	// ExpectedRevision binds only when the session's binding was last changed at this revision; 0: only when it has none.
	// Default: in any case.
	ExpectedRevision *uint64
}

// Bind binds a path to a value (64 KiB at most), or gives a binding of the session another value. Repeated when needed: it is
// done once.
//
// Errors: [ErrNameHeld] when somebody else has it, [ErrNameDelayed] when it is kept free for a while, [ErrNameChanged] when it
// was last changed at another revision, [ErrNameMismatch] when it is used as something else.
func (s *Session) Bind(ctx context.Context, path string, value []byte, options BindOptions) (*v1.BindNameResponse, error) {
	request := &v1.BindNameRequest{
		Session:          s.token,
		Path:             path,
		Value:            value,
		Shared:           options.Shared,
		ExpectedRevision: options.ExpectedRevision,
		RequestId:        requestID(),
	}
	return ask(ctx, s.pool, func(ctx context.Context, stubs *Stubs) (*v1.BindNameResponse, error) {
		return stubs.Names.BindName(ctx, request)
	})
}

// Unbind gives up a binding of the session; with a revision only when it was last changed at that one. Repeated when needed.
//
// Errors: [ErrNameNotHeld] when the session has no such binding, [ErrNameChanged] when it was changed at another revision.
func (s *Session) Unbind(ctx context.Context, path string, expectedRevision *uint64) error {
	request := &v1.UnbindNameRequest{
		Session: s.token, Path: path, ExpectedRevision: expectedRevision, RequestId: requestID(),
	}
	_, err := ask(ctx, s.pool, func(ctx context.Context, stubs *Stubs) (*v1.UnbindNameResponse, error) {
		return stubs.Names.UnbindName(ctx, request)
	})
	return err
}

// Locks says who holds a lock.
type Locks struct{ part }

// Get says who holds a lock and who queues for it.
func (l *Locks) Get(ctx context.Context, path string, consistency v1.Consistency) (*v1.GetLockResponse, error) {
	return ask(ctx, l.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetLockResponse, error) {
		return stubs.Locks.GetLock(ctx, &v1.GetLockRequest{Path: path, Consistency: consistency})
	})
}

// Elections says who leads.
type Elections struct{ part }

// Leader is who leads; nil when nobody does.
func (e *Elections) Leader(ctx context.Context, path string, consistency v1.Consistency) (*v1.Binding, error) {
	answer, err := ask(ctx, e.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetLeaderResponse, error) {
		return stubs.Elections.GetLeader(ctx, &v1.GetLeaderRequest{Path: path, Consistency: consistency})
	})
	return answer.GetLeader(), err
}

// Observe watches who leads: as it is now, then each time that it changes.
func (e *Elections) Observe(path string, options WatchOptions) *Watch[v1.ObserveLeaderResponse] {
	type stream = grpc.ServerStreamingClient[v1.ObserveLeaderResponse]
	return newWatch(e.pool, options, func(ctx context.Context, stubs *Stubs, _ string) (stream, error) {
		return stubs.Elections.ObserveLeader(ctx, &v1.ObserveLeaderRequest{Path: path})
	})
}

// Barriers says how barriers stand.
type Barriers struct{ part }

// Get says how a barrier stands, and who is missing.
//
// Errors: [ErrBarrierNotThere] when nobody has come to it.
func (b *Barriers) Get(ctx context.Context, path string) (*v1.Barrier, error) {
	answer, err := ask(ctx, b.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetBarrierResponse, error) {
		return stubs.Barriers.GetBarrier(ctx, &v1.GetBarrierRequest{Path: path})
	})
	return answer.GetBarrier(), err
}

// List is the barriers whose paths begin with a text, in their order; pages are fetched as they are needed.
func (b *Barriers) List(ctx context.Context, prefix string) iter.Seq2[*v1.Barrier, error] {
	return pages(ctx, b.pool, func(ctx context.Context, stubs *Stubs, token string) (*v1.ListBarriersResponse, error) {
		return stubs.Barriers.ListBarriers(ctx, &v1.ListBarriersRequest{Prefix: prefix, PageSize: page, PageToken: token})
	}, (*v1.ListBarriersResponse).GetBarriers)
}

// Watch watches how a barrier stands: as it is now, then each time that this changes.
func (b *Barriers) Watch(path string, options WatchOptions) *Watch[v1.WatchBarrierResponse] {
	type stream = grpc.ServerStreamingClient[v1.WatchBarrierResponse]
	return newWatch(b.pool, options, func(ctx context.Context, stubs *Stubs, _ string) (stream, error) {
		return stubs.Barriers.WatchBarrier(ctx, &v1.WatchBarrierRequest{Path: path})
	})
}

// Sessions are the sessions of the cluster.
type Sessions struct{ part }

// Get is one session, as the answering agent knows it.
//
// Errors: [ErrSessionUnknown] when there never was such a session, [ErrSessionEnded] when it is over.
func (s *Sessions) Get(ctx context.Context, id string) (*v1.Session, error) {
	answer, err := ask(ctx, s.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetSessionResponse, error) {
		return stubs.Sessions.GetSession(ctx, &v1.GetSessionRequest{SessionId: id})
	})
	return answer.GetSession(), err
}

// List is the sessions, in the order in which they were opened; pages are fetched as they are needed.
func (s *Sessions) List(ctx context.Context) iter.Seq2[*v1.Session, error] {
	return pages(ctx, s.pool, func(ctx context.Context, stubs *Stubs, token string) (*v1.ListSessionsResponse, error) {
		return stubs.Sessions.ListSessions(ctx, &v1.ListSessionsRequest{PageSize: page, PageToken: token})
	}, (*v1.ListSessionsResponse).GetSessions)
}

// Recovery says how services, and programs that take part, recover after a change of the cluster.
type Recovery struct{ part }

// Get says how far recovery is, what runs where, what waits for what, and what cannot run and why. It blocks for some seconds
// at most, and only while nobody leads recovery.
//
// Errors: [ErrQuorumLost] when nobody does for longer.
func (r *Recovery) Get(ctx context.Context) (*v1.GetRecoveryResponse, error) {
	return ask(ctx, r.pool, func(ctx context.Context, stubs *Stubs) (*v1.GetRecoveryResponse, error) {
		return stubs.Recovery.GetRecovery(ctx, &v1.GetRecoveryRequest{})
	})
}

// Watch watches how recovery stands: as it is now, then each time that this changes. Steps in between may be left out, never
// the present one.
func (r *Recovery) Watch(options WatchOptions) *Watch[v1.WatchRecoveryResponse] {
	type stream = grpc.ServerStreamingClient[v1.WatchRecoveryResponse]
	return newWatch(r.pool, options, func(ctx context.Context, stubs *Stubs, _ string) (stream, error) {
		return stubs.Recovery.WatchRecovery(ctx, &v1.WatchRecoveryRequest{})
	})
}

// Events is what happens in the cluster, in one order, without gaps.
type Events struct{ part }

// EventFilter says which events are wanted. The zero value is all.
type EventFilter struct {
	// Kinds are the only ones wanted; all when there are none.
	Kinds []v1.EventKind
	// PathPrefix is what the paths of names and barriers must begin with.
	PathPrefix string
}

// Watch watches views, quorum, sessions, names and barriers.
func (e *Events) Watch(filter EventFilter, options WatchOptions) *Watch[v1.WatchEventsResponse] {
	type stream = grpc.ServerStreamingClient[v1.WatchEventsResponse]
	return newWatch(e.pool, options, func(ctx context.Context, stubs *Stubs, cursor string) (stream, error) {
		return stubs.Events.WatchEvents(ctx, &v1.WatchEventsRequest{
			Cursor: cursor, Kinds: filter.Kinds, PathPrefix: filter.PathPrefix,
		})
	})
}
