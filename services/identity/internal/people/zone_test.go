package people

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestZones(t *testing.T) {
	t.Parallel()
	if len(zones) < 590 {
		t.Fatalf("%d zones", len(zones))
	}
	for _, name := range zones {
		if _, err := time.LoadLocation(name); err != nil || checkZone(name) != nil {
			t.Errorf("%s: %v, %v", name, err, checkZone(name))
		}
	}
	for name, want := range map[string]string{
		"": "America/Bogota", "Local": "America/Bogota", "localtime": "America/Bogota", "posixrules": "America/Bogota", "Factory": "America/Bogota",
		"right/America/Bogota": "America/Bogota", "posix/America/Bogota": "such as", "../UTC": "such as", "-05:00": "such as", "America": "such as",
		"america/bogota": "writes it: America/Bogota.", "AMERICA/MEXICO_CITY": "writes it: America/Mexico_City.", "utc": "writes it: UTC.",
		" America/Lima\u00a0": "writes it: America/Lima.", "America/Mexico City": "writes it: America/Mexico_City.",
	} {
		if err := checkZone(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
}
