package fleet

import (
	"context"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
	"github.com/terreno/terreno/services/fieldsim/internal/work"
)

// visits returns the visits of all members on a day, counted from the day of the trace.
func (f *Fleet) visits(day int64) []work.Visit {
	var all []work.Member
	for _, m := range f.members() {
		all = append(all, worker(m))
	}
	shift := time.Duration(day) * f.o.Trace.Period()
	return work.Visits(all, f.o.Trace.Midnight.Add(shift), shift)
}

func worker(m member) work.Member {
	return work.Member{Login: m.login, Device: m.device, Fixes: trace.Vehicle{Fixes: m.vehicle.Fixes}.InTime()}
}

// plan makes the places and then, for each day, the visits of the next one, until ctx ends. It also sets up hours and the like. Sent
// again after a restart, they change nothing: places and visits have fixed ids. What people have changed meanwhile stays as they left it.
func (f *Fleet) plan(ctx context.Context, clk clock.Clock) {
	office := f.o.Client.Phone(f.o.Office, "")
	today := f.day(clk.Now())
	post := func(path, key string, body any) bool {
		refused := ""
		err := f.loggedIn(ctx, f.o.Office, func() (err error) {
			refused, err = office.Post(ctx, path, key, body)
			return err
		})
		if refused != "" {
			f.o.Log.Warn("the server refused what the office planned", "path", path, "code", refused)
		}
		return err == nil
	}
	if !post("/v1/places/import", "demo-places", work.Places(f.visits(today))) {
		return
	}
	for day := today - pastDays; ; day++ {
		begins := f.begins(day)
		if until(ctx, clk, begins.Add(-f.o.Trace.Period())) != nil { // today's and tomorrow's at once
			return
		}
		if !post("/v1/activities/bulk", fmt.Sprintf("demo-visits-%s", begins.Format(time.DateOnly)), map[string]any{"activities": f.visits(day)}) {
			return
		}
		f.planned.Store(day)
		// Hours come after the phones may report. Else everybody is missing until they have done so.
		if day == today && !f.setUp(ctx, office, work.Setup(f.visits(today), begins)) {
			return
		}
	}
}

// setUp returns false when it was ended.
func (f *Fleet) setUp(ctx context.Context, office *client.Phone, all []work.Set) bool {
	for _, s := range all {
		if err := f.loggedIn(ctx, f.o.Office, func() error {
			var refused string
			var err error
			if s.Key == "" {
				refused, err = office.Put(ctx, s.Path, s.Body)
			} else {
				refused, err = office.Post(ctx, s.Path, s.Key, s.Body)
			}
			if refused != "" {
				f.o.Log.Info("what the office would set up stays as it is", "path", s.Path, "code", refused)
			}
			return err
		}); err != nil {
			return false
		}
	}
	return true
}

// chores are what a member reports about its visits and shifts, day after day.
type chores struct {
	of      func(day int64) []work.Action
	login   string
	loaded  int64
	pending []work.Action
}

// newChores begins with the first action of yesterday. What was due earlier is sent at once, as by a phone that had no signal until now; a
// server that has it already changes nothing.
func (f *Fleet) newChores(m member, now time.Time) *chores {
	c := &chores{login: m.login, loaded: f.day(now) - 1 - pastDays}
	c.of = func(day int64) []work.Action {
		return m.story.Actions(worker(m), work.Actions(worker(m), f.visits(day)), f.begins(day))
	}
	return c
}

// work reports what is due before an instant. It reports nothing of a day whose visits are not made yet.
func (f *Fleet) work(ctx context.Context, c *chores, sender *client.Phone, clk clock.Clock, before time.Time) error {
	if f.o.Office == "" {
		return nil
	}
	for {
		if len(c.pending) == 0 {
			if next := f.begins(c.loaded + 1); c.loaded >= f.planned.Load() || !next.Before(before) {
				return nil
			}
			c.loaded++
			c.pending = c.of(c.loaded)
			continue
		}
		a := c.pending[0]
		if a.Due.After(before) {
			return nil
		}
		if err := until(ctx, clk, a.Due); err != nil {
			return err
		}
		if err := f.loggedIn(ctx, c.login, func() error {
			path, body := a.Path, a.Body
			if report, ok := a.Body.(work.Report); ok && a.Photo {
				path, body = a.Path+work.PhotoQuery(report), work.Photo(a.Key)
			}
			refused, err := sender.Post(ctx, path, a.Key, body)
			if refused != "" {
				f.o.Log.Info("the server refused what a worker did", "login", c.login, "path", a.Path, "code", refused)
			}
			return err
		}); err != nil {
			return err
		}
		c.pending = c.pending[1:]
	}
}
