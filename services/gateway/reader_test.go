package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/hub"
)

// reader is one client. It keeps its cursor over all its sockets.
type reader struct {
	*load
	tenant, user, cursor string
	first                *client
	sockets              int
	events               map[string][]string
	newest               map[string]int
}

func (r *reader) who() string { return r.tenant + "/" + r.user }

// dial opens the next socket at a random gateway. It resumes with a frame or with the handshake, at random.
func (r *reader) dial(t *testing.T) (*client, error) {
	r.sockets++
	g := r.gateways[rand.IntN(len(r.gateways))]
	d := bearer(r.w.token(t, r.who()))
	if r.cursor == "" || rand.IntN(2) == 0 {
		c, err := tryDial(t, g.URL, d.from(r.cursor))
		if err != nil || r.cursor != "" {
			return c, err
		}
		// The first socket begins at the cursor in listo.
		_, err = c.read(t)
		r.cursor = c.cursor
		return c, err
	}
	c, err := tryDial(t, g.URL, d)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf(`{"event":"reanudar","data":{"desde":%q}}`, r.cursor)
	return c, c.Write(context.WithoutCancel(t.Context()), websocket.MessageText, []byte(text))
}

// run reads until everything has come. The first sockets are cut at a random moment.
func (r *reader) run(ctx context.Context, t *testing.T) error {
	c := r.first
	for {
		cut := r.cut > 0 && r.published.Load() < 3*loadEvents
		if cut {
			open := c // A timer that is late must not cut the next socket.
			timer := time.AfterFunc(rand.N(r.cut), func() { _ = open.CloseNow() })
			defer timer.Stop()
		}
		err := r.read(ctx, c)
		_ = c.CloseNow()
		if err == nil {
			return nil
		}
		if errors.Is(err, errReload) || ctx.Err() != nil || !cut {
			return fmt.Errorf("%s, socket %d: %w; newest %v", r.who(), r.sockets, err, r.newest)
		}
		if c, err = r.dial(t); err != nil {
			return fmt.Errorf("%s, socket %d: %w", r.who(), r.sockets, err)
		}
	}
}

var errReload = errors.New("told to reload")

// read stores what comes over one socket. It returns nil when everything has come.
func (r *reader) read(ctx context.Context, c *client) error {
	for !r.complete() {
		_, text, err := c.Read(ctx)
		if err != nil {
			return err
		}
		f, err := decode(text)
		if err != nil {
			return err
		}
		// A real client also keeps the id of the last frame that had one, whatever the frame was.
		if f.ID != "" {
			r.cursor = f.ID
		}
		domain, _, _ := strings.Cut(f.Event, ":")
		switch f.Event {
		case "listo", "latido", "usuario:presencia", "usuario:online", "usuario:offline":
		case "tracking:ubicacion":
			var user string
			var second int
			if _, err := fmt.Sscanf(strings.Replace(f.name(), "@", " ", 1), "%s %d", &user, &second); err != nil {
				return fmt.Errorf("position %s: %w", f.Data, err)
			}
			r.newest[user] = second
		case domain + ":nueva":
			r.events[domain] = append(r.events[domain], f.name())
		case "recargar":
			return fmt.Errorf("%w: %s", errReload, f.Data)
		default:
			return fmt.Errorf("unexpected %s %s", f.Event, f.Data)
		}
	}
	return nil
}

// complete says whether the last events of all streams have come, and the last position of everybody whom the reader may
// see.
func (r *reader) complete() bool {
	for _, s := range stream.Replayed() {
		domain := hub.Domain(s)
		if !slices.Contains(r.events[domain], "end-"+domain) {
			return false
		}
	}
	for user, team := range teamOf {
		visible := audience.OfUser(user, []string{team}).Includes(viewers[r.user])
		if visible && r.newest[user] != lastPosition {
			return false
		}
	}
	return true
}
