package outbox_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/proto/stream"
)

func TestEventsFollowTheTransaction(t *testing.T) {
	t.Parallel()
	w := setup(t)
	failed := errors.New("failed")
	err := w.db.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		if err := outbox.Add(t.Context(), tx, registrar.Name, news(t, "acme", "u1", "never")); err != nil {
			t.Error(err)
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	first := news(t, "acme", "u1", "1")
	first.Header = nats.Header{"users": {"u1", "señora"}, "key": {"k"}}
	w.add(t, "acme", first, news(t, "acme", "u1", "2"), news(t, "acme", "u2", "3"))
	w.add(t, "acme")
	w.run(t, w.bus)

	all := w.read(t, 3)
	want(t, bodies(all, "acme", "u1"), "1", "2")
	want(t, bodies(all, "acme", "u2"), "3")
	if h := all[0].Header; len(bodies(all[:1], "acme", "u1")) == 1 && !slices.Equal(h["users"], []string{"u1", "señora"}) {
		t.Errorf("the header became %v", h)
	}
	for _, m := range all {
		if id := m.Header.Get(nats.MsgIdHdr); !strings.HasPrefix(id, "registrar-acme-") {
			t.Errorf("message id %q", id)
		}
	}
}

func TestAddRefusesWhatTheStreamWould(t *testing.T) {
	t.Parallel()
	w := setup(t)
	row, _ := stream.ByName(stream.Directory)
	large := news(t, "acme", "u1", strings.Repeat("x", int(row.MaxMsgSize)))
	reserved := news(t, "acme", "u1", "")
	reserved.Header = nats.Header{"Nats-Expected-Last-Sequence": {"7"}}
	binary := news(t, "acme", "u1", "")
	binary.Header = nats.Header{"users": {"\xff"}}
	lines := news(t, "acme", "u1", "")
	lines.Header = nats.Header{"users": {"u1\r\nroles: admin"}}
	for name, m := range map[string]outbox.Message{
		"too large": large, "no subject": {}, "no stream": event(t, "acme", "nowhere", "u1", ""),
		"reserved header": reserved, "not text": binary, "two lines": lines,
		"another's tenant": news(t, "globex", "u1", ""),
	} {
		err := w.db.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			return outbox.Add(t.Context(), tx, registrar.Name, m)
		})
		if err == nil || errors.Is(err, bus.ErrTooLarge) != (name == "too large") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Add reserves room for the id. So the largest event that Add accepts still fits the server's limit.
func TestLargestEventIsPublished(t *testing.T) {
	t.Parallel()
	w := setup(t)
	row, _ := stream.ByName(stream.Directory)
	for size := int(row.MaxMsgSize); ; size-- {
		m := news(t, "acme", "u1", strings.Repeat("x", size))
		err := w.db.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			return outbox.Add(t.Context(), tx, registrar.Name, m)
		})
		if err == nil {
			break
		}
		if !errors.Is(err, bus.ErrTooLarge) || size < int(row.MaxMsgSize)-1000 {
			t.Fatalf("%d bytes: %v", size, err)
		}
	}
	w.run(t, w.bus)
	w.read(t, 1)
	if n := w.count(t, "failed"); n != 0 {
		t.Errorf("%d events were refused", n)
	}
}

// Two transactions add an event about one entity. The second waits, so ids are in the order of commits. Others do not
// wait.
func TestSecondWriterOfAnEntityWaits(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := t.Context()
	second := make(chan error, 1)
	err := w.db.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
		if err := outbox.Add(ctx, tx, registrar.Name, news(t, "acme", "u1", "first")); err != nil {
			return err
		}
		go func() {
			second <- w.db.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
				return outbox.Add(ctx, tx, registrar.Name, news(t, "acme", "u1", "second"))
			})
		}()
		eventually(t, "the second writer waits", func() bool {
			var waiting int
			err := w.admin.GetContext(ctx, &waiting, `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
				WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted`)
			return err == nil && waiting == 1
		})
		w.add(t, "acme", news(t, "acme", "u2", "another entity"))
		w.add(t, "globex", news(t, "globex", "u1", "another company"))
		return nil
	})
	if err := errors.Join(err, <-second); err != nil {
		t.Fatal(err)
	}
	w.run(t, w.bus)
	want(t, bodies(w.read(t, 4), "acme", "u1"), "first", "second")
}

// Calls of Add with the same entities in different orders do not deadlock.
func TestManyEntitiesAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const writers, rounds = 4, 10
	errs := make(chan error, writers)
	for i := range writers {
		messages := []outbox.Message{news(t, "acme", "a", ""), news(t, "acme", "b", ""), news(t, "acme", "c", ""), news(t, "acme", "a", "")}
		if i%2 == 0 {
			slices.Reverse(messages)
		}
		go func() {
			var err error
			for range rounds {
				err = errors.Join(err, w.db.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
					return outbox.Add(t.Context(), tx, registrar.Name, messages...)
				}))
			}
			errs <- err
		}()
	}
	for range writers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := w.count(t, "waiting"); n != writers*rounds*4 {
		t.Errorf("%d rows", n)
	}
}

func TestServiceMayOnlyAdd(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.add(t, "acme", news(t, "acme", "u1", "x"))
	for _, statement := range []string{
		`SELECT * FROM registrar.outbox`, `DELETE FROM registrar.outbox`, `UPDATE registrar.outbox SET state = 'failed'`,
	} {
		err := w.db.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.ExecContext(context.Background(), statement)
			return err
		})
		if err == nil {
			t.Errorf("%s is allowed", statement)
		}
	}
	if found, err := db.CheckCatalog(t.Context(), w.admin, []db.Schema{registrar}); err != nil || len(found) > 0 {
		t.Errorf("catalog: %q, %v", found, err)
	}
}
