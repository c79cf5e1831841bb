package quorate

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"
	"time"

	"google.golang.org/grpc"
)

// idle is for how long a stream may be silent: agents send bookmarks more often.
const idle = 15 * time.Second

// ahead is how many messages are read ahead, so that whoever reads many at once need not wait for a goroutine for each.
const ahead = 16

// WatchOptions says where a watch begins and when it gives up. The zero value is a watch from now on that never does.
type WatchOptions struct {
	// Cursor resumes after this cursor, which any agent of the cluster gave out. Watches whose messages have none ignore it.
	Cursor string
	// GiveUpAfter ends the watch with [ErrUnavailable] when it is cut off for so long. Default: never.
	GiveUpAfter time.Duration
}

// Watch is what an agent sends, for ever, on any agent: a snapshot first, then changes, and bookmarks while all is quiet. Close
// it.
//
// When the stream breaks, ends or is silent for 15 s, the same watch is opened after the last message, at the next endpoint. The
// agent then sends a snapshot whose reason says how it went on: RESUMED means that there is no gap, LAGGED and HISTORY_DROPPED
// mean that there is one and that this snapshot bridges it. All are passed on.
//
// It ends with an error only when another agent would say the same, as [ErrBadCursor], or with [ErrUnavailable] when
// [WatchOptions.GiveUpAfter] is set. A reader that is slow is held back by flow control; the agent sends a LAGGED snapshot if it
// fell too far behind.
type Watch[M any] struct {
	pool *pool
	open func(context.Context, *Stubs, string) (grpc.ServerStreamingClient[M], error)

	// Canceled when it, or the client, is closed.
	ctx  context.Context
	stop context.CancelFunc

	lock   sync.Mutex
	resume resume
	reader *reader[M]
}

// reader is a stream that is being read.
type reader[M any] struct {
	index    int
	messages chan received[M]
	stop     context.CancelFunc
	reading  sync.WaitGroup
}

type received[M any] struct {
	message *M
	err     error
}

func newWatch[M any](
	pool *pool, options WatchOptions, open func(context.Context, *Stubs, string) (grpc.ServerStreamingClient[M], error),
) *Watch[M] {
	ctx, stop := context.WithCancel(pool.ctx)
	resume := newResume(len(pool.stubs), int(pool.preferred.Load()), options)
	return &Watch[M]{pool: pool, open: open, ctx: ctx, stop: stop, resume: resume}
}

// Cursor resumes after the last message, also in another watch or another process; empty before the first one.
func (w *Watch[M]) Cursor() string {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.resume.cursor
}

// Endpoint is the endpoint from which messages come; empty while one is looked for.
func (w *Watch[M]) Endpoint() string {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.reader == nil {
		return ""
	}
	return w.pool.stubs[w.reader.index].Endpoint
}

// Next is the next message; it blocks until there is one, for as long as the context lasts. When that ends before, nothing is
// lost: the next call goes on. After [Watch.Close] or
// [Client.Close] it is [ErrClosed].
func (w *Watch[M]) Next(ctx context.Context) (*M, error) {
	for {
		reader, err := w.current(ctx)
		if err != nil {
			return nil, err
		}
		var next received[M]
		select {
		case next = <-reader.messages:
		default:
			next = w.await(ctx, reader)
		}
		if ctx.Err() != nil && next.message == nil {
			return nil, ctx.Err()
		}
		if err := w.take(reader, next); err != nil {
			return nil, err
		}
		if next.message != nil {
			return next.message, nil
		}
	}
}

// await is what a stream that has nothing yet comes up with.
func (w *Watch[M]) await(ctx context.Context, from *reader[M]) received[M] {
	silent := time.NewTimer(idle)
	defer silent.Stop()
	select {
	case next := <-from.messages:
		return next
	case <-silent.C:
		return received[M]{err: ErrSilent}
	case <-ctx.Done():
		return received[M]{err: ctx.Err()}
	case <-w.ctx.Done():
		return received[M]{err: ErrClosed}
	}
}

// All is all messages, until the context ends, the watch is closed or the loop is left; an error is the last.
func (w *Watch[M]) All(ctx context.Context) iter.Seq2[*M, error] {
	return func(yield func(*M, error) bool) {
		for {
			message, err := w.Next(ctx)
			if !yield(message, err) || err != nil {
				return
			}
		}
	}
}

// Close ends the watch; nothing of it is left then.
func (w *Watch[M]) Close() {
	w.stop()
	w.lock.Lock()
	defer w.lock.Unlock()
	w.drop()
}

// current is the stream to read from, which is opened when there is none.
func (w *Watch[M]) current(ctx context.Context) (*reader[M], error) {
	w.lock.Lock()
	next := turn{}
	if w.reader == nil {
		var err error
		if next, err = w.resume.step(); err != nil {
			w.lock.Unlock()
			return nil, err
		}
	}
	w.lock.Unlock()
	if err := pause(ctx, next.pause); err != nil {
		return nil, err
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.ctx.Err() != nil {
		return nil, ErrClosed
	}
	if w.reader == nil {
		w.resume.opened = time.Now()
		w.reader = w.read(next.index, w.resume.cursor)
	}
	return w.reader, nil
}

// read begins to read a stream. It is read a few messages ahead of whoever watches.
func (w *Watch[M]) read(index int, cursor string) *reader[M] {
	ctx, stop := context.WithCancel(w.ctx)
	reader := &reader[M]{index: index, messages: make(chan received[M], ahead), stop: stop}
	tell := func(next received[M]) bool {
		select {
		case reader.messages <- next:
			return true
		case <-ctx.Done():
			return false
		}
	}
	reader.reading.Go(func() {
		stream, err := w.open(ctx, w.pool.stubs[index], cursor)
		for err == nil {
			var message *M
			if message, err = stream.Recv(); err == nil && !tell(received[M]{message: message}) {
				return
			}
		}
		tell(received[M]{err: err})
	})
	return reader
}

// take takes note of what came of a stream; an error ends the watch.
func (w *Watch[M]) take(from *reader[M], next received[M]) error {
	w.lock.Lock()
	defer w.lock.Unlock()
	if errors.Is(next.err, ErrClosed) || w.ctx.Err() != nil {
		return ErrClosed
	}
	if next.err == nil {
		w.pool.preferred.Store(int64(from.index))
		w.resume.received(cursorOf(next.message))
		return nil
	}
	w.drop()
	endpoint := w.pool.stubs[from.index].Endpoint
	switch {
	case errors.Is(next.err, ErrSilent):
		w.resume.ended(Tried{Endpoint: endpoint, What: "silent", Silent: true})
	case errors.Is(next.err, io.EOF):
		w.resume.ended(Tried{Endpoint: endpoint, What: "the stream was ended"})
	default:
		return w.resume.failed(failed(endpoint, next.err))
	}
	return nil
}

func (w *Watch[M]) drop() {
	if w.reader != nil {
		w.reader.stop()
		w.reader.reading.Wait()
		w.reader = nil
	}
}

// cursorOf is the cursor of a message; some have none.
func cursorOf(message any) string {
	if with, ok := message.(interface{ GetCursor() string }); ok {
		return with.GetCursor()
	}
	return ""
}
