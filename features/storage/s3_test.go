package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
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
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/parquet-go/parquet-go"
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

func TestS3Open(t *testing.T) {
	st := newStore(t)
	content := noise(100_000)
	for _, key := range []string{"a.parquet", "year=2025/part 1+ü%2F.parquet", "deep/er//x"} {
		st.put(key, content)
		url := "s3://exports/" + key
		in, err := Expand([]string{url})
		if err != nil || len(in) != 1 || in[0].Path != url || in[0].Shown != url {
			t.Fatalf("Expand(%s) = %v, %v", url, in, err)
		}
		f := open(t, in[0].Path)
		if f.Size() != int64(len(content)) {
			t.Errorf("%s: size %d", url, f.Size())
		}
		id := f.Identity()
		if id.Size != f.Size() || len(id.Tag) < 10 || !id.Modified.IsZero() {
			t.Errorf("%s: identity %+v", url, id)
		}
		if now, err := Stat(url); err != nil || !now.Equal(id) {
			t.Errorf("%s: Stat = %+v, %v", url, now, err)
		}
		got := make([]byte, 1000)
		if n, err := f.ReadAt(got, 5000); n != 1000 || err != nil || !bytes.Equal(got, content[5000:6000]) {
			t.Errorf("%s: ReadAt = %d, %v", url, n, err)
		}
		want := "[HEAD HEAD GET bytes=5000-5999]"
		if got := fmt.Sprint(st.took()); got != want {
			t.Errorf("%s: requests %s, want %s", url, got, want)
		}
	}
	if !Remote("s3://exports/a.parquet") {
		t.Error("s3 is not Remote")
	}
}

func TestS3EndpointOfService(t *testing.T) {
	st := newStore(t)
	st.put("x", noise(10))
	t.Setenv("AWS_ENDPOINT_URL_S3", os.Getenv("AWS_ENDPOINT_URL"))
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	open(t, "s3://exports/x")
}

// TestS3ReadAt compares the ends of reads with those of a local file.
func TestS3ReadAt(t *testing.T) {
	st := newStore(t)
	for _, size := range []int{0, 1, 10, 4096} {
		content := noise(size)
		st.put("x", content)
		local := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(local, content, 0o600); err != nil {
			t.Fatal(err)
		}
		far, near := open(t, "s3://exports/x"), open(t, local)
		n := int64(size)
		for _, off := range []int64{0, 1, n - 1, n, n + 1, 1 << 40} {
			for _, length := range []int64{0, 1, 9, n - 1, n, n + 1, n + 5000} {
				if off < 0 || length < 0 {
					continue
				}
				a, b := make([]byte, length), make([]byte, length)
				na, ea := far.ReadAt(a, off)
				nb, eb := near.ReadAt(b, off)
				if na != nb || ea != eb || !bytes.Equal(a, b) {
					t.Errorf("size %d, %d bytes at %d: %d, %v; of a local file %d, %v", size, length, off, na, ea, nb, eb)
				}
			}
		}
		if _, err := far.ReadAt(make([]byte, 1), -1); err == nil {
			t.Error("negative offset: no error")
		}
	}
}

func TestS3ReadAtConcurrent(t *testing.T) {
	st := newStore(t)
	content := noise(3 << 20)
	st.put("x", content)
	f := open(t, "s3://exports/x")
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(g)))
			for range 25 {
				off := rng.IntN(len(content) - 1)
				b := make([]byte, 1+rng.IntN(min(200_000, len(content)-off)))
				if n, err := f.ReadAt(b, int64(off)); err != nil || n != len(b) || !bytes.Equal(b, content[off:off+len(b)]) {
					t.Errorf("%d bytes at %d: %d, %v", len(b), off, n, err)
				}
			}
		})
	}
	wg.Wait()
	if h := f.(*handles); len(h.free) > 8 {
		t.Errorf("%d handles for 8 readers", len(h.free))
	}
	if st.conns > 16 {
		t.Errorf("%d connections for 200 reads: none is used again", st.conns)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.ReadAt(make([]byte, 1), 0); err == nil || !strings.Contains(err.Error(), "after close") {
		t.Errorf("read after close: %v", err)
	}
}

