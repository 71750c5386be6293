package pack

import (
	"bytes"
	"path/filepath"
	"testing"
)

// seeds adds a file of a small pack to a fuzz target.
func seeds(f *testing.F, name string) {
	dir := filepath.Join(f.TempDir(), "pack")
	mustMake(f, fakeReport(f, "one", nil), dir, Options{Key: testKey(f, 7)})
	f.Add(get(f, filepath.Join(dir, name)))
	f.Add([]byte(nil))
}

func FuzzManifest(f *testing.F) {
	seeds(f, ManifestFile)
	seeds(f, TagManifestFile)
	f.Add([]byte(digestOf(nil) + "  data/100%25%0A.txt\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		listed, err := parseManifest(text)
		if err != nil {
			return
		}
		var b bytes.Buffer
		for name, digest := range listed {
			if !filepath.IsLocal(name) || !isDigest(digest) {
				t.Fatalf("%q has %q", name, digest)
			}
			writeLine(&b, digest, name)
		}
		again, err := parseManifest(b.Bytes())
		if err != nil || len(again) != len(listed) {
			t.Fatalf("written again it is not read: %v", err)
		}
	})
}

func FuzzEnvelope(f *testing.F) {
	seeds(f, EnvelopeFile)
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"","signatures":[]}` + "\n"))
	key := testKey(f, 7).Public()
	dir := filepath.Join(f.TempDir(), "pack")
	mustMake(f, fakeReport(f, "one", nil), dir, Options{Key: testKey(f, 7)})
	statement := get(f, filepath.Join(dir, StatementFile))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, inside, keyID, err := openEnvelope(text)
		if err != nil || keyID == "" || key.check(e) != nil {
			return
		}
		if !bytes.Equal(inside, statement) {
			t.Fatalf("a statement that was never signed passes: %q", inside)
		}
	})
}

func FuzzStatement(f *testing.F) {
	seeds(f, StatementFile)
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := readStatement(text)
		if err != nil {
			return
		}
		for _, file := range s.Subject {
			if !filepath.IsLocal(file.Name) {
				t.Fatalf("%q leads outside", file.Name)
			}
		}
		if listed, err := parseManifest(s.manifest()); err != nil || len(listed) != len(s.Subject) {
			t.Fatalf("its manifest is not read: %v", err)
		}
		s.info()
	})
}

func FuzzToken(f *testing.F) {
	f.Add(authority(f, []byte("x"), true))
	f.Add(authority(f, []byte("x"), false))
	f.Fuzz(func(t *testing.T, raw []byte) { readToken(raw, []byte("x")) })
}

func FuzzKey(f *testing.F) {
	f.Add(testKey(f, 7).Public().pem())
	f.Fuzz(func(t *testing.T, text []byte) {
		ParseSigningKey(text)
		if k, err := ParsePublicKey(text); err == nil && k.ID() == "" {
			t.Fatal("a key without an id")
		}
	})
}
