// The driver of the Go SDK: carries out the steps of conformance scenarios. See tests/conformance/README.md for what a driver is
// told and what it answers.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	quorate "github.com/quorate/quorate/sdk-bindings/go"
	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// step is what the driver is told; what a step does not name is zero.
type step struct {
	ID                                                                      uint64
	Op                                                                      string
	Client, Session, Path, Watch, Kind, Cursor, Token, Label, Group, Prefix string
	Value, Reason, Mode, Departure, Participant, Late, Error                string
	Endpoints, Requires                                                     []string
	Try, Shared, Double                                                     bool
	Size                                                                    int
	Rounds                                                                  int
	Limit, Least, Level                                                     uint32
	Count                                                                   *uint32
	Members                                                                 map[string]string
	TTL, Timeout, Margin, Delay, Deadline, Idle                             seconds
	CallTimeout                                                             seconds `json:"call_timeout"`
	AttemptTimeout                                                          seconds `json:"attempt_timeout"`
	ExpectedRevision                                                        *uint64 `json:"expected_revision"`
}

type seconds float64

func (s seconds) span() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

type result map[string]any

// at is a path of a session.
type at struct{ session, path string }

// barrier is one that the scenario has made, and the plan that it gave.
type barrier struct {
	plan    string
	barrier *quorate.Barrier
}

// driver is what the scenario has made, by the names that it gave.
type driver struct {
	lock      sync.Mutex
	clients   map[string]*quorate.Client
	sessions  map[string]*quorate.Session
	locks     map[at]*quorate.Lock
	elections map[at]*quorate.Election
	barriers  map[at]barrier
	watches   map[string]watch
	programs  map[string]*participant
}

// watch is a watch of any kind.
type watch struct {
	next   func(context.Context) (protoreflect.ProtoMessage, error)
	cursor func() string
	close  func()
}

func main() {
	d := &driver{
		clients:   map[string]*quorate.Client{},
		sessions:  map[string]*quorate.Session{},
		locks:     map[at]*quorate.Lock{},
		elections: map[at]*quorate.Election{},
		barriers:  map[at]barrier{},
		watches:   map[string]watch{},
		programs:  map[string]*participant{},
	}
	var writing sync.Mutex
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		go func() {
			answer := result{}
			var told step
			if err := json.Unmarshal(line, &told); err != nil {
				answer["error"] = result{"kind": "other", "text": err.Error()}
			} else if ok, err := d.do(told); err != nil {
				answer["error"] = result{"kind": kindOf(err), "reason": reasonOf(err), "text": err.Error()}
			} else {
				answer["ok"] = ok
			}
			answer["id"] = told.ID
			text, err := json.Marshal(answer)
			if err != nil {
				panic(err)
			}
			writing.Lock()
			defer writing.Unlock()
			fmt.Println(string(text))
		}()
	}
}

func kindOf(err error) string {
	switch {
	case errors.Is(err, quorate.ErrOptions):
		return "options"
	case errors.As(err, new(*quorate.RefusedError)):
		return "refused"
	case errors.Is(err, quorate.ErrUnavailable):
		return "unavailable"
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline"
	case errors.Is(err, quorate.ErrConnectionLost):
		return "lost"
	}
	return "other"
}

func reasonOf(err error) any {
	if reason := quorate.ReasonOf(err); reason != "" {
		return reason
	}
	return nil
}

// found is what was made before under a name.
func found[K comparable, V any](d *driver, known map[K]V, name K) V {
	d.lock.Lock()
	defer d.lock.Unlock()
	return known[name]
}

// kept is what was made before under a name, or is made now.
func kept[K comparable, V any](d *driver, known map[K]V, name K, create func() V) V {
	d.lock.Lock()
	defer d.lock.Unlock()
	if _, there := known[name]; !there {
		known[name] = create()
	}
	return known[name]
}

// put keeps what was made under a name.
func put[K comparable, V any](d *driver, known map[K]V, name K, made V) {
	d.lock.Lock()
	defer d.lock.Unlock()
	known[name] = made
}

