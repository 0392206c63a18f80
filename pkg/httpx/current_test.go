package httpx_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
)

// A client whose change came too late reads the thing as it is now beside the problem. Other problems do not mention it.
func TestAProblemShowsTheCurrentThing(t *testing.T) {
	t.Parallel()
	read := func(opts ...httpx.Option) string {
		w := httptest.NewRecorder()
		httpx.Error(w, httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/", nil), httpx.Problem(http.StatusConflict, "changed", "It was changed.", opts...))
		return w.Body.String()
	}
	var p struct {
		Code    string
		Current struct{ Version int }
	}
	text := read(httpx.Current(struct {
		Version int `json:"version"`
	}{7}))
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Code != "changed" || p.Current.Version != 7 {
		t.Errorf("%s, %v", text, err)
	}
	if text := read(); strings.Contains(text, "current") {
		t.Error(text)
	}
}
