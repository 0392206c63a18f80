package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

func TestUndeliveredSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err     error
		outcome string
		low     int
		high    int
	}{
		{bus.ErrStreamFull, outcomeFull, 30, 45},
		{errSlowed, outcomeSlowed, 15, 23},
		{bus.ErrUnavailable, outcomeUnavailable, 5, 5},
		{context.DeadlineExceeded, outcomeUnavailable, 5, 5},
	} {
		outcome, err := undelivered(fmt.Errorf("publish: %w", c.err))
		p, ok := errors.AsType[*httpx.ProblemDetails](err)
		if !ok || outcome != c.outcome || p.Status != http.StatusServiceUnavailable || p.Code != "tracking_unavailable" || !errors.Is(err, c.err) {
			t.Errorf("%v: %s %+v", c.err, outcome, err)
			continue
		}
		if wait, err := strconv.Atoi(p.GetHeaders().Get("Retry-After")); err != nil || wait < c.low || wait > c.high {
			t.Errorf("%v: Retry-After %d, want %d to %d", c.err, wait, c.low, c.high)
		}
	}
	// What is not the stream's lateness must not look like it: somebody has to see it in the log.
	if outcome, err := undelivered(bus.ErrTooLarge); outcome != outcomeFailed || !errors.Is(err, bus.ErrTooLarge) {
		t.Errorf("too large: %s %v", outcome, err)
	}
}

func TestRefusalHasTheStatusOfItsCode(t *testing.T) {
	t.Parallel()
	for code, status := range map[string]int{
		upload.CodeBodyEmpty: 400, upload.CodeJSONInvalid: 400, upload.CodeBatchEmpty: 400, upload.CodeDeviceIDInvalid: 400,
		upload.CodeTooManyPositions: 413, upload.CodeOtherUser: 403,
	} {
		p, ok := errors.AsType[*httpx.ProblemDetails](refusal(&upload.Error{Code: code, Detail: "Why."}))
		if !ok || p.Status != status || p.Code != code || p.Detail != "Why." {
			t.Errorf("%s: %+v, want %d", code, p, status)
		}
	}
	odd := errors.New("odd")
	if err := refusal(odd); !errors.Is(err, odd) {
		t.Errorf("an error of another kind became %v", err)
	}
}
