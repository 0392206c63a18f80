package notifier

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier/internal/fcm"
	"github.com/terreno/terreno/services/notifier/internal/push"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// PushConfig says how pushes leave the installation.
type PushConfig struct {
	Credentials string `env:"FCM_CREDENTIALS" help:"path of the JSON file with a Firebase service account's key; empty sends no pushes, and says so"`
	Endpoint    string `env:"FCM_ENDPOINT" help:"where FCM is, for a proxy or a fake; empty for https://fcm.googleapis.com"`
	CA          string `env:"FCM_CA" help:"path of a PEM file with a certificate authority that FCM_ENDPOINT needs"`
	PerMinute   int    `env:"FCM_PER_MINUTE" default:"600000" help:"how many pushes a minute this process sends at most; divide the project's quota by the number of replicas"`
}

// Validate checks the limits. New checks the files.
func (c *PushConfig) Validate() []error {
	var wrong []error
	// The value 0 is that of a Config that nobody loaded.
	if c.PerMinute < 0 || c.PerMinute > 10_000_000 {
		wrong = append(wrong, fmt.Errorf("TERRENO_FCM_PER_MINUTE=%d: give 1 to 10000000", c.PerMinute))
	}
	if at, err := url.Parse(c.Endpoint); c.Endpoint != "" && (err != nil || at.Scheme != "https" || at.Host == "") {
		wrong = append(wrong, fmt.Errorf("TERRENO_FCM_ENDPOINT=%q: give an address such as https://fcm.googleapis.com", c.Endpoint))
	}
	return wrong
}

// pushes is the runner that sends pushes, and its client.
type pushes struct {
	*push.Pusher
	client *fcm.Client
}

func newPushes(c PushConfig, deps app.Deps, s *store.Store) (*pushes, error) {
	d := push.Deps{Bus: deps.Bus, Store: s, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics, Drain: deps.DrainTimeout}
	p := &pushes{}
	if c.Credentials != "" {
		var err error
		p.client, err = fcm.New(context.Background(), fcm.Config{Credentials: c.Credentials, Endpoint: c.Endpoint, CA: c.CA})
		if err != nil {
			return nil, fmt.Errorf("prepare pushes: %w", err)
		}
		d.Sender = p.client
	}
	var err error
	p.Pusher, err = push.New(d, push.Settings{PerMinute: c.PerMinute})
	return p, err
}

// Run sends until ctx ends.
func (p *pushes) Run(ctx context.Context) error {
	if p.client != nil {
		defer p.client.Close()
	}
	return p.Pusher.Run(ctx)
}

const (
	purgeEvery = 10 * time.Second
	// purgeAbove is how full a stream of what leaves stays although all of it was sent.
	purgeAbove = 0.25
)

// purge keeps the streams of what leaves the installation from being full of what has left.
func purge(b *bus.Bus) app.Task {
	return app.Task{Name: "sent messages", Every: purgeEvery, Do: func(ctx context.Context) error {
		var errs []error
		for _, name := range []string{stream.Urgent, stream.Notify, stream.Webhook} {
			row, _ := stream.ByName(name)
			_, err := admin.Purge(ctx, b, row, admin.PurgeOptions{Above: purgeAbove})
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}}
}
