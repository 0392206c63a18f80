package natstest

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/freeport"
	"github.com/terreno/terreno/pkg/natsd"
	"github.com/terreno/terreno/proto/stream"
)

const (
	clusterSize   = 3
	startAttempts = 3
)

// An election takes up to 10 s, and a busy machine needs several elections.
const clusterPatience = 90 * time.Second

// Cluster is three servers on loopback, each with a replica of every stream.
type Cluster struct {
	setup *setup
	nodes []*node
}

type node struct {
	server  running
	options natsd.Options
	process bool
	addr    string
}

// running is a running server, in this process or in another.
type running interface{ Shutdown() }

// StartCluster starts three servers that know each other and provisions them with three replicas.
func StartCluster(t testing.TB, opts ...Option) *Cluster {
	t.Helper()
	c := &Cluster{setup: newSetup(opts)}
	retry(t, func() error { return c.start(t) })
	t.Cleanup(c.stop) // before the folders of the servers are removed, because it was registered after them
	if !c.setup.bare {
		c.provision(t)
	}
	return c
}

// start starts the servers. Each has to know the ports of all routes before it starts, and a client that connects again must
// find a server at the same address.
func (c *Cluster) start(t testing.TB) error {
	t.Helper()
	ports, err := freeport.Pick(t.Context(), 2*clusterSize)
	if err != nil {
		return err
	}
	routes, clients := ports[:clusterSize], ports[clusterSize:]
	var addrs []string
	for _, p := range routes {
		addrs = append(addrs, local(p))
	}
	c.nodes = nil
	for i := range clusterSize {
		n := &node{process: c.setup.processes, addr: local(clients[i]), options: natsd.Options{
			Dir: t.TempDir(), Port: clients[i], SyncInterval: syncInterval, SyncAlways: c.setup.synced, Users: c.setup.users, Passwords: password,
			Cluster: &natsd.Cluster{Name: "test", Server: serverName(i), Port: routes[i], Routes: addrs},
		}}
		if err := n.start(t); err != nil {
			c.stop()
			return err
		}
		c.nodes = append(c.nodes, n)
	}
	return nil
}

func (c *Cluster) stop() {
	for _, n := range c.nodes {
		n.stop()
	}
}

func serverName(i int) string { return fmt.Sprintf("n%d", i) }

func (n *node) start(t testing.TB) (err error) {
	t.Helper()
	if n.process {
		p, err := startProcess(t, n.options)
		if err == nil {
			n.server = p
		}
		return err
	}
	s, err := natsd.Start(n.options)
	if err == nil {
		n.server = s
	}
	return err
}

func (n *node) stop() {
	if n.server != nil {
		n.server.Shutdown()
		n.server = nil
	}
}

// provision tries again until the three servers have found each other and elected a leader.
func (c *Cluster) provision(t testing.TB) {
	t.Helper()
	js := c.Admin(t).JetStream()
	eventually(t, clusterPatience, func(ctx context.Context) error {
		_, err := admin.Provision(ctx, js, c.setup.table, admin.ProvisionOptions{Replicas: clusterSize})
		return err
	})
	c.Settled(t)
}

// Settled waits until every stream and durable has a leader and no replica lags.
func (c *Cluster) Settled(t testing.TB) {
	t.Helper()
	js := c.Admin(t).JetStream()
	eventually(t, clusterPatience, func(ctx context.Context) error {
		for _, row := range c.setup.table {
			s, err := js.Stream(ctx, row.Name)
			if err != nil {
				return err
			}
			if err := settled(row.Name, s.CachedInfo().Cluster); err != nil {
				return err
			}
			for _, d := range row.Consumers {
				durable, err := js.Consumer(ctx, row.Name, d.Durable)
				if err != nil {
					return err
				}
				if err := settled(d.Durable, durable.CachedInfo().Cluster); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func settled(what string, info *jetstream.ClusterInfo) error {
	if info == nil || info.Leader == "" || len(info.Replicas) != clusterSize-1 {
		return fmt.Errorf("%s has no leader or too few replicas", what)
	}
	for _, r := range info.Replicas {
		if !r.Current || r.Offline {
			return fmt.Errorf("%s: replica %s lags", what, r.Name)
		}
	}
	return nil
}

// Leader returns the index of the server that leads the stream.
func (c *Cluster) Leader(t testing.TB, name string) int {
	t.Helper()
	js := c.Admin(t).JetStream()
	leader := -1
	eventually(t, clusterPatience, func(ctx context.Context) error {
		s, err := js.Stream(ctx, name)
		if err != nil {
			return err
		}
		for i := range c.nodes {
			if info := s.CachedInfo().Cluster; info != nil && info.Leader == serverName(i) {
				leader = i
				return nil
			}
		}
		return fmt.Errorf("stream %s has no leader", name)
	})
	return leader
}

// Stop stops one server. The server hands over its leaderships, and what it stored stays.
func (c *Cluster) Stop(i int) { c.nodes[i].stop() }

// Kill ends one server of a cluster WithProcesses at once. It is like a power cut, except that the disk loses nothing.
func (c *Cluster) Kill(t testing.TB, i int) {
	t.Helper()
	p, ok := c.nodes[i].server.(*process)
	if !ok {
		t.Fatal("only a server WithProcesses that runs can be killed")
	}
	p.Kill()
	c.nodes[i].server = nil
}

// Restart starts a stopped server on the same files and at the same address.
func (c *Cluster) Restart(t testing.TB, i int) {
	t.Helper()
	c.nodes[i].stop()
	if err := c.nodes[i].start(t); err != nil {
		t.Fatal(err)
	}
}

// Addr returns the address at which clients reach one server.
func (c *Cluster) Addr(i int) string { return c.nodes[i].addr }

// URL returns the address of one server with a service's user and password, for a process of its own.
func (c *Cluster) URL(i int, service string) string {
	return "nats://" + service + ":" + password(service) + "@" + c.nodes[i].addr
}

// Bus returns a service's bus that may use any of the three servers.
func (c *Cluster) Bus(t testing.TB, service string) *bus.Bus {
	t.Helper()
	all := c.nodes[0].addr
	for _, n := range c.nodes[1:] {
		all += ",nats://" + n.addr
	}
	return dial(t, service, all, c.setup.table)
}

// BusAt returns a service's bus at one address, either a server's or a Proxy's.
func (c *Cluster) BusAt(t testing.TB, service, addr string) *bus.Bus {
	t.Helper()
	return dial(t, service, addr, c.setup.table)
}

// Admin returns a bus that may do everything.
func (c *Cluster) Admin(t testing.TB) *bus.Bus { return c.Bus(t, bus.Admin) }

// Row returns one row of the stream table, with the test's changes.
func (c *Cluster) Row(t testing.TB, name string) stream.Stream { return c.setup.row(t, name) }

func local(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// retry starts something again when it did not start, because somebody else may have taken one of its ports meanwhile.
func retry(t testing.TB, start func() error) {
	t.Helper()
	for attempt := 1; ; attempt++ {
		err := start()
		if err == nil {
			return
		}
		if attempt == startAttempts {
			t.Fatal(err)
		}
		t.Logf("started again after: %v", err)
	}
}

// eventually calls try until it succeeds or the patience is used up.
func eventually(t testing.TB, patience time.Duration, try func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		once, done := context.WithTimeout(ctx, 10*time.Second)
		err := try(once)
		done()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("after %s: %v", patience, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
