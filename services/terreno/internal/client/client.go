// Package client lets terreno's commands use an installation over HTTP. They log in as a user, like any other client.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/retry"
)

// Account names the installation and the user to log in.
type Account struct {
	// URL of the installation, such as http://127.0.0.1:8080.
	URL string
	// Company is empty for platform admins.
	Company, Login, Password string
}

// ErrRefused means that the installation refused the request, and would refuse the same request again.
var ErrRefused = errors.New("refused")

// maxResponse is how many bytes of a response are read.
const maxResponse = 16 << 20

// Session is a logged-in account.
type Session struct {
	base string
	// Token is the access token, for the header Authorization: Bearer.
	Token string
	http  *http.Client
}

// Open logs in. An error that wraps ErrRefused means that the login is wrong.
func Open(ctx context.Context, a Account) (*Session, error) {
	s := &Session{base: strings.TrimSuffix(a.URL, "/"), http: &http.Client{Timeout: 30 * time.Second, Transport: retry.New(http.DefaultTransport)}}
	in := map[string]string{"login": a.Login, "password": a.Password}
	if a.Company != "" {
		in["company"] = a.Company
	}
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	if err := s.Do(ctx, http.MethodPost, "/v1/auth/login", nil, in, &tokens); err != nil {
		return nil, fmt.Errorf("log in as %s: %w", a.Login, err)
	}
	s.Token = tokens.AccessToken
	return s, nil
}

// Do sends a request with a JSON body and decodes the response into out. in, out and header may be nil. The error contains
// the installation's explanation. It wraps ErrRefused, unless the same request may succeed later.
func (s *Session) Do(ctx context.Context, method, path string, header http.Header, in, out any) error {
	var sent io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, sent)
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	if header != nil {
		req.Header = header.Clone()
	}
	req.Header.Set("Content-Type", "application/json")
	if s.Token != "" {
		req.Header.Set("Authorization", "Bearer "+s.Token)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return fmt.Errorf("reach the installation: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body := json.NewDecoder(io.LimitReader(resp.Body, maxResponse))
	if resp.StatusCode >= 300 {
		return refusal(resp.StatusCode, body)
	}
	if out == nil {
		return nil
	}
	if err := body.Decode(out); err != nil {
		return fmt.Errorf("read the response: %w", err)
	}
	return nil
}

func refusal(status int, body *json.Decoder) error {
	var problem struct {
		Detail, Code string
		Errors       []struct{ Message string }
	}
	if err := body.Decode(&problem); err != nil {
		return fmt.Errorf("status %d, without an explanation: %w", status, err)
	}
	text := problem.Detail
	for _, e := range problem.Errors {
		text += "\n  " + e.Message
	}
	if status == http.StatusTooManyRequests || status >= http.StatusInternalServerError {
		return fmt.Errorf("status %d: %s", status, text)
	}
	return fmt.Errorf("%w: %s", ErrRefused, text)
}
