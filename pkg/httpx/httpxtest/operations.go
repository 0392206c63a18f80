// Package httpxtest checks the rules that every service's interface has to follow.
package httpxtest

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Operations compares who may call what with testdata/operations.golden, which holds what was agreed. A change of that file
// changes who may do something. Operations also checks that each operation has a summary and one tag.
func Operations(t *testing.T, api *huma.OpenAPI) {
	t.Helper()
	var lines []string
	for path, item := range api.Paths {
		for method, op := range Of(item) {
			lines = append(lines, fmt.Sprintf("%-6s %-36s %s", method, path, callers(op)))
			if op.Summary == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s is not described", method, path)
			}
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[7:]+a, b[7:]+b) })
	got := strings.Join(lines, "\n") + "\n"
	const golden = "testdata/operations.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || got != string(want) {
		t.Errorf("operations\n%s\nwant\n%s(%v)", got, want, err)
	}
}

// Of returns the operations of a path by method.
func Of(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete}
	for method, op := range all {
		if op == nil {
			delete(all, method)
		}
	}
	return all
}

func callers(op *huma.Operation) string {
	for _, scheme := range op.Security {
		for _, roles := range scheme {
			return strings.Join(roles, " ")
		}
	}
	return "everybody"
}
