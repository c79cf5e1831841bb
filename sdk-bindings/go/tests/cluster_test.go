// Package tests tries the SDK with real agents, whose addresses are in QUORATE_ENDPOINTS.
package tests

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	quorate "github.com/quorate/quorate/sdk-bindings/go"
	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

const limit = time.Minute

// connected is a client of the cluster, of which nothing is left in the end, and a context for the test.
func connected(t *testing.T, endpoints ...string) (context.Context, *quorate.Client) {
	t.Helper()
	if len(endpoints) == 0 {
		endpoints = cluster(t)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	client, err := quorate.Connect(quorate.Options{Endpoints: endpoints})
	must(t, err)
	t.Cleanup(func() {
		client.Close()
		for end := time.Now().Add(limit); background() != ""; runtime.Gosched() {
			if time.Now().After(end) {
				t.Errorf("goroutines are left: %s", background())
				return
			}
		}
	})
	return ctx, client
}

func cluster(t *testing.T) []string {
	t.Helper()
	named := os.Getenv("QUORATE_ENDPOINTS")
	if named == "" {
		t.Fatal("QUORATE_ENDPOINTS must name the agents of a cluster, as in 127.0.0.1:7401,127.0.0.1:7402")
	}
	return strings.Split(named, ",")
}

// background is a stack in which the SDK, or gRPC below it, still is.
func background() string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "\ngoogle.golang.org/grpc") || strings.Contains(stack, "sdk-bindings/go.(") {
			return stack
		}
	}
	return ""
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, expected error) {
	t.Helper()
	if !errors.Is(err, expected) {
		t.Fatalf("%v, where %v is expected", err, expected)
	}
}

func check(t *testing.T, good bool, said ...any) {
	t.Helper()
	if !good {
		t.Fatal(said...)
	}
}

func open(ctx context.Context, t *testing.T, client *quorate.Client, options quorate.SessionOptions) *quorate.Session {
	t.Helper()
	session, err := client.OpenSession(ctx, options)
	must(t, err)
	t.Cleanup(func() {
		if err := session.Close(context.Background()); err != nil {
			t.Errorf("closing the session: %v", err)
		}
	})
	return session
}

func TestReads(t *testing.T) {
	ctx, client := connected(t)
	view, err := client.Membership.View(ctx)
	must(t, err)
	check(t, len(view.GetView().GetMembers()) == 3, view)
	names := []string{}
	for node, err := range client.Membership.Nodes(ctx) {
		must(t, err)
		names = append(names, node.GetNodeName())
	}
	slices.Sort(names)
	check(t, slices.Equal(names, []string{"n1", "n2", "n3"}), names)
	_, err = client.Membership.Node(ctx, "n9")
	is(t, err, quorate.ErrNodeNotFound)
	quorum, err := client.Quorum.Get(ctx)
	must(t, err)
	check(t, quorum.GetQuorum().GetGranted() && quorum.GetQuorum().GetEpoch() > 0, quorum)
	list := func(ctx context.Context, stubs *quorate.Stubs) (*v1.ListSettingsResponse, error) {
		return stubs.Admin.ListSettings(ctx, &v1.ListSettingsRequest{})
	}
	settings, err := quorate.Call(ctx, client, true, list)
	must(t, err)
	check(t, settings.GetHeader().GetClusterId() == view.GetHeader().GetClusterId(), settings)
}

func TestASessionIsKeptAliveAndTakenUp(t *testing.T) {
	ctx, client := connected(t)
	session, err := client.OpenSession(ctx, quorate.SessionOptions{TTL: 1500 * time.Millisecond, Label: "kept", Group: "g"})
	must(t, err)
	known, err := client.Sessions.Get(ctx, session.ID())
	must(t, err)
	check(t, known.GetLabel() == "kept" && known.GetGroup() == "g", known)
	// Twice its time.
	err = session.WaitLost(withTimeout(t, ctx, 3*time.Second), 0)
	is(t, err, context.DeadlineExceeded)
	check(t, session.IsValid(), "it is kept alive")
	token, err := session.Lock("go/sessions", quorate.LockOptions{}).Acquire(ctx)
	must(t, err)
	secret := session.Detach()
	check(t, !session.IsValid(), "who has given it away may not act")
	again, err := client.ResumeSession(ctx, secret)
	must(t, err)
	check(t, again.ID() == session.ID(), again.ID())
	held, err := again.Lock("go/sessions", quorate.LockOptions{}).Acquire(ctx)
	must(t, err)
	check(t, held == token, "it still holds what it held")
	must(t, again.Close(ctx))
	_, err = client.ResumeSession(ctx, secret)
	is(t, err, quorate.ErrSessionEnded)
	_, err = client.OpenSession(ctx, quorate.SessionOptions{TTL: time.Millisecond})
	is(t, err, quorate.ErrBadRequest)
}

