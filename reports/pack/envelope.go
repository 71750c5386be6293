package pack

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// SigningKey is an ECDSA key on P-256.
type SigningKey struct{ key *ecdsa.PrivateKey }

// PublicKey is one that signatures are held against.
type PublicKey struct {
	key *ecdsa.PublicKey
	der []byte // SubjectPublicKeyInfo
}

// ParseSigningKey reads a private key from PEM: PKCS#8 or SEC 1, without a
// pass phrase. Errors never quote the text.
func ParseSigningKey(text []byte) (*SigningKey, error) {
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return nil, errors.New("holds no private key in PEM; make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem`")
		}
		text = rest
		var key any
		var err error
		switch block.Type {
		case "EC PARAMETERS": // openssl ecparam writes one before the key
			continue
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return nil, errors.New("the key is under a pass phrase; take it off with `openssl pkey`")
			}
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return nil, errors.New("the key is under a pass phrase; take it off with `openssl pkey`")
		default:
			return nil, fmt.Errorf("holds a %s, where a private key is wanted", block.Type)
		}
		if err != nil {
			return nil, errors.New("holds a damaged private key")
		}
		ec, ok := key.(*ecdsa.PrivateKey)
		if !ok || ec.Curve != elliptic.P256() {
			return nil, errors.New("the key is not an ECDSA key on P-256; make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem`")
		}
		return &SigningKey{ec}, nil
	}
}

// Public returns the key that verifies.
func (k *SigningKey) Public() *PublicKey {
	der, err := x509.MarshalPKIXPublicKey(&k.key.PublicKey)
	if err != nil {
		panic("pack: " + err.Error()) // the curve is P-256
	}
	return &PublicKey{&k.key.PublicKey, der}
}

// ParsePublicKey reads a public key from PEM, as key.pub.pem has it. A
// certificate or a private key is refused.
func ParsePublicKey(text []byte) (*PublicKey, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("is not one public key in PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, errors.New("holds a damaged public key")
	}
	ec, ok := key.(*ecdsa.PublicKey)
	if !ok || ec.Curve != elliptic.P256() {
		return nil, errors.New("the key is not an ECDSA key on P-256")
	}
	return &PublicKey{ec, block.Bytes}, nil
}

// ID is the SHA-256 of the key's SubjectPublicKeyInfo, in hex:
// `openssl pkey -pubin -outform DER | sha256sum` prints it.
func (k *PublicKey) ID() string { return digestOf(k.der) }

func (k *PublicKey) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.der})
}

// signer and verifier are the keys as package dsse wants them.
type (
	signer   struct{ *SigningKey }
	verifier struct{ *PublicKey }
)

// Sign makes the deterministic signature of RFC 6979, in ASN.1 DER.
func (s signer) Sign(_ context.Context, data []byte) ([]byte, error) {
	sum := sha256.Sum256(data)
	return s.key.Sign(nil, sum[:], crypto.SHA256)
}

func (s signer) KeyID() (string, error) { return s.Public().ID(), nil }

func (v verifier) Verify(_ context.Context, data, sig []byte) error {
	sum := sha256.Sum256(data)
	if !ecdsa.VerifyASN1(v.key, sum[:], sig) {
		return errors.New("the signature is wrong")
	}
	return nil
}

func (v verifier) KeyID() (string, error)   { return v.ID(), nil }
func (v verifier) Public() crypto.PublicKey { return v.key }

// wrap puts a statement into its envelope. Without a key the envelope has an
// empty list of signatures: it still names the pack in a chain, and a token
// can be had over it.
func wrap(statement []byte, key *SigningKey) ([]byte, error) {
	e := &dsse.Envelope{PayloadType: payloadType, Payload: base64.StdEncoding.EncodeToString(statement), Signatures: []dsse.Signature{}}
	if key != nil {
		s, err := dsse.NewEnvelopeSigner(signer{key})
		if err != nil {
			return nil, err
		}
		if e, err = s.SignPayload(context.Background(), payloadType, statement); err != nil {
			return nil, fmt.Errorf("the statement can't be signed: %w", err)
		}
	}
	raw, err := json.Marshal(e)
	return append(raw, '\n'), err
}

// openEnvelope reads an envelope: its payload, and the id of the key that it
// says signed it, "" for none. The signature is not looked at yet. The bytes
// are to be those that seal writes, so that two envelopes with one digest each
// are never the same evidence.
func openEnvelope(raw []byte) (e *dsse.Envelope, statement []byte, keyID string, err error) {
	e = &dsse.Envelope{}
	if err := decode(raw, e); err != nil {
		return nil, nil, "", err
	}
	if e.PayloadType != payloadType {
		return nil, nil, "", fmt.Errorf("its payloadType is %q, not %s", e.PayloadType, payloadType)
	}
	if len(e.Signatures) > 1 {
		return nil, nil, "", fmt.Errorf("it has %d signatures; one is expected", len(e.Signatures))
	}
	if statement, err = e.DecodeB64Payload(); err != nil {
		return nil, nil, "", err
	}
	if again, err := json.Marshal(e); err != nil || !bytes.Equal(append(again, '\n'), raw) {
		return nil, nil, "", errors.New("it is not written as evenhand writes it")
	}
	if len(e.Signatures) == 1 {
		if keyID = e.Signatures[0].KeyID; keyID == "" {
			return nil, nil, "", errors.New("its signature names no key")
		}
	}
	return e, statement, keyID, nil
}

// check holds the signature of an envelope against a key.
func (k *PublicKey) check(e *dsse.Envelope) error {
	v, err := dsse.NewEnvelopeVerifier(verifier{k})
	if err != nil {
		return err
	}
	if _, err := v.Verify(context.Background(), e); err != nil {
		return fmt.Errorf("its signature is not one by key %s over this statement", short(k.ID()))
	}
	return nil
}

// short is the published short form of a digest.
func short(digest string) string { return digest[:min(12, len(digest))] }
