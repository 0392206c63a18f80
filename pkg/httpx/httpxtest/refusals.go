package httpxtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
)

// Refusals collects what clients read when they are refused. It fills one golden file, which people read as a client would.
// The file holds each refusal once, with the requests that got it.
type Refusals struct{ requests map[string][]string }

// Add records a refusal, with a line that says what was sent. The answer must be a complete problem.
func (r *Refusals) Add(t testing.TB, sent string, a Answer) {
	t.Helper()
	var p httpx.ProblemDetails
	if err := json.Unmarshal([]byte(a.Text), &p); err != nil || a.Status < 400 || a.Code() != p.Code {
		t.Errorf("%s: answer %d %s is no refusal", sent, a.Status, a.Text)
		return
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d %s\n  %s\n", p.Status, p.Code, p.Detail)
	for _, e := range p.Errors {
		text.WriteString("  - " + strings.TrimPrefix(e.Location+": ", ": ") + e.Message + "\n")
	}
	if r.requests == nil {
		r.requests = map[string][]string{}
	}
	r.requests[text.String()] = append(r.requests[text.String()], sent)
}

// Compare compares all refusals with testdata/refusals.golden. With -update it writes that file.
func (r *Refusals) Compare(t testing.TB) {
	t.Helper()
	var got strings.Builder
	for _, refusal := range slices.Sorted(maps.Keys(r.requests)) {
		got.WriteString(refusal)
		for _, sent := range slices.Compact(slices.Sorted(slices.Values(r.requests[refusal]))) {
			got.WriteString("    < " + sent + "\n")
		}
		got.WriteString("\n")
	}
	const golden = "testdata/refusals.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != got.String() {
		t.Errorf("refusals\n%s\nwant\n%s(%v)", got.String(), want, err)
	}
}
