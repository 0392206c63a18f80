package httpxtest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// What is sent arrives as it was meant, and an answer is read whatever it is.
func TestDo(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, `{"got":%q,"list":[{"id":"a"},{"id":7}]}`,
			fmt.Sprintf("%s %s %s %s %s", r.Method, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), r.Header.Get("X"), in))
	}))
	defer server.Close()
	for content, want := range map[any]string{
		nil:                "PUT Bearer k  v ",
		`{"a":1}`:          `PUT Bearer k application/json v {"a":1}`,
		struct{ A int }{1}: `PUT Bearer k application/json v {"A":1}`,
	} {
		a, err := Do(t.Context(), http.MethodPut, server.URL, "k", content, "X", "v")
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Is(t, http.StatusOK, "").Body["got"]; got != want || !slices.Equal(a.IDs(t, "list"), []string{"a", "7"}) {
			t.Errorf("%v, want %s", a, want)
		}
	}
}

// An error that is no whole problem is never taken for one, whatever code is wanted.
func TestCode(t *testing.T) {
	const whole = `{"type":"about:blank","title":"Conflict","status":409,"detail":"It is taken.","code":"taken","request_id":"r1"}`
	header := http.Header{"X-Request-Id": {"r1"}, "Content-Type": {"application/problem+json"}}
	if got := (Answer{Status: 409, Header: header, Text: whole}).Code(); got != "taken" {
		t.Errorf("the code is %q", got)
	}
	if got := (Answer{Status: 200, Header: header, Text: whole}).Code(); got != "" {
		t.Errorf("an answer that is no error has the code %q", got)
	}
	for _, text := range []string{
		"gone", "{}", strings.Replace(whole, "409", "404", 1), strings.Replace(whole, "taken.", "taken", 1), strings.Replace(whole, "r1", "r2", 1),
		strings.Replace(whole, `"taken"`, `""`, 1), strings.Replace(whole, "Conflict", "", 1), strings.Replace(whole, "about:blank", "", 1),
	} {
		if got := (Answer{Status: 409, Header: header, Text: text}).Code(); !strings.Contains(got, " problem: ") {
			t.Errorf("%s has the code %q", text, got)
		}
	}
	header.Set("Content-Type", "application/json")
	if got := (Answer{Status: 409, Header: header, Text: whole}).Code(); !strings.Contains(got, " problem: ") {
		t.Errorf("as plain JSON it has the code %q", got)
	}
}
