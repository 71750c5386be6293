package storage

import (
	"bytes"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// store is an S3 server in this process.
type store struct {
	t       *testing.T
	backend *s3mem.Backend
	// before may answer a request itself, and says so.
	before atomic.Pointer[func(w http.ResponseWriter, r *http.Request) bool]

	mu       sync.Mutex
	requests []string // "METHOD range"
	conns    int
}

// newStore starts a store and points the AWS environment, and nothing but it,
// there.
func newStore(t *testing.T) *store {
	t.Helper()
	st := &store{t: t, backend: s3mem.New()}
	if err := st.backend.CreateBucket("exports"); err != nil {
		t.Fatal(err)
	}
	s3 := gofakes3.New(st.backend).Server()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st.mu.Lock()
		st.requests = append(st.requests, strings.TrimSpace(r.Method+" "+r.Header.Get("Range")))
		st.mu.Unlock()
		if !strings.Contains(r.Header.Get("Authorization"), "Credential=AKIDTEST/") || !strings.Contains(r.Header.Get("Authorization"), "/eu-test-1/s3/") {
			t.Errorf("request not signed as the environment says: %q", r.Header.Get("Authorization"))
		}
		if f := st.before.Load(); f != nil && (*f)(w, r) {
			return
		}
		s3.ServeHTTP(w, r)
	}))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			st.mu.Lock()
			st.conns++
			st.mu.Unlock()
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	cleanEnv(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDTEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-test-1")
	t.Setenv("AWS_ENDPOINT_URL", srv.URL)
	return st
}

// cleanEnv hides the machine's AWS settings, and forgets the client.
func cleanEnv(t *testing.T) {
	t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	forget := func() {
		shared.Lock()
		defer shared.Unlock()
		shared.client = nil
	}
	forget()
	t.Cleanup(forget)
}

func (st *store) put(key string, content []byte) {
	st.t.Helper()
	_, err := st.backend.PutObject("exports", key, map[string]string{}, bytes.NewReader(content), int64(len(content)), nil)
	if err != nil {
		st.t.Fatal(err)
	}
}

// answer sets what may answer in the store's place; nil: nothing.
func (st *store) answer(f func(w http.ResponseWriter, r *http.Request) bool) {
	if f == nil {
		st.before.Store(nil)
		return
	}
	st.before.Store(&f)
}

// took returns the requests since the last call.
func (st *store) took() []string {
	st.mu.Lock()
	defer st.mu.Unlock()
	all := st.requests
	st.requests = nil
	return all
}

func noise(n int) []byte {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func open(t *testing.T, path string) File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
