package ingress_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
)

// A call for help is sent on while everything else of its service, from the same address, has filled the ingress.
func TestACallForHelpHasAPlaceOfItsOwn(t *testing.T) {
	t.Parallel()
	inside, release := make(chan struct{}, 10), make(chan struct{})
	notifier := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != httpx.PanicPath {
			inside <- struct{}{}
			<-release
		}
	})
	w := start(t, map[string]http.Handler{"notifier": notifier}, "TERRENO_INGRESS_MAX_REQUESTS=1")
	done := make(chan int, 1)
	go func() {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+w.clients+"/v1/alerts", nil)
		if err != nil {
			done <- 0
			return
		}
		answer, err := w.client.Do(r)
		if err != nil {
			done <- 0
			return
		}
		_ = answer.Body.Close()
		done <- answer.StatusCode
	}()
	within(t, "a request arrives", inside)
	for path, method := range map[string]string{httpx.PanicPath: "GET", "/v1/alerts/a1/resolve": "POST", httpx.PanicPath + "/": "POST"} {
		answer, text := w.do(method, path, nil, nil)
		w.problem(answer, text, http.StatusServiceUnavailable, "overloaded")
	}
	if answer, text := w.do("POST", httpx.PanicPath, nil, nil); answer.StatusCode != http.StatusOK {
		t.Errorf("a call for help: %d %s", answer.StatusCode, text)
	}
	close(release)
	if status := within(t, "a request ends", done); status != http.StatusOK {
		t.Errorf("the request before: %d", status)
	}
}
