package api

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/clientjson"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

func ptr[T any](v T) *T { return &v }

// random returns an alert with random values in all fields.
func random(r *rand.Rand) alert.Alert {
	at := func() time.Time {
		ms := r.Int64N(4e12)
		if r.IntN(3) == 0 {
			ms -= ms % 1000
		}
		return time.UnixMilli(ms).UTC()
	}
	text := func() string { return []string{"", "voy", `"<&>` + "ñ\u2028\n\t\x7f"}[r.IntN(3)] }
	a := alert.Alert{ID: "a1", Facts: alert.Facts{
		Type: "outside_zone", User: "ana", Late: r.IntN(2) == 0, StartedAt: at(), RaisedAt: at(),
		Zones: []string{"a", "b-1"}[:r.IntN(3)],
	}, Handling: alert.Handling{Status: wire.StatusNew}}
	if r.IntN(4) > 0 {
		a.Lat, a.Lon = ptr(r.NormFloat64()*30), ptr(r.NormFloat64()*1e-9)
		if r.IntN(2) == 0 {
			a.AccuracyM = ptr(float32(r.NormFloat64() * 100))
		}
	}
	if r.IntN(2) == 0 {
		a.DistanceM = ptr(r.NormFloat64() * 1e8)
	}
	if r.IntN(5) == 0 {
		a.Lat, a.Lon, a.DistanceM = ptr(0.0), ptr(0.0), ptr(float64(r.IntN(3)-1)*1e21)
	}
	if r.IntN(2) == 0 {
		a.EndedAt, a.EndReason = ptr(at()), "returned"
	}
	for _, what := range []string{alert.WhatAcknowledged, alert.WhatResolved} {
		if r.IntN(2) == 0 {
			a.Handling, _ = a.Act(alert.Action{What: what, By: "eva", At: at(), Note: text()})
		}
	}
	return a
}

// Two pieces of code write an alert: one for sockets and one for answers. Their output must not differ.
func TestAnAlertReadsAsOnTheSocket(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 6))
	for range 2000 {
		a := random(r)
		socket, err := clientjson.Marshal(a.Proto())
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSuffix(strings.ReplaceAll(string(socket), "\u2028", `\u2028`), "}") + `,"user_name":"Ana"}`
		view := viewOf(store.Seen{Alert: a, UserName: "Ana"})
		var got strings.Builder
		enc := json.NewEncoder(&got)
		enc.SetEscapeHTML(false) // as huma writes
		if err := enc.Encode(view); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(got.String(), "\n"); got != want {
			t.Fatalf("answer %s\nsocket %s", got, socket)
		}
		// A replayed answer is first read from JSON.
		var again Alert
		if err := json.Unmarshal([]byte(got.String()), &again); err != nil || !reflect.DeepEqual(again, view) {
			t.Fatalf("%s\nreads back as %+v, %v", got.String(), again, err)
		}
	}
}
