package bus

import "testing"

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		pattern, subject string
		want             bool
	}{
		{"in.*.alerta.*.*", "in.acme.alerta.nueva.a1", true},
		{"in.*.alerta.*.*", "in.acme.alerta.nueva", false},
		{"in.*.alerta.*.*", "in.acme.alerta.nueva.a1.b", false},
		{"in.*.alerta.*.*", "in.acme.chat.nueva.a1", false},
		{"dlq.>", "dlq.a.b.c", true},
		{"dlq.>", "dlq.a", true},
		{"dlq.>", "dlq", false},
		{"dlq.>", "dlqs.a", false},
		{"a.b", "a.b", true},
		{"a", "a.b", false},
	} {
		if got := covers(c.pattern, c.subject); got != c.want {
			t.Errorf("%s covers %s: %t", c.pattern, c.subject, got)
		}
	}
	if n := testing.AllocsPerRun(100, func() { covers("in.*.tracking.ubicacion.*", "in.acme.tracking.ubicacion.u1") }); n != 0 {
		t.Errorf("it allocates %g times", n)
	}
}
