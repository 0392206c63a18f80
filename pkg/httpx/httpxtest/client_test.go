package httpxtest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// What is sent arrives as it was meant, and an answer is read whatever it is.
func TestDo(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusConflict)
		_, _ = fmt.Fprintf(w, `{"code":%q,"list":[{"id":"a"},{"id":7}]}`,
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
		if a.Is(t, http.StatusConflict, want); !slices.Equal(a.IDs(t, "list"), []string{"a", "7"}) {
			t.Errorf("%v", a)
		}
	}
}

// An error that is no problem is never taken for one, whatever code is wanted.
func TestCode(t *testing.T) {
	for _, c := range []struct {
		a    Answer
		want string
	}{
		{Answer{Status: 200, Body: Body{"code": "x"}}, ""},
		{Answer{Status: 404, Body: Body{"code": "x"}}, "x"},
		{Answer{Status: 404, Text: "gone"}, "no problem: gone"},
	} {
		if got := c.a.Code(); got != c.want {
			t.Errorf("%+v has the code %q, want %q", c.a, got, c.want)
		}
	}
}
