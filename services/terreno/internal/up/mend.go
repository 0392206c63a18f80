package up

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/wait"
)

const (
	mendEvery = 5 * time.Second
	// mendTries is how often the mender restarts the server before it leaves the fault to a person. After mendForget
	// without an error it counts the tries anew.
	mendTries  = 5
	mendForget = 10 * time.Minute
)

// mender restarts the NATS server of this process when its streams refuse although the disk has room. After a full disk the
// server refuses until it is restarted.
type mender struct {
	refusing func() []string
	restart  func() error
	free     func() (int64, error)
	log      *slog.Logger

	tries int
	down  bool
	said  string    // the state that the log said last
	fine  time.Time // since then no stream has refused
}

func (in *infra) watchNATS() app.Runner {
	return app.Runner{Name: "nats", Run: func(ctx context.Context) error {
		if in.nats == nil {
			<-ctx.Done()
			return nil
		}
		m := mender{refusing: in.nats.Refusing, restart: in.nats.Restart, free: in.free, log: in.log}
		return m.run(ctx)
	}}
}

func (m *mender) run(ctx context.Context) error {
	pause := mendEvery
	for wait.For(ctx, pause) {
		tried, err := m.look()
		if err != nil {
			return err
		}
		pause = mendEvery
		if tried {
			pause = mendEvery << m.tries
		}
	}
	return nil
}

// look restarts the server if a restart can help, and says whether it tried. An error means that no server runs and that
// none could be started.
func (m *mender) look() (tried bool, err error) {
	lines := m.refusing()
	if len(lines) == 0 && !m.down {
		if m.fine.IsZero() {
			m.fine = time.Now()
		}
		if time.Since(m.fine) >= mendForget {
			m.tries = 0
		}
		m.said = ""
		return false, nil
	}
	m.fine = time.Time{}
	room, err := m.free()
	switch {
	case err != nil:
		if m.news("unknown") {
			m.log.Error("NATS stores nothing, and nobody knows whether the disk has room", "error", err, "nats", lines)
		}
		return false, nil
	case room < runLeast:
		if m.news("full") {
			m.log.Error("NATS stores nothing because the disk is full: make room. Then it is restarted",
				"free_mib", room/mib, "needed_mib", runLeast/mib, "nats", lines)
		}
		return false, nil
	case m.tries == mendTries && m.down:
		return false, fmt.Errorf("restart NATS: it did not start in %d tries", mendTries)
	case m.tries == mendTries:
		if m.news("given up") {
			m.log.Error("NATS stores nothing, and restarting it did not help: check the disk, then restart terreno", "tries", m.tries, "nats", lines)
		}
		return false, nil
	}
	m.tries++
	m.said = ""
	m.log.Error("NATS stores nothing although the disk has room, restarting it", "try", m.tries, "nats", lines)
	if err := m.restart(); err != nil {
		m.down = true
		m.log.Error("NATS did not start", "error", err)
		return true, nil
	}
	m.down = false
	return true, nil
}

// news says whether a state differs from the state at the last look, so that the log reports each state once.
func (m *mender) news(state string) bool {
	if m.said == state {
		return false
	}
	m.said = state
	return true
}
