package pack

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"time"

	"github.com/digitorus/timestamp"
)

// Token is what an RFC 3161 response says.
type Token struct {
	Time   time.Time // UTC
	Signer string    // name in the certificate that the token carries, "" when it carries none
}

// readToken reads a response over the envelope. When the token carries the
// certificate of its signer the signature is held against it; whether to trust
// that certificate is not decided here.
func readToken(raw, envelope []byte) (tok *Token, err error) {
	defer func() { // the parser reads what a stranger wrote
		if p := recover(); p != nil {
			tok, err = nil, errors.New("it is damaged")
		}
	}()
	t, err := timestamp.ParseResponse(raw)
	if err != nil {
		return nil, fmt.Errorf("it is no granted timestamp response, or its signature is wrong: %w", err)
	}
	switch t.HashAlgorithm {
	case crypto.SHA256, crypto.SHA384, crypto.SHA512:
	default:
		return nil, fmt.Errorf("it is over a %v; ask for SHA-256", t.HashAlgorithm)
	}
	h := t.HashAlgorithm.New()
	h.Write(envelope)
	if !bytes.Equal(h.Sum(nil), t.HashedMessage) {
		return nil, fmt.Errorf("it is over something else than this envelope (its imprint is %x)", t.HashedMessage)
	}
	tok = &Token{Time: t.Time.UTC()}
	if len(t.Certificates) > 0 {
		tok.Signer = t.Certificates[0].Subject.String()
	}
	return tok, nil
}
