package pack

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// Token is what an RFC 3161 response says.
type Token struct {
	Time   time.Time // UTC
	Signer string    // name in the certificate that the token carries, "" when it carries none

	signer *x509.Certificate
	others *x509.CertPool
}

// trusted holds the certificate against those of the authorities that are
// trusted, as of the token's own time.
func (t *Token) trusted(roots *x509.CertPool) error {
	if t.signer == nil {
		return errors.New("it carries no certificate to hold against the authority's; ask for one (`openssl ts -query -cert`)")
	}
	_, err := t.signer.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: t.others, CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	if err != nil {
		return fmt.Errorf("it is not by an authority that you trust: %w", err)
	}
	return nil
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
	if len(t.Certificates) == 0 {
		return tok, nil
	}
	p7, err := pkcs7.Parse(t.RawToken)
	if err != nil {
		return nil, err
	}
	if tok.signer = p7.GetOnlySigner(); tok.signer == nil {
		return nil, errors.New("it is not signed by one authority")
	}
	tok.Signer, tok.others = tok.signer.Subject.String(), x509.NewCertPool()
	for _, c := range t.Certificates {
		tok.others.AddCert(c)
	}
	return tok, nil
}
