package natstest_test

import (
	"io"
	"net"
	"testing"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

func TestMain(m *testing.M) {
	natstest.Main()
	goleak.VerifyTestMain(m)
}

func TestEachTestHasItsOwnServer(t *testing.T) {
	t.Parallel()
	one := natstest.Start(t, natstest.WithMaxBytes(stream.Alerts, 1<<20), natstest.WithUsers("stranger"))
	two := natstest.Start(t)
	admin := one.Admin(t)
	if err := admin.JetStream().DeleteStream(t.Context(), stream.Chat); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Admin(t).StreamState(t.Context(), stream.Chat); err != nil {
		t.Errorf("the other server's stream: %v", err)
	}
	s, err := admin.JetStream().Stream(t.Context(), stream.Alerts)
	if err != nil || s.CachedInfo().Config.MaxBytes != 1<<20 || one.Row(t, stream.Alerts).MaxBytes != 1<<20 {
		t.Errorf("the stream with an option: %v", err)
	}
	if err := one.Connect(t, "stranger").Flush(); err != nil {
		t.Error(err)
	}
	for _, row := range stream.Table() {
		if row.MaxBytes < 1<<30 {
			t.Errorf("the project's own table was changed: %s", row.Name)
		}
	}
}

func TestCluster(t *testing.T) {
	t.Parallel()
	c := natstest.StartCluster(t)
	leader := c.Leader(t, stream.Alerts)
	c.Stop(leader)
	if next := c.Leader(t, stream.Alerts); next == leader {
		t.Errorf("the stopped server %d still leads", leader)
	}
	s, err := c.Admin(t).JetStream().Stream(t.Context(), stream.Alerts)
	if err != nil || s.CachedInfo().Config.Replicas != 3 {
		t.Errorf("the stream without its first leader: %v", err)
	}
	c.Restart(t, leader)
	c.Settled(t)
}

func TestProxy(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}()
		}
	}()
	p := natstest.NewProxy(t, l.Addr().String())
	talk := func() error {
		c, err := net.Dial("tcp", p.Addr())
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
		if _, err := c.Write([]byte("x")); err != nil {
			return err
		}
		_, err = io.ReadFull(c, make([]byte, 1))
		return err
	}
	if err := talk(); err != nil {
		t.Errorf("link: %v", err)
	}
	p.Down()
	if err := talk(); err == nil {
		t.Error("link that is down")
	}
	p.Up()
	if err := talk(); err != nil {
		t.Errorf("link that is up again: %v", err)
	}
	open, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	if _, err := open.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(open, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	p.Cut()
	if _, err := io.ReadFull(open, make([]byte, 1)); err == nil {
		t.Error("link that was cut")
	}
}
