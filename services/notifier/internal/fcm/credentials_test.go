package fcm_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/notifier/internal/fcm"
)

// A key that was replaced while the process runs is read when the old one is refused. A file that is broken meanwhile does no harm.
func TestAKeyIsReplacedWithoutARestart(t *testing.T) {
	t.Parallel()
	var refuse atomic.Bool
	s := fake(t, fcmtest.Options{Script: func(fcmtest.Message) fcmtest.Answer {
		if refuse.Load() {
			return fcmtest.Answer{Status: http.StatusUnauthorized, Code: "UNAUTHENTICATED"}
		}
		return fcmtest.OK
	}})
	folder := t.TempDir()
	credentials, ca, err := s.Files(folder)
	if err != nil {
		t.Fatal(err)
	}
	c, err := fcm.New(t.Context(), fcm.Config{Credentials: credentials, Endpoint: s.URL(), CA: ca, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	send := func(want string) {
		t.Helper()
		_, failure := c.Send(t.Context(), push("t"))
		switch {
		case want == "" && failure != nil:
			t.Error(failure)
		case want != "" && (failure == nil || failure.Kind != fcm.Unavailable || failure.Code != want):
			t.Errorf("want %s, got %v", want, failure)
		}
	}
	lose := func() {
		t.Helper()
		refuse.Store(true)
		send(fcm.CodeRefused)
		refuse.Store(false)
	}
	send("")
	if err := os.WriteFile(credentials, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	lose()
	send("") // with the old key
	if err := s.Rotate(); err != nil {
		t.Fatal(err)
	}
	lose()
	send(fcm.CodeRefused)
	if _, _, err := s.Files(folder); err != nil {
		t.Fatal(err)
	}
	send("")
}

// clientAt is a client that gets its access tokens elsewhere.
func clientAt(t *testing.T, s *fcmtest.Server, timeout time.Duration, endpoint http.HandlerFunc) *fcm.Client {
	t.Helper()
	at := httptest.NewServer(endpoint)
	t.Cleanup(at.Close)
	folder := t.TempDir()
	credentials, ca, err := s.Files(folder)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(credentials)
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]string
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	file["token_uri"] = at.URL
	if text, err = json.Marshal(file); err != nil {
		t.Fatal(err)
	}
	credentials = filepath.Join(folder, "other.json")
	if err := os.WriteFile(credentials, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := fcm.New(t.Context(), fcm.Config{Credentials: credentials, Endpoint: s.URL(), CA: ca, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// While the last access token is good, nobody waits for the next one.
func TestNobodyWaitsForASlowTokenEndpoint(t *testing.T) {
	t.Parallel()
	s := fake(t, fcmtest.Options{})
	release := make(chan struct{})
	var asked atomic.Int64
	c := clientAt(t, s, time.Minute, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) > 1 {
			<-release
		}
		_, _ = w.Write([]byte(`{"access_token":"fake-access-token","token_type":"Bearer","expires_in":200}`))
	})
	for range 20 {
		if _, failure := c.Send(t.Context(), push("t")); failure != nil {
			t.Error(failure)
		}
	}
	close(release)
	if n := asked.Load(); n > 2 {
		t.Errorf("%d requests at once", n)
	}
}

// Whatever a token endpoint answers, no push is at fault, and the error holds little of the answer.
func TestTheTokenEndpointGivesNoToken(t *testing.T) {
	t.Parallel()
	s := fake(t, fcmtest.Options{})
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		code   string
	}{
		"unauthorized": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_ = r.ParseForm()
			_, _ = w.Write([]byte(r.PostForm.Encode() + strings.Repeat("long", 100_000)))
		}, fcm.CodeRefused},
		"down":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, fcm.CodeNetwork},
		"no JSON": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, fcm.CodeNetwork},
		"empty":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }, fcm.CodeNetwork},
		"hangs": {func(_ http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm() // Only then the server notices that the client leaves.
			<-r.Context().Done()
		}, fcm.CodeNetwork},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, fcm.CodeNetwork},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			timeout := time.Minute
			if name == "hangs" {
				timeout = time.Second
			}
			cl := clientAt(t, s, timeout, c.answer)
			_, failure := cl.Send(t.Context(), push("t"))
			if failure == nil || failure.Kind != fcm.Unavailable || failure.Code != c.code {
				t.Fatalf("%v", failure)
			}
			if text := failure.Error(); len(text) > 500 || strings.Contains(text, "assertion") || strings.Contains(text, "eyJ") {
				t.Errorf("the error quotes the answer: %.600s", text)
			}
		})
	}
}

// What FCM says may be logged. A device's token is not, whatever an answer quotes.
func TestAnErrorHoldsNoToken(t *testing.T) {
	t.Parallel()
	s := fake(t, fcmtest.Options{Script: func(m fcmtest.Message) fcmtest.Answer {
		return fcmtest.Answer{Status: http.StatusForbidden, Code: "PERMISSION_DENIED", Message: "no: " + m.Token + strings.Repeat(" long", 1000)}
	}})
	_, failure := client(t, s, time.Minute).Send(t.Context(), push("secret-token"))
	if failure == nil || strings.Contains(failure.Error(), "secret-token") || !strings.Contains(failure.Error(), "(the token)") || len(failure.Error()) > 500 {
		t.Errorf("%v", failure)
	}
}
