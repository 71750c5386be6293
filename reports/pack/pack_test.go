package pack

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"evenhand/reports"
	"evenhand/reports/publish"
)

// testKey is a key on P-256 made of a number, so that goldens hold.
func testKey(t testing.TB, d int64) *SigningKey {
	t.Helper()
	raw := big.NewInt(d).FillBytes(make([]byte, 32))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		t.Fatal(err)
	}
	return &SigningKey{key}
}

// fakeReport writes a small report that holds; say is a text in it.
func fakeReport(t testing.TB, say string, ids *IDs) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "report")
	files := map[string]string{
		"report.html":    "<p>" + say + "</p>\n",
		"cases.arrow":    "ARROW1 " + say,
		"findings.arrow": "",
		"summary.json":   `{"rows_read": 12, "rows_judged": 9, "cells_refused": 1, "tests": {"suppressed": 3}, "findings": [{"id": "x"}]}`,
	}
	m := map[string]any{
		"schema_version": 1, "result_sha256": digestOf([]byte(say)), "data_sha256": digestOf([]byte("data")),
		"plan":   Named{"audit.yaml", digestOf([]byte("plan"))},
		"tables": []any{map[string]any{"name": "decisions", "rows": 12, "files": []any{map[string]any{"path": "d.parquet", "size": 7, "sha256": digestOf(nil), "rows": 12, "row_groups": 1}}}},
		"models": []any{map[string]any{"version": "m1", "sha256": digestOf([]byte("m1"))}},
		"binary": "evenhand test",
	}
	if ids != nil {
		m["ids"] = ids
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var listed []reports.FileDigest
	for _, name := range slices.Sorted(maps.Keys(files)) {
		listed = append(listed, reports.FileDigest{Name: name, Size: int64(len(files[name])), SHA256: digestOf([]byte(files[name]))})
		put(t, filepath.Join(dir, name), []byte(files[name]))
	}
	m["files"] = listed
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, reports.ManifestFile), raw)
	return dir
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustMake(t testing.TB, report, out string, o Options) *Made {
	t.Helper()
	m, err := Make(context.Background(), report, out, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// snapshot is every file below dir, by name.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(name)] = string(get(t, path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func verify(t testing.TB, dir string, trust Trust) *Outcome {
	t.Helper()
	o, err := Verify(dir, trust)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestMakeAndVerify(t *testing.T) {
	report, key := fakeReport(t, "one", nil), testKey(t, 7)
	out := filepath.Join(t.TempDir(), "pack")
	made := mustMake(t, report, out, Options{Key: key})
	if made.Sequence != 1 || made.Existed || made.Envelope != digestOf(get(t, filepath.Join(out, EnvelopeFile))) {
		t.Errorf("%+v", made)
	}
	o := verify(t, out, Trust{Keys: []*PublicKey{key.Public()}})
	if !o.OK() || !strings.Contains(o.Verdict(), "a key that you trust") || o.Kind != "pack" {
		t.Errorf("%s: %v", o.Verdict(), o.wrong())
	}
	if o = verify(t, out, Trust{}); !o.OK() || !strings.Contains(o.Verdict(), "the key inside") {
		t.Errorf("%s: %v", o.Verdict(), o.wrong())
	}
	var s Statement
	if err := json.Unmarshal(get(t, filepath.Join(out, StatementFile)), &s); err != nil {
		t.Fatal(err)
	}
	if want := (Counts{Read: 12, Judged: 9, Refused: 1, Suppressed: 3, Findings: 1}); s.Predicate.Counts != want {
		t.Errorf("counts %+v", s.Predicate.Counts)
	}
	if len(s.Subject) != 5 || s.Subject[0].Name != "data/cases.arrow" || s.Predicate.IDs.Mode != "plain" || s.Predicate.Plan.Name != "audit.yaml" {
		t.Errorf("%+v", s)
	}
	if o = verify(t, report, Trust{}); !o.OK() || o.Kind != "report" {
		t.Errorf("the report: %v", o.wrong())
	}
}

// TestSameBytes: the same report gives the same pack, wherever and whenever.
func TestSameBytes(t *testing.T) {
	report, key := fakeReport(t, "one", nil), testKey(t, 7)
	first := filepath.Join(t.TempDir(), "a")
	mustMake(t, report, first, Options{Key: key})
	t.Setenv("TZ", "Asia/Kathmandu")
	t.Setenv("LC_ALL", "tr_TR.UTF-8")
	t.Chdir(t.TempDir())
	mustMake(t, fakeReport(t, "one", nil), "b", Options{Key: key})
	if a, b := snapshot(t, first), snapshot(t, "b"); !maps.Equal(a, b) || len(a) != 12 {
		t.Errorf("two packs of one report differ: %v, %v", slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
	}
	// The very pack again is no error and no change; another one is refused.
	if m := mustMake(t, report, "b", Options{Key: key}); !m.Existed {
		t.Error("the same pack was written again")
	}
	before := snapshot(t, "b")
	for name, try := range map[string]func() error{
		"another report": func() error {
			_, err := Make(context.Background(), fakeReport(t, "two", nil), "b", Options{Key: key})
			return err
		},
		"another key": func() error {
			_, err := Make(context.Background(), report, "b", Options{Key: testKey(t, 8)})
			return err
		},
		"no key": func() error {
			_, err := Make(context.Background(), report, "b", Options{})
			return err
		},
	} {
		if err := try(); !errors.Is(err, ErrExists) {
			t.Errorf("%s over a pack: %v", name, err)
		}
	}
	put(t, "notes.txt", []byte("x"))
	if _, err := Make(context.Background(), report, ".", Options{Key: key}); !errors.Is(err, ErrExists) {
		t.Errorf("over a directory of something else: %v", err)
	}
	if !maps.Equal(before, snapshot(t, "b")) {
		t.Error("a refused pack changed what was there")
	}
}

func TestMakeRefuses(t *testing.T) {
	key := testKey(t, 7)
	out := filepath.Join(t.TempDir(), "pack")
	make := func(report string, o Options) error {
		_, err := Make(context.Background(), report, out, o)
		return err
	}
	if err := make(fakeReport(t, "one", &IDs{Mode: "derived"}), Options{Key: key}); !errors.Is(err, ErrIDs) || !strings.Contains(err.Error(), "EVENHAND_ID_KEY") {
		t.Errorf("derived ids: %v", err)
	}
	spoilt := fakeReport(t, "one", nil)
	put(t, filepath.Join(spoilt, "cases.arrow"), []byte("ARROW2 one"))
	if err := make(spoilt, Options{Key: key}); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "cases.arrow") {
		t.Errorf("a damaged report: %v", err)
	}
	if err := make(filepath.Join(spoilt, "nowhere"), Options{Key: key}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no report: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Make(ctx, fakeReport(t, "one", nil), out, Options{Key: key}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("something was published")
	}
	if err := make(fakeReport(t, "one", &IDs{Mode: "keyed", KeyID: "0123abcd"}), Options{Key: key}); err != nil {
		t.Errorf("keyed ids: %v", err)
	}
	if !bytes.Contains(get(t, filepath.Join(out, StatementFile)), []byte("0123abcd")) {
		t.Error("the id key is not named")
	}
}

func TestUnsigned(t *testing.T) {
	out := filepath.Join(t.TempDir(), "pack")
	mustMake(t, fakeReport(t, "one", nil), out, Options{})
	o := verify(t, out, Trust{})
	if !o.OK() || !strings.Contains(o.Verdict(), "NOT SIGNED") {
		t.Errorf("%s: %v", o.Verdict(), o.wrong())
	}
	if o = verify(t, out, Trust{Keys: []*PublicKey{testKey(t, 7).Public()}}); o.OK() || !strings.Contains(o.First(), EnvelopeFile) {
		t.Error("an unsigned pack passes for a signed one")
	}
}

func TestSeries(t *testing.T) {
	key := testKey(t, 7)
	dir := filepath.Join(t.TempDir(), "packs")
	var last *Made
	for i := range 3 {
		report := fakeReport(t, fmt.Sprint("night ", i), nil)
		last = mustMake(t, report, dir+"/", Options{Key: key})
		if again := mustMake(t, report, dir+"/", Options{Key: key}); !again.Existed || again.Dir != last.Dir {
			t.Errorf("the same report again: %+v", again)
		}
		if last.Sequence != i+1 {
			t.Errorf("%+v", last)
		}
	}
	// What a killed run left is swept; no lock stays.
	half := filepath.Join(dir, "000004-0123456789ab.tmp-1")
	if err := os.Mkdir(half, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, last.Dir+".lock", nil)
	last = mustMake(t, fakeReport(t, "night 3", nil), dir+"/", Options{Key: key})
	entries, _ := os.ReadDir(dir)
	if len(entries) != 4 {
		t.Errorf("the series holds %v", entries)
	}
	o := verify(t, dir, Trust{Keys: []*PublicKey{key.Public()}, Last: last.Envelope})
	if !o.OK() || o.Kind != "series" || len(o.Packs) != 4 {
		t.Errorf("%s: %v", o.Verdict(), o.wrong())
	}
	// A pack of its own can be chained to one of them.
	alone := filepath.Join(t.TempDir(), "alone")
	if m := mustMake(t, fakeReport(t, "night 4", nil), alone, Options{Key: key, Previous: last.Dir}); m.Sequence != 5 {
		t.Errorf("%+v", m)
	}
	for name, o := range map[string]Options{"with a previous": {Key: key, Previous: last.Dir}, "unsigned": {}} {
		if _, err := Make(context.Background(), fakeReport(t, "night 5", nil), dir+"/", o); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
	turn, err := publish.Reserve(filepath.Join(dir, "next"), BagFile)
	if err != nil {
		t.Fatal(err)
	}
	defer turn.Release()
	if _, err := Make(context.Background(), fakeReport(t, "night 5", nil), dir+"/", Options{Key: key}); !errors.Is(err, publish.ErrBusy) {
		t.Errorf("two at once: %v", err)
	}
	turn.Release()
	// Nothing is chained to a pack that does not hold.
	flip(t, filepath.Join(last.Dir, "data", "report.html"), 1)
	if _, err := Make(context.Background(), fakeReport(t, "night 5", nil), dir+"/", Options{Key: key}); !errors.Is(err, ErrDamaged) {
		t.Errorf("after a damaged pack: %v", err)
	}
	if _, err := Make(context.Background(), fakeReport(t, "night 5", nil), last.Dir+"/", Options{Key: key}); !errors.Is(err, ErrExists) {
		t.Errorf("below a pack: %v", err)
	}
}

// flip changes one bit of a byte of a file.
func flip(t testing.TB, path string, at int) {
	t.Helper()
	data := get(t, path)
	data[at] ^= 1
	put(t, path, data)
}

func TestSigningKeys(t *testing.T) {
	key := testKey(t, 7)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key.key)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(key.key)
	if err != nil {
		t.Fatal(err)
	}
	p384, _ := ecdsa.ParseRawPrivateKey(elliptic.P384(), big.NewInt(7).FillBytes(make([]byte, 48)))
	other, err := x509.MarshalPKCS8PrivateKey(p384)
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	for name, good := range map[string][]byte{
		"PKCS#8":           text("PRIVATE KEY", pkcs8),
		"SEC 1":            text("EC PRIVATE KEY", sec1),
		"openssl ecparam":  append(text("EC PARAMETERS", []byte{6, 8}), text("EC PRIVATE KEY", sec1)...),
		"text around":      append([]byte("a key\n"), text("PRIVATE KEY", pkcs8)...),
		"carriage returns": bytes.ReplaceAll(text("PRIVATE KEY", pkcs8), []byte("\n"), []byte("\r\n")),
	} {
		if k, err := ParseSigningKey(good); err != nil || k.Public().ID() != key.Public().ID() {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, bad := range map[string][]byte{
		"nothing": nil, "no PEM": []byte("secret"), "P-384": text("PRIVATE KEY", other), "damaged": text("PRIVATE KEY", pkcs8[:20]),
		"a public key": key.Public().pem(), "encrypted": text("ENCRYPTED PRIVATE KEY", pkcs8),
	} {
		if _, err := ParseSigningKey(bad); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if k, err := ParsePublicKey(key.Public().pem()); err != nil || k.ID() != key.Public().ID() {
		t.Errorf("%v", err)
	}
	for name, bad := range map[string][]byte{"private": text("PRIVATE KEY", pkcs8), "two": append(key.Public().pem(), key.Public().pem()...), "nothing": nil} {
		if _, err := ParsePublicKey(bad); err == nil {
			t.Errorf("%s was taken for a public key", name)
		}
	}
}

// TestRFC6979 holds the signature against the vector of RFC 6979, A.2.5
// (P-256, SHA-256, "sample").
func TestRFC6979(t *testing.T) {
	hex := func(s string) *big.Int { n, _ := new(big.Int).SetString(s, 16); return n }
	raw := hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721").FillBytes(make([]byte, 32))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := signer{&SigningKey{key}}.Sign(context.Background(), []byte("sample"))
	if err != nil {
		t.Fatal(err)
	}
	r := hex("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716").Bytes()
	s := hex("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8").Bytes()
	if !bytes.Contains(sig, r) || !bytes.HasSuffix(sig, s) {
		t.Errorf("signature %x", sig)
	}
}
