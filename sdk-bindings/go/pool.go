package quorate

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// Version is that of this package.
const Version = "0.1.0"

// Stubs are the generated clients of one endpoint, for [Call].
type Stubs struct {
	// Endpoint is the endpoint, as host:port.
	Endpoint string
	// Conn is the connection, for services that are not among these.
	Conn *grpc.ClientConn

	Admin      v1.AdminServiceClient
	Barriers   v1.BarrierServiceClient
	Elections  v1.ElectionServiceClient
	Events     v1.EventServiceClient
	Locks      v1.LockServiceClient
	Membership v1.MembershipServiceClient
	Names      v1.NameServiceClient
	Quorum     v1.QuorumServiceClient
	Recovery   v1.RecoveryServiceClient
	Sessions   v1.SessionServiceClient
}

// pool is the endpoints in the order in which they are tried.
type pool struct {
	options Options
	stubs   []*Stubs
	// preferred is the endpoint that answered last.
	preferred atomic.Int64
	// ctx ends when the client is closed, and with it what is under way.
	ctx  context.Context
	stop context.CancelFunc
}

func newPool(options Options) (*pool, error) {
	options, err := options.checked()
	if err != nil {
		return nil, err
	}
	transport := insecure.NewCredentials()
	if options.TLS != nil {
		config, err := options.TLS.config()
		if err != nil {
			return nil, err
		}
		transport = credentials.NewTLS(config)
	}
	p := &pool{options: options}
	p.ctx, p.stop = context.WithCancel(context.Background())
	for _, endpoint := range options.Endpoints {
		conn, err := grpc.NewClient(endpoint, dialOptions(&options, transport)...)
		if err != nil {
			p.close()
			return nil, &OptionsError{err.Error()}
		}
		p.stubs = append(p.stubs, &Stubs{
			Endpoint:   endpoint,
			Conn:       conn,
			Admin:      v1.NewAdminServiceClient(conn),
			Barriers:   v1.NewBarrierServiceClient(conn),
			Elections:  v1.NewElectionServiceClient(conn),
			Events:     v1.NewEventServiceClient(conn),
			Locks:      v1.NewLockServiceClient(conn),
			Membership: v1.NewMembershipServiceClient(conn),
			Names:      v1.NewNameServiceClient(conn),
			Quorum:     v1.NewQuorumServiceClient(conn),
			Recovery:   v1.NewRecoveryServiceClient(conn),
			Sessions:   v1.NewSessionServiceClient(conn),
		})
	}
	return p, nil
}

func dialOptions(options *Options, transport credentials.TransportCredentials) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithUserAgent("quorate-go/" + Version),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(options.MaxMessageSize)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: options.KeepAliveInterval, Timeout: options.KeepAliveTimeout, PermitWithoutStream: true,
		}),
		// Other endpoints are tried meanwhile; this one must be there again soon after its agent is.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second,
			},
			MinConnectTimeout: options.ConnectTimeout,
		}),
		grpc.WithIdleTimeout(0),
		grpc.WithNoProxy(),
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
	}
}

// call makes a call at one endpoint after the other until one answers or the time is up: limit, or that of the context.
func call[T any](
	ctx context.Context, p *pool, limit time.Duration, what kind, invoke func(context.Context, *Stubs) (T, error),
) (T, error) {
	var none T
	if end, ok := ctx.Deadline(); ok {
		left := max(time.Until(end), 1)
		if limit == 0 || left < limit {
			limit = left
		}
	}
	plan := newPlan(&p.options, int(p.preferred.Load()), limit, what)
	for {
		next, err := plan.step()
		if err != nil {
			return none, err
		}
		if err := p.pause(ctx, next.pause); err != nil {
			return none, err
		}
		answer, err := once(ctx, next.limit, func(ctx context.Context) (T, error) { return invoke(ctx, p.stubs[next.index]) })
		if err == nil {
			p.preferred.Store(int64(next.index))
			return answer, nil
		}
		if err := p.over(ctx); err != nil {
			return none, err
		}
		if err := plan.failed(failed(p.stubs[next.index].Endpoint, err)); err != nil {
			return none, err
		}
	}
}

// once makes one attempt, for so long at most.
func once[T any](ctx context.Context, limit time.Duration, invoke func(context.Context) (T, error)) (T, error) {
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return invoke(ctx)
}

// ask makes a call that is safe to repeat and does not wait for others.
func ask[T any](ctx context.Context, p *pool, invoke func(context.Context, *Stubs) (T, error)) (T, error) {
	return call(ctx, p, p.options.CallTimeout, kind{}, invoke)
}

// wait makes a call that is safe to repeat and waits for what others do.
func wait[T any](ctx context.Context, p *pool, invoke func(context.Context, *Stubs) (T, error)) (T, error) {
	return call(ctx, p, 0, kind{waits: true}, invoke)
}

// over is why no call may go on: the client is closed, or its caller has canceled it. For deadlines there is the plan.
func (p *pool) over(ctx context.Context) error {
	if p.ctx.Err() != nil {
		return ErrClosed
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return nil
}

// pause waits, unless the call is over before.
func (p *pool) pause(ctx context.Context, span time.Duration) error {
	if span > 0 {
		select {
		case <-time.After(span):
		case <-ctx.Done():
		case <-p.ctx.Done():
		}
	}
	return p.over(ctx)
}

func (p *pool) close() {
	p.stop()
	for _, stubs := range p.stubs {
		// It fails only when it is closed already.
		_ = stubs.Conn.Close()
	}
}

// pause waits, unless the context ends before.
func pause(ctx context.Context, span time.Duration) error {
	if span <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
