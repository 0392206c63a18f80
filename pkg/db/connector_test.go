package db

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lib/pq"
)

func TestAddressesAreRewritten(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"postgres://admin:old@db.example:5433/main?sslmode=disable",
		"postgres://admin@/main?host=/run/pg&port=5433&sslmode=disable",
		"postgres:///main?user=admin&password=old&port=5433&sslmode=disable",
		"host=/run/pg port=5433 user=admin password=old dbname=main sslmode=disable",
	} {
		for _, password := range []string{"", `it's a \ "p" & ?`} {
			got, err := WithUser(dsn, "terreno_x", password)
			if err != nil {
				t.Fatal(err)
			}
			if got, err = WithDatabase(got, "other db"); err != nil {
				t.Fatal(err)
			}
			before, err1 := pq.NewConfig(dsn)
			after, err2 := pq.NewConfig(got)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			if after.User != "terreno_x" || after.Password != password || after.Database != "other db" ||
				after.Host != before.Host || after.Port != 5433 || after.SSLMode != "disable" {
				t.Errorf("%s became %s", dsn, got)
			}
		}
	}
	if _, err := WithUser("postgres://a:secret@[x/y", "u", "p"); err == nil {
		t.Error("a broken address is accepted")
	}
}

func TestSessionsHaveLimitsUnlessTheAddressSays(t *testing.T) {
	t.Parallel()
	cfg, err := readAddress("host=/run/pg user=x statement_timeout=5", "terreno")
	if err != nil {
		t.Fatal(err)
	}
	limit(&cfg, time.Second)
	if cfg.Runtime["statement_timeout"] != "5" || cfg.Runtime["tcp_keepalives_idle"] == "" || cfg.ConnectTimeout == 0 {
		t.Errorf("settings %v, connect timeout %v", cfg.Runtime, cfg.ConnectTimeout)
	}
}

func TestSilentPeerIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer func() { _ = theirs.Close() }()
		c := &patientConn{Conn: ours, limit: 40 * time.Second}
		began := time.Now()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 40*time.Second {
			t.Errorf("read: %v after %v", err, time.Since(began))
		}
		began = time.Now()
		if _, err := c.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 40*time.Second {
			t.Errorf("write: %v after %v", err, time.Since(began))
		}
		// During the handshake lib/pq sets its own, tighter deadline, and removes it afterwards.
		began = time.Now()
		_ = c.SetDeadline(began.Add(time.Second))
		if _, err := c.Read(make([]byte, 1)); err == nil || time.Since(began) != time.Second {
			t.Errorf("handshake: %v after %v", err, time.Since(began))
		}
		_ = c.SetDeadline(time.Time{})
		began = time.Now()
		if _, err := c.Read(make([]byte, 1)); err == nil || time.Since(began) != 40*time.Second {
			t.Errorf("after the handshake: %v after %v", err, time.Since(began))
		}
	})
}

type quickTx struct{}

func (quickTx) Commit() error   { return nil }
func (quickTx) Rollback() error { return nil }

// A deadline covers only its own call or transaction. The connection then serves another caller, who may have no
// deadline.
func TestACallsDeadlineEndsItsReadsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer func() { _ = theirs.Close() }()
		c := &patientConn{Conn: ours, limit: 40 * time.Second}
		gaveUp := func(what string, want time.Duration) {
			t.Helper()
			began := time.Now()
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != want {
				t.Errorf("%s: %v after %v, want %v", what, err, time.Since(began), want)
			}
		}
		none := context.Background()
		transaction, cancel := context.WithTimeout(none, 20*time.Second)
		defer cancel()
		c.until(transaction, transaction)
		call, cancelCall := context.WithTimeout(none, 5*time.Second)
		defer cancelCall()
		c.until(call, nil)
		gaveUp("a call", 5*time.Second+giveUpAfter)
		c.until(none, nil)
		gaveUp("a call without a deadline in a transaction with one", 15*time.Second)
		gaveUp("after the end", 0)
		if err := (sessionTx{quickTx{}, c}).Commit(); err != nil {
			t.Error(err)
		}
		gaveUp("after a commit", 40*time.Second)
		c.until(transaction, transaction)
		if err := (sessionTx{quickTx{}, c}).Rollback(); err != nil {
			t.Error(err)
		}
		gaveUp("after a rollback", 40*time.Second)
	})
}

func TestDialerHonoursItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := (patientDialer{time.Second}).DialContext(ctx, "tcp", "127.0.0.1:1"); err == nil {
		_ = c.Close()
		t.Error("dialled")
	}
	if c, err := (patientDialer{time.Second}).DialTimeout("unix", "/nowhere", time.Second); err == nil {
		_ = c.Close()
		t.Error("dialled")
	}
}