func (d *driver) do(s step) (result, error) {
	ctx := context.Background()
	if s.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.Timeout.span())
		defer cancel()
	}
	key := at{s.Session, s.Path}
	client, session := found(d, d.clients, s.Client), found(d, d.sessions, s.Session)
	switch s.Op {
	case "connect":
		made, err := quorate.Connect(quorate.Options{
			Endpoints: s.Endpoints, CallTimeout: s.CallTimeout.span(), AttemptTimeout: s.AttemptTimeout.span(), Rounds: s.Rounds,
		})
		put(d, d.clients, s.Client, made)
		return result{}, err
	case "close_client":
		client.Close()
		return result{}, nil
	case "agent":
		answer, err := client.Agent(ctx)
		return result{"node": answer.GetHeader().GetNodeName()}, err
	case "view":
		answer, err := client.Membership.View(ctx)
		members := []string{}
		for _, member := range answer.GetView().GetMembers() {
			members = append(members, member.GetNodeName())
		}
		return result{"members": members, "state": answer.GetState().String()}, err
	case "nodes":
		names := []string{}
		for node, err := range client.Membership.Nodes(ctx) {
			if err != nil {
				return nil, err
			}
			names = append(names, node.GetNodeName())
		}
		slices.Sort(names)
		return result{"nodes": names}, nil
	case "quorum":
		answer, err := client.Quorum.Get(ctx)
		return result{"has": answer.GetQuorum().GetGranted(), "epoch": answer.GetQuorum().GetEpoch()}, err
	case "open_session":
		options := quorate.SessionOptions{TTL: s.TTL.span(), Label: s.Label, Group: s.Group}
		return d.opened(s)(client.OpenSession(ctx, options))
	case "resume_session":
		return d.opened(s)(client.ResumeSession(ctx, s.Token))
	case "close_session":
		return result{}, session.Close(ctx)
	case "detach_session":
		return result{"token": session.Detach()}, nil
	case "valid":
		return result{"valid": session.IsValid(), "left": session.Left().Seconds()}, nil
	case "wait_lost":
		return result{"reason": reasonOf(session.WaitLost(ctx, s.Margin.span()))}, nil
	case "acquire":
		lock := d.lockOf(session, key, s)
		if s.Try {
			token, held, err := lock.TryAcquire(ctx)
			if !held {
				return result{"token": nil}, err
			}
			return granted(token, err)
		}
		return granted(lock.Acquire(ctx))
	case "release":
		return result{}, d.lockOf(session, key, s).Release(ctx)
	case "held":
		return result{"valid": d.lockOf(session, key, s).IsValid()}, nil
	case "lock":
		answer, err := client.Locks.Get(ctx, s.Path, quorate.Latest)
		holders := []string{}
		for _, holder := range answer.GetHolders() {
			holders = append(holders, holder.GetSessionId())
		}
		return result{"holders": holders, "waiting": answer.GetWaiting()}, err
	case "campaign":
		return granted(d.electionOf(session, key, s).Campaign(ctx))
	case "proclaim":
		return result{}, d.electionOf(session, key, s).Proclaim(ctx, []byte(s.Value))
	case "resign":
		return result{}, d.electionOf(session, key, s).Resign(ctx)
	case "leader":
		leader, err := client.Elections.Leader(ctx, s.Path, quorate.Latest)
		if leader == nil {
			return result{"value": nil}, err
		}
		return result{"value": string(leader.GetValue())}, err
	case "bind":
		value := []byte(s.Value)
		if s.Size > 0 {
			value = []byte(strings.Repeat("x", s.Size))
		}
		options := quorate.BindOptions{Shared: s.Shared, ExpectedRevision: s.ExpectedRevision}
		bound, err := session.Bind(ctx, s.Path, value, options)
		return result{"token": shown(quorate.TokenOf(bound.GetToken())), "revision": bound.GetModifiedRevision()}, err
	case "unbind":
		return result{}, session.Unbind(ctx, s.Path, nil)
	case "name":
		bound, err := client.Names.Get(ctx, s.Path, quorate.Latest)
		bindings := []result{}
		for _, binding := range bound {
			bindings = append(bindings, bindingShown(binding))
		}
		return result{"bindings": bindings}, err
	case "names":
		paths := []string{}
		for binding, err := range client.Names.List(ctx, s.Prefix, quorate.Local) {
			if err != nil {
				return nil, err
			}
			paths = append(paths, binding.GetPath())
		}
		if len(paths) == 0 {
			return result{"count": 0, "first": nil, "last": nil}, nil
		}
		return result{"count": len(paths), "first": paths[0], "last": paths[len(paths)-1]}, nil
	case "enter":
		generation, err := d.barrierOf(session, key, s).Enter(ctx)
		return result{"generation": generation}, err
	case "leave":
		generation, err := d.barrierOf(session, key, s).Leave(ctx)
		return result{"generation": generation}, err
	case "abort":
		generation, err := d.barrierOf(session, key, s).Abort(ctx, s.Reason)
		return result{"generation": generation}, err
	case "barrier":
		answer, err := client.Barriers.Get(ctx, s.Path)
		return result{"arrived": len(answer.GetArrivedSessionIds()), "missing": answer.GetMissing()}, err
	case "watch":
		made, err := watchOf(client, s)
		put(d, d.watches, s.Watch, made)
		return result{}, err
	case "next":
		return next(found(d, d.watches, s.Watch), s)
	case "close_watch":
		found(d, d.watches, s.Watch).close()
		return result{}, nil
	case "recovery":
		answer, err := client.Recovery.Get(ctx)
		return recoveryShown(answer.GetRecovery()), err
	case "participate":
		put(d, d.programs, s.Participant, participate(client, s))
		return result{}, nil
	case "phase", "finish", "notice", "participation", "stop_participating":
		return found(d, d.programs, s.Participant).do(s)
	case "background":
		return result{"left": background()}, nil
	}
	return nil, fmt.Errorf("no such step: %s", s.Op)
}