func TestALostSessionEndsTheWorkThatRestsOnIt(t *testing.T) {
	ctx, client := connected(t)
	session := open(ctx, t, client, quorate.SessionOptions{TTL: 3 * time.Second})
	lock := session.Lock("go/lost", quorate.LockOptions{})
	_, err := lock.Acquire(ctx)
	must(t, err)
	working, done := session.Context(ctx, 0)
	defer done()
	request := &v1.CloseSessionRequest{Session: session.Token()}
	_, err = quorate.Call(ctx, client, true, func(ctx context.Context, stubs *quorate.Stubs) (*v1.CloseSessionResponse, error) {
		return stubs.Sessions.CloseSession(ctx, request)
	})
	must(t, err)
	is(t, session.WaitLost(ctx, 0), quorate.ErrSessionEnded)
	<-working.Done()
	is(t, context.Cause(working), quorate.ErrSessionEnded)
	check(t, !session.IsValid() && !lock.IsValid(), "it may not be acted on")
	is(t, lock.Release(ctx), quorate.ErrSessionEnded)
}

func TestLocks(t *testing.T) {
	ctx, client := connected(t)
	one, two := open(ctx, t, client, quorate.SessionOptions{}), open(ctx, t, client, quorate.SessionOptions{})
	other := two.Lock("go/lock", quorate.LockOptions{})
	granted := make(chan quorate.Token)
	var first quorate.Token
	must(t, one.Lock("go/lock", quorate.LockOptions{}).Do(ctx, func(_ context.Context, token quorate.Token) error {
		first = token
		_, held, err := other.TryAcquire(ctx)
		check(t, !held && err == nil, err)
		_, err = other.Acquire(withTimeout(t, ctx, 200*time.Millisecond))
		is(t, err, context.DeadlineExceeded)
		known, err := client.Locks.Get(ctx, "go/lock", quorate.Latest)
		must(t, err)
		check(t, known.GetWaiting() == 1, "the place in the queue stays")
		go func() {
			second, _ := other.Acquire(ctx)
			granted <- second
		}()
		return nil
	}))
	check(t, (<-granted).Compare(first) > 0, "a later grant has a greater token")
	is(t, one.Lock("go/lock", quorate.LockOptions{}).Release(ctx), quorate.ErrNameNotHeld)
	must(t, other.Release(ctx))
	failed := errors.New("the work failed")
	err := one.Lock("go/lock", quorate.LockOptions{}).Do(ctx, func(context.Context, quorate.Token) error { return failed })
	is(t, err, failed)
	_, held, err := other.TryAcquire(ctx)
	check(t, held && err == nil, "an error releases it as well", err)
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = one.Lock("go/lock", quorate.LockOptions{}).Acquire(canceled)
	is(t, err, context.Canceled)
}

func TestElections(t *testing.T) {
	ctx, client := connected(t)
	one, two := open(ctx, t, client, quorate.SessionOptions{}), open(ctx, t, client, quorate.SessionOptions{})
	watch := client.Elections.Observe("go/office", quorate.WatchOptions{})
	defer watch.Close()
	leads := make(chan error)
	must(t, one.Election("go/office", []byte("one")).Do(ctx, func(ctx context.Context, _ quorate.Token) error {
		go func() {
			_, err := two.Election("go/office", []byte("two")).Campaign(ctx)
			leads <- err
		}()
		return nil
	}))
	_, err := two.Election("go/office", []byte("two")).Campaign(ctx)
	must(t, err)
	<-leads
	for message, err := range watch.All(ctx) {
		must(t, err)
		if string(message.GetLeader().GetValue()) == "two" {
			break
		}
	}
	leader, err := client.Elections.Leader(ctx, "go/office", quorate.Latest)
	must(t, err)
	check(t, string(leader.GetValue()) == "two", leader)
}

