package cli_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

const natsConf = "../../../../deploy/nats/terreno.conf"

// natsPassword returns a password that begins like a number. Without quotation marks the server would not read it as text.
func natsPassword(user string) string { return "12e4" + strings.ReplaceAll(user, "-", "") }

func natsVariable(user string) string {
	return "NATS_PASSWORD_" + strings.ToUpper(strings.ReplaceAll(user, "-", "_"))
}

// deployedNATS runs a server with deploy/nats/terreno.conf. Only its port and its data folder are those of the test.
func deployedNATS(t *testing.T) (*server.Options, func(user string) string) {
	t.Helper()
	for _, user := range append(stream.Services(), bus.Admin) {
		t.Setenv(natsVariable(user), `"`+natsPassword(user)+`"`)
	}
	o, err := server.ProcessConfigFile(natsConf)
	if err != nil {
		t.Fatal(err)
	}
	parsed := *o
	o.Host, o.Port, o.HTTPPort, o.StoreDir, o.NoLog, o.NoSigs = "127.0.0.1", -1, 0, t.TempDir(), true, true
	o.AuthTimeout = 60 // whoever stood still for a moment is no stranger
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("the server of terreno.conf is not ready")
	}
	return &parsed, func(user string) string {
		return "nats://" + user + ":" + natsPassword(user) + "@" + s.Addr().String()
	}
}

