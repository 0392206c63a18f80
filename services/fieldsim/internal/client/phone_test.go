package client_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/ledger"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

const loginAnswer = `{"access_token":"t","refresh_token":"r","expires_in":900}`

// script answers each upload with its next step and repeats the last step. It records when each upload came.
type script struct {
	steps []func(http.ResponseWriter, *http.Request)

	mu sync.Mutex
	at []time.Time
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/positions" {
		_, _ = io.WriteString(w, loginAnswer)
		return
	}
	s.mu.Lock()
	s.at = append(s.at, time.Now())
	step := s.steps[min(len(s.at), len(s.steps))-1]
	s.mu.Unlock()
	step(w, r)
}

// gaps returns the times between the requests.
func (s *script) gaps() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []time.Duration
	for i := 1; i < len(s.at); i++ {
		out = append(out, s.at[i].Sub(s.at[i-1]))
	}
	return out
}

func reply(status int, body string, header ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// silent never answers. It returns when the phone closes the connection.
func silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // net/http notices a closed connection only after the body is read.
	<-r.Context().Done()
}

func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestTheUploadFollowsTheContract(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got, auth, kind string
		s := &script{steps: []func(http.ResponseWriter, *http.Request){func(w http.ResponseWriter, r *http.Request) {
			auth, kind = r.Header.Get("Authorization"), r.Header.Get("Content-Type")+" "+r.Header.Get("Content-Encoding")
			zipped, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			text, err := io.ReadAll(zipped)
			if err != nil {
				t.Error(err)
			}
			got = string(text)
			reply(202, `{"accepted":1,"rejected":[{"index":0,"code":"position_in_future","detail":"x"}]}`)(w, r)
		}}}
		w := setup(servertest.Listen(t, s))
		if err := w.client.Phone("campo01", "sim-8907").Send(t.Context(), fixes(2)); err != nil {
			t.Fatal(err)
		}
		want := `{"device_id":"sim-8907","positions":[` +
			`{"recorded_at":"2026-03-02T06:00:00Z","lat":0,"lon":-97,"speed_mps":3.5},` +
			`{"recorded_at":"2026-03-02T06:01:00Z","lat":1,"lon":-97,"speed_mps":3.5}]}`
		if strings.TrimSpace(got) != want || auth != "Bearer t" || kind != "application/json gzip" {
			t.Errorf("posted %s with %q, %q", got, auth, kind)
		}
		r := w.ledger.Report()
		entry := ledger.Entry{Login: "campo01", Device: "sim-8907", RecordedAtMS: morning.Add(time.Minute).UnixMilli(), Lat: 1, Lon: -97}
		if entries := slices.Collect(r.Ledger()); len(entries) != 1 || entries[0] != entry {
			t.Errorf("ledger %+v, want only the second fix", entries)
		}
		if r.Fixes != 2 || r.Accepted != 1 || !maps.Equal(r.Rejected, map[string]int{"position_in_future": 1}) || r.Logins != 1 {
			t.Errorf("report %+v", r)
		}
	})
}

func TestAnUploadIsKeptUntilItIsAcknowledged(t *testing.T) {
	t.Parallel()
	accepted := reply(202, `{"accepted":2,"rejected":[]}`)
	half := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "29")
		reply(202, `{"accepted":2,`)(w, r)
		panic(http.ErrAbortHandler)
	}
	for name, bad := range map[string]func(http.ResponseWriter, *http.Request){
		"a cut connection":      cut,
		"half a response":       half,
		"no response in time":   silent,
		"a full stream":         reply(503, `{"code":"stream_full"}`),
		"too many requests":     reply(429, ``),
		"an internal error":     reply(500, `{"code":"internal"}`),
		"the page of a proxy":   reply(502, `<html>`),
		"a suspended company":   reply(403, `{"code":"company_suspended"}`),
		"a route not there yet": reply(404, `not found`),
		"a page with 200":       reply(200, `<html>`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []func(http.ResponseWriter, *http.Request){bad, bad, bad, bad, bad, bad, bad, bad, bad, accepted}}
				w := setup(servertest.Listen(t, s))
				if err := w.client.Phone("campo01", "d").Send(t.Context(), fixes(2)); err != nil {
					t.Fatal(err)
				}
				r := w.ledger.Report()
				if r.Uploads != 1 || r.Requests != 10 || r.Retries != 9 || r.Accepted != 2 || len(r.Refused) != 0 {
					t.Errorf("report %+v", r)
				}
				for i, gap := range s.gaps() {
					ceiling := min(30*time.Second, 500*time.Millisecond<<i)
					if name == "no response in time" {
						ceiling += 30 * time.Second
					}
					if gap > ceiling {
						t.Errorf("waited %v before attempt %d, want at most %v", gap, i+2, ceiling)
					}
				}
			})
		})
	}
}

