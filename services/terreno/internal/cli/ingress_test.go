package cli_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
)

func TestIngressPrintsRoutesAndConfiguration(t *testing.T) {
	t.Parallel()
	status, out, _ := run(nil, "ingress", "-print-routes")
	if status != 0 || strings.Count(out, "\n") != len(httpx.Routes) || !strings.Contains(out, "/v1/users/{id}/positions tracking-ingest\n") {
		t.Errorf("routes: %d\n%s", status, out)
	}
	status, out, _ = run([]string{"TERRENO_TRUSTED_PROXIES=10.1.2.3"}, "ingress", "-print-config")
	if status != 0 || !strings.Contains(out, "TERRENO_TRUSTED_PROXIES=10.1.2.3\t") || !strings.Contains(out, "TERRENO_INGRESS_SERVICE_URL=http://{service}:8080") {
		t.Errorf("configuration: %d\n%s", status, out)
	}
	status, out, errOut := run([]string{"TERRENO_DATABASE_URL=postgres://u:hunter2@db/x"}, "provision", "-print-config")
	if status != 0 || !strings.Contains(out, "TERRENO_REPLICAS=1") || strings.Contains(out+errOut, "hunter2") {
		t.Errorf("provision's configuration: %d\n%s%s", status, out, errOut)
	}
}

func TestIngressSaysWhatToDo(t *testing.T) {
	t.Parallel()
	status, _, errOut := run([]string{"TERRENO_TRUSTED_PROXIES=me", "TERRENO_INGRESS_MAX_REQUESTS=0"}, "ingress")
	if status != 1 || !strings.Contains(errOut, "TERRENO_TRUSTED_PROXIES") || !strings.Contains(errOut, "TERRENO_INGRESS_MAX_REQUESTS") {
		t.Errorf("bad settings: %d %s", status, errOut)
	}
	status, _, errOut = run([]string{"TERRENO_HTTP_ADDR=203.0.113.1:1"}, "ingress")
	if status != 1 || !strings.Contains(errOut, "TERRENO_HTTP_ADDR") {
		t.Errorf("an invalid address: %d %s", status, errOut)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	answered := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(answered)
		_, _ = w.Write([]byte(`{"ready":false,"failing":{"identity/nats":"away"}}`))
	}))
	t.Cleanup(s.Close)
	if status, out, errOut := run(nil, "ready", s.URL); status != 0 || !strings.Contains(out, "failing") {
		t.Errorf("ready: %d %s%s", status, out, errOut)
	}
	answered = http.StatusServiceUnavailable
	if status, _, errOut := run(nil, "ready", s.URL); status != 1 || !strings.Contains(errOut, "identity/nats") {
		t.Errorf("not ready: %d %s", status, errOut)
	}
	if status, _, errOut := run(nil, "ready", "http://127.0.0.1:1/readyz"); status != 1 || !strings.Contains(errOut, "ask whether the process is ready") {
		t.Errorf("no process at the address: %d %s", status, errOut)
	}
}
