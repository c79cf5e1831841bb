package quorate

import (
	"fmt"
	"time"
)

// A plan is one call over several endpoints: which failure ends it, and which only ends the attempt. It does no IO.
type plan struct {
	options  *Options
	rotation rotation
	// limit is how long the call may take in all; 0: as long as it takes.
	limit  time.Duration
	end    time.Time
	share  time.Duration
	repeat bool
	tried  tries
}

// kind is what a call is.
type kind struct {
	// waits tells whether the call waits for what others do: an endpoint may take all the time there is.
	waits bool
	// once tells whether the call must not be carried out twice.
	once bool
}

// attempt is what to try next.
type attempt struct {
	index int
	pause time.Duration
	// limit is how long it may take at most; 0: as long as it takes.
	limit time.Duration
}

func newPlan(options *Options, first int, limit time.Duration, what kind) plan {
	p := plan{
		options: options, rotation: newRotation(len(options.Endpoints), first), limit: limit, repeat: !what.once,
	}
	if limit > 0 {
		p.end = time.Now().Add(limit)
		if !what.waits {
			p.share = options.share(limit)
		}
	}
	return p
}

// step is the next attempt, or the end of the call.
func (p *plan) step() (attempt, error) {
	next := p.rotation.step()
	if p.limit == 0 {
		return attempt{index: next.index, pause: next.pause}, nil
	}
	left := time.Until(p.end) - next.pause
	if left <= 0 || next.rounds >= p.options.Rounds {
		if left <= 0 && (len(p.tried) == 0 || anySilent(p.tried)) {
			return attempt{}, &DeadlineError{p.limit, p.tried}
		}
		return attempt{}, &UnavailableError{p.tried}
	}
	limit := left
	if p.share > 0 {
		limit = min(left, p.share)
	}
	return attempt{next.index, next.pause, limit}, nil
}

// failed takes note of a failed attempt; an error ends the call.
func (p *plan) failed(f failure) error {
	if !f.mayPass() {
		return f.refused()
	}
	if !p.repeat && f.wasSent() {
		return fmt.Errorf("%w: %v", ErrConnectionLost, triedList{f.tried()})
	}
	p.tried.note(f.tried())
	return nil
}

func anySilent(tried []Tried) bool {
	for _, one := range tried {
		if one.Silent {
			return true
		}
	}
	return false
}

// goodAfter is for how long a stream must have gone on for its endpoint to be tried again without a pause.
const goodAfter = 2 * time.Second

// resume is what a watch knows across its streams: where it got to, whom to ask next, since when it has been cut off.
type resume struct {
	cursor      string
	rotation    rotation
	giveUpAfter time.Duration
	tried       tries
	cutOff      time.Time
	opened      time.Time
}

func newResume(endpoints, first int, options WatchOptions) resume {
	return resume{
		cursor: options.Cursor, rotation: newRotation(endpoints, first), giveUpAfter: options.GiveUpAfter, cutOff: time.Now(),
	}
}

// step is where to open the stream next; an error ends the watch.
func (r *resume) step() (turn, error) {
	next := r.rotation.step()
	if r.giveUpAfter > 0 && len(r.tried) > 0 && time.Since(r.cutOff)+next.pause >= r.giveUpAfter {
		return next, &UnavailableError{r.tried}
	}
	return next, nil
}

// received takes note of a message, and of its cursor when it has one.
func (r *resume) received(cursor string) {
	r.tried = nil
	if cursor != "" {
		r.cursor = cursor
	}
}

// failed takes note of a stream that failed or could not be opened; an error ends the watch.
func (r *resume) failed(f failure) error {
	if f.isFinal() {
		return f.refused()
	}
	r.ended(f.tried())
	return nil
}

// ended takes note that a stream ended, which it never should.
func (r *resume) ended(one Tried) {
	if len(r.tried) == 0 {
		r.cutOff = time.Now()
	}
	if time.Since(r.opened) >= goodAfter {
		r.rotation.reset()
	}
	r.tried.note(one)
}