func TestAnUploadThatTheServerNeverAcceptsIsGivenUpAndCounted(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		code   string
	}{
		"invalid":                  {reply(422, `{"code":"body_invalid"}`), "body_invalid"},
		"too large":                {reply(413, `{"code":"body_too_large"}`), "body_too_large"},
		"not JSON":                 {reply(400, ``), "http_400"},
		"not gzip":                 {reply(415, `{}`), "http_415"},
		"a sum that is too small":  {reply(202, `{"accepted":1,"rejected":[]}`), "answer_contradicts_upload"},
		"an index that is too big": {reply(202, `{"accepted":1,"rejected":[{"index":2,"code":"x"}]}`), "answer_contradicts_upload"},
		"a negative index":         {reply(202, `{"accepted":1,"rejected":[{"index":-1,"code":"x"}]}`), "answer_contradicts_upload"},
		"the same index twice":     {reply(202, `{"accepted":0,"rejected":[{"index":1,"code":"x"},{"index":1,"code":"x"}]}`), "answer_contradicts_upload"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []func(http.ResponseWriter, *http.Request){tc.answer}}
				w := setup(servertest.Listen(t, s))
				if err := w.client.Phone("campo01", "d").Send(t.Context(), fixes(2)); err != nil {
					t.Fatal(err)
				}
				r := w.ledger.Report()
				if !maps.Equal(r.Refused, map[string]int{tc.code: 1}) || r.Uploads != 0 || r.Requests != 1 || len(slices.Collect(r.Ledger())) != 0 {
					t.Errorf("report %+v, want one upload refused with code %s", r, tc.code)
				}
			})
		})
	}
}

func TestAPhoneNeverWaitsLessThanRetryAfter(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		value func() string
		atMin time.Duration
		atMax time.Duration
	}{
		{func() string { return "20" }, 20 * time.Second, 21 * time.Second},
		// An HTTP date has whole seconds.
		{func() string { return time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat) }, 89 * time.Second, 91 * time.Second},
		{func() string { return time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat) }, 0, time.Second},
		{func() string { return "86400" }, 15 * time.Minute, 15*time.Minute + time.Second},
		{func() string { return "18446744073709551615" }, 15 * time.Minute, 15*time.Minute + time.Second},
		{func() string { return "99999999999999999999999" }, 0, time.Second},
		{func() string { return "-5" }, 0, time.Second},
		{func() string { return "soon" }, 0, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{steps: []func(http.ResponseWriter, *http.Request){
				func(w http.ResponseWriter, r *http.Request) { reply(503, `{}`, "Retry-After", tc.value())(w, r) },
				reply(202, `{"accepted":1,"rejected":[]}`),
			}}
			w := setup(servertest.Listen(t, s))
			if err := w.client.Phone("campo01", "d").Send(t.Context(), fixes(1)); err != nil {
				t.Fatal(err)
			}
			if gap := s.gaps()[0]; gap < tc.atMin || gap > tc.atMax {
				t.Errorf("Retry-After %q: the next attempt came after %v, want %v to %v", tc.value(), gap, tc.atMin, tc.atMax)
			}
		})
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"between attempts":  reply(503, `{}`, "Retry-After", "600"),
		"during an attempt": silent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				w := setup(servertest.Listen(t, &script{steps: []func(http.ResponseWriter, *http.Request){answer}}))
				began := time.Now()
				err := w.client.Phone("campo01", "d").Send(ctx, fixes(1))
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
					t.Errorf("%v after %v", err, time.Since(began))
				}
				if r := w.ledger.Report(); r.Uploads != 0 || len(r.Refused) != 0 {
					t.Errorf("report %+v, want the upload neither acknowledged nor refused", r)
				}
			})
		})
	}
}

func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := 0, 0
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			<-time.After(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			if r.URL.Path == "/v1/auth/login" {
				_, _ = io.WriteString(w, loginAnswer)
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"accepted": 1, "rejected": []int{}})
		})
		w := setup(servertest.Listen(t, h), func(o *client.Options) { o.Parallel = 3 })
		var phones sync.WaitGroup
		for i := range 20 {
			phones.Go(func() {
				if err := w.client.Phone(fmt.Sprintf("campo%02d", i), "d").Send(t.Context(), fixes(1)); err != nil {
					t.Error(err)
				}
			})
		}
		phones.Wait()
		if most != 3 {
			t.Errorf("%d requests at the same time, want 3", most)
		}
	})
}
