// A job of three parts that take each step together: go run ./examples/barrier_job 127.0.0.1:7401 127.0.0.1:7402
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

// part does its share of each step; nobody begins a step before all have done the one before.
func part(ctx context.Context, client *quorate.Client, number int) error {
	options := quorate.SessionOptions{TTL: 5 * time.Second, Label: fmt.Sprintf("part %d", number)}
	session, err := client.OpenSession(ctx, options)
	if err != nil {
		return err
	}
	plan := quorate.BarrierPlan{Parties: quorate.Count(3), Double: true, Deadline: time.Minute}
	gate := session.Barrier("examples/job", plan)
	for step := 1; step <= 3; step++ {
		if _, err := gate.Enter(ctx); err != nil {
			return err
		}
		fmt.Printf("part %d: step %d\n", number, step)
		if _, err := gate.Leave(ctx); err != nil {
			return err
		}
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
	var parts sync.WaitGroup
	for number := 1; number <= 3; number++ {
		parts.Go(func() {
			if err := part(context.Background(), client, number); err != nil {
				log.Fatal(err)
			}
		})
	}
	parts.Wait()
}
