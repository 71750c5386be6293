package storage

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
	"github.com/xitongsys/parquet-go-source/s3v2"
)

// silence is how long a store may send nothing before a request is given up.
const silence = time.Minute

// shared is the process's one S3 client, made when the first s3:// URL is
// opened: every open would look for credentials again otherwise, and connect
// again.
var shared struct {
	sync.Mutex
	client *s3.Client
}

// openS3 opens the object s3://bucket/key. The key is taken as it stands:
// nothing in it is an escape. One HEAD request tells the size and the ETag,
// and every later read is held to both.
func openS3(url, rest string) (File, error) {
	bucket, key, err := splitS3(url, rest)
	if err != nil {
		return nil, err
	}
	// File has no context: a reader looks at its own between reads, and
	// silence bounds each request.
	ctx := context.Background()
	client, err := s3Client(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	object := &pinned{client: client}
	first, err := s3v2.NewS3FileReaderWithParams(ctx, s3v2.S3FileReaderParams{
		Bucket:   bucket,
		Key:      key,
		S3Client: object,
		// The least there is, for a request of exactly the bytes that a read
		// wants. s3v2's own choice reaches to the end of the object.
		MinRequestSize: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return &handles{
		path: url,
		id:   object.id,
		// Open without a name gives another reader of the same object,
		// without asking the store.
		open: func() (handle, error) { return first.Open("") },
		free: []handle{first},
	}, nil
}

// splitS3 splits "bucket/key".
func splitS3(url, rest string) (bucket, key string, err error) {
	bucket, key, _ = strings.Cut(rest, "/")
	if at := strings.LastIndexByte(bucket, '@'); at >= 0 {
		// What stands before the @ is not repeated: it may be a secret.
		return "", "", fmt.Errorf("s3://%s/%s: a URL holds no credentials here; they are taken from the AWS environment",
			bucket[at+1:], key)
	}
	if bucket == "" || key == "" || strings.HasSuffix(key, "/") {
		return "", "", fmt.Errorf("%s: names no object; write s3://bucket/key, and name each object, for prefixes are not listed", url)
	}
	if strings.ContainsFunc(bucket, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(".-_", r))
	}) {
		return "", "", fmt.Errorf("%s: %q is not the name of a bucket; write s3://bucket/key", url, bucket)
	}
	return bucket, key, nil
}

// s3Client returns the shared client. Everything about it comes from where the
// AWS tools look: AWS_* variables, the shared config and credentials files,
// then the machine's role. A failure is not kept.
func s3Client(ctx context.Context) (*s3.Client, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.client != nil {
		return shared.client, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithLogger(logging.Nop{}), // it would write to the standard error
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.ResponseHeaderTimeout = silence
		})))
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration cannot be used: %w", err)
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("no AWS region is set; set AWS_REGION, or region in the AWS config file")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, fmt.Errorf("no AWS credentials are found; "+
			"set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE: %w", err)
	}
	shared.client = s3.NewFromConfig(cfg, func(o *s3.Options) {
		// An endpoint of one's own (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3)
		// seldom has a host name for every bucket.
		o.UsePathStyle = o.BaseEndpoint != nil
		// A range of an object has no checksum to be compared with.
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	return shared.client, nil
}
