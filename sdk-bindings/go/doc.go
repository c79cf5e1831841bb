// Package quorate is a client of the Quorate cluster agent: typed calls that fail over among the agents of a cluster, sessions
// that are kept alive, locks, elections, barriers, names, taking part in recovery, and watches that resume by themselves.
//
//	client, err := quorate.Connect(quorate.Options{Endpoints: []string{"127.0.0.1:7401", "127.0.0.1:7402"}})
//	defer client.Close()
//	session, err := client.OpenSession(ctx, quorate.SessionOptions{TTL: 10 * time.Second})
//	defer session.Close(ctx)
//	err = session.Lock("db/migrate", quorate.LockOptions{}).Do(ctx, func(ctx context.Context, token quorate.Token) error {
//		return migrate(ctx, token)
//	})
//
// The endpoint that answered last is asked first. When it cannot be reached, does not answer in its share of the time, or says
// that it cannot serve, the next one is asked, round by round until the deadline or the last round. Calls are repeated only
// where the schema says that this is safe.
//
// A call that does not wait for others takes [Options.CallTimeout] at most, or less when its context ends before. A call that
// waits for others - a lock, an office, a barrier - takes as long as its context lasts.
//
// Errors are told apart by [errors.Is] with the documented reasons, such as [ErrNameHeld], and with [ErrUnavailable],
// [ErrConnectionLost], [ErrOptions] and [context.DeadlineExceeded]; [errors.As] gives what is behind them, such as
// [RefusedError].
//
// Requests and answers are the generated types of the schema, in the package v1; the comments there are the contract.
//
// All types are safe for use by several goroutines, but for [Watch], which one at a time may read.
package quorate
