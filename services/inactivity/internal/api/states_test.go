package api

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/terreno/terreno/services/inactivity/internal/cause"
)

// Any bytes are kept as something that may be stored, or rejected with a reason.
func FuzzReadState(f *testing.F) {
	for _, seed := range []string{
		`{"occurred_at": "2026-03-09T16:50:00Z", "kind": "battery", "level": 0.4, "charging": true}`, `{"occurred_at": "2026-03-09T16:50:00Z", "kind": "app", "value": "closed"}`,
		`{"occurred_at": "2026-03-09T16:50:00Z", "kind": "versions", "app": "1\u0000", "os": "é"}`, `null`, `5`, `{"occurred_at": "0000-01-01T00:00:00Z"}`, `{"occurred_at": "2026-03-09T16:50:00Z", "kind": "battery", "level": 1e400}`,
	} {
		f.Add([]byte(seed))
	}
	now := time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, raw []byte) {
		state, code, detail := readState(json.RawMessage(raw), now)
		if code != "" {
			if detail == "" {
				t.Errorf("%s: %s without a reason", raw, code)
			}
			return
		}
		if _, known := cause.Values(state.Kind); !known || state.At.After(now.Add(maxAhead)) || state.At.Before(now.Add(-maxAge-time.Millisecond)) || utf8.RuneCountInString(state.App) > 100 ||
			state.Level != nil && !(*state.Level >= 0 && *state.Level <= 1) {
			t.Errorf("%s is kept as %+v", raw, state)
		}
	})
}
