// Package client is how terreno's commands use an installation over HTTP: as somebody who logged in, like any other client.
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
)

// Account is whom to log in as.
type Account struct {
	// URL of the installation, http://127.0.0.1:8080.
	URL string
	// Company is empty for platform admins.
	Company, Login, Password string
}

// ErrRefused says that the installation does not do what was asked, and would not if it were asked again.
var ErrRefused = errors.New("refused")

// largest answer that is read.
const largest = 16 << 20

// Session is an account that logged in.
type Session struct {
	base string
	// Token goes into Authorization: Bearer.
	Token string
	http  *http.Client
}

// Open logs in. An error that wraps ErrRefused means that the login is wrong.
func Open(ctx context.Context, a Account) (*Session, error) {
	s := &Session{base: strings.TrimSuffix(a.URL, "/"), http: &http.Client{Timeout: 30 * time.Second}}
	in := map[string]string{"login": a.Login, "password": a.Password}
	if a.Company != "" {
		in["company"] = a.Company
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := s.Do(ctx, http.MethodPost, "/v1/auth/login", nil, in, &answer); err != nil {
		return nil, fmt.Errorf("log in as %s: %w", a.Login, err)
	}
	s.Token = answer.AccessToken
	return s, nil
}

// Do sends a request with JSON and reads the answer into out. in, out and header may be nil. What the installation says
// against it is in the error, which wraps ErrRefused unless the same may work later.
func (s *Session) Do(ctx context.Context, method, path string, header http.Header, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, body)
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
	answer := json.NewDecoder(io.LimitReader(resp.Body, largest))
	if resp.StatusCode >= 300 {
		return refusal(resp.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	if err := answer.Decode(out); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

func refusal(status int, answer *json.Decoder) error {
	var problem struct {
		Detail, Code string
		Errors       []struct{ Message string }
	}
	if err := answer.Decode(&problem); err != nil {
		return fmt.Errorf("status %d, without saying why: %w", status, err)
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
