package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/clock"
)

func TestDomainRunsAtItsSpeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2017, 3, 21, 12, 0, 0, 0, time.FixedZone("CDT", -5*3600))
		d := clock.NewDomain(start, 20)
		<-time.After(3 * time.Second) // the fake clock of synctest
		if got, want := d.Now(), start.Add(time.Minute); !got.Equal(want) {
			t.Errorf("after 3 s at 20x: %v, want %v", got, want)
		}
		if d.Now().Location() != time.UTC {
			t.Errorf("location %v, want UTC", d.Now().Location())
		}
	})
}

func TestManualMovesOnlyByHand(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 8, 7, 30, 0, 0, time.UTC)
	m := clock.NewManual(at)
	if got := m.Advance(time.Hour); !got.Equal(at.Add(time.Hour)) || !m.Now().Equal(got) {
		t.Errorf("advanced to %v, shows %v", got, m.Now())
	}
	m.Set(at)
	if !m.Now().Equal(at) {
		t.Errorf("set back: %v, want %v", m.Now(), at)
	}
}
