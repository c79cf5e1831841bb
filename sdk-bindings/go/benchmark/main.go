// Measures what the Go SDK costs, per call and per watched event, beside the bare stub. It is given one endpoint, and prints
// one line of JSON.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	quorate "github.com/quorate/quorate/sdk-bindings/go"
	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

const (
	calls      = 200
	callRounds = 20
	// The agents' history keeps more changes than that.
	changes      = 3000
	changeRounds = 40
	// How many bindings are under way at once.
	binding = 32
	timeout = 5 * time.Second
)

// way is one way to do something so often; it gives the time that all of it took.
type way func(ctx context.Context, times int) (time.Duration, error)

// figures are microseconds per call or event.
type figures struct {
	Bare float64 `json:"bare_us"`
	SDK  float64 `json:"sdk_us"`
}

type result struct {
	Call  figures `json:"call"`
	Event figures `json:"event"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: benchmark HOST:PORT")
	}
	measured, err := measure(context.Background(), os.Args[1])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(measured)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func measure(ctx context.Context, endpoint string) (measured result, err error) {
	conn, err := grpc.NewClient(endpoint, dialOptions()...)
	if err != nil {
		return measured, err
	}
	defer func() { err = cmp.Or(err, conn.Close()) }()
	client, err := quorate.Connect(quorate.Options{Endpoints: []string{endpoint}, CallTimeout: timeout})
	if err != nil {
		return measured, err
	}
	defer client.Close()

	quorum := v1.NewQuorumServiceClient(conn)
	bareCalls := func(ctx context.Context, times int) (time.Duration, error) { return callBare(ctx, quorum, times) }
	sdkCalls := func(ctx context.Context, times int) (time.Duration, error) { return callSDK(ctx, client, times) }
	if measured.Call, err = compare(ctx, bareCalls, sdkCalls, 500, calls, callRounds); err != nil {
		return measured, err
	}

	prefix := fmt.Sprintf("overhead/go-%d/", time.Now().UnixNano())
	cursor, err := change(ctx, client, prefix)
	if err != nil {
		return measured, err
	}
	names := v1.NewNameServiceClient(conn)
	request := &v1.WatchNamesRequest{Prefix: prefix, Cursor: cursor}
	bareEvents := func(ctx context.Context, times int) (time.Duration, error) {
		return watchBare(ctx, names, request, times)
	}
	sdkEvents := func(_ context.Context, times int) (time.Duration, error) {
		return watchSDK(ctx, client, prefix, cursor, times)
	}
	measured.Event, err = compare(ctx, bareEvents, sdkEvents, changes, changes, changeRounds)
	return measured, err
}

// dialOptions are those of the SDK.
func dialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(16 << 20)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: 10 * time.Second, Timeout: 5 * time.Second, PermitWithoutStream: true,
		}),
		grpc.WithIdleTimeout(0),
		grpc.WithNoProxy(),
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
	}
}

// compare goes both ways in turn, and gives the median over the rounds.
func compare(ctx context.Context, bare, sdk way, warmUp, times, rounds int) (figures, error) {
	ways := [2]way{bare, sdk}
	var took [2][]float64
	for round := range rounds + 1 {
		for index, way := range ways {
			count := times
			if round == 0 {
				count = warmUp
			}
			span, err := way(ctx, count)
			if err != nil {
				return figures{}, err
			}
			if round > 0 {
				took[index] = append(took[index], float64(span.Nanoseconds())/1000/float64(count))
			}
		}
	}
	return figures{Bare: median(took[0]), SDK: median(took[1])}, nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	half := len(values) / 2
	if len(values)%2 == 0 {
		return (values[half-1] + values[half]) / 2
	}
	return values[half]
}

func callBare(ctx context.Context, quorum v1.QuorumServiceClient, times int) (time.Duration, error) {
	begun := time.Now()
	for range times {
		limited, cancel := context.WithTimeout(ctx, timeout)
		_, err := quorum.GetQuorum(limited, &v1.GetQuorumRequest{})
		cancel()
		if err != nil {
			return 0, err
		}
	}
	return time.Since(begun), nil
}

func callSDK(ctx context.Context, client *quorate.Client, times int) (time.Duration, error) {
	begun := time.Now()
	for range times {
		if _, err := client.Quorum.Get(ctx); err != nil {
			return 0, err
		}
	}
	return time.Since(begun), nil
}

// change binds names again and again, and gives the cursor from before that.
func change(ctx context.Context, client *quorate.Client, prefix string) (string, error) {
	watch := client.Names.Watch(prefix, quorate.WatchOptions{})
	defer watch.Close()
	if _, err := watch.Next(ctx); err != nil {
		return "", err
	}
	session, err := client.OpenSession(ctx, quorate.SessionOptions{Label: "overhead"})
	if err != nil {
		return "", err
	}
	var under sync.WaitGroup
	errs := make([]error, binding)
	for path := range binding {
		under.Go(func() {
			for value := path; value < changes && errs[path] == nil; value += binding {
				_, errs[path] = session.Bind(ctx, fmt.Sprint(prefix, path), fmt.Append(nil, value), quorate.BindOptions{})
			}
		})
	}
	under.Wait()
	return watch.Cursor(), cmp.Or(cmp.Or(errs...), session.Close(ctx))
}

func watchBare(
	ctx context.Context, names v1.NameServiceClient, request *v1.WatchNamesRequest, times int,
) (time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := names.WatchNames(ctx, request)
	if err != nil {
		return 0, err
	}
	return read(times, stream.Recv)
}

func watchSDK(ctx context.Context, client *quorate.Client, prefix, cursor string, times int) (time.Duration, error) {
	watch := client.Names.Watch(prefix, quorate.WatchOptions{Cursor: cursor})
	defer watch.Close()
	return read(times, func() (*v1.WatchNamesResponse, error) { return watch.Next(ctx) })
}

// read takes the time from the first change to the last one.
func read(times int, next func() (*v1.WatchNamesResponse, error)) (time.Duration, error) {
	var begun time.Time
	for index := range times {
		message, err := next()
		if err != nil {
			return 0, err
		}
		if message.GetBound() == nil {
			return 0, fmt.Errorf("instead of a change came %v", message)
		}
		if index == 0 {
			begun = time.Now()
		}
	}
	return time.Since(begun), nil
}
