package quorate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// story is a program that writes down what it is told, and the agent that tells it.
type story struct {
	told chan event
	// Each phase waits for one of these, when there is any.
	preparing, recovering chan struct{}

	lock   sync.Mutex
	lines  []string
	worked sync.WaitGroup
}

// begin is to be called in a bubble of synctest.
func begin(ctx context.Context) *story {
	s := &story{told: make(chan event, ahead)}
	worker := &worker{program: s, notice: func(n Notice) { s.note(n.String()) }, told: s.told}
	s.worked.Go(func() { worker.run(ctx) })
	return s
}

func (s *story) note(line string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.lines = append(s.lines, line)
}

func (s *story) Prepare(_ context.Context, epoch uint64, known bool) error {
	s.note(fmt.Sprintf("prepare %d %t", epoch, known))
	if s.preparing != nil {
		<-s.preparing
		s.note("prepared")
	}
	return nil
}

func (s *story) Recover(ctx context.Context, epoch uint64) error {
	s.note(fmt.Sprintf("recover %d", epoch))
	if s.recovering == nil {
		return nil
	}
	select {
	case <-s.recovering:
		return nil
	case <-ctx.Done():
		s.note("cut short")
		return ctx.Err()
	}
}

func (*story) Resume(context.Context, uint64) error { return errors.New("no disk") }

// order has an agent tell to do something.
func (s *story) order(epoch uint64, phase v1.Phase) {
	done := func() { s.note(fmt.Sprintf("done %d %s", epoch, phaseWord(phase))) }
	s.told <- event{order: &order{phase, epoch, done}}
}

// gone has the agent be gone.
func (s *story) gone() { s.told <- event{order: &order{phase: v1.Phase_PHASE_PREPARE}} }

// is tells whether all of this has happened since it was asked last, once nothing more happens.
func (s *story) is(t *testing.T, expected ...string) {
	t.Helper()
	synctest.Wait()
	s.lock.Lock()
	defer s.lock.Unlock()
	if !slices.Equal(s.lines, expected) {
		t.Errorf("%q, where %q is expected", s.lines, expected)
	}
	s.lines = nil
}

// end lets the program do what it was told, and no more.
func (s *story) end() {
	close(s.told)
	s.worked.Wait()
}

func TestEachPhaseIsAcknowledgedWhenItIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t.Context())
		s.recovering = make(chan struct{})
		s.order(7, v1.Phase_PHASE_PREPARE)
		s.is(t, "prepare 7 true", "done 7 prepare")
		s.order(7, v1.Phase_PHASE_RECOVER)
		s.is(t, "recover 7")
		s.told <- event{notice: NoticeIsolated{v1.Phase_PHASE_RECOVER}}
		s.is(t, "was late: recover")
		s.recovering <- struct{}{}
		s.is(t, "done 7 recover")
		s.order(7, v1.Phase_PHASE_RESUME)
		s.is(t, "failed to resume: no disk")
		s.end()
	})
}

func TestWhatIsOutOfDateIsCutShortAndTheNewestOrderCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t.Context())
		s.recovering = make(chan struct{})
		s.order(7, v1.Phase_PHASE_RECOVER)
		s.is(t, "recover 7")
		s.gone()
		s.is(t, "cut short", "prepare 0 false")
		s.preparing = make(chan struct{})
		s.order(8, v1.Phase_PHASE_PREPARE)
		s.is(t, "prepare 8 true")
		s.order(9, v1.Phase_PHASE_PREPARE)
		s.order(10, v1.Phase_PHASE_PREPARE)
		s.is(t)
		close(s.preparing)
		s.is(t, "prepared", "done 8 prepare", "prepare 10 true", "prepared", "done 10 prepare")
		s.end()
	})
}

func TestPreparingIsNeverCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t.Context())
		s.preparing = make(chan struct{}, 2)
		s.order(7, v1.Phase_PHASE_PREPARE)
		s.is(t, "prepare 7 true")
		s.gone()
		close(s.told)
		s.is(t)
		s.preparing <- struct{}{}
		s.is(t, "prepared", "done 7 prepare", "prepare 0 false")
		s.preparing <- struct{}{}
		s.is(t, "prepared")
		s.worked.Wait()
	})
}

func TestAProgramThatTakesPartNoMoreIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := begin(ctx)
		s.recovering = make(chan struct{})
		s.order(7, v1.Phase_PHASE_RECOVER)
		s.is(t, "recover 7")
		cancel()
		s.worked.Wait()
		s.is(t, "cut short")
	})
}

func TestParticipantsAreCheckedAndIntroduceThemselves(t *testing.T) {
	for _, wrong := range []struct {
		options ParticipantOptions
		text    string
	}{
		{ParticipantOptions{Deadline: time.Millisecond}, "Deadline is 1ms, allowed is 100ms to 1h0m0s"},
		{ParticipantOptions{IdleTimeout: 2 * time.Hour}, "IdleTimeout is 2h0m0s, allowed is 100ms to 1h0m0s"},
	} {
		if _, err := wrong.options.checked(); !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), wrong.text) {
			t.Errorf("%v where %q is expected", err, wrong.text)
		}
	}
	options, err := ParticipantOptions{
		Name: "store", Level: 3, Requires: []string{"disk"}, Deadline: 2 * time.Second, Late: LateWait,
	}.checked()
	told := options.introduction().GetParticipant()
	if err != nil || told.GetName() != "store" || told.GetLevel() != 3 || told.GetLate() != LateWait {
		t.Error(told, err)
	}
	if told.GetDeadline().GetSeconds() != 2 || options.IdleTimeout != 15*time.Second {
		t.Error(told, options)
	}
	usual := ParticipantOptions{Name: "store"}
	if usual.introduction().GetParticipant().GetDeadline() != nil {
		t.Error("the agent knows what is usual")
	}
}
