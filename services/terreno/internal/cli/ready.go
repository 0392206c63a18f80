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
	readyAt      = "http://127.0.0.1:9090/readyz"
	readyTimeout = 4 * time.Second
	readyAnswer  = 1 << 20
)

// runReady asks a process of this machine whether it is ready. It is the health check of an image that holds nothing else
// which could ask.
func runReady(ctx context.Context, t Terminal, args []string) error {
	at := readyAt
	switch {
	case len(args) == 1 && !strings.HasPrefix(args[0], "-"):
		at = args[0]
	case len(args) > 0:
		return usage(t)
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", at, err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("ask whether it is ready: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, readyAnswer))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", at, err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(text)))
	}
	_, _ = fmt.Fprintln(t.Out, strings.TrimSpace(string(text)))
	return nil
}
