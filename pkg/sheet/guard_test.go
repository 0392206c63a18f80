package sheet

import "testing"

func TestGuarded(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "Ana": "Ana", "=1+1": "'=1+1", "+52": "'+52", "-2": "'-2", "@x": "'@x", "\tx": "'\tx", "＝1": "'＝1", "a=1": "a=1", "'a": "'a", "ñ": "ñ",
	} {
		if got := Guarded(cell); got != want {
			t.Errorf("%q: %q", cell, got)
		}
		if got := Unguarded(Guarded(cell)); got != cell {
			t.Errorf("%q comes back as %q", cell, got)
		}
	}
}
