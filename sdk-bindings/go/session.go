package quorate

import (
	"cmp"
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// look is how often the clock is looked at: after a suspension of the machine timers are late by as long.
const look = time.Second

// SessionOptions says what a session is to be.
type SessionOptions struct {
	// TTL is how long it lives without a sign of life: 1 s to 1 h. That is also how long others wait for what it holds when
	// this program dies, and the longest pause that this program survives. Default: 10 s.
	TTL time.Duration
	// Label is what it is called, for people; 128 bytes at most.
	Label string
	// Group is the group it belongs to, for barriers that wait for a group; 128 bytes at most.
	Group string
	// ProcessID has an agent of the same machine close it as soon as this process dies, as [os.Getpid] tells one's own.
	ProcessID uint32
}

// Session is a session that is kept alive at whichever agent answers. Close it.
//
// What it holds - bindings, locks, offices, places in queues and at barriers - goes when it ends: when it is closed, or when
// nothing was heard of it for its time. It survives the loss of agents.
//
// Whoever holds something may act on it only while the session [Session.IsValid], which is counted from when the last sign of
// life that was answered was sent, by a clock that counts suspensions; before that time is over nobody else is given what it
// holds. Against a pause between looking and acting there are fencing tokens.
type Session struct {
	pool      *pool
	token, id string
	ttl       time.Duration

	lock sync.Mutex
	// heard is when the last sign of life that was answered was sent.
	heard instant
	// ended is why it is over: what the cluster said, or that it was closed here.
	ended error
	// changed is closed, and another one put in its place, when one of the above changes.
	changed chan struct{}

	stop    context.CancelFunc
	working sync.WaitGroup
}

// OpenSession opens a session, and keeps it alive from then on, however long the context lasts. Repeated when needed: it is
// opened once.
//
// Errors: [ErrBadRequest] when a value is out of range, [ErrLimitReached] when there are too many sessions, [ErrNotServed] when
// nobody leads for now.
func (c *Client) OpenSession(ctx context.Context, options SessionOptions) (*Session, error) {
	if options.TTL == 0 {
		options.TTL = 10 * time.Second
	}
	request := &v1.OpenSessionRequest{
		Ttl:       durationpb.New(options.TTL),
		Label:     options.Label,
		Group:     options.Group,
		ProcessId: options.ProcessID,
		RequestId: requestID(),
	}
	sent := now()
	opened, err := ask(ctx, c.pool, func(ctx context.Context, stubs *Stubs) (*v1.OpenSessionResponse, error) {
		return stubs.Sessions.OpenSession(ctx, request)
	})
	if err != nil {
		return nil, err
	}
	return newSession(c.pool, opened.GetSession(), opened.GetSessionId(), opened.GetTtl().AsDuration(), sent), nil
}

// ResumeSession takes up a session that was opened elsewhere, or by this program before it was restarted, and keeps it alive.
// The token is what [Session.Token] was.
//
// Errors: [ErrSessionEnded] when it is over, [ErrSessionUnknown] when there never was such a session, [ErrSessionTokenWrong]
// when that is not its token.
func (c *Client) ResumeSession(ctx context.Context, token string) (*Session, error) {
	sent := now()
	kept, err := ask(ctx, c.pool, func(ctx context.Context, stubs *Stubs) (*v1.KeepAliveResponse, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := stubs.Sessions.KeepAlive(ctx)
		if err != nil {
			return nil, err
		}
		// What is wrong with the stream, receiving tells.
		_ = stream.Send(&v1.KeepAliveRequest{Session: token})
		return stream.Recv()
	})
	if err != nil {
		return nil, err
	}
	return newSession(c.pool, token, kept.GetSessionId(), kept.GetTtl().AsDuration(), sent), nil
}

func newSession(pool *pool, token, id string, ttl time.Duration, sent instant) *Session {
	ctx, stop := context.WithCancel(pool.ctx)
	session := &Session{
		pool: pool, token: token, id: id, ttl: ttl, heard: sent, changed: make(chan struct{}), stop: stop,
	}
	session.working.Go(func() { session.keep(ctx) })
	return session
}

// ID is its id, which others see; no secret.
func (s *Session) ID() string { return s.id }

// Token proves that the session is one's own: whoever has it may act for the session, and resume it.
func (s *Session) Token() string { return s.token }

// TTL is how long it lives without a sign of life.
func (s *Session) TTL() time.Duration { return s.ttl }

// Left is for how long it surely lives when no further sign of life is answered; 0 when that is not known.
func (s *Session) Left() time.Duration {
	left, _, _ := s.state()
	return left
}

// IsValid tells whether what it holds may be acted on at this moment. It never says yes too long.
func (s *Session) IsValid() bool { return s.Left() > 0 }

// state is how long it surely lives, what is closed when that changes, and why it is over.
func (s *Session) state() (left time.Duration, changed <-chan struct{}, ended error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.ended == nil {
		left = max(0, s.ttl-s.heard.passed())
	}
	return left, s.changed, s.ended
}

func (s *Session) change(change func()) {
	s.lock.Lock()
	defer s.lock.Unlock()
	change()
	close(s.changed)
	s.changed = make(chan struct{})
}

// WaitLost waits until the session is over, or until less than margin of its time is left, and says why: what the cluster
// said, such as [ErrSessionEnded]; [ErrSilent] when no agent could keep it alive in time; [ErrClosed] when this program closed
// it; or the context's error.
//
// A margin is time to stop what rests on the session. Two of three signs of life may fail before a third of its time is left.
// After a suspension of the machine it may come up to 1 s late; [Session.IsValid] does not.
func (s *Session) WaitLost(ctx context.Context, margin time.Duration) error {
	for {
		left, changed, ended := s.state()
		if ended != nil {
			return ended
		}
		if left -= margin; left <= 0 {
			return ErrSilent
		}
		timer := time.NewTimer(min(left, look))
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Context is a context for work that rests on the session: it is canceled when [Session.WaitLost] would return, with its error
// as the cause, and when the parent is. Call the function when the work is done.
func (s *Session) Context(parent context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.ended != nil {
		cancel(s.ended)
	} else {
		s.working.Go(func() { cancel(s.WaitLost(ctx, margin)) })
	}
	return ctx, func() { cancel(context.Canceled) }
}

// Close ends the session, and with it all it holds, at once. Closing it again does nothing.
func (s *Session) Close(ctx context.Context) error {
	if s.end() != nil {
		return nil
	}
	request := &v1.CloseSessionRequest{Session: s.token}
	_, err := ask(ctx, s.pool, func(ctx context.Context, stubs *Stubs) (*v1.CloseSessionResponse, error) {
		return stubs.Sessions.CloseSession(ctx, request)
	})
	return err
}

// Detach keeps it alive no more and leaves it to its time; the token by which it can be resumed elsewhere is returned.
func (s *Session) Detach() string {
	_ = s.end()
	return s.token
}

// end ends the work on the session, and says why it was over already.
func (s *Session) end() (before error) {
	s.change(func() {
		before = s.ended
		s.ended = cmp.Or(s.ended, ErrClosed)
	})
	s.stop()
	s.working.Wait()
	return before
}

// keep gives signs of life until the cluster says that the session is over.
func (s *Session) keep(ctx context.Context) {
	rotation := newRotation(len(s.pool.stubs), int(s.pool.preferred.Load()))
	pace := s.ttl / 3
	if pause(ctx, pace) != nil {
		return
	}
	for {
		next := rotation.step()
		if pause(ctx, min(next.pause, pace)) != nil {
			return
		}
		stubs := s.pool.stubs[next.index]
		heard, err := s.keepAt(ctx, stubs, pace)
		if heard {
			rotation.reset()
		}
		if ctx.Err() != nil {
			return
		}
		if failure := failed(stubs.Endpoint, err); failure.isFinal() {
			s.change(func() { s.ended = cmp.Or(s.ended, failure.refused()) })
			return
		}
	}
}

// keepAt gives signs of life at one agent until that fails, and tells whether any was answered.
func (s *Session) keepAt(ctx context.Context, stubs *Stubs, pace time.Duration) (heard bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer cancel()
	stream, err := stubs.Sessions.KeepAlive(ctx)
	if err != nil {
		return false, err
	}
	answers := make(chan error)
	reading.Go(func() {
		for err := error(nil); err == nil; {
			_, err = stream.Recv()
			select {
			case answers <- err:
			case <-ctx.Done():
				return
			}
		}
	})
	timer := time.NewTimer(pace)
	defer timer.Stop()
	for {
		sent := now()
		// What is wrong with the stream, receiving tells.
		_ = stream.Send(&v1.KeepAliveRequest{Session: s.token})
		timer.Reset(pace)
		select {
		case err := <-answers:
			if err != nil {
				return heard, err
			}
		case <-timer.C:
			return heard, ErrSilent
		}
		heard = true
		s.change(func() { s.heard = sent })
		// What comes without being asked for is the end: the session is over, or the agent is stopping.
		timer.Reset(pace)
		select {
		case err := <-answers:
			return heard, err
		case <-timer.C:
		}
	}
}
