package quorate

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Options says where the agents are, how a client connects to them and how long it waits. A field that is zero has its default.
type Options struct {
	// Endpoints are 1 to 64 of host:port or [v6]:port. The first that answers is used until it fails, then the next one.
	Endpoints []string
	// TLS is spoken with all endpoints. Default: plain text.
	TLS *TLS
	// ConnectTimeout is how long one attempt to connect may take: 10 ms to 1 min. Default: 1 s.
	ConnectTimeout time.Duration
	// CallTimeout is how long one call that does not wait for others may take in all, over every endpoint: 10 ms to 1 h.
	// Default: 5 s.
	CallTimeout time.Duration
	// AttemptTimeout is how long one endpoint may take over a call before the next is asked: 10 ms to 1 h. Default: an equal
	// share of the call's time for each endpoint, but no less than a third of it.
	AttemptTimeout time.Duration
	// Rounds is how often each endpoint is tried in one call before it fails as unavailable: 1 to 100. Default: 3.
	Rounds int
	// MaxMessageSize is the largest message to take, in bytes: 64 KiB to 1 GiB. Default: 16 MiB.
	MaxMessageSize int
	// KeepAliveInterval is how often a connection is probed with an HTTP/2 ping, also while idle: 10 s, which is the least that
	// gRPC for Go allows, to 1 h. Default: 10 s.
	KeepAliveInterval time.Duration
	// KeepAliveTimeout is how long a ping may stay unanswered before the connection is given up: 100 ms to 1 h. Default: 5 s.
	KeepAliveTimeout time.Duration
}

// TLS says whom a client trusts, and how it shows who it is. All files are PEM.
type TLS struct {
	// CA is the file of the authorities that must have signed the agents' certificates. It is read when the client is made.
	CA string
	// Certificate is the file of the certificate to show to agents that ask for one. It is read for each connection, so that a
	// renewed one is used from then on.
	Certificate string
	// Key is the file of its key, which must have no password.
	Key string
	// ServerName is the name to look for in the agents' certificates. Default: the host of the endpoint.
	ServerName string
}

const maxEndpoints = 64

var hostName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// checked gives the options with all defaults, or says what is wrong with them.
func (o Options) checked() (Options, error) {
	if len(o.Endpoints) < 1 || len(o.Endpoints) > maxEndpoints {
		return o, &OptionsError{fmt.Sprintf("there are %d endpoints, allowed are 1 to %d", len(o.Endpoints), maxEndpoints)}
	}
	endpoints := make([]string, 0, len(o.Endpoints))
	for _, text := range o.Endpoints {
		endpoint, why := parseEndpoint(text)
		if why != "" {
			return o, &OptionsError{fmt.Sprintf("%q is no endpoint: %s", text, why)}
		}
		endpoints = append(endpoints, endpoint)
	}
	o.Endpoints = endpoints
	for _, span := range []struct {
		name               string
		value              *time.Duration
		least, most, usual time.Duration
	}{
		{"ConnectTimeout", &o.ConnectTimeout, 10 * time.Millisecond, time.Minute, time.Second},
		{"CallTimeout", &o.CallTimeout, 10 * time.Millisecond, time.Hour, 5 * time.Second},
		{"AttemptTimeout", &o.AttemptTimeout, 10 * time.Millisecond, time.Hour, 0},
		{"KeepAliveInterval", &o.KeepAliveInterval, 10 * time.Second, time.Hour, 10 * time.Second},
		{"KeepAliveTimeout", &o.KeepAliveTimeout, 100 * time.Millisecond, time.Hour, 5 * time.Second},
	} {
		if *span.value == 0 {
			*span.value = span.usual
		} else if *span.value < span.least || *span.value > span.most {
			return o, outOfRange(span.name, *span.value, span.least, span.most)
		}
	}
	for _, number := range []struct {
		name               string
		value              *int
		least, most, usual int
	}{
		{"Rounds", &o.Rounds, 1, 100, 3},
		{"MaxMessageSize", &o.MaxMessageSize, 64 << 10, 1 << 30, 16 << 20},
	} {
		if *number.value == 0 {
			*number.value = number.usual
		} else if *number.value < number.least || *number.value > number.most {
			return o, outOfRange(number.name, *number.value, number.least, number.most)
		}
	}
	return o, nil
}

// share is how long one endpoint may take over a call that may take so long.
func (o *Options) share(limit time.Duration) time.Duration {
	share := o.AttemptTimeout
	if share == 0 {
		share = limit / time.Duration(min(len(o.Endpoints), 3))
	}
	return min(share, limit)
}

func outOfRange(name string, value, least, most any) error {
	return &OptionsError{fmt.Sprintf("%s is %v, allowed is %v to %v", name, value, least, most)}
}

// parseEndpoint gives an endpoint in its usual form, or says why it is none.
func parseEndpoint(text string) (endpoint, why string) {
	trimmed := strings.TrimSpace(text)
	colon := strings.LastIndexByte(trimmed, ':')
	if colon < 0 {
		return "", "the port is missing"
	}
	host := trimmed[:colon]
	port, err := strconv.ParseUint(trimmed[colon+1:], 10, 16)
	if err != nil || port == 0 {
		return "", "the port must be a number from 1 to 65535"
	}
	inner, bracketed := strings.CutPrefix(host, "[")
	switch {
	case host == "":
		return "", "the host is missing"
	case bracketed:
		address, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !address.Is6() || !strings.HasSuffix(inner, "]") {
			return "", "not an IPv6 address in brackets"
		}
	case strings.Contains(host, ":"):
		return "", "an IPv6 address needs brackets, as in [::1]:7401"
	case !hostName.MatchString(host):
		return "", "the host has characters that no host name has"
	}
	return fmt.Sprintf("%s:%d", host, port), ""
}

// config is what the TLS library is told.
func (t *TLS) config() (*tls.Config, error) {
	pem, err := os.ReadFile(t.CA)
	if err != nil {
		return nil, &OptionsError{fmt.Sprintf("cannot read the CA: %v", err)}
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, &OptionsError{fmt.Sprintf("%s has no certificate in PEM", t.CA)}
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: t.ServerName}
	if (t.Certificate == "") != (t.Key == "") {
		return nil, &OptionsError{"a certificate needs its key, and a key its certificate"}
	}
	if t.Certificate != "" {
		read := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			certificate, err := tls.LoadX509KeyPair(t.Certificate, t.Key)
			return &certificate, err
		}
		if _, err := read(nil); err != nil {
			return nil, &OptionsError{fmt.Sprintf("the certificate cannot be used: %v", err)}
		}
		config.GetClientCertificate = read
	}
	return config, nil
}
