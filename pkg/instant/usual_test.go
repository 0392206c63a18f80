package instant

import (
	"math/rand/v2"
	"testing"
	"time"
)

// What Usual reads, Parse reads alike. Usual reads what phones print.
func FuzzUsual(f *testing.F) {
	for _, s := range []string{
		"2026-03-08T14:05:09Z", "2026-03-08T14:05:09.250-05:00", "2026-03-08T14:05:09.1234567891234+23:59", "2024-02-29T23:59:59.9Z",
		"2026-02-29T00:00:00Z", "2016-12-31T23:59:60Z", "2026-03-08t14:05:09z", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00+23:59",
		"2026-03-08T14:05:09+24:00", "2026-03-08T14:05:09.Z", "2026-03-08T14:05:09+0500", "2026-0x-08T14:05:09Z", "2026-03-08T14:05:09",
		"/026-03-08T14:05:09Z", "2026-04-31T14:05:09Z", "2026-03-08T14:05:09.25", "2026-03-08T14:05:09Z ", "-1-1-0a-08T14:05:09Z",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := Usual([]byte(s))
		if careful, wrong := Parse(s); ok && (wrong != "" || !careful.Equal(at)) {
			t.Fatalf("%q is %v, Parse says %v %s", s, at, careful, wrong)
		}
	})
}

func TestUsualReadsWhatPhonesPrint(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 9))
	for range 5000 {
		at := time.UnixMilli(r.Int64N(4e12)).In(time.FixedZone("", (r.IntN(2*1439)-1439)*60))
		for _, layout := range []string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.000Z07:00"} {
			s := at.Format(layout)
			want, wrong := Parse(s)
			if got, ok := Usual([]byte(s)); !ok || wrong != "" || !got.Equal(want) {
				t.Fatalf("%s is %v (%v), want %v %s", s, got, ok, want, wrong)
			}
		}
	}
}
