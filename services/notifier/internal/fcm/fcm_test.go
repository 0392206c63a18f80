package fcm_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/notifier/internal/fcm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func fake(t *testing.T, o fcmtest.Options) *fcmtest.Server {
	t.Helper()
	s, err := fcmtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, s *fcmtest.Server, timeout time.Duration) *fcm.Client {
	t.Helper()
	credentials, ca, err := s.Files(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c, err := fcm.New(t.Context(), fcm.Config{Credentials: credentials, Endpoint: s.URL(), CA: ca, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func push(token string) fcm.Push {
	return fcm.Push{Token: token, Notification: "n1", Kind: "panic", Ref: "alert/a1", Title: "T", Body: "B", Urgent: true, TTL: time.Minute}
}

// Whatever FCM answers, one request was made, and what kind of failure it is is known.
func TestEachAnswerIsOneRequest(t *testing.T) {
	t.Parallel()
	in := time.Now().Add(90 * time.Second)
	busy := fcmtest.Unavailable
	busy.RetryAfter = "7"
	long := fcmtest.Quota(1_000_000)
	for name, c := range map[string]struct {
		answer     fcmtest.Answer
		kind       fcm.Kind
		code       string
		least, top time.Duration
	}{
		"invalid":       {fcmtest.Invalid, fcm.Permanent, fcm.CodeInvalid, 0, 0},
		"mismatch":      {fcmtest.Mismatch, fcm.Permanent, fcm.CodeMismatch, 0, 0},
		"unregistered":  {fcmtest.Unregistered, fcm.Permanent, fcm.CodeUnregistered, 0, 0},
		"no permission": {fcmtest.Answer{Status: 403, Code: "PERMISSION_DENIED"}, fcm.Unavailable, fcm.CodeRefused, 0, 0},
		"third party":   {fcmtest.Answer{Status: 401, Code: "THIRD_PARTY_AUTH_ERROR"}, fcm.Later, fcm.CodeThirdParty, 0, 0},
		"signed out":    {fcmtest.Answer{Status: 401, Code: "UNAUTHENTICATED"}, fcm.Unavailable, fcm.CodeRefused, 0, 0},
		"quota":         {fcmtest.Quota(12), fcm.Later, fcm.CodeQuota, 12 * time.Second, 12 * time.Second},
		"quota, date":   {fcmtest.QuotaUntil(in), fcm.Later, fcm.CodeQuota, 30 * time.Second, 90 * time.Second},
		"quota, long":   {long, fcm.Later, fcm.CodeQuota, time.Hour, time.Hour},
		"internal":      {fcmtest.Internal, fcm.Later, fcm.CodeInternal, 0, 0},
		"unavailable":   {busy, fcm.Unavailable, fcm.CodeUnavailable, 7 * time.Second, 7 * time.Second},
		"reset":         {fcmtest.Reset, fcm.Unavailable, fcm.CodeNetwork, 0, 0},
		"cut":           {fcmtest.Cut, fcm.Unavailable, fcm.CodeNetwork, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fake(t, fcmtest.Options{Script: func(fcmtest.Message) fcmtest.Answer { return c.answer }})
			id, failure := client(t, s, time.Minute).Send(t.Context(), push("t1"))
			if id != "" || failure == nil || failure.Kind != c.kind || failure.Code != c.code {
				t.Fatalf("%q, %+v", id, failure)
			}
			if failure.RetryAfter < c.least || failure.RetryAfter > c.top {
				t.Errorf("try again after %v", failure.RetryAfter)
			}
			if drops := c.code == fcm.CodeUnregistered || c.code == fcm.CodeMismatch; failure.DropsToken() != drops {
				t.Errorf("the token is dropped: %t", failure.DropsToken())
			}
			if n := s.Total(); n != 1 {
				t.Errorf("%d requests for one push", n)
			}
		})
	}
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	s := fake(t, fcmtest.Options{})
	c := client(t, s, time.Minute)
	id, failure := c.Send(t.Context(), push("t1"))
	if failure != nil || !strings.HasPrefix(id, "projects/"+fcmtest.Project+"/messages/") {
		t.Fatalf("%q, %v", id, failure)
	}
	bulk := push("t2")
	bulk.Urgent, bulk.TTL = false, -time.Second
	if _, failure := c.Send(t.Context(), bulk); failure != nil {
		t.Fatal(failure)
	}
	got := s.Received()
	if len(got) != 2 || !got[0].Urgent() || got[1].Urgent() || got[0].Android.TTL != "60s" || got[1].Android.TTL != "0s" {
		t.Errorf("received %+v", got)
	}
	m := got[0]
	if m.Token != "t1" || m.Notification != (fcmtest.Notification{Title: "T", Body: "B"}) || m.Data["notification_id"] != "n1" || m.Data["kind"] != "panic" || m.Data["ref"] != "alert/a1" {
		t.Errorf("received %+v", m)
	}
}

func TestABurstSharesConnectionsAndTheAccessToken(t *testing.T) {
	t.Parallel()
	s := fake(t, fcmtest.Options{Latency: 20 * time.Millisecond})
	c := client(t, s, time.Minute)
	var all sync.WaitGroup
	for range 150 {
		all.Go(func() {
			if _, failure := c.Send(t.Context(), push("t")); failure != nil {
				t.Error(failure)
			}
		})
	}
	all.Wait()
	if s.Connections() > 4 || s.Tokens() != 1 {
		t.Errorf("%d connections and %d access tokens for 150 pushes at once", s.Connections(), s.Tokens())
	}
}

// FCM ends its connections now and then. What it had not taken goes over another, and nothing is sent twice.
func TestConnectionsThatFCMEnds(t *testing.T) {
	t.Parallel()
	const n = 600
	s := fake(t, fcmtest.Options{Latency: 5 * time.Millisecond, Script: func(m fcmtest.Message) fcmtest.Answer {
		if strings.HasSuffix(m.Token, "0") {
			return fcmtest.GoAway
		}
		return fcmtest.OK
	}})
	c := client(t, s, time.Minute)
	var all sync.WaitGroup
	numbers := make(chan int)
	for range 64 {
		all.Go(func() {
			for i := range numbers {
				if _, failure := c.Send(t.Context(), push(fmt.Sprint("t", i))); failure != nil {
					t.Error(failure)
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	all.Wait()
	if s.Total() != n || s.Connections() < 5 {
		t.Errorf("%d requests for %d pushes on %d connections", s.Total(), n, s.Connections())
	}
}

// An access token that FCM refuses is replaced. Credentials of others that FCM refuses are no reason to replace ours.
func TestARefusedAccessTokenIsReplaced(t *testing.T) {
	t.Parallel()
	for code, tokens := range map[string]int{"UNAUTHENTICATED": 3, "THIRD_PARTY_AUTH_ERROR": 1} {
		s := fake(t, fcmtest.Options{Script: func(fcmtest.Message) fcmtest.Answer { return fcmtest.Answer{Status: 401, Code: code} }})
		c := client(t, s, time.Minute)
		for range 3 {
			if _, failure := c.Send(t.Context(), push("t")); failure == nil {
				t.Error("sent")
			}
		}
		if s.Tokens() != tokens {
			t.Errorf("%s: %d access tokens for 3 pushes", code, s.Tokens())
		}
	}
}

// A fake that never answers costs its time limit, and one that is not there costs nothing. Afterwards, everything works again.
func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	s := fake(t, fcmtest.Options{Script: func(m fcmtest.Message) fcmtest.Answer {
		switch m.Token {
		case "slow":
			return fcmtest.Hang
		case "stalls":
			return fcmtest.Stall
		}
		return fcmtest.OK
	}})
	c := client(t, s, time.Second)
	for _, token := range []string{"slow", "stalls"} {
		if _, failure := c.Send(t.Context(), push(token)); failure == nil || failure.Kind != fcm.Unavailable || failure.Code != fcm.CodeNetwork {
			t.Errorf("%s: %v", token, failure)
		}
	}
	s.Stop()
	if _, failure := c.Send(t.Context(), push("t")); failure == nil || failure.Kind != fcm.Unavailable || failure.Code != fcm.CodeNetwork {
		t.Errorf("away: %v", failure)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	patient := client(t, s, time.Minute)
	if _, failure := patient.Send(t.Context(), push("t")); failure != nil {
		t.Errorf("back: %v", failure)
	}
}

func TestFaultsOfTheCredentialsAreNamedAtTheStart(t *testing.T) {
	t.Parallel()
	s := fake(t, fcmtest.Options{})
	good, ca, err := s.Files(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	write := func(content string) string {
		name := filepath.Join(t.TempDir(), "key.json")
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, c := range []struct {
		config fcm.Config
		want   string
	}{
		{fcm.Config{Credentials: filepath.Join(t.TempDir(), "none.json")}, "no such file"},
		{fcm.Config{Credentials: write("")}, "no JSON"},
		{fcm.Config{Credentials: write("-----BEGIN secret-----")}, "no JSON"},
		{fcm.Config{Credentials: write(`[]`)}, "no JSON"},
		{fcm.Config{Credentials: write(`{"type":"authorized_user"}`)}, "not service_account"},
		{fcm.Config{Credentials: write(strings.Replace(string(text), "project_id", "project", 1))}, "no project_id"},
		{fcm.Config{Credentials: write(strings.Replace(string(text), "BEGIN PRIVATE", "BEGIN SOME", 1))}, "not in PEM"},
		{fcm.Config{Credentials: write(strings.Replace(string(text), `KEY-----\n`, `KEY-----\nAAAA`, 1))}, "private_key"},
		{fcm.Config{Credentials: good, CA: write("nothing")}, "no certificate"},
		{fcm.Config{Credentials: good, CA: filepath.Join(t.TempDir(), "none.pem")}, "no such file"},
	} {
		_, err := fcm.New(t.Context(), c.config)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "TERRENO_FCM_") {
			t.Errorf("want %q, got %v", c.want, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error quotes the file: %v", err)
		}
	}
	if _, err := fcm.New(t.Context(), fcm.Config{Credentials: good, CA: ca}); err != nil {
		t.Error(err)
	}
}
