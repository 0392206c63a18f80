package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	readyURL      = "http://127.0.0.1:9090/readyz"
	readyTimeout  = 4 * time.Second
	readyResponse = 1 << 20 // bytes, at most
)

// runReady asks a process on this machine whether it is ready. It is the health check of the container image, which contains
// no other HTTP client.
func runReady(ctx context.Context, t Terminal, args []string) error {
	url := readyURL
	switch {
	case len(args) == 1 && !strings.HasPrefix(args[0], "-"):
		url = args[0]
	case len(args) > 0:
		return usage(t)
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("make the request to %s: %w", url, err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("ask whether the process is ready: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, readyResponse))
	if err != nil {
		return fmt.Errorf("read the response of %s: %w", url, err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(text)))
	}
	_, _ = fmt.Fprintln(t.Out, strings.TrimSpace(string(text)))
	return nil
}
