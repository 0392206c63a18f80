// Package fleet sends a trace with many phones. Each phone has one login and replays one vehicle, as fast as the server
// accepts it (Fast) or at the times of the domain clock (Follow).
//
// Fast sends the rows of a vehicle in the order of the file, so the server gets the disorder of the trace, which can be
// many hours. Follow sends them in the order in which they were recorded, because a phone cannot send a fix before it has
// recorded it; only the faults cause disorder. Both start one goroutine per phone and return when all have ended. The
// client limits the number of requests at the same time. A phone with problems does not delay the others.
package fleet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
	"github.com/terreno/terreno/services/fieldsim/internal/work"
)

// In Follow, a phone tries again after the server refused its login. The first pauses are short, because somebody may be
// about to create its user.
const (
	loginAgainFirst = 5 * time.Second
	loginAgainMax   = time.Minute
)

// Options of a fleet. All are required, except Faults.
type Options struct {
	Trace   *trace.Trace
	Logins  []string // one phone each; if there are more logins than vehicles, several phones replay the same vehicle
	Seed    uint64
	Cadence phone.Cadence
	Faults  phone.Faults
	Client  *client.Client
	Log     *slog.Logger
	// Office is the login that plans the visits of the phones' users; without one they only move. It is for Follow.
	Office string
}

// Fleet is the set of phones that replay a trace.
type Fleet struct {
	o Options
	// planned is the last day whose visits the office has made. Until then the phones say nothing about them.
	planned atomic.Int64
	// past counts the phones that have not sent their past yet, and sentPast is closed after the last.
	past     atomic.Int64
	sentPast chan struct{}
}

// New returns a fleet. It starts no goroutines.
func New(o Options) *Fleet {
	f := &Fleet{o: o, sentPast: make(chan struct{})}
	f.past.Store(int64(len(o.Logins)))
	f.planned.Store(math.MinInt64)
	return f
}

// member is one phone of the fleet.
type member struct {
	login   string
	device  string
	vehicle trace.Vehicle
	// story is nil for most, and in a fleet without an office.
	story *work.Story
	// listens says that the person has the app open while the phone sends.
	listens bool
}

func (f *Fleet) members() []member {
	var all []member
	for i, login := range f.o.Logins {
		v := f.o.Trace.Vehicles[i%len(f.o.Trace.Vehicles)]
		m := member{login: login, device: "sim-" + v.ID, vehicle: v}
		if f.o.Office != "" {
			m.story = work.StoryOf(i)
			m.listens = i%4 != 3
		}
		all = append(all, m)
	}
	return all
}

// seed returns a different seed for each phone and day, so that each phone has different faults each day.
func (f *Fleet) seed(m member, day int64) uint64 {
	h := fnv.New64a()
	var number [16]byte
	binary.BigEndian.PutUint64(number[:8], f.o.Seed)
	binary.BigEndian.PutUint64(number[8:], uint64(day))
	_, _ = h.Write(number[:])
	_, _ = h.Write([]byte(m.login))
	return h.Sum64()
}

// Fast sends the whole trace, with all times moved by shift. Each phone sends its uploads one after the other. Fast returns
// when every upload is acknowledged or given up. The error joins the errors of the phones that did not finish.
func (f *Fleet) Fast(ctx context.Context, shift time.Duration) error {
	f.o.Log.Info("the phones send as fast as they can", "phones", len(f.o.Logins))
	return f.each(func(m member) error {
		sender := f.o.Client.Phone(m.login, m.device)
		for _, u := range f.fastPlan(m, shift) {
			if err := sender.Send(ctx, u.Fixes); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *Fleet) fastPlan(m member, shift time.Duration) []phone.Upload {
	return phone.Plan(trace.Shift(m.vehicle.Fixes, shift), f.o.Cadence, f.o.Faults, f.seed(m, 0))
}

// Follow sends each upload when the clock reaches its time, day after day, until ctx ends; then it returns nil. It begins
// with the uploads that are due from now on. These include the fixes that a phone without signal at this moment has kept.
// With an office it begins with everything from the beginning of yesterday. Otherwise it never sends earlier uploads. While the server is not available, the uploads that become due wait.
func (f *Fleet) Follow(ctx context.Context, clk clock.Clock) error {
	f.o.Log.Info("the phones follow the clock", "phones", len(f.o.Logins), "now", clk.Now())
	var office sync.WaitGroup
	defer office.Wait()
	if f.o.Office != "" {
		office.Go(func() { f.plan(ctx, clk) })
		office.Go(func() { f.sumUp(ctx, clk) })
		office.Go(func() { f.talk(ctx, clk) })
	}
	return f.each(func(m member) error {
		err := f.follow(ctx, m, clk)
		if ctx.Err() != nil {
			err = nil // The caller asked for the end.
		}
		return err
	})
}

func (f *Fleet) follow(ctx context.Context, m member, clk clock.Clock) error {
	sender := f.o.Client.Phone(m.login, m.device)
	due := f.newSchedule(m, clk.Now())
	chores := f.newChores(m, clk.Now())
	if f.o.Office != "" {
		if err := f.sendPast(ctx, m, sender, clk.Now()); err != nil {
			return err
		}
		if f.past.Add(-1) == 0 {
			close(f.sentPast)
		}
	}
	var socket line
	defer socket.close()
	for {
		u := due.next()
		if u.At.Sub(clk.Now()) > hangUpAfter {
			socket.close()
		}
		if err := f.work(ctx, chores, sender, clk, u.At); err != nil {
			return err
		}
		if err := until(ctx, clk, u.At); err != nil {
			return err
		}
		if err := f.send(ctx, m, sender, u); err != nil {
			return err
		}
		if m.listens {
			socket.open(ctx, sender)
		}
	}
}

// send sends an upload. While the server refuses the phone's login, it tries again, because somebody may create or enable
// the user.
func (f *Fleet) send(ctx context.Context, m member, sender *client.Phone, u phone.Upload) error {
	return f.loggedIn(ctx, m.login, func() error { return sender.Send(ctx, u.Fixes) })
}

func (f *Fleet) loggedIn(ctx context.Context, login string, send func() error) error {
	for again := loginAgainFirst; ; again = min(2*again, loginAgainMax) {
		err := send()
		if !errors.Is(err, client.ErrLoginRefused) {
			return err
		}
		f.o.Log.Warn("the server refused the login of a phone", "login", login, "again_after", again, "error", err)
		if !wait.For(ctx, again) {
			return ctx.Err()
		}
	}
}

func (f *Fleet) each(play func(member) error) error {
	members := f.members()
	errs := make([]error, len(members))
	var phones sync.WaitGroup
	for i, m := range members {
		phones.Go(func() {
			if err := play(m); err != nil {
				errs[i] = fmt.Errorf("phone %s: %w", m.login, err)
			}
		})
	}
	phones.Wait()
	return errors.Join(errs...)
}
