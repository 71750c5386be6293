package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

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

// TestS3Environment is of settings that are missing. cleanEnv keeps it from
// the machine's own: no test looks for credentials beyond what it sets.
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
