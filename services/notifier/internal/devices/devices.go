// Package devices removes the devices of people who signed out or left, as soon as identity tells of it. It follows the stream DIRECTORY
// as every service's directory does. Each replica does; what is removed already changes nothing.
//
// A device goes with the session that brought it, and all devices of a user go when the user is deactivated or all its tokens are
// revoked. When messages were missed, and every hour (Sweep), it compares all devices with what identity holds.
package devices

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/stream"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const (
	// atOnce is how much one statement removes.
	atOnce = 500
	// most is how much waits while the database is away. Beyond it, all devices are compared when the database is back.
	most = 20_000
	// A statement that hangs must not keep a connection for long.
	timeout = 30 * time.Second
	// The pause after a failure, which doubles up to the second.
	pauseFirst, pauseMost = time.Second, time.Minute
)

// Devices follows who signed out and who left.
type Devices struct {
	bus   *bus.Bus
	store *store.Store
	log   *slog.Logger
	wake  chan struct{}

	mu              sync.Mutex
	sessions, users []store.Ended
	all             bool // compare all devices
}

// New makes Devices. Nothing happens until Run.
func New(b *bus.Bus, s *store.Store, log *slog.Logger) *Devices {
	return &Devices{bus: b, store: s, log: log, wake: make(chan struct{}, 1)}
}

// Run follows the stream until ctx ends.
func (d *Devices) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var removing sync.WaitGroup
	removing.Go(func() { d.remove(ctx) })
	defer removing.Wait()
	defer cancel()
	return d.bus.LoadAndFollow(ctx, stream.Directory, nil, view{d})
}

// Sweep compares all devices with what identity holds, and removes those of sessions and users that are gone.
func (d *Devices) Sweep(ctx context.Context) error {
	_, err := d.store.DropAllEnded(ctx)
	return err
}

// view is what bus.LoadAndFollow needs.
type view struct{ d *Devices }

// Load compares all devices, because messages may have been missed.
func (v view) Load(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return v.d.Sweep(ctx)
}

func (v view) CaughtUp(time.Time) {}

// Hear notes what a message ends, and leaves the work to remove.
func (v view) Hear(m bus.Msg) {
	sessions, users, err := read(m)
	if err != nil {
		v.d.log.Error("a message of the directory cannot be read, so all devices are compared", "subject", m.Subject.String(), "error", err)
	}
	v.d.note(sessions, users, err != nil)
}

// read returns what a message ends.
func read(m bus.Msg) (sessions, users []store.Ended, err error) {
	decode := func(to proto.Message) error {
		if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Data, to); err != nil {
			return fmt.Errorf("read news of %s: %w", m.Subject.Event(), err)
		}
		return nil
	}
	company := m.Subject.Tenant()
	switch m.Subject.Event() {
	case "sesion":
		var is terrenov1.DirectorySession
		if err := decode(&is); err != nil {
			return nil, nil, err
		}
		return []store.Ended{{Company: company, ID: m.Subject.Entity()}}, nil, nil
	case "usuario":
		var is terrenov1.DirectoryUser
		if err := decode(&is); err != nil {
			return nil, nil, err
		}
		switch from := is.GetTokensValidFromMs(); {
		case !is.GetActive():
			return nil, []store.Ended{{Company: company, ID: m.Subject.Entity()}}, nil
		case from > 0:
			return nil, []store.Ended{{Company: company, ID: m.Subject.Entity(), Before: time.UnixMilli(from)}}, nil
		}
	}
	return nil, nil, nil
}

func (d *Devices) note(sessions, users []store.Ended, all bool) {
	d.mu.Lock()
	d.sessions, d.users = append(d.sessions, sessions...), append(d.users, users...)
	if d.all = d.all || all || len(d.sessions)+len(d.users) > most; d.all {
		d.sessions, d.users = nil, nil // comparing all finds these too
	}
	waits := d.all || len(d.sessions)+len(d.users) > 0
	d.mu.Unlock()
	if !waits {
		return
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// take returns what is to be removed next.
func (d *Devices) take() (sessions, users []store.Ended, all bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	sessions, users, all = d.sessions[:min(atOnce, len(d.sessions))], d.users[:min(atOnce, len(d.users))], d.all
	d.sessions, d.users, d.all = d.sessions[len(sessions):], d.users[len(users):], false
	return sessions, users, all
}

// remove removes what was noted until ctx ends. What fails stays noted.
func (d *Devices) remove(ctx context.Context) {
	pause := pauseFirst
	for {
		sessions, users, all := d.take()
		if len(sessions)+len(users) == 0 && !all {
			select {
			case <-d.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		err := d.removeOnce(ctx, sessions, users, all)
		if err == nil {
			pause = pauseFirst
			continue
		}
		d.note(sessions, users, all)
		if ctx.Err() == nil {
			d.log.Warn("devices of sessions that ended are not removed yet", "error", err, "again_in", pause)
		}
		if !wait.For(ctx, wait.Jitter(pause)) {
			return
		}
		pause = min(2*pause, pauseMost)
	}
}

func (d *Devices) removeOnce(ctx context.Context, sessions, users []store.Ended, all bool) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if all {
		return d.Sweep(ctx)
	}
	_, err := d.store.DropEnded(ctx, sessions, users)
	return err
}
