package quorate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// Errors that no agent gave. [context.DeadlineExceeded] is one of them too: the deadline passed, see [DeadlineError].
var (
	// ErrOptions says that an option has a value that is not allowed. Nothing was sent; see [OptionsError].
	ErrOptions = errors.New("an option is not allowed")
	// ErrUnavailable says that no endpoint could serve the call; see [UnavailableError].
	ErrUnavailable = errors.New("no endpoint could serve the call")
	// ErrConnectionLost says that the connection failed in the middle of a call that may not be repeated: it may have been
	// carried out or not.
	ErrConnectionLost = errors.New("the call may have been carried out")
	// ErrClosed says that the client, the session or the watch was closed by this program.
	ErrClosed = errors.New("it was closed")
	// ErrSilent says that no agent could keep the session alive in time: what it holds may be somebody else's before long.
	// When an agent answers again and it is still there, it is valid again.
	ErrSilent = errors.New("no agent could keep the session alive in time")
)

// Reason is a documented reason of an agent for refusing a call. It is an error, so that [errors.Is] can look for it.
type Reason string

// The documented reasons. An agent of a later version may give others.
const (
	// ErrBadRequest: a field of the request is missing, malformed or out of range. Do not retry.
	ErrBadRequest Reason = "BAD_REQUEST"
	// ErrNodeNotFound: the answering node knows no node of that name.
	ErrNodeNotFound Reason = "NODE_NOT_FOUND"
	// ErrNoView: the answering node has had no view since it started. Retry, or ask another node.
	ErrNoView Reason = "NO_VIEW"
	// ErrStopping: the agent is stopping or leaving the cluster. Ask another node.
	ErrStopping Reason = "STOPPING"
	// ErrBadCursor: the cursor cannot be read, or belongs to another cluster. Start without one.
	ErrBadCursor Reason = "BAD_CURSOR"
	// ErrBadPageToken: the page token cannot be read. Start again from the first page.
	ErrBadPageToken Reason = "BAD_PAGE_TOKEN"
	// ErrLimitReached: a limit of the agent was reached; the metadata limit_of names it. Retry with backoff.
	ErrLimitReached Reason = "LIMIT_REACHED"
	// ErrEvictionState: the node is evicted already, or is not evicted.
	ErrEvictionState Reason = "EVICTION_STATE"
	// ErrViewChanged: the view changed before the call was done. Retry after reading the new view.
	ErrViewChanged Reason = "VIEW_CHANGED"
	// ErrInternal: a fault of the agent itself; its log has more.
	ErrInternal Reason = "INTERNAL"
	// ErrQuorumLost: no leader of the cluster database could be reached. Nothing was changed. Retry when there is quorum.
	ErrQuorumLost Reason = "QUORUM_LOST"
	// ErrOutcomeUnknown: the leader did not answer in time: the change may have been made or not. Retry, which is safe.
	ErrOutcomeUnknown Reason = "OUTCOME_UNKNOWN"
	// ErrClusterState: the state of the cluster does not allow it; the metadata state names it. Nothing was changed.
	ErrClusterState Reason = "CLUSTER_STATE"
	// ErrBadBackup: what was to be restored is no backup, is damaged, of a later version or of another cluster.
	ErrBadBackup Reason = "BAD_BACKUP"
	// ErrConflict: somebody else did the same at the same time. Nothing was changed. Retry.
	ErrConflict Reason = "CONFLICT"
	// ErrNotServed: nobody leads sessions, names and barriers for now. Nothing was changed. Retry, or ask another node.
	ErrNotServed Reason = "NOT_SERVED"
	// ErrSessionRequired: the call needs a session.
	ErrSessionRequired Reason = "SESSION_REQUIRED"
	// ErrSessionUnknown: there never was such a session in this cluster.
	ErrSessionUnknown Reason = "SESSION_UNKNOWN"
	// ErrSessionEnded: the session is over: it was closed, or it expired. What it held is free. Open another one.
	ErrSessionEnded Reason = "SESSION_ENDED"
	// ErrSessionLost: the session was lost, with all it held, when a majority of the voters lost their memory.
	ErrSessionLost Reason = "SESSION_LOST"
	// ErrSessionTokenWrong: the text that should prove that the session is the caller's own is not that of the session.
	ErrSessionTokenWrong Reason = "SESSION_TOKEN_WRONG"
	// ErrNameHeld: somebody else holds the name; the metadata session_id says who. Nothing was changed.
	ErrNameHeld Reason = "NAME_HELD"
	// ErrNameDelayed: the name is kept free for a while: its holder expired. Retry later, or queue.
	ErrNameDelayed Reason = "NAME_DELAYED"
	// ErrNameNotHeld: the session does not hold the name, or not by that token. Nothing was changed.
	ErrNameNotHeld Reason = "NAME_NOT_HELD"
	// ErrNameChanged: the binding was last changed at another revision than expected. Nothing was changed.
	ErrNameChanged Reason = "NAME_CHANGED"
	// ErrNameMismatch: the name is used as something else, or in another mode. Nothing was changed.
	ErrNameMismatch Reason = "NAME_MISMATCH"
	// ErrBarrierMismatch: others who wait at the barrier say that it is something else. Nothing was changed.
	ErrBarrierMismatch Reason = "BARRIER_MISMATCH"
	// ErrBarrierNotThere: nobody is at the barrier, or the session is not.
	ErrBarrierNotThere Reason = "BARRIER_NOT_THERE"
	// ErrBarrierBroken: the generation ended without passing: nobody passed. The metadata why says why.
	ErrBarrierBroken Reason = "BARRIER_BROKEN"
	// ErrRequestIDUsed: the request id was used for another request. Nothing was changed.
	ErrRequestIDUsed Reason = "REQUEST_ID_USED"
	// ErrServiceInvalid: services cannot be defined so; the text says all that is wrong. Nothing was changed.
	ErrServiceInvalid Reason = "SERVICE_INVALID"
	// ErrServiceNotFound: there is no service or instance of that name. Nothing was changed.
	ErrServiceNotFound Reason = "SERVICE_NOT_FOUND"
	// ErrCannotMove: the instance cannot run on that node, or would not stay there. Nothing was changed.
	ErrCannotMove Reason = "CANNOT_MOVE"
)

