// A worker that works while it leads, in three copies: go run ./examples/leader_worker 127.0.0.1:7401
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	quorate "github.com/quorate/quorate/sdk-bindings/go"
)

// work waits until it leads, works for a while, and makes way for the next one.
func work(ctx context.Context, client *quorate.Client, name string) error {
	session, err := client.OpenSession(ctx, quorate.SessionOptions{TTL: 5 * time.Second, Label: name})
	if err != nil {
		return err
	}
	office := session.Election("examples/worker", []byte(name))
	err = office.Do(ctx, func(ctx context.Context, token quorate.Token) error {
		for step := 1; step <= 3; step++ {
			fmt.Printf("%s leads with token %v: step %d\n", name, token, step)
			select {
			case <-time.After(100 * time.Millisecond):
			// It may lead no more. What it does is only safe before that, and what it writes carries the token.
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return session.Close(ctx)
}

func main() {
	endpoints := os.Args[1:]
	if len(endpoints) == 0 {
		endpoints = []string{"127.0.0.1:7401"}
	}
	client, err := quorate.Connect(quorate.Options{Endpoints: endpoints})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	var workers sync.WaitGroup
	for number := 1; number <= 3; number++ {
		workers.Go(func() {
			if err := work(context.Background(), client, fmt.Sprintf("worker-%d", number)); err != nil {
				log.Fatal(err)
			}
		})
	}
	workers.Wait()
}
