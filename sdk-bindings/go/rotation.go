package quorate

import (
	"math/rand/v2"
	"time"
)

const (
	leastPause = 50 * time.Millisecond
	mostPause  = 2 * time.Second
)

// rotation is the endless order in which endpoints are tried.
//
// Within a round over all endpoints there is no pause: another agent may well answer at once. Between rounds there is one that
// grows and has jitter, so that many clients do not come back to a restarted cluster in step.
type rotation struct {
	endpoints, next, attempts int
	pause                     time.Duration
}

// turn is what to do next.
type turn struct {
	// index is the endpoint to try.
	index int
	// pause is how long to wait before that.
	pause time.Duration
	// rounds is how many rounds over all endpoints are complete.
	rounds int
}

func newRotation(endpoints, first int) rotation {
	return rotation{endpoints: endpoints, next: first, pause: leastPause}
}

func (r *rotation) step() turn {
	next := turn{index: r.next, rounds: r.attempts / r.endpoints}
	if next.rounds > 0 && r.attempts%r.endpoints == 0 {
		next.pause = r.pause + rand.N(r.pause)
		r.pause = min(r.pause*2, mostPause)
	}
	r.next = (r.next + 1) % r.endpoints
	r.attempts++
	return next
}

// reset begins anew without a pause, with the endpoint after the last one tried.
func (r *rotation) reset() { r.attempts, r.pause = 0, leastPause }
