package geofence_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/geofence/geofencetest"
)

// TestTheLeaderOfThreeServersDies: of the positions, then of the alerts, while positions flow. The alerts are those of the
// reference, each once.
func TestTheLeaderOfThreeServersDies(t *testing.T) {
	t.Parallel()
	c := natstest.StartCluster(t, natstest.WithProcesses())
	s := wandering(31, 6, 150)
	w := on(t, c)
	w.people(t, s)
	w.start(t)
	w.draw(t, s)
	dead := -1
	kill := func(of string) {
		if dead >= 0 {
			c.Restart(t, dead)
			c.Settled(t)
		}
		dead = c.Leader(t, of)
		c.Kill(t, dead)
	}
	w.play(t, s, func(i int, _ geofencetest.Message) {
		switch i {
		case len(s.messages) / 3:
			kill(stream.Tracking)
		case len(s.messages) * 2 / 3:
			kill(stream.Alerts)
		}
	})
	w.matches(t, s)
}
