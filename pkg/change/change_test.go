package change_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

var errBroken = errors.New("broken on purpose")

func user(id string, version string) string {
	return `acme.directorio.usuario.` + id + ` {"id":"` + id + `","role":"","teams":[],"active":false,"tokens_valid_from_ms":"0","version":"` + version + `"}`
}

func TestAChangeAndItsEventsAreCommittedTogether(t *testing.T) {
	t.Parallel()
	w := setup(t)
	err := w.changes.In(t.Context(), "acme", "eva", func(ch *change.Change) error {
		if ch.Company != "acme" || ch.By != "eva" || !ch.At.Equal(noon.Truncate(time.Millisecond)) {
			t.Errorf("a change by %s in %s at %s", ch.By, ch.Company, ch.At)
		}
		if _, err := write(t.Context(), ch, "a"); err != nil {
			return err
		}
		return errors.Join(tell(ch, "b", 1), tell(ch, "a", 2), tell(ch, "b", 3))
	})
	if err != nil || w.rows(t) != [3]int{1, 3, 0} || w.woken() != 1 {
		t.Errorf("%v: %v rows, woken %d times", err, w.rows(t), w.woken())
	}
	got := w.published(t)
	// The order holds for each entity by itself: b's events come in the order of Emit.
	b := slices.DeleteFunc(slices.Clone(got), func(line string) bool { return !strings.Contains(line, "usuario.b") })
	if len(got) != 3 || !slices.Contains(got, user("a", "2")) || !slices.Equal(b, []string{user("b", "1"), user("b", "3")}) {
		t.Errorf("published\n%s", strings.Join(got, "\n"))
	}
}

func TestNothingIsKeptOfAChangeThatFails(t *testing.T) {
	t.Parallel()
	w := setup(t)
	keyed := httpx.Keyed{Key: "k"}
	half := func(ch *change.Change) error {
		_, _, err := change.Once(ch, keyed, "op", nil, http.StatusOK, func() (int, error) { return write(t.Context(), ch, "a") })
		return errors.Join(err, tell(ch, "a", 1))
	}
	for name, c := range map[string]struct {
		fn   func(ch *change.Change) error
		want func(err error) bool
	}{
		"an error": {func(ch *change.Change) error { return errors.Join(half(ch), errBroken) }, func(err error) bool { return errors.Is(err, errBroken) }},
		"nothing":  {func(ch *change.Change) error { return errors.Join(half(ch), change.ErrNothing) }, func(err error) bool { return err == nil }},
		"an event without an address": {func(ch *change.Change) error {
			return errors.Join(half(ch), tell(ch, "a>", 1))
		}, func(err error) bool { return err != nil }},
		"an audience that no header takes": {func(ch *change.Change) error {
			to := audience.Audience{Users: []string{"a,b"}}
			return errors.Join(half(ch), ch.Emit("directorio", "usuario", "a", to, &terrenov1.DirectoryUser{}))
		}, func(err error) bool { return err != nil }},
		"an event of a domain that no stream has": {func(ch *change.Change) error {
			return errors.Join(half(ch), ch.Emit("cocina", "usuario", "a", audience.Audience{}, &terrenov1.DirectoryUser{}))
		}, func(err error) bool { return err != nil }},
		"an event that the stream table does not name": {func(ch *change.Change) error {
			return errors.Join(half(ch), ch.Emit("directorio", "inventado", "a", audience.Audience{}, &terrenov1.DirectoryUser{}))
		}, func(err error) bool { return err != nil }},
		"another event's body": {func(ch *change.Change) error {
			return errors.Join(half(ch), ch.Emit("directorio", "empresa", "a", audience.Audience{}, &terrenov1.DirectoryUser{}))
		}, func(err error) bool { return err != nil }},
	} {
		if err := w.changes.In(t.Context(), "acme", "eva", c.fn); !c.want(err) {
			t.Errorf("%s: %v", name, err)
		}
		if w.rows(t) != [3]int{} || w.woken() != 0 {
			t.Errorf("%s: %v is left, woken %d times", name, w.rows(t), w.woken())
		}
	}
	func() {
		defer func() { _ = recover() }()
		_ = w.changes.In(t.Context(), "acme", "eva", func(ch *change.Change) error {
			_ = half(ch)
			panic("on purpose")
		})
	}()
	if w.rows(t) != [3]int{} || w.woken() != 0 {
		t.Errorf("a panic: %v is left, woken %d times", w.rows(t), w.woken())
	}
}

