package httpx_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/httpx"
)

func TestAPeriodEndsAfterItBegins(t *testing.T) {
	t.Parallel()
	never, noon := time.Time{}, time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		from, to time.Time
		refused  bool
	}{
		{never, never, false},
		{noon, never, false},
		{never, noon, false},
		{noon, noon.Add(1), false},
		{noon, noon, true},
		{noon, noon.Add(-1), true},
	} {
		since, until, err := httpx.Period(c.from, c.to)
		if c.refused {
			if p, ok := errors.AsType[*httpx.ProblemDetails](err); !ok || p.Status != http.StatusUnprocessableEntity || p.Code != "range_invalid" || len(p.Errors) != 1 {
				t.Errorf("%v to %v: %v", c.from, c.to, err)
			}
			continue
		}
		for given, end := range map[*time.Time]time.Time{since: c.from, until: c.to} {
			if given != nil && !given.Equal(end) {
				t.Errorf("%v to %v: %v", c.from, c.to, given)
			}
		}
		if err != nil || (since == nil) != c.from.IsZero() || (until == nil) != c.to.IsZero() {
			t.Errorf("%v to %v: %v to %v, %v", c.from, c.to, since, until, err)
		}
	}
}

func TestAFilterThatARoleMayNotUseIsRefused(t *testing.T) {
	t.Parallel()
	p, ok := errors.AsType[*httpx.ProblemDetails](httpx.FilterForbidden("team", "Only an admin may."))
	if !ok || p.Status != http.StatusForbidden || p.Code != "filter_forbidden" || p.Detail != "Only an admin may." || p.Errors[0].Location != "query.team" {
		t.Errorf("%+v", p)
	}
}
