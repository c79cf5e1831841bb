package quorate

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// ParticipantOptions says what a program that takes part in recovery is. A field that is zero has its default.
type ParticipantOptions struct {
	// Name is what it is called, for people: 1 to 128 bytes; required.
	Name string
	// Level is 0 to 1,000: it recovers when everything on lower levels has, on all members.
	Level uint32
	// Requires are services that must be ready before it recovers: 64 at most.
	Requires []string
	// Deadline is how long it has for each phase: 100 ms to 1 h. Default: 30 s.
	Deadline time.Duration
	// Late is what happens when that is over: [LateIsolate] or [LateWait]. Default: isolate.
	Late v1.LatePolicy
	// IdleTimeout takes an agent for gone when nothing at all came from it for so long: 100 ms to 1 h. Agents send something
	// every 5 s. Default: 15 s.
	IdleTimeout time.Duration
	// Notice is told what is worth a line in a log. It is called by one goroutine at a time, also while a phase is under way, and
	// must not block. Default: nobody is told.
	Notice func(Notice)
}

// What happens when a program that takes part is late.
const (
	// LateIsolate: the cluster goes on without it, until it has done what it was told.
	LateIsolate = v1.LatePolicy_LATE_POLICY_ISOLATE
	// LateWait: the cluster waits for it.
	LateWait = v1.LatePolicy_LATE_POLICY_WAIT
)

// checked gives the options with all defaults, or says what is wrong with them.
func (o ParticipantOptions) checked() (ParticipantOptions, error) {
	const least, most = 100 * time.Millisecond, time.Hour
	if o.IdleTimeout == 0 {
		o.IdleTimeout = idle
	}
	if o.IdleTimeout < least || o.IdleTimeout > most {
		return o, outOfRange("IdleTimeout", o.IdleTimeout, least, most)
	}
	if o.Deadline != 0 && (o.Deadline < least || o.Deadline > most) {
		return o, outOfRange("Deadline", o.Deadline, least, most)
	}
	if o.Notice == nil {
		o.Notice = func(Notice) {}
	}
	return o, nil
}

// introduction is what an agent is told first.
func (o *ParticipantOptions) introduction() *v1.ParticipateRequest {
	told := &v1.Participant{Name: o.Name, Level: o.Level, Requires: o.Requires, Late: o.Late}
	if o.Deadline > 0 {
		told.Deadline = durationpb.New(o.Deadline)
	}
	return &v1.ParticipateRequest{Message: &v1.ParticipateRequest_Participant{Participant: told}}
}

// Participant is a program that takes part in recovery; see [Client.Participate].
//
// Each phase is acknowledged when its method returns without an error. After an error it is not: until the cluster changes
// again, the program counts as late with that phase. Errors are handed to [ParticipantOptions.Notice], for nobody else sees
// them. No two phases are under way at once. The context of a phase is canceled when its method returns.
type Participant interface {
	// Prepare: stop using what is shared.
	//
	// It is told first of all, and again as soon as the cluster begins to change, under the epoch that ends: from epoch 7 to 8
	// it is told to prepare under 7 and to recover under 8. When the cluster changes further, it is told again, under the epoch
	// that ends then, unless it has prepared. It is also told within an epoch, when a service that it requires is not ready any
	// more: each phase then comes again under the same epoch, so never skip one because it was done under that before.
	//
	// It is also told at once when the agent is gone: then known is false, for what happens in the cluster is not known. It is
	// never cut short by a change, so it ends with nothing in use, and is told again if more happened meanwhile.
	Prepare(ctx context.Context, epoch uint64, known bool) error
	// Recover: everything on lower levels has, on all members. It may come more than once under an epoch.
	//
	// When the cluster changes meanwhile, or the agent is gone, the context is canceled, and Prepare follows as soon as this
	// returns; what it returns does not count then.
	Recover(ctx context.Context, epoch uint64) error
	// Resume: go on, and use what is shared, for everything has recovered. Return soon, and leave the work itself to others.
	//
	// The context is canceled as that of Recover.
	Resume(ctx context.Context, epoch uint64) error
}

// Notice is what happened to a program that takes part, for its log: [NoticeJoined], [NoticeAway], [NoticeIsolated] or
// [NoticeFailed]. Later versions may have more.
type Notice interface {
	fmt.Stringer
	notice()
}

// NoticeJoined says that the program takes part at this agent from now on.
type NoticeJoined struct {
	// Endpoint is the endpoint, as host:port.
	Endpoint string
}

// NoticeAway says that the agent is gone, or that one that was tried cannot be had. Another one is tried.
type NoticeAway struct {
	// Tried is the endpoint, and what went wrong there.
	Tried Tried
}

// NoticeIsolated says that the program was late: the cluster goes on without it until it has done what it was told.
type NoticeIsolated struct {
	// Phase is what it was late with.
	Phase v1.Phase
}

// NoticeFailed says that the program failed to do what it was told, which is not acknowledged.
type NoticeFailed struct {
	// Phase is what it was told.
	Phase v1.Phase
	// Epoch is the one by which it was told, when that is known: it is not when the agent was gone.
	Epoch uint64
	Known bool
	// Err is what the program returned.
	Err error
}

func (NoticeJoined) notice()   {}
func (NoticeAway) notice()     {}
func (NoticeIsolated) notice() {}
func (NoticeFailed) notice()   {}

func (n NoticeJoined) String() string   { return "takes part at " + n.Endpoint }
func (n NoticeAway) String() string     { return fmt.Sprintf("no agent: %v", n.Tried) }
func (n NoticeIsolated) String() string { return "was late: " + phaseWord(n.Phase) }
func (n NoticeFailed) String() string {
	return fmt.Sprintf("failed to %s: %v", phaseWord(n.Phase), n.Err)
}

func phaseWord(phase v1.Phase) string {
	switch phase {
	case v1.Phase_PHASE_PREPARE:
		return "prepare"
	case v1.Phase_PHASE_RECOVER:
		return "recover"
	case v1.Phase_PHASE_RESUME:
		return "resume"
	}
	return "do something unknown"
}

// Participate has a program take part in recovery, through whatever agent answers, until the context ends.
//
// With each change of the cluster the program is told to prepare, to recover and to resume; the cluster takes each step when
// all who take part have taken the one before. When the agent is gone, the program is told to prepare at once, and takes part
// again at the next agent. Until it was told to resume for the first time, it must not use what is shared.
//
// An agent that does not say that it goes - whose machine was cut off, say - is noticed after
// [ParticipantOptions.IdleTimeout] at the latest. Others may have gone on by then: have what is protected refuse lower epochs
// than it has seen, or look at [Quorum.Get] before it is touched.
//
// It returns when the context ends, with the context's error; the program is not told, but the context of the phase under way
// is canceled, and it is waited for. Otherwise only when taking part is of no use, after the program was told to prepare.
//
// Errors: [ErrOptions] when an option is not allowed, [ErrBadRequest] or another refusal that every agent would repeat,
// [ErrClosed] when the client is closed.
func (c *Client) Participate(ctx context.Context, options ParticipantOptions, program Participant) error {
	options, err := options.checked()
	if err != nil {
		return err
	}
	told := make(chan event, ahead)
	link := &link{pool: c.pool, options: &options, told: told}
	worker := &worker{program: program, notice: options.Notice, told: told}
	var linking sync.WaitGroup
	linking.Go(func() {
		defer close(told)
		err = link.run(ctx)
	})
	worker.run(ctx)
	linking.Wait()
	return err
}