func TestBarriers(t *testing.T) {
	ctx, client := connected(t)
	plan := quorate.BarrierPlan{Parties: quorate.Count(2), Double: true}
	gate := open(ctx, t, client, quorate.SessionOptions{}).Barrier("go/gate", plan)
	other := open(ctx, t, client, quorate.SessionOptions{}).Barrier("go/gate", plan)
	_, err := gate.Enter(withTimeout(t, ctx, 200*time.Millisecond))
	is(t, err, context.DeadlineExceeded)
	stands, err := client.Barriers.Get(ctx, "go/gate")
	must(t, err)
	check(t, stands.GetMissing() == 1, stands)
	generation, err := other.Enter(ctx)
	must(t, err)
	same, err := gate.Enter(ctx)
	check(t, same == generation && err == nil, "the same call takes its place up again", err)
	left := make(chan error)
	go func() {
		_, err := other.Leave(ctx)
		left <- err
	}()
	_, err = gate.Leave(ctx)
	must(t, err)
	must(t, <-left)
	go func() {
		_, err := gate.Enter(ctx)
		left <- err
	}()
	for there := false; !there; {
		for known, err := range client.Barriers.List(ctx, "go/") {
			must(t, err)
			there = there || len(known.GetArrivedSessionIds()) > 0
		}
	}
	_, err = gate.Abort(ctx, "enough")
	must(t, err)
	err = <-left
	is(t, err, quorate.ErrBarrierBroken)
	var refused *quorate.RefusedError
	check(t, errors.As(err, &refused) && refused.Metadata["why"] == "aborted", err)
}

func TestNames(t *testing.T) {
	ctx, client := connected(t)
	session := open(ctx, t, client, quorate.SessionOptions{})
	watch := client.Names.Watch("go/names/", quorate.WatchOptions{})
	defer watch.Close()
	start, err := watch.Next(ctx)
	must(t, err)
	check(t, start.GetSnapshot().GetReason() == v1.SnapshotReason_SNAPSHOT_REASON_START, start)
	none := uint64(0)
	bound, err := session.Bind(ctx, "go/names/a", []byte("1"), quorate.BindOptions{ExpectedRevision: &none})
	must(t, err)
	message, err := watch.Next(ctx)
	must(t, err)
	check(t, string(message.GetBound().GetValue()) == "1", message)
	cursor := watch.Cursor()
	_, err = session.Bind(ctx, "go/names/a", []byte("2"), quorate.BindOptions{ExpectedRevision: &none})
	is(t, err, quorate.ErrNameChanged)
	revision := bound.GetModifiedRevision()
	_, err = session.Bind(ctx, "go/names/a", []byte("2"), quorate.BindOptions{ExpectedRevision: &revision})
	must(t, err)
	must(t, session.Unbind(ctx, "go/names/a", nil))
	later := client.Names.Watch("go/names/", quorate.WatchOptions{Cursor: cursor})
	defer later.Close()
	message, err = later.Next(ctx)
	check(t, err == nil && string(message.GetBound().GetValue()) == "2", "it goes on after its cursor", message, err)
	bad := client.Names.Watch("go/", quorate.WatchOptions{Cursor: "nonsense"})
	defer bad.Close()
	_, err = bad.Next(ctx)
	is(t, err, quorate.ErrBadCursor)
	bad.Close()
	_, err = bad.Next(ctx)
	is(t, err, quorate.ErrClosed)
}

// program says what it is told.
type program chan string

func (p program) Prepare(_ context.Context, _ uint64, known bool) error {
	if known {
		p <- "prepare"
	} else {
		p <- "prepare, without an agent"
	}
	return nil
}

func (p program) Recover(context.Context, uint64) error {
	p <- "recover"
	return nil
}

// Resume goes on until it is cut short.
func (p program) Resume(ctx context.Context, _ uint64) error {
	p <- "resume"
	<-ctx.Done()
	return ctx.Err()
}

