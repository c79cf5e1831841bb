package quorate

import (
	"context"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// Election is an office that a session stands for; nothing is sent before it does.
//
// Of all who stand for it, the one that came first leads, under a fencing [Token]; when it resigns or ends, the next one does.
type Election struct {
	grant
	value []byte
}

// Election is an office that this session may stand for, with a value that others see.
func (s *Session) Election(path string, value []byte) *Election {
	return &Election{grant{session: s, path: path}, value}
}

// IsLeader tells whether the session leads, and may act as the leader at this moment. It never says yes too long.
func (e *Election) IsLeader() bool { return e.valid() }

// Campaign stands for the office; it blocks until the session leads, for as long as the context lasts.
//
// When the context ends, it stays a candidate: the same call waits on, and [Election.Resign] gives that up. Repeated when
// needed: who leads gets the same token.
//
// Errors: [context.DeadlineExceeded] when it does not lead yet, those of a session that is over, such as [ErrSessionEnded],
// [ErrNameMismatch] when the path is used as something else.
func (e *Election) Campaign(ctx context.Context) (Token, error) {
	request := &v1.CampaignRequest{Session: e.session.token, Path: e.path, Value: e.value, RequestId: requestID()}
	return e.granted(wait(ctx, e.session.pool, func(ctx context.Context, stubs *Stubs) (granted, error) {
		return stubs.Elections.Campaign(ctx, request)
	}))
}

// Proclaim gives the office another value while the session leads. Repeated when needed.
//
// Errors: [ErrNameNotHeld] when the session does not lead.
func (e *Election) Proclaim(ctx context.Context, value []byte) error {
	request := &v1.ProclaimRequest{Session: e.session.token, Path: e.path, Value: value, RequestId: requestID()}
	_, err := ask(ctx, e.session.pool, func(ctx context.Context, stubs *Stubs) (*v1.ProclaimResponse, error) {
		return stubs.Elections.Proclaim(ctx, request)
	})
	return err
}

// Resign gives up the office, or the candidacy. Repeated when needed.
//
// Errors: [ErrNameNotHeld] when the session neither leads nor stands for it.
func (e *Election) Resign(ctx context.Context) error {
	e.forget()
	request := &v1.ResignRequest{Session: e.session.token, Path: e.path, RequestId: requestID()}
	_, err := ask(ctx, e.session.pool, func(ctx context.Context, stubs *Stubs) (*v1.ResignResponse, error) {
		return stubs.Elections.Resign(ctx, request)
	})
	return err
}

// Do campaigns, does something while the session leads, and resigns. The context that it gives is canceled when the session is
// lost, or has less than a sixth of its time left.
func (e *Election) Do(ctx context.Context, act func(ctx context.Context, token Token) error) error {
	return e.during(ctx, e.Campaign, e.Resign, act)
}
