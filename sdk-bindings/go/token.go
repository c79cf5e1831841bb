package quorate

import (
	"cmp"
	"crypto/rand"
	"fmt"

	v1 "github.com/quorate/quorate/sdk-bindings/go/v1"
)

// Token is a fencing token. Of two tokens for one name, the later one is greater. Hand it to whatever is protected, and have
// that refuse lower ones than it has seen. The zero token is less than all that are granted.
type Token struct {
	// Epoch is the fencing epoch of the grant.
	Epoch uint64
	// Counter rises with each grant of an epoch.
	Counter uint64
}

// Compare is -1, 0 or 1, as the token is less than, equal to or greater than another.
func (t Token) Compare(other Token) int {
	return cmp.Or(cmp.Compare(t.Epoch, other.Epoch), cmp.Compare(t.Counter, other.Counter))
}

// String is the token for people, as epoch.counter.
func (t Token) String() string { return fmt.Sprintf("%d.%d", t.Epoch, t.Counter) }

// Proto is the token as the generated type.
func (t Token) Proto() *v1.Token { return &v1.Token{Epoch: t.Epoch, Counter: t.Counter} }

// TokenOf is a token from the generated type.
func TokenOf(token *v1.Token) Token { return Token{token.GetEpoch(), token.GetCounter()} }

// requestID is a name for one request, so that it is carried out once however often it is sent.
func requestID() string { return rand.Text() }
