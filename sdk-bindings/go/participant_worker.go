package quorate

import (
	"context"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// event is what comes from the agents: an order, or something to know.
type event struct {
	order  *order
	notice Notice
}

// order is what a program is to do.
type order struct {
	phase v1.Phase
	epoch uint64
	// acknowledge says that it was done; nil when no agent gave it, and the epoch is not known.
	acknowledge func()
}

// known tells whether its epoch is known.
func (o *order) known() bool { return o.acknowledge != nil }

// worker is the program's side: one phase after the other, the newest order first.
type worker struct {
	program Participant
	notice  func(Notice)
	told    <-chan event
}

// run does what is told until nobody can tell anything any more, and all that was told is done; or until the context ends.
func (w *worker) run(ctx context.Context) {
	var next *order
	for ctx.Err() == nil {
		if next == nil {
			if next = w.await(ctx); next == nil {
				return
			}
		}
		next = w.perform(ctx, w.newest(next))
	}
}

// await is the next order; nil when there will be none.
func (w *worker) await(ctx context.Context) *order {
	for {
		select {
		case came, open := <-w.told:
			if !open || came.order != nil {
				return came.order
			}
			w.notice(came.notice)
		case <-ctx.Done():
			return nil
		}
	}
}

// newest is, of this order and those that have come meanwhile, the last.
func (w *worker) newest(last *order) *order {
	for {
		select {
		case came, open := <-w.told:
			switch {
			case !open:
				return last
			case came.order != nil:
				last = came.order
			default:
				w.notice(came.notice)
			}
		default:
			return last
		}
	}
}

// perform does what an order says, and returns the one that came meanwhile.
func (w *worker) perform(ctx context.Context, what *order) (newer *order) {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- w.phase(working, what) }()
	told := w.told
	for {
		select {
		case err := <-ended:
			switch {
			case working.Err() != nil:
				// It was cut short.
			case err != nil:
				w.notice(NoticeFailed{what.phase, what.epoch, what.known(), err})
			case what.known():
				what.acknowledge()
			}
			return newer
		case came, open := <-told:
			switch {
			case !open:
				told = nil
			case came.order == nil:
				w.notice(came.notice)
			default:
				newer = came.order
				if what.phase != v1.Phase_PHASE_PREPARE {
					cancel()
				}
			}
		}
	}
}

func (w *worker) phase(ctx context.Context, what *order) error {
	switch what.phase {
	case v1.Phase_PHASE_RECOVER:
		return w.program.Recover(ctx, what.epoch)
	case v1.Phase_PHASE_RESUME:
		return w.program.Resume(ctx, what.epoch)
	}
	return w.program.Prepare(ctx, what.epoch, what.known())
}
