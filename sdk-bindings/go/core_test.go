package quorate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

func refusal(code codes.Code, message, reason, domain string) error {
	info := &errdetails.ErrorInfo{Reason: reason, Domain: domain, Metadata: map[string]string{"session_id": "1-2"}}
	with, err := status.New(code, message).WithDetails(info)
	if err != nil {
		panic(err)
	}
	return with.Err()
}

func later(endpoint string) failure {
	return failed(endpoint, refusal(codes.Unavailable, "nobody leads", "NOT_SERVED", errorDomain))
}

func checked(t *testing.T, options Options) *Options {
	t.Helper()
	good, err := options.checked()
	if err != nil {
		t.Fatal(err)
	}
	return &good
}

func TestEveryReasonOfTheSchemaIsAnError(t *testing.T) {
	known := []Reason{
		ErrBadRequest, ErrNodeNotFound, ErrNoView, ErrStopping, ErrBadCursor, ErrBadPageToken, ErrLimitReached, ErrEvictionState,
		ErrViewChanged, ErrInternal, ErrQuorumLost, ErrOutcomeUnknown, ErrClusterState, ErrBadBackup, ErrConflict, ErrNotServed,
		ErrSessionRequired, ErrSessionUnknown, ErrSessionEnded, ErrSessionLost, ErrSessionTokenWrong, ErrNameHeld, ErrNameDelayed,
		ErrNameNotHeld, ErrNameChanged, ErrNameMismatch, ErrBarrierMismatch, ErrBarrierNotThere, ErrBarrierBroken,
		ErrRequestIDUsed, ErrServiceInvalid, ErrServiceNotFound, ErrCannotMove,
	}
	for number, name := range v1.ErrorReason_name {
		reason := Reason(strings.TrimPrefix(name, "ERROR_REASON_"))
		if number != 0 && !slices.Contains(known, reason) {
			t.Errorf("there is no error for %s", reason)
		}
	}
	if len(known) != len(v1.ErrorReason_name)-1 {
		t.Errorf("%d errors for %d reasons", len(known), len(v1.ErrorReason_name)-1)
	}
}

func TestARefusalIsItsReason(t *testing.T) {
	held := failed("n1:1", refusal(codes.FailedPrecondition, "held", "NAME_HELD", errorDomain))
	err := held.refused()
	var refused *RefusedError
	if !errors.Is(err, ErrNameHeld) || errors.Is(err, ErrNameDelayed) || !errors.As(err, &refused) {
		t.Fatalf("%v is not NAME_HELD", err)
	}
	if refused.Metadata["session_id"] != "1-2" || err.Error() != "held (NAME_HELD)" {
		t.Errorf("%v %v", refused.Metadata, err)
	}
	newer := failed("n1:1", refusal(codes.FailedPrecondition, "?", "NEWER", errorDomain))
	if ReasonOf(newer.refused()) != "NEWER" {
		t.Error("a reason that is not known is lost")
	}
	other := failed("n1:1", refusal(codes.FailedPrecondition, "?", "NAME_HELD", "example.com"))
	if ReasonOf(other.refused()) != "" {
		t.Error("only our own domain counts")
	}
}

func TestPausesComeBetweenRoundsOnlyAndGrow(t *testing.T) {
	rotation := newRotation(2, 1)
	for number := range 6 {
		step := rotation.step()
		pauses := number == 2 || number == 4
		if step.index != (number+1)%2 || step.rounds != number/2 || (step.pause > 0) != pauses {
			t.Errorf("step %d is %+v", number, step)
		}
	}
	for range 1000 {
		if step := rotation.step(); step.pause > 4*time.Second {
			t.Fatalf("a pause of %v", step.pause)
		}
	}
	rotation.reset()
	if step := rotation.step(); step.pause != 0 {
		t.Errorf("a pause of %v after a reset", step.pause)
	}
}

func TestACallGoesToTheNextEndpointUntilTheRoundsAreOver(t *testing.T) {
	options := checked(t, Options{Endpoints: []string{"n1:1", "n2:1"}, Rounds: 2})
	call := newPlan(options, 1, 5*time.Second, kind{})
	for _, index := range []int{1, 0, 1, 0} {
		step, err := call.step()
		if err != nil || step.index != index {
			t.Fatalf("%+v %v", step, err)
		}
		if err := call.failed(later(options.Endpoints[index])); err != nil {
			t.Fatal(err)
		}
	}
	_, err := call.step()
	var unavailable *UnavailableError
	if !errors.Is(err, ErrUnavailable) || !errors.As(err, &unavailable) || ReasonOf(err) != ErrNotServed {
		t.Fatalf("%v", err)
	}
	if len(unavailable.Tried) != 2 || unavailable.Tried[0].Endpoint != "n2:1" {
		t.Errorf("%+v", unavailable.Tried)
	}
}

func TestAnAnswerThatAllWouldGiveEndsTheCall(t *testing.T) {
	call := newPlan(checked(t, Options{Endpoints: []string{"n1:1", "n2:1"}}), 0, 5*time.Second, kind{})
	held := failed("n1:1", refusal(codes.FailedPrecondition, "held", "NAME_HELD", errorDomain))
	if err := call.failed(held); !errors.Is(err, ErrNameHeld) {
		t.Errorf("%v", err)
	}
}

