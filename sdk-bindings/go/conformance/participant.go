package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	quorate "github.com/quorate/quorate/sdk-bindings/go"
	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// participant is a program that takes part in recovery: it does each phase until it is told to finish it.
type participant struct {
	// What it was told and the scenario has not read.
	phases, notices chan result
	stop            context.CancelFunc
	ended           chan error

	lock sync.Mutex
	// finish ends the phase that is under way.
	finish chan error
}

// participate has a program take part from now on.
func participate(client *quorate.Client, s step) *participant {
	const most = 1000
	ctx, stop := context.WithCancel(context.Background())
	p := &participant{
		phases: make(chan result, most), notices: make(chan result, most), stop: stop, ended: make(chan error, 1),
	}
	options := quorate.ParticipantOptions{
		Name: s.Participant, Level: s.Level, Requires: s.Requires, Deadline: s.Deadline.span(), IdleTimeout: s.Idle.span(),
		Notice: func(notice quorate.Notice) { p.notices <- noticeShown(notice) },
	}
	if s.Late == "wait" {
		options.Late = quorate.LateWait
	}
	go func() { p.ended <- client.Participate(ctx, options, p) }()
	return p
}

// do is what is done with one.
func (p *participant) do(s step) (result, error) {
	switch s.Op {
	case "phase":
		return nextTold(p.phases, s)
	case "notice":
		return nextTold(p.notices, s)
	case "finish":
		p.lock.Lock()
		defer p.lock.Unlock()
		if s.Error != "" {
			p.finish <- errors.New(s.Error)
		} else {
			p.finish <- nil
		}
		return result{}, nil
	case "participation":
		return nil, <-p.ended
	}
	p.stop()
	<-p.ended
	return result{}, nil
}

func nextTold(told <-chan result, s step) (result, error) {
	limit := s.Timeout.span()
	if limit == 0 {
		limit = 30 * time.Second
	}
	select {
	case next := <-told:
		return next, nil
	case <-time.After(limit):
		return nil, context.DeadlineExceeded
	}
}

func (p *participant) Prepare(ctx context.Context, epoch uint64, known bool) error {
	if !known {
		return p.perform(ctx, v1.Phase_PHASE_PREPARE, nil)
	}
	return p.perform(ctx, v1.Phase_PHASE_PREPARE, epoch)
}

func (p *participant) Recover(ctx context.Context, epoch uint64) error {
	return p.perform(ctx, v1.Phase_PHASE_RECOVER, epoch)
}

func (p *participant) Resume(ctx context.Context, epoch uint64) error {
	return p.perform(ctx, v1.Phase_PHASE_RESUME, epoch)
}

func (p *participant) perform(ctx context.Context, phase v1.Phase, epoch any) error {
	finish := make(chan error, 1)
	p.lock.Lock()
	p.finish = finish
	p.lock.Unlock()
	p.phases <- result{"phase": phaseShown(phase), "epoch": epoch}
	select {
	case err := <-finish:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func noticeShown(notice quorate.Notice) result {
	switch notice := notice.(type) {
	case quorate.NoticeJoined:
		return result{"kind": "joined"}
	case quorate.NoticeAway:
		return result{"kind": "away"}
	case quorate.NoticeIsolated:
		return result{"kind": "isolated", "phase": phaseShown(notice.Phase)}
	case quorate.NoticeFailed:
		return result{"kind": "failed", "phase": phaseShown(notice.Phase)}
	}
	return result{"kind": nil}
}

func phaseShown(phase v1.Phase) string { return strings.TrimPrefix(phase.String(), "PHASE_") }

// recoveryShown is how recovery stands, and who takes part.
func recoveryShown(recovery *v1.Recovery) result {
	names := []string{}
	for _, node := range recovery.GetNodes() {
		for _, program := range node.GetParticipants() {
			names = append(names, program.GetName())
		}
	}
	slices.Sort(names)
	stage := strings.TrimPrefix(recovery.GetStage().String(), "RECOVERY_STAGE_")
	return result{"stage": stage, "epoch": recovery.GetEpoch(), "participants": names}
}
