package httpx_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/httpx"
)

type periodInput struct {
	From  time.Time `query:"from"`
	Note  string    `query:"note"`
	Limit int       `query:"limit" minimum:"1" default:"5"`
}

type periodOutput struct {
	Body struct {
		From time.Time `json:"from"`
		Note string    `json:"note"`
	}
}

func registerPeriods(api *httpx.API) {
	huma.Register(api.Huma, op("period", "GET", "/v1/period", httpx.Public()), func(_ context.Context, in *periodInput) (*periodOutput, error) {
		out := &periodOutput{}
		out.Body.From, out.Body.Note = in.From.UTC(), in.Note
		return out, nil
	})
}

// Each parameter can be read in one way only, and none is passed over that the client meant.
func TestAParameterCanBeReadInOneWayOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for query, want := range map[string]string{
		"note=a;b&from=2026-03-08T14:05:09Z":        "a;b",
		"from=2026-03-08T14:05:09Z&note=a%3Bb":      "a;b",
		"x&note=a&from=2026-03-08T14:05:09Z&&":      "a",
		"other=1&other=2&OTHER=3&note=a%26%3D%2B+b": "a&=+ b",
		"n%6Fte=a":            "a",
		"note=a&note=b":       "parameter_repeated",
		"note=a&n%6Fte=a":     "parameter_repeated",
		"limit=1&note&note=a": "parameter_repeated",
		"Note=a":              "parameter_case_differs",
		"from=2026-03-08T14:05:09Z&FROM=2026-03-09T00Z": "parameter_case_differs",
	} {
		a := w.call(t, "GET", "/v1/period?"+query, nil)
		if a.Status == 200 && a.Body["note"] == want {
			continue
		}
		if a.Status != 400 || a.problem.Code != want || len(a.problem.Errors) != 1 || !strings.HasPrefix(a.problem.Errors[0].Location, "query.") {
			t.Errorf("%s: %d %s\nwant %s", query, a.Status, a.Text, want)
		}
	}
	if a := w.call(t, "GET", "/v1/period?Note=a&limit=1&limit=2", nil); a.Status != 400 || len(a.problem.Errors) != 2 {
		t.Errorf("%d %s", a.Status, a.Text)
	}
}

// An instant of an address is read as one of a body is.
func TestInstantsOfAnAddressAreRFC3339(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for text, want := range map[string]string{
		"":                              "0001-01-01T00:00:00Z",
		"2026-03-08T14:05:09Z":          "2026-03-08T14:05:09Z",
		"2026-03-08t14:05:09.25z":       "2026-03-08T14:05:09.25Z",
		"2026-03-08T14:05:09-05:00":     "2026-03-08T19:05:09Z",
		"2016-12-31T23:59:60Z":          "2017-01-01T00:00:00Z",
		"2026-03-08T4:05:09Z":           "must have two digits in each",
		"2026-03-08T14:05:09,25Z":       "has a comma",
		"2026-03-08T14:05:09+24:00":     "has an offset beyond 23:59",
		"2026-03-08T14:05:09":           "has no zone",
		"2026-02-30T14:05:09Z":          "names a day",
		"2026-03-08T14:05:09 05:00":     "write %2B for +",
		"2026-03-08T14:05:09 05":        "write %2B for +",
		"2026-03-08T14:05:09.25 0500":   "write %2B for +",
		"2026-03-08 14:05":              "must be an RFC 3339 instant",
		"2026-03-08 14:05:09Z":          "than a T between",
		"0000-01-01T00:00:00+05:00":     "must be an RFC 3339 instant",
		"yesterday":                     "must be an RFC 3339 instant",
		"?2026-03-08T14:05:09Z":         "must be an RFC 3339 instant",
		"2026-03-08T14:05:09Z\u00a0":    "must be an RFC 3339 instant",
		"9999-12-31T23:59:59.999-23:59": "must be an RFC 3339 instant",
	} {
		a := w.call(t, "GET", "/v1/period?note=a+%26+b&from="+url.QueryEscape(text), nil)
		if a.Status == 200 && a.Body["from"] == want && a.Body["note"] == "a & b" {
			continue
		}
		if a.Status != 422 || len(a.problem.Errors) != 1 || a.problem.Errors[0].Location != "query.from" || !strings.Contains(a.problem.Errors[0].Message, want) {
			t.Errorf("%s: %d %s\nwant %s", text, a.Status, a.Text, want)
		}
	}
	// All that is wrong is said at once.
	if a := w.call(t, "GET", "/v1/period?limit=0&from=2026-03-08T14:05:09,25Z", nil); a.Status != 422 || len(a.problem.Errors) != 2 {
		t.Errorf("%d %s", a.Status, a.Text)
	}
}
