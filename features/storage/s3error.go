package storage

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// s3Error makes a sentence of a client's error, to stand behind the URL. A
// HEAD request gets no more than a status, so the likely causes are said.
func s3Error(err error) error {
	var refused *smithyhttp.ResponseError
	if errors.As(err, &refused) && refused.Response != nil && refused.HTTPStatusCode() != 0 {
		var said smithy.APIError
		code := ""
		if errors.As(err, &said) {
			code = " (" + said.ErrorCode() + ")"
		}
		switch status := refused.HTTPStatusCode(); status {
		case http.StatusNotFound:
			return fmt.Errorf("%w: there is no such bucket, or no such key in it", ErrNotFound)
		case http.StatusPreconditionFailed:
			return errOther
		case http.StatusForbidden, http.StatusUnauthorized:
			return fmt.Errorf("the store denies access%s; the AWS credentials need s3:GetObject on it "+
				"(without s3:ListBucket, an object that does not exist is denied too)", code)
		case http.StatusMovedPermanently, http.StatusTemporaryRedirect:
			return fmt.Errorf("the bucket lies in another region; set AWS_REGION to %s", region(refused.Response))
		default:
			return fmt.Errorf("the store answers %d %s%s", status, http.StatusText(status), code)
		}
	}
	var sent *smithyhttp.RequestSendError
	if errors.As(err, &sent) {
		err = sent.Err
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return fmt.Errorf("the store cannot be reached: %w", err)
	}
	return fmt.Errorf("the store cannot be asked: %w", err)
}

func region(r *smithyhttp.Response) string {
	if r.Response != nil {
		if name := r.Header.Get("X-Amz-Bucket-Region"); name != "" {
			return name
		}
	}
	return "the bucket's region"
}