// TestS3Parquet reads a committed file both ways, with no help of ours.
func TestS3Parquet(t *testing.T) {
	local := filepath.Join("..", "..", "fixtures", "dialects", "00_reference.parquet")
	content, err := os.ReadFile(local)
	if err != nil {
		t.Fatal(err)
	}
	st := newStore(t)
	st.put("00_reference.parquet", content)
	digest := func(path string) (string, int64) {
		f := open(t, path)
		pf, err := parquet.OpenFile(f, f.Size())
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		r := parquet.NewReader(pf)
		defer r.Close()
		rows := make([]parquet.Row, 64)
		for {
			n, err := r.ReadRows(rows)
			for _, row := range rows[:n] {
				fmt.Fprintf(h, "%+v\n", row)
			}
			if errors.Is(err, io.EOF) {
				return fmt.Sprintf("%x", h.Sum(nil)), pf.NumRows()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	want, rows := digest(local)
	if rows == 0 {
		t.Fatal("the file has no rows")
	}
	if got, _ := digest("s3://exports/00_reference.parquet"); got != want {
		t.Errorf("from the store %s, locally %s", got, want)
	}
}

func TestS3Changed(t *testing.T) {
	st := newStore(t)
	const url = "s3://exports/x"
	content := noise(1000)
	for _, ifMatch := range []bool{true, false} {
		st.put("x", content)
		if ifMatch { // which gofakes3 does not know
			st.answer(func(w http.ResponseWriter, r *http.Request) bool {
				o, err := st.backend.HeadObject("exports", "x")
				if err != nil {
					t.Error(err)
				}
				if m := r.Header.Get("If-Match"); m == "" || m == fmt.Sprintf("\"%x\"", o.Hash) {
					return false
				}
				w.WriteHeader(http.StatusPreconditionFailed)
				return true
			})
		}
		f := open(t, url)
		before := f.Identity()
		st.put("x", content) // again the same: no change
		if now, err := Stat(url); err != nil || !now.Equal(before) {
			t.Errorf("same content: %+v, %v; was %+v", now, err, before)
		}
		other := noise(1001)[:1000] // same size
		st.put("x", other)
		b := make([]byte, 10)
		if n, err := f.ReadAt(b, 0); n != 0 || !errors.Is(err, errOther) || !strings.HasPrefix(err.Error(), url+": ") {
			t.Errorf("If-Match %t: ReadAt = %d, %v", ifMatch, n, err)
		}
		if bytes.Equal(b, other[:10]) {
			t.Error("bytes of the new object came through")
		}
		if now, err := Stat(url); err != nil || now.Equal(before) {
			t.Errorf("Stat = %+v, %v; was %+v", now, err, before)
		}
		if !f.Identity().Equal(before) {
			t.Error("the open file's identity changed")
		}
		st.answer(nil)
	}
	if _, err := st.backend.DeleteObject("exports", "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := Stat(url); !errors.Is(err, ErrNotFound) {
		t.Errorf("removed: %v", err)
	}
}

func TestS3Retry(t *testing.T) {
	st := newStore(t)
	content := noise(1000)
	st.put("x", content)
	var failed sync.Map
	st.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if _, again := failed.LoadOrStore(r.Method, true); again {
			return false
		}
		w.WriteHeader(http.StatusInternalServerError)
		return true
	})
	f := open(t, "s3://exports/x")
	b := make([]byte, 1000)
	if n, err := f.ReadAt(b, 0); n != 1000 || err != nil || !bytes.Equal(b, content) {
		t.Errorf("ReadAt = %d, %v", n, err)
	}
	if got, want := fmt.Sprint(st.took()), "[HEAD HEAD GET bytes=0-999 GET bytes=0-999]"; got != want {
		t.Errorf("requests %s, want %s", got, want)
	}
}

// ranged answers a GET with what a store would say of the range, and then only
// part of it.
func ranged(w http.ResponseWriter, r *http.Request, content []byte, tag string, send int, declare bool) {
	var first, last int
	fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last)
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(content)))
	if declare {
		w.Header().Set("Content-Length", fmt.Sprint(last-first+1))
	} else {
		w.Header().Set("Content-Length", fmt.Sprint(send))
	}
	w.WriteHeader(http.StatusPartialContent)
	w.Write(content[first : first+send])
}