func deployedBus(t *testing.T, url func(string) string, user string) *bus.Bus {
	t.Helper()
	b, err := bus.Connect(url(user), user, bus.Options{Log: natstest.Log(t), Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// The file gives each service exactly the permissions of the stream table. The server syncs its files as often as the server
// of `terreno up`.
func TestNATSConfMatchesTheStreamTable(t *testing.T) {
	o, url := deployedNATS(t)
	if o.SyncInterval != 200*time.Millisecond || o.MaxPayload != 1<<20 || !o.JetStream {
		t.Errorf("sync interval %s, payload %d, jetstream %t", o.SyncInterval, o.MaxPayload, o.JetStream)
	}
	var names []string
	for _, u := range o.Users {
		names = append(names, u.Username)
		if u.Password != natsPassword(u.Username) {
			t.Errorf("the password of %s is %q", u.Username, u.Password)
		}
		if u.Username == bus.Admin {
			if u.Permissions != nil {
				t.Errorf("the admin has only the permissions %+v, want all", u.Permissions)
			}
			continue
		}
		want, p := stream.Access(u.Username), u.Permissions
		if p == nil || !slices.Equal(p.Publish.Allow, want.Publish) || !slices.Equal(p.Subscribe.Allow, want.Subscribe) ||
			len(p.Publish.Deny)+len(p.Subscribe.Deny) != 0 {
			t.Errorf("%s has the permissions %+v, want %+v", u.Username, p, want)
		}
	}
	slices.Sort(names)
	if want := slices.Sorted(slices.Values(append(stream.Services(), bus.Admin))); !slices.Equal(names, want) {
		t.Errorf("users %q, want %q", names, want)
	}
	for _, bad := range []string{"nats://" + bus.Admin + "@", "nats://identity:wrong@", "nats://"} {
		at := url(bus.Admin)[strings.LastIndex(url(bus.Admin), "@")+1:]
		if nc, err := nats.Connect(bad+at, nats.Timeout(30*time.Second)); !errors.Is(err, nats.ErrAuthorization) {
			nc.Close()
			t.Errorf("%s: %v, want an authorization error", bad, err)
		}
	}
}

// After `terreno provision`, the server lets each service do its own work and refuses the work of other services.
func TestNATSConfAllowsEachServiceItsWork(t *testing.T) {
	_, url := deployedNATS(t)
	status, out, errOut := run([]string{"TERRENO_NATS_URL=" + url(bus.Admin)}, "provision")
	if status != 0 || !strings.Contains(out, stream.Tracking) {
		t.Fatalf("provision: %d\n%s%s", status, out, errOut)
	}
	for _, name := range stream.Services() {
		b := deployedBus(t, url, name)
		for _, row := range stream.Table() {
			if row.Name != stream.DLQ {
				publishAs(t, b, name, row)
			}
			listenAs(t, b, name, row)
			readAs(t, b, name, row)
		}
		deleteAs(t, url(name), name)
	}
	for _, row := range stream.Table() {
		for _, c := range row.Consumers {
			consumeAs(t, deployedBus(t, url, c.Service), row, c)
		}
	}
}

func expect(t *testing.T, err error, allowed bool, what ...string) {
	t.Helper()
	if allowed != (err == nil) || !allowed && !errors.Is(err, bus.ErrDenied) {
		t.Errorf("%s: want allowed %t, got %v", strings.Join(what, " "), allowed, err)
	}
}

func publishAs(t *testing.T, b *bus.Bus, name string, row stream.Stream) {
	t.Helper()
	tokens := strings.Split(strings.NewReplacer("in.*.", "acme.", "*", "x").Replace(row.Ingress), ".")
	s, err := subject.New(tokens[0], tokens[1], tokens[2], tokens[3])
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Publish(t.Context(), bus.Message{Subject: s, ID: name, Data: []byte("x")})
	expect(t, err, slices.Contains(row.Publishers, name), name, "publishes to", row.Name)
}

func listenAs(t *testing.T, b *bus.Bus, name string, row stream.Stream) {
	t.Helper()
	for pattern, allowed := range map[string]bool{
		row.RelayPattern(): slices.Contains(row.Listeners, name) || slices.Contains(row.Listeners, stream.AnyService),
		row.Ingress:        false,
	} {
		if pattern == "" {
			continue
		}
		l, err := bus.Listen(b, pattern, func(bus.Msg) {}, nil)
		expect(t, err, allowed, name, "listens to", pattern)
		if err == nil {
			l.Close()
		}
	}
}

func readAs(t *testing.T, b *bus.Bus, name string, row stream.Stream) {
	t.Helper()
	if slices.Contains(row.Readers, name) {
		_, _, err := b.Next(t.Context(), row.Name, row.Ingress, 1)
		expect(t, err, true, name, "reads", row.Name)
	}
	if row.Purger == name {
		_, err := admin.Purge(t.Context(), b, row, admin.PurgeOptions{Above: 1})
		expect(t, err, true, name, "purges", row.Name)
		_, _, err = b.Next(t.Context(), row.Name, row.Ingress, 1)
		expect(t, err, true, name, "looks into", row.Name)
	}
}

// deleteAs tries to delete each stream, which only the admin may do. It uses its own connection, because the bus handles the
// permission errors of its connection itself.
func deleteAs(t *testing.T, url, name string) {
	t.Helper()
	refused := make(chan error, len(stream.Table()))
	nc, err := nats.Connect(url, append(bus.DialOptions(name), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))...)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, row := range stream.Table() {
		if err := nc.Publish("$JS.API.STREAM.DELETE."+row.Name, nil); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-refused:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				t.Errorf("%s deletes %s: %v", name, row.Name, err)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s deletes %s and gets no error", name, row.Name)
		}
	}
}

func consumeAs(t *testing.T, b *bus.Bus, row stream.Stream, c stream.Consumer) {
	t.Helper()
	if c.Ordered {
		return // Ordered consumers have their own tests, and TestNATSConfMatchesTheStreamTable compares their permissions.
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got := false
	handle := func(_ context.Context, _ bus.Msg) error {
		got = true
		cancel()
		return nil
	}
	consumer, err := bus.NewConsumer(b, bus.ConsumerConfig{Stream: row.Name, Durable: c.Durable}, handle)
	if err != nil {
		t.Fatal(err)
	}
	if err := consumer.Run(ctx); err != nil || !got {
		t.Errorf("%s consumes %s: %v, got a message: %t", c.Service, row.Name, err, got)
	}
}
