package quorate

import (
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const errorDomain = "quorate.v1"

// failure is an attempt that failed at one endpoint, and what that means.
type failure struct{ RefusedError }

func failed(endpoint string, err error) failure {
	said := status.Convert(err)
	f := failure{RefusedError{Endpoint: endpoint, Code: said.Code(), Message: said.Message()}}
	for _, detail := range said.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == errorDomain {
			f.Reason, f.Metadata = Reason(info.GetReason()), info.GetMetadata()
		}
	}
	return f
}

// isSilence tells whether nothing came in the time that the attempt had. An agent that notices that first says CANCELLED.
func (f *failure) isSilence() bool {
	return f.Reason == "" && (f.Code == codes.DeadlineExceeded || f.Code == codes.Canceled)
}

// mayPass tells whether another agent, or the same one a little later, may well answer.
func (f *failure) mayPass() bool { return f.Code == codes.Unavailable || f.isSilence() }

// isFinal tells whether every agent would say the same, now and later.
func (f *failure) isFinal() bool {
	switch f.Code {
	case codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.FailedPrecondition, codes.OutOfRange,
		codes.PermissionDenied, codes.Unauthenticated, codes.Unimplemented:
		return true
	}
	return false
}

// wasSent tells whether the request may have reached an agent that did not refuse it.
func (f *failure) wasSent() bool {
	return f.Reason == "" && !strings.Contains(f.Message, "connection error: desc")
}

// refused is the error for the caller.
func (f *failure) refused() error {
	refused := f.RefusedError
	return &refused
}

// tried is what is said of the endpoint when none could serve the call.
func (f *failure) tried() Tried {
	tried := Tried{Endpoint: f.Endpoint, What: f.Message, Reason: f.Reason, Silent: f.isSilence()}
	if tried.Silent {
		tried.What = "silent"
	}
	return tried
}

// tries is what went wrong last at each endpoint, in the order in which they were tried first.
type tries []Tried

func (t *tries) note(one Tried) {
	for index := range *t {
		if (*t)[index].Endpoint == one.Endpoint {
			(*t)[index] = one
			return
		}
	}
	*t = append(*t, one)
}
