package httpx_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
)

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	worker := token(w.issuer.Token(t, ana()))
	admin := token(w.issuer.Token(t, auth.Claims{Subject: "eva", Company: "acme", Role: "admin"}))
	platform := token(w.issuer.Token(t, auth.Claims{Subject: "root", Role: "platform_admin"}))
	for _, c := range []struct {
		path   string
		as     edit
		status int
		code   string
	}{
		{"/v1/open", header("X", "y"), 204, ""},
		{"/v1/who/1", worker, 200, ""},
		{"/v1/who/1", admin, 200, ""},
		{"/v1/who/1", platform, 403, "forbidden"},
		{"/v1/who/1", header("X", "y"), 401, "token_missing"},
		{"/v1/who/1", header("Authorization", "Basic eDp5"), 401, "token_missing"},
		{"/v1/who/1?token=" + w.issuer.Token(t, ana()), header("X", "y"), 401, "token_missing"},
		{"/v1/admins", worker, 403, "forbidden"},
		{"/v1/admins", admin, 204, ""},
		{"/v1/platform", admin, 403, "forbidden"},
		{"/v1/platform", platform, 204, ""},
	} {
		a := w.call(t, "GET", c.path, nil, c.as)
		a.want(t, c.status, c.code)
		challenge := a.Header.Get("WWW-Authenticate")
		if (c.status == 401) != strings.HasPrefix(challenge, "Bearer ") {
			t.Errorf("%s: %d with challenge %q", c.path, c.status, challenge)
		}
		if c.status == 200 && !strings.Contains(a.Text, `"acme/`) {
			t.Errorf("%s: claims did not reach the handler: %s", c.path, a.Text)
		}
	}
}

func TestBadTokensAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, bad := range w.issuer.Bad(t, ana()) {
		a := w.call(t, "GET", "/v1/who/1", nil, token(bad))
		if a.Status != 401 || !strings.HasPrefix(a.problem.Code, "token_") {
			t.Errorf("%s: %d %s", name, a.Status, a.Text)
		}
		if challenge := a.Header.Get("WWW-Authenticate"); !strings.Contains(challenge, a.problem.Code) {
			t.Errorf("%s: challenge %q does not say %s", name, challenge, a.problem.Code)
		}
	}
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{auth.ErrRevoked, 401, "token_revoked"},
		{auth.ErrSuspended, 403, "company_suspended"},
		{auth.ErrUnavailable, 503, "unavailable"},
	} {
		w.revoked = c.err
		a := w.call(t, "GET", "/v1/who/1", nil, token(w.issuer.Token(t, ana())))
		a.want(t, c.status, c.code)
		if c.status == 503 && a.Header.Get("Retry-After") == "" {
			t.Error("503 without Retry-After")
		}
	}
}

func TestAnOperationMustSayWhoMayCall(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an operation without Security was registered")
		}
	}()
	api := httpx.NewAPI("probe", httpx.Options{})
	huma.Register(api.Huma, op("open", "GET", "/v1/open", nil), nothing)
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(t, "GET", "/v1/nothing", nil).want(t, 404, "not_found")
	w.call(t, "GET", "/", nil).want(t, 404, "not_found")
	w.call(t, "GET", "/docs", nil).want(t, 404, "not_found")
	a := w.call(t, "DELETE", "/v1/echo", nil)
	a.want(t, 405, "method_not_allowed")
	if a.Header.Get("Allow") != "POST" {
		t.Errorf("Allow = %q", a.Header.Get("Allow"))
	}
	w.call(t, "BREW", "/v1/who/1", nil).want(t, 405, "method_not_allowed")
	if a := w.call(t, "GET", "/v1/who/%00", nil, token(w.issuer.Token(t, ana()))); a.problem.Code != "address_invalid" {
		t.Errorf("NUL in the path: %d %s", a.Status, a.Text)
	}
	for query, want := range map[string]string{
		"x=%ff": "query.x", "y=1&x=%00": "query.x", "%ff=1": "query", "%zz=1": "query", "x=%zz": "query.x", "x=%00;": "query.x", "y=%zz&x=%00": "query.y",
	} {
		a := w.call(t, "GET", "/v1/open?"+query, nil)
		a.want(t, 400, "address_invalid")
		if len(a.problem.Errors) != 1 || a.problem.Errors[0].Location != want {
			t.Errorf("%s: errors %+v, want one at %s", query, a.problem.Errors, want)
		}
	}
	for _, query := range []string{"", "&", "x", "=", "x=&&y=1", "x=a=b", "x=%2B+%C3%B1;"} {
		w.call(t, "GET", "/v1/open?"+query, nil).want(t, 204, "")
	}
}

func TestErrorsOfHandlers(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]struct {
		status int
		code   string
		retry  bool
	}{
		"problem": {409, "visit_closed", false}, "unavailable": {503, "unavailable", true}, "full": {503, "unavailable", true},
		"key-reused": {422, "idempotency_key_reused", false}, "key-odd": {400, "idempotency_key_invalid", false},
		"slow": {503, "unavailable", true}, "database": {503, "unavailable", true}, "deadlock": {503, "unavailable", true}, "huma": {404, "not_found", false}, "huma500": {500, "internal", false},
		"panic": {500, "internal", false}, "unknown": {500, "internal", false},
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.call(t, "GET", "/v1/fail/"+how, nil)
			a.want(t, want.status, want.code)
			if (a.Header.Get("Retry-After") != "") != want.retry {
				t.Errorf("Retry-After = %q", a.Header.Get("Retry-After"))
			}
			if strings.Contains(a.Text, "hunter2") {
				t.Errorf("the client sees the cause: %s", a.Text)
			}
			logged := w.log.String()
			if errors := strings.Count(logged, `"level":"ERROR"`); (want.status == 500) != (errors == 1) {
				t.Errorf("%d error lines: %s", errors, logged)
			}
			if want.status >= 500 && (strings.Count(logged, "hunter2") == 0 && how != "full" && how != "slow" && how != "database" && how != "deadlock" || !strings.Contains(logged, a.problem.RequestID)) {
				t.Errorf("the log does not tell the cause of %s: %s", a.problem.RequestID, logged)
			}
			if how == "problem" && (len(a.problem.Errors) != 1 || a.problem.Errors[0].Location != "path.how") {
				t.Errorf("errors = %+v", a.problem.Errors)
			}
		})
	}
}

func TestValidation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	as := token(w.issuer.Token(t, ana()))
	for body, want := range map[string]struct {
		status   int
		code     string
		location string
	}{
		`{"name":"a"}`:                       {200, "", ""},
		`{"name":"a","color":"red","x":{}}`:  {200, "", ""},
		`{"name":"a\\u0000"}`:                {200, "", ""},
		`{"name":"a\u0000"}`:                 {400, "text_holds_nul", "body.name"},
		`{"name":""}`:                        {422, "validation_failed", "body.name"},
		`{}`:                                 {422, "validation_failed", "body"},
		`{"name":7}`:                         {422, "validation_failed", "body.name"},
		`{"name":"a","lat":91}`:              {422, "validation_failed", "body.lat"},
		`{"name":"a","lat":NaN}`:             {400, "json_invalid", "body"},
		`{"name":"a","count":300}`:           {422, "validation_failed", "body"},
		`{"name":"a","lat":1e999}`:           {400, "json_invalid", "body"},
		`[]`:                                 {422, "validation_failed", "body"},
		`{"name":"hunter2`:                   {400, "json_invalid", "body"},
		strings.Repeat(`[`, echoLimit):       {400, "json_invalid", "body"},
		``:                                   {400, "body_required", ""},
		`{"name":"hunter2","lat":"hunter2"}`: {422, "validation_failed", "body.lat"},
		`{"name":"a"}{"name":"b"}`:           {400, "json_invalid", "body"},
		"{\"name\":\"\xff\xfe\"}":            {400, "text_not_unicode", "body.name"},
		`{"name":"` + strings.Repeat("x", 3001) + `"}`: {422, "validation_failed", "body.name"},
	} {
		a := w.call(t, "POST", "/v1/echo", strings.NewReader(body), as, header("Content-Type", "application/json"))
		a.want(t, want.status, want.code)
		if want.location != "" && (len(a.problem.Errors) == 0 || a.problem.Errors[0].Location != want.location) {
			t.Errorf("%.40s: errors %+v, want one at %s", body, a.problem.Errors, want.location)
		}
		if a.Status >= 400 && strings.Contains(a.Text, "hunter2") || strings.Contains(a.Text, "Go ") || strings.Contains(a.Text, "what  holds") {
			t.Errorf("%.40s: the problem repeats the body, speaks Go or names no place: %s", body, a.Text)
		}
	}
	w.call(t, "POST", "/v1/echo", strings.NewReader(`{"name":"a"}`), as, header("Content-Type", "text/plain")).
		want(t, 415, "media_type_unsupported")
	w.call(t, "GET", "/v1/list?limit=1001", nil).want(t, 422, "validation_failed")
	w.call(t, "GET", "/v1/list?limit=many", nil).want(t, 422, "validation_failed")
	w.call(t, "GET", "/v1/list?cursor=!!", nil).want(t, 400, "cursor_invalid")
	if a := w.call(t, "GET", "/v1/list", nil); !strings.Contains(a.Text, `"100"`) {
		t.Errorf("default limit: %s", a.Text)
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := func(sent string) string {
		return w.call(t, "GET", "/v1/open", nil, header("X-Request-Id", sent)).Header.Get("X-Request-Id")
	}
	if got := id("abc-123"); got != "abc-123" {
		t.Errorf("a token was replaced by %q", got)
	}
	for _, bad := range []string{"", "a b", `x" level="ERROR`, strings.Repeat("x", 65)} {
		if got := id(bad); got == bad || got == "" {
			t.Errorf("id %q became %q", bad, got)
		}
	}
	if first, second := id(""), id(""); first == second {
		t.Error("two requests have one id")
	}
}

func TestNothingSecretIsLoggedOrMeasured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := w.issuer.Token(t, ana())
	w.call(t, "GET", "/v1/who/secret-id?token=secret-query", nil, token(good))
	w.call(t, "GET", "/v1/who/secret-id?token="+good, nil)
	w.call(t, "GET", "/secret-path", nil)
	w.call(t, "SECRET", "/v1/open", nil)
	w.call(t, "POST", "/v1/echo", strings.NewReader(`{"name":"secret-body","lat":"x"}`), token(good))
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var measured strings.Builder
	for _, f := range families {
		measured.WriteString(f.String())
	}
	for what, text := range map[string]string{"log": w.log.String(), "metrics": measured.String()} {
		if strings.Contains(strings.ToLower(strings.ReplaceAll(text, `"method":"SECRET"`, "")), "secret") || strings.Contains(text, good) {
			t.Errorf("the %s holds a secret: %s", what, text)
		}
		if !strings.Contains(text, "/v1/who/{id}") {
			t.Errorf("the %s does not name the route: %s", what, text)
		}
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(t, "GET", "/v1/open", nil)
	w.call(t, "GET", "/v1/open", nil)
	w.call(t, "GET", "/v1/nowhere", nil)
	w.call(t, "BREW", "/v1/open", nil)
	got := map[string]float64{}
	families, _ := w.metrics.Gather()
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var key []string
			for _, l := range m.GetLabel() {
				key = append(key, l.GetValue())
			}
			got[f.GetName()+" "+strings.Join(key, " ")] += m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	for key, want := range map[string]float64{
		"http_requests_total 204 GET /v1/open":        2,
		"http_requests_total 404 GET unmatched":       1,
		"http_requests_total 405 other unmatched":     1,
		"http_request_duration_seconds GET /v1/open":  2,
		"http_request_duration_seconds GET unmatched": 1,
	} {
		if got[key] != want {
			t.Errorf("%s = %v, want %v (all: %v)", key, got[key], want, got)
		}
	}
}

func TestAnAnswerThatBreaksOff(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]struct {
		cut    bool
		logged int
	}{"panic": {true, 1}, "abort": {true, 0}, "twice": {false, 0}, "not": {false, 0}} {
		w := newWorld(t)
		resp, err := w.client.Get(w.url + "/v1/partial/" + how)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if (err != nil) != want.cut {
			t.Errorf("%s: error %v", how, err)
		}
		if got := strings.Count(w.log.String(), `"level":"ERROR"`); got != want.logged {
			t.Errorf("%s: %d error lines: %s", how, got, w.log)
		}
	}
}

func TestAClientThatWentAwayIsNoError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/hold", nil))
	if rec.Code != 499 || strings.Contains(w.log.String(), `"level":"ERROR"`) {
		t.Errorf("%d, log %s", rec.Code, w.log)
	}
}
