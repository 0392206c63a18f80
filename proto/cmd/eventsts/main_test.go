package main

import (
	"strings"
	"testing"
)

func TestEventsOfSocketsAlone(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"'alerta:nueva': ": true, "'tracking:ubicacion': ": true, "'chat:escribiendo': ": true, "'usuario:presencia': ": true, "directorio:": false} {
		if strings.Contains(b.String(), text) != want {
			t.Errorf("%s: %t, want %t in\n%s", text, !want, want, &b)
		}
	}
}