func TestS3Truncated(t *testing.T) {
	st := newStore(t)
	content := noise(1000)
	st.put("x", content)
	for _, declare := range []bool{true, false} { // the missing bytes
		for _, send := range []int{0, 1, 99} {
			f := open(t, "s3://exports/x")
			gets := 0
			truncate := func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodGet {
					return false
				}
				gets++
				ranged(w, r, content, f.Identity().Tag, send, declare)
				return true
			}
			st.answer(truncate)
			n, err := f.ReadAt(make([]byte, 100), 50)
			if n != 0 || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
				t.Errorf("declared %t, sent %d of 100: ReadAt = %d, %v", declare, send, n, err)
			}
			if gets != attempts {
				t.Errorf("%d attempts", gets)
			}
			// Once only: the next attempt gets it.
			gets = 0
			st.answer(func(w http.ResponseWriter, r *http.Request) bool { return gets == 0 && truncate(w, r) })
			b := make([]byte, 100)
			if n, err := f.ReadAt(b, 50); n != 100 || err != nil || !bytes.Equal(b, content[50:150]) {
				t.Errorf("truncated once: ReadAt = %d, %v", n, err)
			}
			st.answer(nil)
		}
	}
}

// TestS3Strange is of stores whose answers must not be taken for the bytes
// asked for.
func TestS3Strange(t *testing.T) {
	st := newStore(t)
	content := noise(1000)
	st.put("x", content)
	id := open(t, "s3://exports/x").Identity()
	header := func(status int, kv ...string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			for i := 0; i < len(kv); i += 2 {
				w.Header().Set(kv[i], kv[i+1])
			}
			w.WriteHeader(status)
			if r.Method == http.MethodGet {
				w.Write(content)
			}
			return true
		}
	}
	t.Run("ranges ignored", func(t *testing.T) {
		f := open(t, "s3://exports/x")
		st.answer(header(200, "ETag", id.Tag, "Content-Length", "1000"))
		if n, err := f.ReadAt(make([]byte, 10), 500); n != 0 || err == nil || !strings.Contains(err.Error(), "does not serve ranges") {
			t.Errorf("ReadAt = %d, %v", n, err)
		}
		b := make([]byte, 1000) // the whole is what it is
		if n, err := f.ReadAt(b, 0); n != 1000 || err != nil || !bytes.Equal(b, content) {
			t.Errorf("ReadAt = %d, %v", n, err)
		}
	})
	for _, tc := range []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request) bool
		want   string
	}{
		{"no tag", header(200, "Content-Length", "1000"), "no ETag"},
		{"no length", header(200, "ETag", id.Tag, "Transfer-Encoding", "chunked"), "how long"},
		{"denied", header(403), "denies access"},
		{"other region", header(301, "X-Amz-Bucket-Region", "eu-north-1"), "set AWS_REGION to eu-north-1"},
		{"bad", header(400), "answers 400 Bad Request"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			st.answer(tc.answer)
			_, err := Open("s3://exports/x")
			if err == nil || !strings.HasPrefix(err.Error(), "s3://exports/x: ") || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Open: %v; want %s", err, tc.want)
			}
			if errors.Is(err, ErrNotFound) {
				t.Error("is ErrNotFound")
			}
		})
	}
}

