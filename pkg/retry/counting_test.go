package retry_test

import (
	"io"
	"log"
	"net/http"
)

type counting struct {
	next http.RoundTripper
	n    int
}

func (c *counting) RoundTrip(req *http.Request) (*http.Response, error) {
	c.n++
	return c.next.RoundTrip(req)
}

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }
