package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// play runs the command against a server.
func play(t *testing.T, url string, args ...string) (out string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	all := append([]string{"-base-url", url, "-phones", "campo01,campo02", "-mode", "fast", "-trace", "austin-2017-03-21"}, args...)
	err = run(t.Context(), all, []string{"TERRENO_FIELDSIM_PASSWORD=secret", "TERRENO_FIELDSIM_BASE_URL=nonsense"}, &stdout, &stderr)
	return stdout.String(), err
}

func TestItPrintsAReport(t *testing.T) {
	t.Parallel()
	server := servertest.New(servertest.Options{Password: "secret", Reject: func(lat, _ float64) string {
		if lat > 30.3 {
			return "too_far_north"
		}
		return ""
	}})
	out, err := play(t, serve(t, server))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"phones ", "uploads acknowledged", "positions acknowledged", "rejected, too_far_north", "requests", "retries", "positions a second"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in the report:\n%s", want, out)
		}
	}
	if len(server.Stored()) == 0 {
		t.Error("the server stored nothing")
	}
}

func TestItFailsWhenUploadsAreRefused(t *testing.T) {
	t.Parallel()
	good := servertest.New(servertest.Options{Password: "secret"})
	out, err := play(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/positions" {
			http.Error(w, `{"code":"body_too_large"}`, http.StatusRequestEntityTooLarge)
			return
		}
		good.ServeHTTP(w, r)
	})))
	if err == nil || !strings.Contains(out, "uploads refused, body_too_large") {
		t.Errorf("%v, report\n%s", err, out)
	}
}

func TestItFailsWhenALoginIsRefusedAndStillReports(t *testing.T) {
	t.Parallel()
	out, err := play(t, serve(t, servertest.New(servertest.Options{Password: "other"})))
	if err == nil || !strings.Contains(err.Error(), "campo02") || !strings.Contains(out, "uploads acknowledged") {
		t.Errorf("%v, report\n%s", err, out)
	}
}

func TestItEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	var stdout, stderr bytes.Buffer
	err := run(ctx, []string{"-mode", "fast", "-base-url", url}, nil, &stdout, &stderr)
	if err == nil || !strings.Contains(stdout.String(), "uploads acknowledged") {
		t.Errorf("%v, report\n%s", err, stdout.String())
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args, environ []string
		out, err      string
	}{
		"print-config":       {args: []string{"-print-config", "-seed", "7"}, out: "TERRENO_FIELDSIM_SEED=7"},
		"secrets are masked": {args: []string{"-print-config"}, environ: []string{"TERRENO_FIELDSIM_PASSWORD=hunter2"}, out: "TERRENO_FIELDSIM_PASSWORD=****"},
		"a bad flag value":   {args: []string{"-seed", "x"}, err: "TERRENO_FIELDSIM_SEED"},
		"an unknown flag":    {args: []string{"-sped", "7"}, err: "-sped"},
		"not a flag":         {args: []string{"fast"}, err: `"fast" is not a flag`},
		"help":               {args: []string{"-h"}},
		"bad environment":    {environ: []string{"TERRENO_FIELDSIM_MODE=slow"}, err: "TERRENO_FIELDSIM_MODE"},
	} {
		var stdout, stderr bytes.Buffer
		err := run(t.Context(), tc.args, tc.environ, &stdout, &stderr)
		if (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%s: error %v, want %q", name, err, tc.err)
		}
		if !strings.Contains(stdout.String(), tc.out) || strings.Contains(stdout.String(), "hunter2") {
			t.Errorf("%s: printed %q, want %q", name, stdout.String(), tc.out)
		}
	}
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), []string{"-print-config"}, []string{"TERRENO_FIELDSIM_PHONE=x"}, &stdout, &stderr); err != nil || !strings.Contains(stderr.String(), "TERRENO_FIELDSIM_PHONE") {
		t.Errorf("%v, no warning about a misspelt variable in %q", err, stderr.String())
	}
}
