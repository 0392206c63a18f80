package up

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/app"
)

// announce waits until every check passes, since an address that is printed must answer.
func (in *Installation) announce(started func()) app.Runner {
	return app.Runner{Name: "start", Run: func(ctx context.Context) error {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		patience := time.NewTicker(10 * time.Second)
		defer patience.Stop()
		for failing := in.failing(ctx); failing != ""; failing = in.failing(ctx) {
			select {
			case <-ctx.Done():
				return nil
			case <-patience.C:
				in.log.Warn("not ready yet", "waiting_for", failing)
			case <-tick.C:
			}
		}
		close(in.ready)
		if started != nil {
			started()
		}
		if err := in.dir.Welcome(); err != nil {
			in.log.Error("the platform admin's password will be shown again", "error", err)
		}
		<-ctx.Done()
		return nil
	}}
}

// failing names the first check that does not pass, empty when all do.
func (in *Installation) failing(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	for _, c := range app.Checks(in.services...) {
		if err := c.Ready(ctx); err != nil {
			return c.Name + ": " + err.Error()
		}
	}
	return ""
}

// onceReady holds a runner back: phones that report to an installation that is still starting only make noise.
func (in *Installation) onceReady(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-in.ready:
			return run(ctx)
		case <-ctx.Done():
			return nil
		}
	}
}

// Welcome tells whoever started it where to go and what to expect.
func (in *Installation) Welcome() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Terreno runs at %s  (%s)\n\n", in.URL(), strings.Join(in.names, ", "))
	fmt.Fprintf(&b, "  interface   %s/docs\n  sockets     ws%s/ws\n  operators   http://%s/readyz and /metrics\n",
		in.URL(), strings.TrimPrefix(in.URL(), "http"), in.operators.Addr())
	if in.infra.pg != nil && in.infra.pg.Dir != in.infra.pgDir() {
		fmt.Fprintf(&b, "  data        %s, PostgreSQL's in %s since its user cannot reach the former\n", in.config.Data, in.infra.pg.Dir)
	} else {
		fmt.Fprintf(&b, "  data        %s\n", in.config.Data)
	}
	in.logins(&b)
	if in.infra.nats != nil {
		fmt.Fprintf(&b, "\nThe death of this process loses nothing that was answered with 2xx; a power cut up to the last %v of it.\n", syncInterval)
	}
	if in.config.Demo {
		fmt.Fprintf(&b, "Domain time is %s and runs %g times as fast as yours: a real day of a fleet in Austin is replayed.\n",
			in.clock.Now().Format("2006-01-02 15:04Z"), in.config.ClockSpeed)
		b.WriteString("\nWatch events live, in another terminal:\n\n  bin/terreno watch\n")
	}
	return b.String()
}

func (in *Installation) logins(b *strings.Builder) {
	id := in.config.Identity
	if in.config.Demo {
		fmt.Fprintf(b, "\nLogins of company demo, password %s:\n", id.DemoPassword)
		b.WriteString("  admin                      sees the whole company\n")
		b.WriteString("  supervisor1, supervisor2   see their team\n")
		b.WriteString("  campo01 ... campo40        are in the field\n")
	}
	if !in.dir.Welcomed() {
		fmt.Fprintf(b, "\nThe platform's admin, shown this once: login %s, password %s\n", id.BootstrapAdmin.Login, id.BootstrapAdmin.Password)
	}
}