func (d *driver) opened(s step) func(*quorate.Session, error) (result, error) {
	return func(session *quorate.Session, err error) (result, error) {
		if err != nil {
			return nil, err
		}
		put(d, d.sessions, s.Session, session)
		return result{"id": session.ID(), "token": session.Token()}, nil
	}
}

func (d *driver) lockOf(session *quorate.Session, key at, s step) *quorate.Lock {
	return kept(d, d.locks, key, func() *quorate.Lock {
		modes := map[string]v1.NameMode{"shared": quorate.Shared, "counted": quorate.Counted}
		return session.Lock(s.Path, quorate.LockOptions{Mode: modes[s.Mode], Limit: s.Limit, Delay: s.Delay.span()})
	})
}

func (d *driver) electionOf(session *quorate.Session, key at, s step) *quorate.Election {
	return kept(d, d.elections, key, func() *quorate.Election { return session.Election(s.Path, []byte(s.Value)) })
}

func (d *driver) barrierOf(session *quorate.Session, key at, s step) *quorate.Barrier {
	departures := map[string]v1.DeparturePolicy{"wait": quorate.Wait, "shrink": quorate.Shrink}
	plan := quorate.BarrierPlan{Double: s.Double, Departure: departures[s.Departure], Deadline: s.Deadline.span()}
	given := ""
	switch {
	case s.Count != nil:
		plan.Parties = quorate.Count(*s.Count)
		given = fmt.Sprint("count ", *s.Count, plan.Double, plan.Departure, plan.Deadline)
	case s.Members != nil:
		plan.Parties = quorate.Members(s.Members)
		given = fmt.Sprint("members ", s.Members, plan.Double, plan.Departure, plan.Deadline)
	case s.Group != "":
		plan.Parties = quorate.Group(s.Group, max(s.Least, 1))
		given = fmt.Sprint("group ", s.Group, s.Least, plan.Double, plan.Departure, plan.Deadline)
	}
	known := found(d, d.barriers, key)
	if known.barrier == nil || given != "" && given != known.plan {
		known = barrier{given, session.Barrier(s.Path, plan)}
		put(d, d.barriers, key, known)
	}
	return known.barrier
}

