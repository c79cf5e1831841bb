package quorate

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// link is the way to the agents: it takes part at one after the other, and hands on what they tell.
type link struct {
	pool    *pool
	options *ParticipantOptions
	told    chan<- event
}

type participation = grpc.BidiStreamingClient[v1.ParticipateRequest, v1.ParticipateResponse]

// run takes part until that is of no use, or the context ends.
func (l *link) run(ctx context.Context) error {
	rotation := newRotation(len(l.pool.stubs), int(l.pool.preferred.Load()))
	for {
		next := rotation.step()
		if err := l.pool.pause(ctx, next.pause); err != nil {
			return err
		}
		begun := time.Now()
		heard, why := l.takePart(ctx, next.index)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		closed := l.pool.ctx.Err() != nil
		if !closed {
			l.tell(ctx, event{notice: NoticeAway{why.tried()}})
		}
		if heard {
			l.tell(ctx, event{order: &order{phase: v1.Phase_PHASE_PREPARE}})
		}
		switch {
		case closed:
			return ErrClosed
		case why.isFinal():
			return why.refused()
		case heard && time.Since(begun) >= goodAfter:
			rotation.reset()
		}
	}
}

// takePart takes part at one agent until that fails, and tells whether the agent ever told anything.
func (l *link) takePart(ctx context.Context, index int) (heard bool, why failure) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	silent := time.AfterFunc(l.pool.options.CallTimeout, cancel)
	defer silent.Stop()
	stubs := l.pool.stubs[index]
	stream, err := l.open(ctx, stubs)
	for err == nil {
		silent.Reset(l.options.IdleTimeout)
		var told *v1.ParticipateResponse
		if told, err = stream.Recv(); err != nil {
			break
		}
		silent.Stop()
		if !heard {
			heard = true
			l.pool.preferred.Store(int64(index))
			l.tell(ctx, event{notice: NoticeJoined{stubs.Endpoint}})
		}
		l.hand(ctx, stream, told)
	}
	if errors.Is(err, io.EOF) {
		err = status.Error(codes.Unavailable, "the stream was ended")
	}
	return heard, failed(stubs.Endpoint, err)
}

// open says what the program is, and waits until the agent has heard that.
func (l *link) open(ctx context.Context, stubs *Stubs) (participation, error) {
	stream, err := stubs.Recovery.Participate(ctx)
	if err != nil {
		return nil, err
	}
	// What is wrong with the stream, receiving tells.
	_ = stream.Send(l.options.introduction())
	_, err = stream.Header()
	return stream, err
}

// hand hands on what an agent tells. A phase of a later version cannot be done, so it is not acknowledged.
func (l *link) hand(ctx context.Context, stream participation, told *v1.ParticipateResponse) {
	switch message := told.GetMessage().(type) {
	case *v1.ParticipateResponse_Order:
		epoch, phase := message.Order.GetEpoch(), message.Order.GetPhase()
		if phase < v1.Phase_PHASE_PREPARE || phase > v1.Phase_PHASE_RESUME {
			return
		}
		done := &v1.ParticipateRequest_Done{Done: &v1.PhaseDone{Epoch: epoch, Phase: phase}}
		// An agent that has gone is not told.
		acknowledge := func() { _ = stream.Send(&v1.ParticipateRequest{Message: done}) }
		l.tell(ctx, event{order: &order{phase, epoch, acknowledge}})
	case *v1.ParticipateResponse_Isolated:
		l.tell(ctx, event{notice: NoticeIsolated{message.Isolated.GetPhase()}})
	}
}

func (l *link) tell(ctx context.Context, what event) {
	select {
	case l.told <- what:
	case <-ctx.Done():
	}
}
