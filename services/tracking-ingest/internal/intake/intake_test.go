package intake

import (
	"math"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func gate(t *testing.T) *Gate {
	t.Helper()
	return New(nil, stream.Tracking, natstest.Log(t), prometheus.NewRegistry())
}

// ask hands in n bytes in uploads of 100, and returns how many were admitted.
func (g *Gate) ask(company string, n int) (admitted int) {
	for ; n > 0; n -= 100 {
		if g.Admit(company, 100) {
			admitted += 100
		}
	}
	return admitted
}

func TestNobodyIsSlowedUpToHalf(t *testing.T) {
	t.Parallel()
	g := gate(t)
	for _, full := range []float64{0, 0.3, 0.5} {
		g.look(full)
		if got := g.ask("acme", 100_000); got != 100_000 {
			t.Errorf("at %g: %d of 100000 bytes are admitted", full, got)
		}
	}
	if len(g.companies) != 0 {
		t.Error("uploads are counted though nobody is slowed")
	}
}

// Who sends little is not slowed, those who send most are cut to the same, and all together get the part that is left.
func TestAboveHalfTheBusiestAreSlowed(t *testing.T) {
	t.Parallel()
	wants := map[string]int{"small": 1_000, "middle": 10_000, "big": 60_000, "bigger": 80_000}
	g := gate(t)
	g.look(0.6)
	before := math.Inf(1)
	for _, c := range []struct{ full, part float64 }{{0.6, 0.8}, {0.7, 0.6}, {0.75, 0.5}, {0.9, 0.2}, {0.98, 0.04}} {
		got, sum := map[string]int{}, 0
		for range 12 { // until the rates have settled
			g.look(c.full)
			sum = 0
			for company, n := range wants {
				got[company] = g.ask(company, n)
				sum += got[company]
			}
		}
		if want := c.part * 151_000; math.Abs(float64(sum)-want) > 0.02*want+500 {
			t.Errorf("at %g: %d bytes are admitted, expected %g", c.full, sum, want)
		}
		if got["small"] != 1_000 || c.full <= 0.75 && got["middle"] != 10_000 {
			t.Errorf("at %g: who sends little was slowed: %v", c.full, got)
		}
		if math.Abs(float64(got["big"]-got["bigger"])) > 200 || g.limit >= before {
			t.Errorf("at %g: those who send most get %v", c.full, got)
		}
		before = g.limit
	}
	// A full stream admits nothing, and a newcomer no more than others.
	g.look(0.8)
	if got := g.ask("newcomer", 200_000); got == 0 || float64(got) > g.limit+100 {
		t.Errorf("a newcomer gets %d bytes of %g", got, g.limit)
	}
	g.look(1)
	if got := g.ask("small", 100); got != 0 {
		t.Error("a full stream admits an upload")
	}
	g.look(0.4)
	if got := g.ask("bigger", 500_000); got != 500_000 {
		t.Errorf("once there is room, %d of 500000 bytes are admitted", got)
	}
}

// An upload larger than the limit is admitted, and paid for in the time that follows.
func TestALargeUploadIsPaidForLater(t *testing.T) {
	t.Parallel()
	g := gate(t)
	g.look(0.75)
	g.Admit("acme", 10_000)
	admitted := 0
	const looks = 40
	for range looks {
		g.look(0.75)
		for range 10 {
			if g.Admit("acme", 1_000) {
				admitted += 1_000
			}
		}
	}
	if math.Abs(float64(admitted)-looks*5_000) > looks*500 {
		t.Errorf("%d bytes are admitted in %d looks, expected half of what was asked", admitted, looks)
	}
}

func TestIdleCompaniesAreForgotten(t *testing.T) {
	t.Parallel()
	g := gate(t)
	g.look(0.9)
	for n := range 1000 {
		g.Admit(string(rune('a'+n%26))+string(rune('a'+n/26)), 500)
	}
	for range 30 {
		g.look(0.9)
	}
	if len(g.companies) != 0 {
		t.Errorf("%d companies are remembered", len(g.companies))
	}
}

// The gate follows the real stream, while uploads come from all sides.
func TestGateFollowsTheStream(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithMaxBytes(stream.Tracking, 64<<10))
	b := s.Bus(t, "tracking-ingest")
	g := New(b, stream.Tracking, natstest.Log(t), prometheus.NewRegistry())
	apptest.Start(t, g.Run)
	var uploads sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		uploads.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					g.Admit("acme", 1000)
				}
			}
		})
	}
	to, err := subject.New("acme", "tracking", "ubicacion", "u1")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 10 {
		if _, err := b.Publish(t.Context(), bus.Message{Subject: to, ID: string(rune('a' + n)), Data: make([]byte, 5<<10)}); err != nil {
			t.Fatal(err)
		}
	}
	apptest.Until(t, func() bool { return !g.Admit("acme", 1000) && g.Admit("globex", 1000) })
	live, err := s.Admin(t).JetStream().Stream(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	if err := live.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, func() bool { return !g.slowing.Load() })
	close(stop)
	uploads.Wait()
}