func TestWhatMayHaveBeenCarriedOutIsNotRepeatedWhereThatIsNotSafe(t *testing.T) {
	call := newPlan(checked(t, Options{Endpoints: []string{"n1:1"}}), 0, 5*time.Second, kind{once: true})
	dial := status.Error(codes.Unavailable, `connection error: desc = "transport: Error while dialing: refused"`)
	for _, harmless := range []failure{failed("n1:1", dial), later("n1:1")} {
		if err := call.failed(harmless); err != nil {
			t.Errorf("%v", err)
		}
	}
	broken := status.Error(codes.Unavailable, "error reading from server: EOF")
	if err := call.failed(failed("n1:1", broken)); !errors.Is(err, ErrConnectionLost) {
		t.Errorf("%v", err)
	}
}

func TestADeadlineIsToldFromAnOutage(t *testing.T) {
	options := checked(t, Options{Endpoints: []string{"n1:1"}, Rounds: 1})
	call := newPlan(options, 0, time.Nanosecond, kind{})
	if _, err := call.step(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	endless := newPlan(options, 0, 0, kind{waits: true})
	for range 5 {
		if step, err := endless.step(); err != nil || step.limit != 0 {
			t.Errorf("%+v %v", step, err)
		}
		if err := endless.failed(later("n1:1")); err != nil {
			t.Error(err)
		}
	}
}

func TestEndpointsShareTheTimeOfACall(t *testing.T) {
	two := checked(t, Options{Endpoints: []string{"n1:1", "n2:1"}})
	nine := checked(t, Options{Endpoints: slices.Repeat([]string{"n1:1"}, 9)})
	fixed := checked(t, Options{Endpoints: []string{"n1:1"}, AttemptTimeout: time.Second})
	limit := 6 * time.Second
	if two.share(limit) != 3*time.Second || nine.share(limit) != 2*time.Second || fixed.share(limit) != time.Second {
		t.Error(two.share(limit), nine.share(limit), fixed.share(limit))
	}
}

func TestAWatchGoesOnAfterItsLastMessage(t *testing.T) {
	watch := newResume(2, 0, WatchOptions{})
	first, _ := watch.step()
	watch.opened = time.Now()
	watch.received("c1")
	watch.received("")
	if watch.cursor != "c1" {
		t.Error("a part of a snapshot has no cursor")
	}
	if err := watch.failed(later("n1:1")); err != nil {
		t.Fatal(err)
	}
	if second, _ := watch.step(); first.index != 0 || second.index != 1 {
		t.Error(first, second)
	}
	bad := failed("n2:1", refusal(codes.InvalidArgument, "?", "BAD_CURSOR", errorDomain))
	if err := watch.failed(bad); !errors.Is(err, ErrBadCursor) {
		t.Errorf("%v", err)
	}
}

func TestAWatchGivesUpWhenItWasToldTo(t *testing.T) {
	watch := newResume(1, 0, WatchOptions{GiveUpAfter: time.Nanosecond})
	if _, err := watch.step(); err != nil {
		t.Fatal(err)
	}
	if err := watch.failed(later("n1:1")); err != nil {
		t.Fatal(err)
	}
	if _, err := watch.step(); !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v", err)
	}
}

func TestOptionsSayWhatIsAllowed(t *testing.T) {
	for _, wrong := range []struct {
		options Options
		text    string
	}{
		{Options{Endpoints: []string{"n1"}}, "the port is missing"},
		{Options{Endpoints: []string{":7401"}}, "the host is missing"},
		{Options{Endpoints: []string{"n1:0"}}, "the port must be a number from 1 to 65535"},
		{Options{Endpoints: []string{"n1:70000"}}, "the port must be a number from 1 to 65535"},
		{Options{Endpoints: []string{"::1:7401"}}, "an IPv6 address needs brackets"},
		{Options{Endpoints: []string{"[n1]:7401"}}, "not an IPv6 address in brackets"},
		{Options{Endpoints: []string{"n 1:1"}}, "the host has characters that no host name has"},
		{Options{}, "there are 0 endpoints"},
		{Options{Endpoints: []string{"n1:1"}, Rounds: 101}, "Rounds is 101, allowed is 1 to 100"},
		{Options{Endpoints: []string{"n1:1"}, CallTimeout: 2 * time.Hour}, "CallTimeout is 2h0m0s, allowed is 10ms to 1h0m0s"},
		{Options{Endpoints: []string{"n1:1"}, TLS: &TLS{CA: "missing.pem"}}, "cannot read the CA"},
	} {
		_, err := Connect(wrong.options)
		if !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), wrong.text) {
			t.Errorf("%v where %q is expected", err, wrong.text)
		}
	}
	good := checked(t, Options{Endpoints: []string{" [::1]:7401"}})
	if good.Endpoints[0] != "[::1]:7401" || good.CallTimeout != 5*time.Second || good.Rounds != 3 {
		t.Errorf("%+v", good)
	}
}

func TestTokensHaveAnOrder(t *testing.T) {
	one, two, three := Token{1, 9}, Token{2, 0}, Token{2, 1}
	if one.Compare(two) != -1 || three.Compare(two) != 1 || TokenOf(three.Proto()) != three || one.String() != "1.9" {
		t.Error(one, two, three)
	}
}

func TestARequestKeepsItsIDUntilItIsAnswered(t *testing.T) {
	var request pending
	first := request.id()
	request.done(&DeadlineError{})
	if request.id() != first {
		t.Error("a request that was not answered is made again as the same one")
	}
	request.done(nil)
	second := request.id()
	request.done(&RefusedError{})
	if second == first || request.id() == second {
		t.Error("one that was answered is over")
	}
}