// Error is the reason as it is documented.
func (r Reason) Error() string { return string(r) }

// ReasonOf is the documented reason that an agent gave, the first one when several were tried; empty when none did.
func ReasonOf(err error) Reason {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused.Reason
	}
	var tried interface{ reason() Reason }
	if errors.As(err, &tried) {
		return tried.reason()
	}
	return ""
}

// OptionsError says which option has a value that is not allowed. It is [ErrOptions].
type OptionsError struct {
	// Text says what is wrong, for people.
	Text string
}

func (e *OptionsError) Error() string { return e.Text }

// Is tells whether it is [ErrOptions].
func (e *OptionsError) Is(target error) bool { return target == ErrOptions }

// RefusedError is an agent's answer that it will not do what was asked. Nothing was changed, unless the method says so. It is
// the [Reason] that it has.
type RefusedError struct {
	// Endpoint is the one that answered.
	Endpoint string
	// Code is the canonical gRPC code.
	Code codes.Code
	// Message is the text for people.
	Message string
	// Reason is the documented reason; empty when the answer came from something in between that is no agent.
	Reason Reason
	// Metadata is what comes with the reason, such as session_id with NAME_HELD.
	Metadata map[string]string
}

func (e *RefusedError) Error() string {
	text := e.Message
	if text == "" {
		text = e.Code.String()
	}
	if e.Reason != "" {
		return fmt.Sprintf("%s (%s)", text, e.Reason)
	}
	return text
}

// Is tells whether it has that reason.
func (e *RefusedError) Is(target error) bool {
	reason, ok := target.(Reason)
	return ok && reason == e.Reason
}

// Tried is an endpoint that was tried, and what went wrong there.
type Tried struct {
	// Endpoint is the endpoint, as host:port.
	Endpoint string
	// What went wrong, for people.
	What string
	// Reason is the documented reason, when an agent gave one.
	Reason Reason
	// Silent tells whether it took the request and did not answer in time.
	Silent bool
}

// String is what went wrong where, for people.
func (t Tried) String() string { return t.Endpoint + ": " + t.What }

type triedList []Tried

func (l triedList) String() string {
	if len(l) == 0 {
		return "none was tried"
	}
	parts := make([]string, 0, len(l))
	for _, one := range l {
		parts = append(parts, one.String())
	}
	return strings.Join(parts, "; ")
}

func (l triedList) reason() Reason {
	for _, one := range l {
		if one.Reason != "" {
			return one.Reason
		}
	}
	return ""
}

// UnavailableError says that no endpoint answered, or that every one that did said that it cannot serve now. For a call that
// changes something, an attempt whose connection was lost may have been carried out. It is [ErrUnavailable].
type UnavailableError struct {
	// Tried is each endpoint that was tried, with what went wrong there last.
	Tried []Tried
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("%v: %v", ErrUnavailable, triedList(e.Tried))
}
func (e *UnavailableError) Unwrap() error  { return ErrUnavailable }
func (e *UnavailableError) reason() Reason { return triedList(e.Tried).reason() }

// DeadlineError says that the deadline passed. For a call that changes something it is not known whether it was carried out. It
// is [context.DeadlineExceeded].
type DeadlineError struct {
	// Limit is how long the call could take.
	Limit time.Duration
	// Tried is each endpoint that was tried, with what went wrong there last.
	Tried []Tried
}

func (e *DeadlineError) Error() string {
	return fmt.Sprintf("no answer within %v: %v", e.Limit.Round(time.Millisecond), triedList(e.Tried))
}
func (e *DeadlineError) Unwrap() error  { return context.DeadlineExceeded }
func (e *DeadlineError) reason() Reason { return triedList(e.Tried).reason() }