func TestWithoutEventsNobodyIsWoken(t *testing.T) {
	t.Parallel()
	w := setup(t)
	err := w.changes.In(t.Context(), "acme", "eva", func(ch *change.Change) error {
		_, err := write(t.Context(), ch, "a")
		return err
	})
	if err != nil || w.rows(t) != [3]int{1, 0, 0} || w.woken() != 0 {
		t.Errorf("%v: %v rows, woken %d times", err, w.rows(t), w.woken())
	}
}

func (w *world) once(ctx context.Context, company, by, key, op, request string) (answer *httpx.Answer[int], replayed bool, err error) {
	err = w.changes.In(ctx, company, by, func(ch *change.Change) error {
		answer, replayed, err = change.Once(ch, httpx.Keyed{Key: key}, op, request, http.StatusCreated, func() (int, error) {
			n, err := write(ctx, ch, "a")
			return n, errors.Join(err, tell(ch, "a", n))
		})
		return err
	})
	return answer, replayed, err
}

func TestOnceGivesTheFirstAnswerAgain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for call := range 3 {
		a, replayed, err := w.once(t.Context(), "acme", "eva", "k", "op", "r")
		if err != nil || replayed != (call > 0) || *a != (httpx.Answer[int]{Status: http.StatusCreated, Body: 1}) {
			t.Errorf("call %d: %+v, %v, %v", call, a, replayed, err)
		}
	}
	if w.rows(t) != [3]int{1, 1, 1} || w.woken() != 1 {
		t.Errorf("%v rows, woken %d times", w.rows(t), w.woken())
	}
	for name, call := range map[string][3]string{"another operation": {"k", "other", "r"}, "another request": {"k", "op", "s"}} {
		if _, _, err := w.once(t.Context(), "acme", "eva", call[0], call[1], call[2]); !errors.Is(err, idem.ErrKeyReused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Keys are separate for each user and each company. Without a key nothing is remembered.
	for n, who := range [][3]string{{"acme", "leo", "k"}, {"otra", "eva", "k"}, {"acme", "eva", ""}, {"acme", "eva", ""}} {
		if a, replayed, err := w.once(t.Context(), who[0], who[1], who[2], "op", "r"); err != nil || replayed || a.Body != []int{2, 1, 3, 4}[n] {
			t.Errorf("%v: %+v, %v, %v", who, a, replayed, err)
		}
	}
}

func TestOnceOfTwoAtTheSameMoment(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const calls = 4
	var all sync.WaitGroup
	var mu sync.Mutex
	ready, first := make(chan struct{}), 0
	for range calls {
		all.Go(func() {
			<-ready
			a, replayed, err := w.once(t.Context(), "acme", "eva", "k", "op", "r")
			mu.Lock()
			defer mu.Unlock()
			if err != nil || *a != (httpx.Answer[int]{Status: http.StatusCreated, Body: 1}) {
				t.Errorf("%+v, %v", a, err)
			}
			if !replayed {
				first++
			}
		})
	}
	close(ready)
	all.Wait()
	if first != 1 || w.rows(t) != [3]int{1, 1, 1} {
		t.Errorf("%d of %d calls were the first; %v rows", first, calls, w.rows(t))
	}
}

// When a call fails, the next one may use the same key, and no part of an answer is left.
func TestOnceForgetsWhatFailed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, key := range []string{"k", ""} {
		err := w.changes.In(t.Context(), "acme", "eva", func(ch *change.Change) error {
			a, _, err := change.Once(ch, httpx.Keyed{Key: key}, "op", "r", http.StatusCreated, func() (int, error) { return 7, errBroken })
			if a != nil {
				t.Errorf("key %q: answered %+v", key, a)
			}
			return err
		})
		if !errors.Is(err, errBroken) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	if a, replayed, err := w.once(t.Context(), "acme", "eva", "k", "op", "r"); err != nil || replayed || a.Body != 1 {
		t.Errorf("%+v, %v, %v", a, replayed, err)
	}
}

// A change cannot publish an event for another company than its own: row-level security refuses it.
func TestAChangeOfACompanyTellsNothingInAnother(t *testing.T) {
	t.Parallel()
	w := setup(t)
	err := w.changes.In(t.Context(), "acme", "eva", func(ch *change.Change) error { return tell(ch.For("otra"), "a", 1) })
	if err == nil || !strings.Contains(err.Error(), "row-level security") || w.rows(t) != [3]int{} {
		t.Errorf("%v: %v rows", err, w.rows(t))
	}
}

// Both changes emit their first event before either emits its second, about the other's first entity. If each Emit took a
// lock, they would wait for each other in a circle.
func TestOppositeOrdersDoNotDeadlock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range 10 {
		var all, met sync.WaitGroup
		met.Add(2)
		for _, ids := range [][]string{{"a", "b"}, {"b", "a"}} {
			all.Go(func() {
				err := w.changes.In(t.Context(), "acme", "eva", func(ch *change.Change) error {
					err := tell(ch, ids[0], 1)
					met.Done()
					met.Wait()
					return errors.Join(err, tell(ch, ids[1], 1))
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	if n := pgtest.Count(t, w.admin, "office.outbox"); n != 40 {
		t.Errorf("%d events, want 40", n)
	}
}

func TestThePlatformIsNoCompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if a, _, err := w.once(t.Context(), change.Platform, "root", "k", "op", "r"); err == nil {
		t.Errorf("an event without a company was accepted: %+v", a)
	}
	emit := func(ch *change.Change) error {
		return ch.For("acme").Emit("directorio", "usuario", "a", audience.Audience{}, &terrenov1.DirectoryUser{Id: "a", Version: 1})
	}
	err := w.changes.In(t.Context(), change.Platform, "root", func(ch *change.Change) error {
		_, replayed, err := change.Once(ch, httpx.Keyed{Key: "k"}, "op", "r", http.StatusOK, func() (int, error) {
			n, err := write(t.Context(), ch, "a")
			return n, errors.Join(err, emit(ch))
		})
		if replayed {
			t.Error("the change that failed was remembered")
		}
		return err
	})
	if err != nil || w.rows(t) != [3]int{1, 1, 1} || pgtest.Count(t, w.admin, "office.note WHERE id_empresa = ''") != 1 {
		t.Errorf("%v: %v rows", err, w.rows(t))
	}
	if got := w.published(t); !slices.Equal(got, []string{user("a", "1")}) {
		t.Errorf("published %q", got)
	}
}

func TestAWorkersChange(t *testing.T) {
	t.Parallel()
	w := setup(t)
	role := func(ch *change.Change) (is string) {
		if err := ch.Tx.GetContext(t.Context(), &is, `SELECT current_user || ' ' || coalesce(current_setting('terreno.tenant', true), '')`); err != nil {
			t.Error(err)
		}
		return is
	}
	check := func(run func(fn func(*change.Change) error) error, company, want string) {
		t.Helper()
		err := run(func(ch *change.Change) error {
			if got := role(ch); strings.TrimSpace(got) != want || ch.Company != company || ch.By != "sweeper" {
				t.Errorf("%q for %q by %q, want %q", got, ch.Company, ch.By, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	const worker = "terreno_change_office_worker"
	check(func(fn func(*change.Change) error) error { return w.changes.AsWorker(t.Context(), "sweeper", fn) }, "", worker)
	check(func(fn func(*change.Change) error) error {
		return w.changes.AsWorkerFor(t.Context(), "acme", "sweeper", fn)
	}, "acme", worker+" acme")
	check(func(fn func(*change.Change) error) error { return w.changes.In(t.Context(), "acme", "sweeper", fn) }, "acme", "terreno_change_office acme")
	pool := w.pg.DB(t, office.Service)
	begin := func(ctx context.Context, fn func(*sqlx.Tx) error) error { return pool.AsWorkerFor(ctx, "otra", fn) }
	check(func(fn func(*change.Change) error) error {
		return w.changes.On(t.Context(), begin, "acme", "sweeper", fn)
	}, "acme", worker+" otra")
	if err := w.changes.AsWorkerFor(t.Context(), "", "sweeper", func(*change.Change) error { return nil }); err == nil {
		t.Error("AsWorkerFor ran a change without a company")
	}
}
