package httpx_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/httpx"
)

type place struct {
	At time.Time `json:"at"`
	ID string    `json:"id"`
}

func TestCursorRoundTrip(t *testing.T) {
	t.Parallel()
	want := place{time.Date(2026, 3, 8, 1, 2, 3, 4000, time.UTC), "u1"}
	cursor := httpx.EncodeCursor(want)
	if strings.ContainsAny(cursor, "+/=") {
		t.Errorf("cursor %q is not safe in an address", cursor)
	}
	if got, err := httpx.DecodeCursor[place](cursor); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := httpx.DecodeCursor[place](""); err != nil || got != (place{}) {
		t.Errorf("no cursor: %+v, %v", got, err)
	}
}

// PostgreSQL takes no such offset.
func TestInstantsOfCursorsAreInUTC(t *testing.T) {
	t.Parallel()
	got, err := httpx.DecodeCursor[struct {
		At   time.Time
		More struct{ At *time.Time }
	}](base64.RawURLEncoding.EncodeToString([]byte(`{"At":"2026-03-09T12:00:00-23:59","More":{"At":"2026-03-09T12:00:00+23:59"}}`)))
	if err != nil || got.At != time.Date(2026, 3, 10, 11, 59, 0, 0, time.UTC) || *got.More.At != time.Date(2026, 3, 8, 12, 1, 0, 0, time.UTC) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestForeignCursors(t *testing.T) {
	t.Parallel()
	raw := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for name, cursor := range map[string]string{
		"not base64": "!!", "not json": raw("u1"), "another list's": raw(`{"seq":7}`), "a type": raw(`{"id":7}`),
		"an array": raw(`[1]`), "long": raw(`{"id":"` + strings.Repeat("x", 2000) + `"}`), "nul": raw(`{"id":"\u0000"}`), "not text": raw("{\"id\":\"\xff\"}"), "a name twice": raw(`{"id":"a","ID":"b"}`),
		"padded": httpx.EncodeCursor(place{}) + "=", "two": raw(`{"id":"a"}{"id":"b"}`),
		"beyond all years": raw(`{"at":"9999-12-31T23:59:59-23:59"}`),
	} {
		got, err := httpx.DecodeCursor[place](cursor)
		p, ok := errors.AsType[*httpx.ProblemDetails](err)
		if !ok || p.Status != http.StatusBadRequest || p.Code != "cursor_invalid" || got != (place{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzDecodeCursor(f *testing.F) {
	f.Add(httpx.EncodeCursor(place{time.Unix(1, 0).UTC(), "u1"}))
	f.Add("")
	f.Add("e30")
	f.Fuzz(func(t *testing.T, cursor string) {
		got, err := httpx.DecodeCursor[place](cursor)
		if err != nil {
			if got != (place{}) {
				t.Errorf("a refused cursor gave %+v", got)
			}
			return
		}
		if strings.ContainsRune(got.ID, 0) {
			t.Errorf("NUL from %q", cursor)
		}
		if _, err := got.At.MarshalJSON(); err != nil {
			return // an instant that JSON reads but does not write
		}
		if again, err := httpx.DecodeCursor[place](httpx.EncodeCursor(got)); err != nil && len(cursor) < 100 || err == nil && again.ID != got.ID {
			t.Errorf("%q does not survive a round trip: %+v, %v", cursor, again, err)
		}
	})
}

func TestCutLeavesAPageAndItsCursor(t *testing.T) {
	t.Parallel()
	mark := func(n int) place { return place{ID: fmt.Sprint(n)} }
	for _, tc := range []struct {
		rows, limit, want int
		more              bool
	}{{0, 3, 0, false}, {3, 3, 3, false}, {4, 3, 3, true}} {
		rows, next := httpx.Cut(make([]int, tc.rows), tc.limit, mark)
		if len(rows) != tc.want || (next != "") != tc.more {
			t.Errorf("%d rows, limit %d: %d and %q", tc.rows, tc.limit, len(rows), next)
		}
	}
	_, next := httpx.Cut([]int{1, 2, 3}, 2, mark)
	if p, err := httpx.DecodeCursor[place](next); err != nil || p.ID != "2" {
		t.Errorf("the next page begins after %+v, %v", p, err)
	}
}
