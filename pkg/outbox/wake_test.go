package outbox_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
)

// quiet returns a relay that does nothing unless it is woken.
func (w *world) quiet(t *testing.T, to outbox.Publisher) *outbox.Relay {
	t.Helper()
	r := outbox.NewRelay(w.db, to, registrar.Name, natstest.Log(t), w.metrics)
	r.WithoutPolling()
	apptest.Start(t, r.Run)
	return r
}

// A relay is woken while another relay publishes a page. The other relay publishes the row before it releases the lock.
func TestWakeDuringAnothersPage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	publishing, release := make(chan struct{}, 10), make(chan struct{})
	busy := w.quiet(t, between{w.bus, func(_ bus.Message, err error) error {
		publishing <- struct{}{}
		<-release
		return err
	}})
	w.add(t, "acme", news(t, "acme", "u1", "1"))
	busy.Wake()
	<-publishing
	woken := w.quiet(t, w.bus) // Not earlier: its first look could find the first row.
	w.add(t, "acme", news(t, "acme", "u2", "2"))
	woken.Wake()
	close(release)
	w.read(t, 2)
}

// A relay is woken while another relay still holds the lock but has looked for the last time. The first relay tries again
// by itself.
func TestWakeThatMeetsALock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	tx, err := w.pg.Admin(t).Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`SELECT pg_advisory_xact_lock($1)`, outbox.RelayLock(registrar.Name)); err != nil {
		t.Fatal(err)
	}
	looks := make(chan struct{}, 1000)
	r := w.quiet(t, looking{w.bus, looks})
	<-looks // The relay looks before any row waits.
	w.add(t, "acme", news(t, "acme", "u1", "1"))
	r.Wake()
	for range 3 {
		<-looks
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	w.read(t, 1)
}

// looking reports each time that its relay is about to look.
type looking struct {
	outbox.Publisher
	looks chan struct{}
}

func (l looking) Ready(ctx context.Context) error {
	select {
	case l.looks <- struct{}{}:
	default:
	}
	return l.Publisher.Ready(ctx)
}

// A long sweep passes an event whose transaction ends during the sweep. The next event about its entity must wait too.
func TestOrderOfAnEventThatWasPassedOver(t *testing.T) {
	t.Parallel()
	w := setup(t)
	added, commit, committed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		committed <- w.db.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			err := outbox.Add(t.Context(), tx, registrar.Name, news(t, "acme", "slow", "1"))
			close(added)
			<-commit
			return err
		})
	}()
	<-added
	const others = 500 // one page
	var page []outbox.Message
	for i := range others {
		page = append(page, news(t, "acme", fmt.Sprint("u", i), "x"))
	}
	w.add(t, "acme", page...)
	var once sync.Once
	r := w.quiet(t, between{w.bus, func(_ bus.Message, err error) error {
		once.Do(func() {
			close(commit)
			if err := <-committed; err != nil {
				t.Error(err)
			}
			w.add(t, "acme", news(t, "acme", "slow", "2"))
		})
		return err
	}})
	r.Wake()
	want(t, bodies(w.read(t, others+2), "acme", "slow"), "1", "2")
}
