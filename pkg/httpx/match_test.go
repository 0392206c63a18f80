package httpx_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
)

func TestMatches(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"": false, `"a"`: true, `W/"a"`: true, `"b", "a"`: true, `"b" , W/"a"`: true, "*": true, `"b"`: false, `a`: false, `"ab"`: false, `"b",`: false,
	} {
		if got := httpx.Matches(header, `"a"`); got != want {
			t.Errorf("%s: %t", header, got)
		}
	}
}
