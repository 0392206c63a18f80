package idem_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// shop is a service that takes bookings.
var shop = db.Schema{
	Name: "shop", Service: "idem-shop", Snippets: []db.Snippet{idem.Snippet},
	Migrations: fstest.MapFS{"0001_booking.sql": {Data: []byte(`
{{idempotency_key}}
CREATE TABLE booking (id_empresa text NOT NULL, n int GENERATED ALWAYS AS IDENTITY);
{{protect "booking"}}
GRANT SELECT, INSERT ON booking TO {{service}};`)}},
}

type answer struct {
	N    int    `json:"n"`
	Text string `json:"text"`
}

type reply struct {
	status   int
	body     string
	replayed bool
}

// book sends one request. It calls before between the effect and the end of the transaction.
func book(ctx context.Context, d *db.DB, tenant, user, key, hash string, before func() error) (r reply, err error) {
	err = d.InTenant(ctx, tenant, func(tx *sqlx.Tx) error {
		status, body, replayed, err := idem.Do(ctx, tx, shop.Name, tenant, user, key, hash, func() (int, any, error) {
			a := answer{Text: "<ñ> & co"}
			err := tx.GetContext(ctx, &a.N, `INSERT INTO shop.booking (id_empresa) VALUES ($1) RETURNING n`, tenant)
			return 201, a, errors.Join(err, before())
		})
		r = reply{status, string(body), replayed}
		return err
	})
	return r, err
}

func nothing() error { return nil }

func bookings(t *testing.T, p *pgtest.Database) (n int) {
	t.Helper()
	if err := p.Admin(t).Get(&n, `SELECT count(*) FROM shop.booking`); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSecondCallGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t, shop)
	d := p.DB(t, shop.Service)
	first, err := book(t.Context(), d, "acme", "u1", "k", "h", nothing)
	if want := (reply{201, `{"n":1,"text":"<ñ> & co"}`, false}); err != nil || first != want {
		t.Fatalf("first: %+v, %v", first, err)
	}
	second, err := book(t.Context(), d, "acme", "u1", "k", "h", nothing)
	if want := (reply{201, first.body, true}); err != nil || second != want {
		t.Errorf("second: %+v, %v", second, err)
	}
	if _, err := book(t.Context(), d, "acme", "u1", "k", "another", nothing); !errors.Is(err, idem.ErrKeyReused) {
		t.Errorf("another request: %v", err)
	}
	if n := bookings(t, p); n != 1 {
		t.Errorf("%d bookings", n)
	}
	// Keys are separate for each user and each company.
	for _, who := range [][2]string{{"acme", "u2"}, {"globex", "u1"}} {
		if r, err := book(t.Context(), d, who[0], who[1], "k", "h", nothing); err != nil || r.replayed {
			t.Errorf("%v: %+v, %v", who, r, err)
		}
	}
}

func TestFailedEffectLeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t, shop)
	d := p.DB(t, shop.Service)
	failed := errors.New("failed")
	if _, err := book(t.Context(), d, "acme", "u1", "k", "h", func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = book(t.Context(), d, "acme", "u1", "k", "h", func() error { panic("ouch") })
	}()
	if r, err := book(t.Context(), d, "acme", "u1", "k", "h", nothing); err != nil || r.replayed {
		t.Errorf("again: %+v, %v", r, err)
	}
	if n := bookings(t, p); n != 1 {
		t.Errorf("%d bookings", n)
	}
}

func TestSameKeyAtOnce(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t, shop)
	d := p.DB(t, shop.Service)
	failures := atomic.Int64{}
	failures.Store(2) // The first two calls that claim the key are rolled back.
	var mu sync.Mutex
	replies, fresh := map[string]int{}, 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				r, err := book(t.Context(), d, "acme", "u1", "k", "h", func() error {
					if failures.Add(-1) >= 0 {
						return errors.New("failed")
					}
					return nil
				})
				if err != nil {
					continue
				}
				mu.Lock()
				defer mu.Unlock()
				replies[r.body]++
				if !r.replayed {
					fresh++
				}
				return
			}
		})
	}
	wg.Wait()
	if len(replies) != 1 || fresh != 1 || bookings(t, p) != 1 {
		t.Errorf("%d bookings, %d fresh answers: %v", bookings(t, p), fresh, replies)
	}
}

