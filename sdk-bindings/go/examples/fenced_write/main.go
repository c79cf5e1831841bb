// A lock around a critical section with a fenced write: go run ./examples/fenced_write 127.0.0.1:7401 127.0.0.1:7402
//
// The store refuses a token that is lower than one it has seen: a holder that was stopped for a while cannot do harm, however
// late it wakes up.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	quorate "github.com/quorate/quorate/sdk-bindings/go"
)

// store is what is protected. A real one keeps the highest token beside the value, and compares both in one step.
type store struct {
	highest quorate.Token
	value   int
}

func (s *store) write(value int, token quorate.Token) error {
	if token.Compare(s.highest) < 0 {
		return fmt.Errorf("token %v is older than %v", token, s.highest)
	}
	s.highest, s.value = token, value
	return nil
}

func run(ctx context.Context, endpoints []string) error {
	client, err := quorate.Connect(quorate.Options{Endpoints: endpoints})
	if err != nil {
		return err
	}
	defer client.Close()
	session, err := client.OpenSession(ctx, quorate.SessionOptions{TTL: 5 * time.Second, Label: "fenced write"})
	if err != nil {
		return err
	}
	protected, tokens := &store{}, []quorate.Token{}
	lock := session.Lock("examples/fenced", quorate.LockOptions{})
	for range 3 {
		err := lock.Do(ctx, func(_ context.Context, token quorate.Token) error {
			tokens = append(tokens, token)
			if err := protected.write(protected.value+1, token); err != nil {
				return err
			}
			fmt.Printf("wrote %d with token %v\n", protected.value, token)
			return nil
		})
		if err != nil {
			return err
		}
	}
	// As one does who was stopped between looking and writing.
	if err := protected.write(99, tokens[0]); err != nil {
		fmt.Printf("refused: %v\n", err)
	}
	return session.Close(ctx)
}

func main() {
	endpoints := os.Args[1:]
	if len(endpoints) == 0 {
		endpoints = []string{"127.0.0.1:7401"}
	}
	if err := run(context.Background(), endpoints); err != nil {
		log.Fatal(err)
	}
}
