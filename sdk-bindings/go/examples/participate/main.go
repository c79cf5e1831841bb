// Takes part in recovery after each change of the cluster, and says what it is told: go run ./examples/participate 127.0.0.1:7401
//
// Kill an agent meanwhile, and see `quorate recovery --watch`.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	quorate "github.com/quorate/quorate/sdk-bindings/go"
)

// store is something that uses what is shared.
type store struct{}

func (store) Prepare(_ context.Context, epoch uint64, known bool) error {
	if known {
		fmt.Printf("epoch %d: stopped\n", epoch)
	} else {
		fmt.Println("no agent: stopped")
	}
	return nil
}

func (store) Recover(ctx context.Context, epoch uint64) error {
	fmt.Printf("epoch %d: recovering\n", epoch)
	select {
	case <-time.After(time.Second):
		fmt.Printf("epoch %d: recovered\n", epoch)
		return nil
	// The cluster has changed again. What follows is the next Prepare.
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (store) Resume(_ context.Context, epoch uint64) error {
	fmt.Printf("epoch %d: working\n", epoch)
	return nil
}

func main() {
	endpoints := os.Args[1:]
	if len(endpoints) == 0 {
		endpoints = []string{"127.0.0.1:7401", "127.0.0.1:7402", "127.0.0.1:7403"}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := quorate.Connect(quorate.Options{Endpoints: endpoints})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	options := quorate.ParticipantOptions{
		Name:     "store",
		Level:    3,
		Deadline: 5 * time.Second,
		Notice:   func(notice quorate.Notice) { fmt.Println("--", notice) },
	}
	if err := client.Participate(ctx, options, store{}); ctx.Err() == nil {
		log.Fatal(err)
	}
}