func TestAnswersWithoutABody(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, shop).DB(t, shop.Service)
	for _, replayed := range []bool{false, true} {
		err := d.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			status, body, again, err := idem.Do(t.Context(), tx, shop.Name, "acme", "u1", "k", "h",
				func() (int, any, error) { return 204, nil, nil })
			if status != 204 || body != nil || again != replayed {
				t.Errorf("%d %q %v", status, body, again)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestKeyWithinItself(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, shop).DB(t, shop.Service)
	err := d.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		do := func(fn func() (int, any, error)) error {
			_, _, _, err := idem.Do(t.Context(), tx, shop.Name, "acme", "u1", "k", "h", fn)
			return err
		}
		return do(func() (int, any, error) { return 200, nil, do(func() (int, any, error) { return 200, nil, nil }) })
	})
	if err == nil {
		t.Error("Do accepted a key within the effect of the same key")
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, shop).DB(t, shop.Service)
	for key, ok := range map[string]bool{
		"": false, "a\nb": false, "ñ": false, "\x00": false, strings.Repeat("k", idem.MaxKey+1): false,
		strings.Repeat("k", idem.MaxKey): true, `'; DROP TABLE booking --`: true,
	} {
		if _, err := book(t.Context(), d, "acme", "u1", key, "h", nothing); errors.Is(err, idem.ErrKeyInvalid) == ok || (err == nil) != ok {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func TestPruneRemovesOldKeysOnly(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t, shop)
	d := p.DB(t, shop.Service)
	now := time.Now()
	for i, age := range []time.Duration{0, 30 * 24 * time.Hour, idem.Keep + time.Hour} {
		if _, err := p.Admin(t).Exec(`INSERT INTO shop.idempotency_key (id_empresa, user_id, key, request_hash, created_at)
			SELECT 'acme', 'u1', $1 || n, 'h', $2 FROM generate_series(1, 6000) n`, fmt.Sprint("k", i, "-"), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	removed, err := idem.Prune(t.Context(), d, shop.Name, now)
	if err != nil || removed != 6000 {
		t.Errorf("removed %d, %v", removed, err)
	}
	if removed, err = idem.Prune(t.Context(), d, shop.Name, now); err != nil || removed != 0 {
		t.Errorf("removed %d more, %v", removed, err)
	}
}

func TestKeysAreProtected(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t, shop)
	d := p.DB(t, shop.Service)
	if _, err := book(t.Context(), d, "acme", "u1", "k", "h", nothing); err != nil {
		t.Fatal(err)
	}
	var seen int
	if err := d.InTenant(t.Context(), "globex", func(tx *sqlx.Tx) error {
		return tx.Get(&seen, `SELECT count(*) FROM shop.idempotency_key`)
	}); err != nil || seen != 0 {
		t.Errorf("another company sees %d keys, %v", seen, err)
	}
	if found, err := db.CheckCatalog(t.Context(), p.Admin(t), []db.Schema{shop}); err != nil || len(found) > 0 {
		t.Errorf("catalog: %q, %v", found, err)
	}
}

func TestAnswerThatIsNoJSON(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, shop).DB(t, shop.Service)
	err := d.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		_, _, _, err := idem.Do(t.Context(), tx, shop.Name, "acme", "u1", "k", "h", func() (int, any, error) { return 200, make(chan int), nil })
		return err
	})
	if _, ok := errors.AsType[*json.UnsupportedTypeError](err); !ok {
		t.Errorf("got %v", err)
	}
}
