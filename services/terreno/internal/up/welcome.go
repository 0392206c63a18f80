package up

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/app"
)

// announce waits until every check passes, and then calls started. The addresses that it prints must work.
func (in *Installation) announce(started func()) app.Runner {
	return app.Runner{Name: "start", Run: func(ctx context.Context) error {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		slow := time.NewTicker(10 * time.Second)
		defer slow.Stop()
		for failing := in.failing(ctx); failing != ""; failing = in.failing(ctx) {
			select {
			case <-ctx.Done():
				return nil
			case <-slow.C:
				in.log.Warn("not ready yet", "waiting_for", failing)
			case <-tick.C:
			}
		}
		close(in.ready)
		if started != nil {
			started()
		}
		if err := in.dir.Welcome(); err != nil {
			in.log.Error("the next start will show the platform admin's password again", "error", err)
		}
		<-ctx.Done()
		return nil
	}}
}

// failing returns the name and the error of the first check that fails, or "" when all pass.
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

// onceReady delays a runner until the installation is ready. If the phones reported earlier, they would only log errors.
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

// Welcome returns the text that is printed when the installation is ready: its addresses, its logins and how to go on.
func (in *Installation) Welcome() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Terreno runs. Open %s in a browser.  (%s)\n\n", in.URL(), strings.Join(in.names, ", "))
	fmt.Fprintf(&b, "  API         %s/docs\n  sockets     ws%s/ws\n  operators   http://%s/readyz and /metrics\n",
		in.URL(), strings.TrimPrefix(in.URL(), "http"), in.operators.Addr())
	if in.infra.pg != nil && in.infra.pg.Dir != in.infra.pgDir() {
		fmt.Fprintf(&b, "  data        %s, and PostgreSQL in %s, because its user cannot reach the first folder\n", in.config.Data, in.infra.pg.Dir)
	} else {
		fmt.Fprintf(&b, "  data        %s\n", in.config.Data)
	}
	if in.infra.nats != nil && in.infra.streams < streamsMost {
		fmt.Fprintf(&b, "  streams     hold up to %d MiB, because the disk is small. Most installations have %d MiB\n", in.infra.streams/mib, streamsMost/mib)
	}
	in.logins(&b)
	if in.infra.nats != nil {
		fmt.Fprintf(&b, "\nIf this process dies, nothing that it answered with 2xx is lost. A power cut can lose the last %v.\n", syncInterval)
	}
	if in.config.Demo {
		fmt.Fprintf(&b, "The demo replays a real day of a fleet in Austin. Its time is now %s and runs %g times as fast as real time.\n",
			in.clock.Now().Format("2006-01-02 15:04Z"), in.config.ClockSpeed)
		b.WriteString("\nTo watch events live, run in another terminal:\n\n  bin/terreno watch")
		if in.config.Data != defaultData {
			fmt.Fprintf(&b, " -data %s", in.config.Data)
		}
		b.WriteString("\n")
	}
	if in.fake != nil {
		fmt.Fprintf(&b, "\nA fake of FCM takes all pushes; terreno watch shows them, and is a device of its user.\n")
	}
	return b.String()
}

func (in *Installation) logins(b *strings.Builder) {
	id := in.config.Identity
	if in.config.Demo {
		fmt.Fprintf(b, "\nLogins of company demo, password %s:\n", id.DemoPassword)
		b.WriteString("  admin                      sees the whole company\n")
		b.WriteString("  supervisor1, supervisor2   see their team\n")
		b.WriteString("  campo01 ... campo40        work in the field\n")
	}
	if !in.dir.Welcomed() {
		fmt.Fprintf(b, "\nThe platform admin, shown only once: login %s, password %s\n", id.BootstrapAdmin.Login, id.BootstrapAdmin.Password)
	}
}
