// Prints the members of a cluster as they change: go run ./examples/watch_members 127.0.0.1:7401 127.0.0.1:7402
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	quorate "github.com/quorate/quorate/sdk-bindings/go"
	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

func main() {
	endpoints := os.Args[1:]
	if len(endpoints) == 0 {
		endpoints = []string{"127.0.0.1:7401"}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := quorate.Connect(quorate.Options{Endpoints: endpoints})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	watch := client.Membership.Watch(0, quorate.WatchOptions{})
	defer watch.Close()
	for message, err := range watch.All(ctx) {
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Fatal(err)
		case message.GetSnapshot() != nil:
			show(message.GetSnapshot().GetView(), message.GetSnapshot().GetReason().String())
		case message.GetView() != nil:
			show(message.GetView(), "installed")
		}
	}
}

func show(view *v1.View, why string) {
	names := []string{}
	for _, member := range view.GetMembers() {
		names = append(names, member.GetNodeName())
	}
	id := view.GetId()
	fmt.Printf("view %d@%s: %s (%s)\n", id.GetIncarnation(), id.GetController(), strings.Join(names, ", "), why)
}
