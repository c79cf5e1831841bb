module github.com/quorate/quorate/sdk-bindings/go

go 1.25.0

require (
	// CLOCK_BOOTTIME.
	golang.org/x/sys v0.37.0
	// google.rpc.ErrorInfo, in which agents put the reason of an error.
	google.golang.org/genproto/googleapis/rpc v0.0.0-20250804133106-a7a43d27e69b
	google.golang.org/grpc v1.76.0
	google.golang.org/protobuf v1.36.12
)

require (
	golang.org/x/net v0.42.0 // indirect
	golang.org/x/text v0.27.0 // indirect
)