func watchOf(client *quorate.Client, s step) (watch, error) {
	options := quorate.WatchOptions{Cursor: s.Cursor}
	switch s.Kind {
	case "names":
		return anyWatch(client.Names.Watch(s.Path, options)), nil
	case "events":
		return anyWatch(client.Events.Watch(quorate.EventFilter{PathPrefix: s.Path}, options)), nil
	case "membership":
		return anyWatch(client.Membership.Watch(0, options)), nil
	case "leader":
		return anyWatch(client.Elections.Observe(s.Path, options)), nil
	case "barrier":
		return anyWatch(client.Barriers.Watch(s.Path, options)), nil
	}
	return watch{}, fmt.Errorf("no such watch: %s", s.Kind)
}

func anyWatch[M any](of *quorate.Watch[M]) watch {
	read := func(ctx context.Context) (protoreflect.ProtoMessage, error) {
		message, err := of.Next(ctx)
		return any(message).(protoreflect.ProtoMessage), err
	}
	return watch{read, of.Cursor, of.Close}
}

// next is the next message that is no bookmark.
func next(from watch, s step) (result, error) {
	limit := s.Timeout.span()
	if limit == 0 {
		limit = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for {
		message, err := from.next(ctx)
		if err != nil {
			return nil, err
		}
		said := message.ProtoReflect()
		field := said.WhichOneof(said.Descriptor().Oneofs().ByName("message"))
		if field == nil {
			return result{"kind": nil, "cursor": from.cursor()}, nil
		}
		if field.Name() != "bookmark" {
			answer := messageShown(said.Get(field).Message().Interface())
			answer["kind"], answer["cursor"] = field.Name(), from.cursor()
			return answer, nil
		}
	}
}

// messageShown is what is said of a message of a watch.
func messageShown(message protoreflect.ProtoMessage) result {
	answer := result{}
	switch message := message.(type) {
	case *v1.Binding:
		answer = bindingShown(message)
	case *v1.NameUnbound:
		answer["path"], answer["end"] = message.GetBinding().GetPath(), message.GetReason().String()
	case *v1.NameSnapshot:
		paths := []string{}
		for _, binding := range message.GetBindings() {
			paths = append(paths, binding.GetPath())
		}
		answer["paths"], answer["more"] = paths, message.GetMore()
	case *v1.Event:
		said := message.ProtoReflect()
		if field := said.WhichOneof(said.Descriptor().Oneofs().ByName("kind")); field != nil {
			answer["event"] = field.Name()
		}
	}
	if with, ok := message.(interface{ GetReason() v1.SnapshotReason }); ok {
		answer["reason"] = with.GetReason().String()
	}
	return answer
}

// bindingShown is a binding; of a long value only how long it is.
func bindingShown(binding *v1.Binding) result {
	value := any(nil)
	if len(binding.GetValue()) <= 256 {
		value = string(binding.GetValue())
	}
	return result{
		"path": binding.GetPath(), "value": value, "size": len(binding.GetValue()), "revision": binding.GetModifiedRevision(),
	}
}

func granted(token quorate.Token, err error) (result, error) {
	return result{"token": shown(token)}, err
}

// shown is a token as a list, whose order is that of tokens.
func shown(token quorate.Token) []uint64 { return []uint64{token.Epoch, token.Counter} }

// background is the functions of the SDK, and of gRPC below it, in which goroutines still are.
func background() []string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	left := []string{}
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		for line := range strings.Lines(stack) {
			of := strings.HasPrefix(line, "github.com/quorate/quorate/sdk-bindings/go.") || strings.HasPrefix(line, "google.golang.org/grpc")
			if of {
				left = append(left, strings.TrimSpace(line))
				break
			}
		}
	}
	return left
}
