package quorate

import (
	"context"
	"errors"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// LockOptions says what lock is wanted, and how. The zero value is an exclusive lock.
type LockOptions struct {
	// Mode is with whom it can be shared: [Exclusive], [Shared] or [Counted]. Default: exclusive.
	Mode v1.NameMode
	// Limit is, with [Counted], how many may hold it at once; all who claim it must say the same.
	Limit uint32
	// Value is what others see of the holder; 64 KiB at most.
	Value []byte
	// Delay is for how long nobody else gets it when the session expires: 0 to 60 s.
	Delay time.Duration
}

// With whom a lock can be shared.
const (
	// Exclusive: one session holds it.
	Exclusive = v1.NameMode_NAME_MODE_EXCLUSIVE
	// Shared: all who want it shared hold it at once.
	Shared = v1.NameMode_NAME_MODE_SHARED
	// Counted: so many hold it at once as its limit says.
	Counted = v1.NameMode_NAME_MODE_COUNTED
)

// Lock is a lock of a session; nothing is sent before it is acquired.
//
// The queue is fair: who comes later never overtakes. Every grant has a fencing [Token]. It is lost when the session is: look
// at [Lock.IsValid] before you act.
type Lock struct {
	grant
	claim *v1.LockClaim
}

// Lock is a lock of this session with a path.
func (s *Session) Lock(path string, options LockOptions) *Lock {
	if options.Mode == v1.NameMode_NAME_MODE_UNSPECIFIED {
		options.Mode = Exclusive
	}
	claim := &v1.LockClaim{Path: path, Mode: options.Mode, Limit: options.Limit, Value: options.Value}
	if options.Delay > 0 {
		claim.Delay = durationpb.New(options.Delay)
	}
	return &Lock{grant{session: s, path: path}, claim}
}

// IsValid tells whether it is held, and may be acted on at this moment. It never says yes too long.
func (l *Lock) IsValid() bool { return l.valid() }

// Acquire takes the lock; it blocks until it is granted, for as long as the context lasts.
//
// When the context ends, the place in the queue stays with the session: the same call takes it up again, and [Lock.Release]
// gives it up. Repeated when needed: who holds it gets the same token.
//
// Errors: [context.DeadlineExceeded] when it was not granted in time, those of a session that is over, such as
// [ErrSessionEnded], [ErrNameMismatch] when the path is used as something else or in another mode, [ErrLimitReached] when the
// queue is full.
func (l *Lock) Acquire(ctx context.Context) (Token, error) {
	request := &v1.AcquireLockRequest{Session: l.session.token, Claim: l.claim, RequestId: requestID()}
	return l.granted(wait(ctx, l.session.pool, acquire(request)))
}

// TryAcquire takes the lock when it is free; held is false when it is not, or is kept free for a while. It does not queue.
func (l *Lock) TryAcquire(ctx context.Context) (token Token, held bool, err error) {
	claim := &v1.LockClaim{
		Path: l.path, Mode: l.claim.GetMode(), Limit: l.claim.GetLimit(), Value: l.claim.GetValue(), Delay: l.claim.GetDelay(),
		NoWait: true,
	}
	request := &v1.AcquireLockRequest{Session: l.session.token, Claim: claim, RequestId: requestID()}
	token, err = l.granted(ask(ctx, l.session.pool, acquire(request)))
	if errors.Is(err, ErrNameHeld) || errors.Is(err, ErrNameDelayed) {
		return Token{}, false, nil
	}
	return token, err == nil, err
}

func acquire(request *v1.AcquireLockRequest) func(context.Context, *Stubs) (granted, error) {
	return func(ctx context.Context, stubs *Stubs) (granted, error) { return stubs.Locks.AcquireLock(ctx, request) }
}

// Release gives up the lock, or the place in the queue. Repeated when needed.
//
// Errors: [ErrNameNotHeld] when the session neither holds it nor queues for it; those of a session that is over, and the lock
// with it: others may have it already.
func (l *Lock) Release(ctx context.Context) error {
	request := &v1.ReleaseLockRequest{Session: l.session.token, Path: l.path, RequestId: requestID()}
	if token, held := l.forget(); held {
		request.Token = token.Proto()
	}
	_, err := ask(ctx, l.session.pool, func(ctx context.Context, stubs *Stubs) (*v1.ReleaseLockResponse, error) {
		return stubs.Locks.ReleaseLock(ctx, request)
	})
	return err
}

// Do acquires the lock, does something while it is held, and releases it. The context that it gives is canceled when the
// session is lost, or has less than a sixth of its time left.
func (l *Lock) Do(ctx context.Context, act func(ctx context.Context, token Token) error) error {
	return l.during(ctx, l.Acquire, l.Release, act)
}

// grant is what a lock and an office have in common: a path that a session holds under a token.
type grant struct {
	session *Session
	path    string

	lock  sync.Mutex
	token Token
	held  bool
}

type granted interface{ GetToken() *v1.Token }

// Path is its path.
func (g *grant) Path() string { return g.path }

// Token is the fencing token of the grant; held is false when it is not held.
func (g *grant) Token() (token Token, held bool) {
	g.lock.Lock()
	defer g.lock.Unlock()
	return g.token, g.held
}

func (g *grant) valid() bool {
	_, held := g.Token()
	return held && g.session.IsValid()
}

// granted takes note of an answer that grants it.
func (g *grant) granted(answer granted, err error) (Token, error) {
	if err != nil {
		return Token{}, err
	}
	g.lock.Lock()
	defer g.lock.Unlock()
	g.token, g.held = TokenOf(answer.GetToken()), true
	return g.token, nil
}

// forget takes note that it is given up.
func (g *grant) forget() (token Token, held bool) {
	g.lock.Lock()
	defer g.lock.Unlock()
	token, held = g.token, g.held
	g.token, g.held = Token{}, false
	return token, held
}

// during takes it, acts, and gives it up again, also when taking it or acting failed.
func (g *grant) during(
	ctx context.Context,
	take func(context.Context) (Token, error),
	giveUp func(context.Context) error,
	act func(context.Context, Token) error,
) error {
	token, err := take(ctx)
	if err == nil {
		working, done := g.session.Context(ctx, g.session.ttl/6)
		err = act(working, token)
		done()
	}
	// What is given up need not be waited for any more, but is given up.
	gone := giveUp(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	return gone
}
