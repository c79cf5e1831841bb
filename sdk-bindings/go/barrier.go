package quorate

import (
	"context"
	"errors"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// BarrierPlan says what a barrier is. All who come must say the same.
type BarrierPlan struct {
	// Parties are those for whom it waits: [Count], [Members] or [Group].
	Parties Parties
	// Double tells whether those who passed also leave together.
	Double bool
	// Departure is what happens when one goes before all are there: [Abort], [Wait] or [Shrink]. Default: abort.
	Departure v1.DeparturePolicy
	// Deadline is for how long a generation waits from when the first one comes. Default: without end.
	Deadline time.Duration
}

// What happens when one goes before all are there.
const (
	// Abort: the generation ends without passing.
	Abort = v1.DeparturePolicy_DEPARTURE_POLICY_ABORT
	// Wait: somebody else is waited for.
	Wait = v1.DeparturePolicy_DEPARTURE_POLICY_WAIT
	// Shrink: one less is waited for.
	Shrink = v1.DeparturePolicy_DEPARTURE_POLICY_SHRINK
)

// Parties are those for whom a barrier waits.
type Parties func(*v1.BarrierPlan)

// Count waits for so many sessions.
func Count(count uint32) Parties {
	return func(plan *v1.BarrierPlan) { plan.Parties = &v1.BarrierPlan_Count{Count: count} }
}

// Members waits for a session through each member of the view with these labels; nil for all members.
func Members(labels map[string]string) Parties {
	return func(plan *v1.BarrierPlan) {
		plan.Parties = &v1.BarrierPlan_Members{Members: &v1.MemberParties{Labels: labels}}
	}
}

// Group waits for all sessions of a group, for so many at least.
func Group(name string, least uint32) Parties {
	return func(plan *v1.BarrierPlan) {
		plan.Parties = &v1.BarrierPlan_Group{Group: &v1.GroupParties{Name: name, Least: least}}
	}
}

// Barrier is a point that a set of sessions pass together or not at all, again and again: each time is a generation.
type Barrier struct {
	session *Session
	path    string
	plan    *v1.BarrierPlan
	// Request ids, which are kept until the request is answered.
	entering, leaving pending
}

// Barrier is a barrier that this session may come to; nothing is sent before it does.
func (s *Session) Barrier(path string, plan BarrierPlan) *Barrier {
	message := &v1.BarrierPlan{IsDouble: plan.Double, Departure: plan.Departure}
	if plan.Departure == v1.DeparturePolicy_DEPARTURE_POLICY_UNSPECIFIED {
		message.Departure = Abort
	}
	if plan.Deadline > 0 {
		message.Deadline = durationpb.New(plan.Deadline)
	}
	if plan.Parties != nil {
		plan.Parties(message)
	}
	return &Barrier{session: s, path: path, plan: message}
}

// Path is its path.
func (b *Barrier) Path() string { return b.path }

// Enter comes to the barrier; it blocks until all are there, for as long as the context lasts, and gives the generation.
//
// When the context ends, the place stays with the session: the same call takes it up again, and gets the same answer if all were
// there meanwhile; [Barrier.Leave] gives it up.
//
// Errors: [context.DeadlineExceeded] when not all were there in time, [ErrBarrierBroken] when the generation ended without
// passing, [ErrBarrierMismatch] when others say that the barrier is something else, [ErrBadRequest] when the plan has no
// parties, those of a session that is over, such as [ErrSessionEnded].
func (b *Barrier) Enter(ctx context.Context) (uint64, error) {
	request := &v1.EnterBarrierRequest{Session: b.session.token, Path: b.path, Plan: b.plan, RequestId: b.entering.id()}
	answer, err := wait(ctx, b.session.pool, func(ctx context.Context, stubs *Stubs) (*v1.EnterBarrierResponse, error) {
		return stubs.Barriers.EnterBarrier(ctx, request)
	})
	b.entering.done(err)
	return answer.GetGeneration(), err
}

// Leave leaves the inside of a double barrier; it blocks until all have come to leave or have ended, and gives the generation.
// Where the session still waits for others to come, it goes away at once.
//
// Errors: [context.DeadlineExceeded] when not all have come to leave in time, and the same call waits on; [ErrBarrierNotThere]
// when the session is not at the barrier; those of a session that is over, such as [ErrSessionEnded].
func (b *Barrier) Leave(ctx context.Context) (uint64, error) {
	request := &v1.LeaveBarrierRequest{Session: b.session.token, Path: b.path, RequestId: b.leaving.id()}
	answer, err := wait(ctx, b.session.pool, func(ctx context.Context, stubs *Stubs) (*v1.LeaveBarrierResponse, error) {
		return stubs.Barriers.LeaveBarrier(ctx, request)
	})
	b.leaving.done(err)
	return answer.GetGeneration(), err
}

// Abort ends the present generation without passing, and gives it: all who wait are told so, with a reason for people of 128
// bytes at most.
//
// Errors: [ErrBarrierNotThere] when the session has not come to the barrier.
func (b *Barrier) Abort(ctx context.Context, reason string) (uint64, error) {
	request := &v1.AbortBarrierRequest{Session: b.session.token, Path: b.path, Reason: reason, RequestId: requestID()}
	answer, err := ask(ctx, b.session.pool, func(ctx context.Context, stubs *Stubs) (*v1.AbortBarrierResponse, error) {
		return stubs.Barriers.AbortBarrier(ctx, request)
	})
	return answer.GetGeneration(), err
}

// pending is the id of a request that may be made again by another call, until it is answered.
type pending struct {
	lock sync.Mutex
	text string
}

func (p *pending) id() string {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.text == "" {
		p.text = requestID()
	}
	return p.text
}

// done takes note of what came of the request: the next one is another one, unless this one has no answer.
func (p *pending) done(err error) {
	if err != nil && !errors.As(err, new(*RefusedError)) {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.text = ""
}
