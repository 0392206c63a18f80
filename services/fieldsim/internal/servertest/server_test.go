package servertest_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func post(t *testing.T, c *http.Client, path, token string, body []byte) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://terreno.test"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Encoding", "gzip")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := c.Do(req)
	if err != nil {
		return 0, "cut"
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, "half"
	}
	return resp.StatusCode, string(all)
}

func login(t *testing.T, c *http.Client) (token string) {
	t.Helper()
	var out struct {
		Token string `json:"access_token"`
	}
	_, text := post(t, c, "/v1/auth/login", "", []byte(`{"login":"campo01","password":"secret"}`))
	if err := json.Unmarshal([]byte(text), &out); err != nil || out.Token == "" {
		t.Fatalf("login answered %q: %v", text, err)
	}
	return out.Token
}

func zipped(t *testing.T, minute int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := fmt.Fprintf(w, `{"device_id":"d","positions":[{"recorded_at":"2026-03-02T06:%02d:00Z","lat":1,"lon":2}]}`, minute); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// This keeps the promise that a failing seed fails again, whatever the order of the requests.
func TestTheFaultsDependOnTheSeedAndNotOnTheOrder(t *testing.T) {
	t.Parallel()
	outcomes := func(t *testing.T, seed uint64, order []int) map[string]int {
		server := servertest.New(servertest.Options{
			Seed: seed, Refuse: 0.15, Cut: 0.15, LoseAnswer: 0.15, HalfAnswer: 0.15, Slow: 0.15, SlowFor: time.Minute, Password: "secret",
		})
		c := servertest.Listen(t, server)
		token := login(t, c)
		all := map[string]int{}
		for _, minute := range order {
			for range 2 {
				status, text := post(t, c, "/v1/positions", token, zipped(t, minute))
				all[fmt.Sprint(minute, " ", status, " ", strings.Contains(text, "accepted"), " ", text == "half")]++
			}
		}
		stored, answered := 0, 0
		for _, u := range server.Uploads() {
			stored += u.Stored
			answered += u.Answered
		}
		if stored <= answered || answered == 0 || stored >= 2*len(order) {
			t.Errorf("%d stored, %d answered of %d: the faults did not happen", stored, answered, 2*len(order))
		}
		return all
	}
	synctest.Test(t, func(t *testing.T) {
		var order []int
		for minute := range 60 {
			order = append(order, minute)
		}
		first := outcomes(t, 4, order)
		slices.Reverse(order)
		if again := outcomes(t, 4, order); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("the same seed gave %v, then %v", first, again)
		}
		if other := outcomes(t, 5, order); fmt.Sprint(other) == fmt.Sprint(first) {
			t.Error("another seed gave the same faults")
		}
	})
}

func TestTokensExpireAndRotate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := servertest.New(servertest.Options{Password: "secret", TokenLife: time.Minute})
		c := servertest.Listen(t, server)
		token := login(t, c)
		if status, _ := post(t, c, "/v1/positions", token, zipped(t, 1)); status != http.StatusAccepted {
			t.Errorf("a fresh token: %d", status)
		}
		<-time.After(time.Minute)
		if status, _ := post(t, c, "/v1/positions", token, zipped(t, 2)); status != http.StatusUnauthorized {
			t.Errorf("an expired token: %d", status)
		}
		for i, want := range []int{http.StatusOK, http.StatusUnauthorized} { // The second use revokes the family.
			if status, _ := post(t, c, "/v1/auth/refresh", "", []byte(`{"refresh_token":"refresh-1"}`)); status != want {
				t.Errorf("use %d of a refresh token: %d, want %d", i+1, status, want)
			}
		}
		if status, _ := post(t, c, "/v1/auth/refresh", "", []byte(`{"refresh_token":"refresh-2"}`)); status != http.StatusUnauthorized {
			t.Errorf("the newest token of a revoked family: %d", status)
		}
		if n := server.Notes(); n.Reused != 1 || n.Refreshes != 1 || n.Logins != 1 {
			t.Errorf("notes %+v", n)
		}
		server.Down(true)
		if status, text := post(t, c, "/v1/auth/login", "", nil); text != "cut" {
			t.Errorf("a server that is down answered %d", status)
		}
	})
}
