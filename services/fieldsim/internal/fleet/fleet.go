// Package fleet sends a trace as many phones: each login drives one vehicle, as fast as the server takes it (Fast) or
// when the domain clock says so (Follow).
//
// Fast takes the rows of a vehicle in the file's order, so that a server meets the trace's own disorder of many hours.
// Follow takes them as they were recorded, since a phone cannot send what it has not recorded yet; its disorder comes
// from the faults. Both start one goroutine a phone and return when all have ended; how many talk to the server at the
// same time is the client's to bound. A phone in trouble does not hold up the others.
package fleet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// A phone that is not let in asks again in Follow: soon at first, since its user may be about to be created.
const (
	loginAgainFirst = 5 * time.Second
	loginAgainMax   = time.Minute
)

// Options of a fleet; all are required but Faults.
type Options struct {
	Trace   *trace.Trace
	Logins  []string // one phone each; beyond the trace's vehicles they begin again with the first
	Seed    uint64
	Cadence phone.Cadence
	Faults  phone.Faults
	Client  *client.Client
	Log     *slog.Logger
}

// Fleet is the phones of a trace.
type Fleet struct {
	o Options
}

// New starts nothing.
func New(o Options) *Fleet { return &Fleet{o: o} }

// member is one phone.
type member struct {
	login   string
	device  string
	vehicle trace.Vehicle
}

func (f *Fleet) members() []member {
	var all []member
	for i, login := range f.o.Logins {
		v := f.o.Trace.Vehicles[i%len(f.o.Trace.Vehicles)]
		all = append(all, member{login: login, device: "sim-" + v.ID, vehicle: v})
	}
	return all
}

// seed gives each phone its own faults on each day.
func (f *Fleet) seed(m member, day int64) uint64 {
	h := fnv.New64a()
	var number [16]byte
	binary.BigEndian.PutUint64(number[:8], f.o.Seed)
	binary.BigEndian.PutUint64(number[8:], uint64(day))
	_, _ = h.Write(number[:])
	_, _ = h.Write([]byte(m.login))
	return h.Sum64()
}

// Fast sends the whole trace as if it had been recorded shift later, each phone's uploads one after the other, and
// returns when every upload is acknowledged or given up. The error joins the phones that did not finish.
func (f *Fleet) Fast(ctx context.Context, shift time.Duration) error {
	f.o.Log.Info("phones send as fast as they can", "phones", len(f.o.Logins))
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

// Follow sends each upload when the clock has reached it, day after day, until ctx ends; the error is nil then. It begins
// with what is due from now on, with what a phone that is offline now has kept among it, and never goes back. While the
// server is away the uploads that become due wait for it.
func (f *Fleet) Follow(ctx context.Context, clk clock.Clock) error {
	f.o.Log.Info("phones follow the clock", "phones", len(f.o.Logins), "now", clk.Now())
	return f.each(func(m member) error {
		err := f.follow(ctx, m, clk)
		if ctx.Err() != nil {
			err = nil // the end that was asked for
		}
		return err
	})
}

func (f *Fleet) follow(ctx context.Context, m member, clk clock.Clock) error {
	sender := f.o.Client.Phone(m.login, m.device)
	due := f.newSchedule(m, clk.Now())
	for {
		u := due.next()
		if err := until(ctx, clk, u.At); err != nil {
			return err
		}
		if err := f.patiently(ctx, m, sender, u); err != nil {
			return err
		}
	}
}

// patiently sends an upload also when somebody has to act first for the phone to be let in.
func (f *Fleet) patiently(ctx context.Context, m member, sender *client.Phone, u phone.Upload) error {
	for again := loginAgainFirst; ; again = min(2*again, loginAgainMax) {
		err := sender.Send(ctx, u.Fixes)
		if !errors.Is(err, client.ErrLoginRefused) {
			return err
		}
		f.o.Log.Warn("phone is not let in", "login", m.login, "again_after", again, "error", err)
		if err := pause(ctx, again); err != nil {
			return err
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
