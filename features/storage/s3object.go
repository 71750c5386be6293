package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/xitongsys/parquet-go-source/s3v2"
)

// errOther says that an object is not the one that was opened. Callers notice
// the same by Stat; this keeps its bytes from them until then.
var errOther = errors.New("the object was replaced after it was opened")

// pinned stands between s3v2 and the client for one object, because s3v2
// believes what it gets: it does not look whether an answer is the range it
// asked for (a store that knows no ranges sends the whole object) or of the
// same version, and at the end of a short answer it asks for the rest, for
// ever when nothing comes.
type pinned struct {
	s3v2.S3API // nil: nothing is ever written
	client     *s3.Client
	id         Identity // set by the first HeadObject, then only read
}

// HeadObject notes the object's identity. s3v2 calls it once, before any read.
func (o *pinned) HeadObject(ctx context.Context, in *s3.HeadObjectInput, opts ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*silence) // all attempts
	defer cancel()
	out, err := o.client.HeadObject(ctx, in, opts...)
	if err != nil {
		return nil, s3Error(err)
	}
	if out.ContentLength == nil || *out.ContentLength < 0 {
		return nil, errors.New("the store does not say how long the object is")
	}
	if aws.ToString(out.ETag) == "" {
		return nil, errors.New("the store gives the object no ETag, by which one would notice that it changed")
	}
	o.id = Identity{Size: *out.ContentLength, Tag: *out.ETag}
	return out, nil
}

// GetObject asks for a range of the object that was opened, and gives exactly
// its bytes or an error.
func (o *pinned) GetObject(ctx context.Context, in *s3.GetObjectInput, opts ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	var first, last int64
	if _, err := fmt.Sscanf(aws.ToString(in.Range), "bytes=%d-%d", &first, &last); err != nil {
		panic("storage: s3v2 asks for the range " + aws.ToString(in.Range))
	}
	in.IfMatch = aws.String(o.id.Tag)
	ctx, cancel := context.WithCancel(ctx)
	out, err := o.client.GetObject(ctx, in, opts...)
	if err != nil {
		cancel()
		return nil, s3Error(err)
	}
	body := newExactBody(out.Body, last-first+1, silence, cancel)
	// Not every store knows If-Match.
	if aws.ToString(out.ETag) != o.id.Tag {
		body.Close()
		return nil, errOther
	}
	got, _, _ := strings.Cut(aws.ToString(out.ContentRange), "/")
	whole := out.ContentRange == nil && first == 0 && last == o.id.Size-1
	if !whole && got != fmt.Sprintf("bytes %d-%d", first, last) {
		body.Close()
		return nil, fmt.Errorf("the store does not serve ranges: asked for bytes %d-%d, it sent %q; copy the object to a local file",
			first, last, aws.ToString(out.ContentRange))
	}
	out.Body = body
	return out, nil
}

// broken marks an answer that stopped before its end. Another attempt may
// help; the client's own attempts end where the body begins.
type broken struct{ err error }

func (b *broken) Error() string { return "the store's answer broke off: " + b.err.Error() }
func (b *broken) Unwrap() error { return b.err }

// exactBody gives left bytes, then io.EOF. Fewer are an error, and so is
// silence.
type exactBody struct {
	body    io.ReadCloser
	left    int64
	silence time.Duration
	timer   *time.Timer // cancels the request after that
	cancel  context.CancelFunc
}

func newExactBody(body io.ReadCloser, left int64, silence time.Duration, cancel context.CancelFunc) *exactBody {
	return &exactBody{body, left, silence, time.AfterFunc(silence, cancel), cancel}
}

func (b *exactBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	b.timer.Reset(b.silence)
	n, err := b.body.Read(p)
	b.left -= int64(n)
	switch {
	case b.left == 0:
		b.Close() // now, for s3v2 closes it when it next reads
		return n, nil
	case err == io.EOF:
		return n, &broken{fmt.Errorf("%d bytes are missing: %w", b.left, io.ErrUnexpectedEOF)}
	case errors.Is(err, context.Canceled):
		return n, &broken{fmt.Errorf("nothing came for %s", b.silence)}
	case err != nil:
		return n, &broken{err}
	}
	return n, nil
}

// Close ends the request. After its last byte the connection stays usable.
// Closing again does nothing.
func (b *exactBody) Close() error {
	b.timer.Stop()
	err := b.body.Close()
	b.cancel()
	return err
}