// isTold tells whether it is told this next, and at last that.
func (p program) isTold(t *testing.T, first, last string) {
	t.Helper()
	end := time.After(limit)
	for line := ""; line != last; {
		before := line
		select {
		case line = <-p:
		case <-end:
			t.Fatalf("it was not told to %s", last)
		}
		check(t, before != "" || line == first, line)
	}
}

func TestAProgramTakesPart(t *testing.T) {
	ctx, client := connected(t)
	told, ended := make(program, 10), make(chan error)
	takePart := func(ctx context.Context, options quorate.ParticipantOptions) {
		ended <- client.Participate(ctx, options, told)
	}
	go takePart(ctx, quorate.ParticipantOptions{Level: 1})
	is(t, <-ended, quorate.ErrBadRequest)
	ending, end := context.WithCancel(ctx)
	go takePart(ending, quorate.ParticipantOptions{Name: "go", Level: 1})
	told.isTold(t, "prepare", "resume")
	watch := client.Recovery.Watch(quorate.WatchOptions{})
	defer watch.Close()
	message, err := watch.Next(ctx)
	must(t, err)
	check(t, message.GetMessage() != nil, message)
	stands, err := client.Recovery.Get(ctx)
	must(t, err)
	names := []string{}
	for _, node := range stands.GetRecovery().GetNodes() {
		for _, participant := range node.GetParticipants() {
			names = append(names, participant.GetName())
		}
	}
	check(t, slices.Equal(names, []string{"go"}), stands)
	end()
	is(t, <-ended, context.Canceled)
	go takePart(ctx, quorate.ParticipantOptions{Name: "go", Level: 1})
	told.isTold(t, "prepare", "resume")
	client.Close()
	told.isTold(t, "prepare, without an agent", "prepare, without an agent")
	is(t, <-ended, quorate.ErrClosed)
}

func TestAClientThatIsClosedEndsWhatIsUnderWay(t *testing.T) {
	ctx, client := connected(t)
	session, err := client.OpenSession(ctx, quorate.SessionOptions{TTL: time.Second})
	must(t, err)
	watch := client.Names.Watch("go/", quorate.WatchOptions{})
	_, err = watch.Next(ctx)
	must(t, err)
	ended := make(chan error)
	go func() {
		_, err := watch.Next(ctx)
		ended <- err
	}()
	go func() {
		_, err := session.Barrier("go/closed", quorate.BarrierPlan{Parties: quorate.Count(2)}).Enter(ctx)
		ended <- err
	}()
	client.Close()
	is(t, <-ended, quorate.ErrClosed)
	is(t, <-ended, quorate.ErrClosed)
	is(t, session.WaitLost(ctx, 0), quorate.ErrSilent)
	_, err = client.Membership.View(ctx)
	is(t, err, quorate.ErrClosed)
}

func TestNobodyIsThere(t *testing.T) {
	ctx, client := connected(t, "127.0.0.1:1", "127.0.0.1:2")
	_, err := client.Membership.View(ctx)
	is(t, err, quorate.ErrUnavailable)
	watch := client.Membership.Watch(0, quorate.WatchOptions{GiveUpAfter: 300 * time.Millisecond})
	defer watch.Close()
	_, err = watch.Next(ctx)
	is(t, err, quorate.ErrUnavailable)
}

func TestAnEndpointThatIsNotThereIsPassedOver(t *testing.T) {
	endpoints := cluster(t)
	ctx, client := connected(t, append([]string{"127.0.0.1:1"}, endpoints...)...)
	_, err := client.Membership.View(ctx)
	must(t, err)
	watch := client.Membership.Watch(time.Second, quorate.WatchOptions{})
	defer watch.Close()
	message, err := watch.Next(ctx)
	must(t, err)
	check(t, message.GetSnapshot() != nil && watch.Endpoint() == endpoints[0], watch.Endpoint())
}

func withTimeout(t *testing.T, ctx context.Context, span time.Duration) context.Context {
	t.Helper()
	short, cancel := context.WithTimeout(ctx, span)
	t.Cleanup(cancel)
	return short
}
