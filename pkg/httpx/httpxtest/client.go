package httpxtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/httpx"
)

// Body is a JSON object.
type Body = map[string]any

// Answer is the response to a request. Body is nil unless the text is a JSON object.
type Answer struct {
	Status int
	Header http.Header
	Text   string
	Body   Body
}

// Code returns the code of a problem. It is empty for an answer below 400. When an error is not a complete problem, with a
// sentence for people and the request's id, Code returns a text that says so.
func (a Answer) Code() string {
	if a.Status < 400 {
		return ""
	}
	var p httpx.ProblemDetails
	if err := json.Unmarshal([]byte(a.Text), &p); err != nil {
		return fmt.Sprintf("no problem: %v", err)
	}
	if p.Type != "about:blank" || p.Title == "" || p.Status != a.Status || p.Code == "" || !strings.HasSuffix(p.Detail, ".") ||
		p.RequestID == "" || p.RequestID != a.Header.Get("X-Request-Id") || a.Header.Get("Content-Type") != "application/problem+json" {
		return fmt.Sprintf("half a problem: %+v with %v", p, a.Header)
	}
	return p.Code
}

// Is ends the test unless the answer has the status and, for a problem, the code.
func (a Answer) Is(t testing.TB, status int, code string) Answer {
	t.Helper()
	if a.Status != status || a.Code() != code {
		t.Fatalf("answer %d %s, want %d %q", a.Status, a.Text, status, code)
	}
	return a
}

// IDs returns the ids of the objects in a list of the answer.
func (a Answer) IDs(t testing.TB, list string) []string {
	t.Helper()
	items, ok := a.Body[list].([]any)
	if !ok {
		t.Fatalf("answer %d %s has no list %q", a.Status, a.Text, list)
	}
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = fmt.Sprint(item.(Body)["id"])
	}
	return ids
}

// client sends the body of a request with an Expect header only when the server asks for the body, however long that takes.
var client = func() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ExpectContinueTimeout = time.Hour
	return &http.Client{Transport: transport}
}()

// Do sends a request. It adds a bearer token unless the token is empty. content is the body: a string, bytes, a reader, a
// value to encode as JSON, or nil. header is pairs of name and value.
func Do(ctx context.Context, method, url, token string, content any, header ...string) (Answer, error) {
	in, err := encode(content)
	if err != nil {
		return Answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, method, url, in)
	if err != nil {
		return Answer{}, err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(header, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	resp, err := client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return Answer{}, err
	}
	a := Answer{Status: resp.StatusCode, Header: resp.Header, Text: string(text)}
	if bytes.HasPrefix(text, []byte("{")) {
		err = json.Unmarshal(text, &a.Body)
	}
	return a, err
}

func encode(content any) (io.Reader, error) {
	switch c := content.(type) {
	case nil:
		return nil, nil
	case string:
		return strings.NewReader(c), nil
	case []byte:
		return bytes.NewReader(c), nil
	case io.Reader:
		return c, nil
	default:
		raw, err := json.Marshal(c)
		return bytes.NewReader(raw), err
	}
}
