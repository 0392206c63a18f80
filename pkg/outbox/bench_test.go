package outbox_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
)

// BenchmarkRelay publishes events, each about another entity, to three servers on this machine's disk. The servers sync
// each message.
func BenchmarkRelay(b *testing.B) {
	const events = 2000
	cluster := natstest.StartCluster(b, natstest.WithSyncAlways())
	for _, lanes := range []int{8, 64} {
		b.Run(fmt.Sprintf("lanes=%d", lanes), func(b *testing.B) {
			p := pgtest.New(b, registrar)
			d, admin := p.DB(b, registrar.Service), p.Admin(b)
			var spent time.Duration
			for b.Loop() {
				batch := make([]outbox.Message, events)
				for i := range batch {
					batch[i] = news(b, "acme", fmt.Sprint("u", i), "x")
				}
				err := d.InTenant(b.Context(), "acme", func(tx *sqlx.Tx) error {
					return outbox.Add(b.Context(), tx, registrar.Name, batch...)
				})
				if err != nil {
					b.Fatal(err)
				}
				began := time.Now()
				r := outbox.NewRelay(d, cluster.Bus(b, "identity"), registrar.Name, natstest.Log(b), nil)
				r.WithLanes(lanes)
				stop := apptest.Start(b, r.Run)
				for waiting := 1; waiting > 0; {
					<-time.After(20 * time.Millisecond)
					if err := admin.Get(&waiting, `SELECT count(*) FROM registrar.outbox`); err != nil {
						b.Fatal(err)
					}
				}
				spent += time.Since(began)
				stop()
			}
			b.ReportMetric(float64(b.N*events)/spent.Seconds(), "events/s")
		})
	}
}
