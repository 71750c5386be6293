package pack

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// authority answers requests for timestamps, as one would outside.
func authority(t testing.TB, over []byte, certificate bool) []byte {
	t.Helper()
	cert := authorityCert(t)
	h := crypto.SHA256.New()
	h.Write(over)
	stamp := timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: h.Sum(nil), Time: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
		Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: certificate,
	}
	raw, err := stamp.CreateResponseWithOpts(cert, testKey(t, 11).key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func authorityCert(t testing.TB) *x509.Certificate {
	t.Helper()
	key := testKey(t, 11).key
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example TSA"},
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(nil, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestToken(t *testing.T) {
	report, o := fakeReport(t, "one", nil), Options{Key: testKey(t, 7)}
	out := filepath.Join(t.TempDir(), "packs")
	made := mustMake(t, report, out+"/", o)
	envelope := get(t, filepath.Join(made.Dir, EnvelopeFile))

	o.Token = authority(t, []byte("something else"), true)
	if _, err := Make(t.Context(), report, out+"/", o); !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), "something else than this envelope") {
		t.Errorf("a token over something else: %v", err)
	}
	o.Token = []byte("no token")
	if _, err := Make(t.Context(), report, out+"/", o); !errors.Is(err, ErrOptions) {
		t.Errorf("no token: %v", err)
	}
	// The token is put into the pack that is there; it stays when the pack is
	// made again without, and another one is refused.
	o.Token = authority(t, envelope, true)
	stamped := mustMake(t, report, out+"/", o)
	if stamped.Existed || stamped.Dir != made.Dir || stamped.Envelope != made.Envelope {
		t.Errorf("%+v", stamped)
	}
	if again := mustMake(t, report, out+"/", o); !again.Existed {
		t.Error("the same pack with the same token was written again")
	}
	o.Token = nil
	if again := mustMake(t, report, out+"/", o); !again.Existed {
		t.Error("the pack was written again without its token")
	}
	o.Token = authority(t, envelope, false)
	if _, err := Make(t.Context(), report, out+"/", o); !errors.Is(err, ErrExists) {
		t.Errorf("another token: %v", err)
	}
	v := verify(t, made.Dir, Trust{})
	if !v.OK() {
		t.Fatal(v.wrong())
	}
	var line Line
	for _, l := range v.Lines {
		if l.About == "timestamp" {
			line = l
		}
	}
	if !strings.Contains(line.Text, "2026-07-01T12:00:00Z") || !strings.Contains(line.Text, "Example TSA") {
		t.Errorf("%+v", line)
	}
	roots := x509.NewCertPool()
	roots.AddCert(authorityCert(t))
	if v := verify(t, made.Dir, Trust{Authorities: roots}); !v.OK() {
		t.Error(v.wrong())
	}
	fails(t, "an authority nobody trusts", made.Dir, Trust{Authorities: x509.NewCertPool()}, TokenFile)
	// A byte of the token, where the manifest is made anew: either the token
	// fails or it says the same.
	token := get(t, filepath.Join(made.Dir, TokenFile))
	missed := 0
	for at := range token {
		spoilt := append([]byte(nil), token...)
		spoilt[at] ^= 1
		tok, err := readToken(spoilt, envelope)
		if err == nil && !tok.Time.Equal(time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)) {
			t.Errorf("byte %d changed: %+v", at, tok)
		}
		if err == nil && tok.trusted(roots) == nil {
			missed++
			if tok.Signer != "CN=Example TSA" {
				t.Errorf("byte %d changed: %+v", at, tok)
			}
		}
	}
	t.Logf("%d of %d bytes are about nothing that is said", missed, len(token))
	if missed > len(token)/20 {
		t.Errorf("%d of %d bytes can be changed", missed, len(token))
	}
	// The pack after it is chained to the same envelope.
	if next := mustMake(t, fakeReport(t, "two", nil), out+"/", Options{Key: testKey(t, 7)}); next.Sequence != 2 {
		t.Errorf("%+v", next)
	}
	if v := verify(t, out, Trust{}); !v.OK() {
		t.Error(v.wrong())
	}
}

// TestTokenOfOpenSSL has openssl be the authority, by the commands of README.
func TestTokenOfOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("needs openssl")
	}
	report, o := fakeReport(t, "one", nil), Options{Key: testKey(t, 7)}
	out := filepath.Join(t.TempDir(), "pack")
	mustMake(t, report, out, o)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "tsa.cnf"), []byte(`[tsa]
default_tsa = one
[one]
serial = serial
default_policy = 1.2.3.4
digests = sha256
signer_digest = sha256
[ca]
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = dn
[dn]
`))
	put(t, filepath.Join(dir, "serial"), []byte("01\n"))
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command(openssl, args...)
		cmd.Dir = dir
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, text)
		}
	}
	envelope := filepath.Join(out, EnvelopeFile)
	run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-subj", "/CN=Test authority", "-days", "3650", "-config", "tsa.cnf", "-extensions", "ca")
	run("ts", "-query", "-data", envelope, "-sha256", "-cert", "-out", "q.tsq")
	run("ts", "-reply", "-config", "tsa.cnf", "-section", "one", "-queryfile", "q.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "r.tsr")
	run("ts", "-verify", "-data", envelope, "-in", "r.tsr", "-CAfile", "tsa.pem")
	o.Token = get(t, filepath.Join(dir, "r.tsr"))
	mustMake(t, report, out, o)
	if v := verify(t, out, Trust{}); !v.OK() {
		t.Error(v.wrong())
	}
	flip(t, filepath.Join(out, TokenFile), len(o.Token)/2)
	fails(t, "a byte of the token", out, Trust{}, TokenFile)
	relist(t, out)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(get(t, filepath.Join(dir, "tsa.pem")))
	fails(t, "a byte of the token, listed", out, Trust{Authorities: roots}, TokenFile)
	flip(t, filepath.Join(out, TokenFile), len(o.Token)/2)
	relist(t, out)
	if v := verify(t, out, Trust{Authorities: roots}); !v.OK() {
		t.Error(v.wrong())
	}
	// A token without a certificate is told to be one.
	run("ts", "-query", "-data", envelope, "-sha256", "-out", "q.tsq")
	run("ts", "-reply", "-config", "tsa.cnf", "-section", "one", "-queryfile", "q.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "r.tsr")
	tok, err := readToken(get(t, filepath.Join(dir, "r.tsr")), get(t, envelope))
	if err != nil || tok.Signer != "" {
		t.Errorf("%+v, %v", tok, err)
	}
	if _, err := os.Stat(envelope); err != nil {
		t.Error(err)
	}
}