func TestS3Silence(t *testing.T) {
	for _, sent := range []string{"", "some"} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, sent)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}))
		ctx, cancel := context.WithCancel(context.Background())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body := newExactBody(resp.Body, 100, 20*time.Millisecond, cancel)
		got, err := io.ReadAll(body)
		var b *broken
		if string(got) != sent || !errors.As(err, &b) || !strings.Contains(err.Error(), "nothing came for 20ms") {
			t.Errorf("%q, %v", got, err)
		}
		body.Close()
		srv.Close()
	}
}

func TestS3NotFound(t *testing.T) {
	newStore(t)
	for _, url := range []string{"s3://exports/none", "s3://nobucket/x"} {
		_, err := Open(url)
		if !errors.Is(err, ErrNotFound) || !strings.HasPrefix(err.Error(), url+": ") {
			t.Errorf("Open: %v", err)
		}
		if _, err := Stat(url); !errors.Is(err, ErrNotFound) {
			t.Errorf("Stat: %v", err)
		}
	}
}

func TestS3Unreachable(t *testing.T) {
	newStore(t)
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	_, err := Open("s3://exports/x")
	if err == nil || !strings.HasPrefix(err.Error(), "s3://exports/x: the store cannot be reached: ") || strings.Contains(err.Error(), "http") {
		t.Error(err)
	}
}

func TestS3Environment(t *testing.T) {
	for _, tc := range []struct {
		name string
		env  []string
		want string
	}{
		{"no region", []string{"AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b"}, "set AWS_REGION"},
		{"no credentials", []string{"AWS_REGION", "eu-test-1"}, "set AWS_ACCESS_KEY_ID"},
		{"no such profile", []string{"AWS_PROFILE", "nobody"}, "nobody"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cleanEnv(t)
			for i := 0; i < len(tc.env); i += 2 {
				t.Setenv(tc.env[i], tc.env[i+1])
			}
			_, err := Open("s3://exports/x")
			if err == nil || !strings.HasPrefix(err.Error(), "s3://exports/x: ") || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v; want %s", err, tc.want)
			}
		})
	}
	if _, err := s3Client(context.Background()); err == nil {
		t.Log("the machine has an AWS environment")
	}
}

func TestURLs(t *testing.T) {
	cleanEnv(t)
	for _, tc := range []struct{ url, want string }{
		{"s3://", "names no object"},
		{"s3://bucket", "names no object"},
		{"s3://bucket/", "not listed"},
		{"s3:///key", "names no object"},
		{"s3://bucket/prefix/", "not listed"},
		{"s3://bu cket/key", `"bu cket" is not the name of a bucket`},
		{"gs://bucket/key", "no reader for gs://"},
		{"az://container/key", "no reader for az://"},
		{"http://host/x.parquet", "no reader for http://"},
		{"https://host/x.parquet", "no reader for https://"},
	} {
		_, err := Open(tc.url)
		if err == nil || !strings.HasPrefix(err.Error(), tc.url+": ") || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("Open(%s): %v; want %s", tc.url, err, tc.want)
			continue
		}
		if strings.Contains(tc.want, "no reader") && !strings.HasSuffix(err.Error(), "local paths, file://, s3://") {
			t.Errorf("%v: does not say what is supported", err)
		}
	}
	for _, url := range []string{"s3://bucket/prefix/", "s3://bucket/*.parquet", "s3://bucket/p-[12]", "gs://bucket/key"} {
		if in, err := Expand([]string{url}); err == nil || !strings.HasPrefix(err.Error(), url+": ") {
			t.Errorf("Expand(%s) = %v, %v", url, in, err)
		}
	}
	_, err := Open("s3://AKID:topsecret@bucket/key")
	if err == nil || strings.Contains(err.Error(), "topsecret") || !strings.Contains(err.Error(), "holds no credentials") {
		t.Errorf("credentials in the URL: %v", err)
	}
}
