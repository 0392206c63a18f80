package gateway_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// TestADatabaseThatHangsHoldsUpNoHeartbeat: no query returns, and the directory's messages cause many checks. Every
// socket still gets its latido, and a socket whose token a message revokes is closed.
func TestADatabaseThatHangsHoldsUpNoHeartbeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.Heartbeat, s.UserSockets, s.Snapshot = time.Second, 200, time.Second })
	var sockets []*client
	for range 100 {
		sockets = append(sockets, connect(t, g.URL, bearer(w.token(t, "acme/boss")).from("")))
	}
	// The users of these sockets become supervisors. Their tokens are young, so a query could change each verdict.
	for i := range 20 {
		connect(t, g.URL, bearer(w.token(t, fmt.Sprintf("acme/u%d", 1+i%2))).from(""))
	}
	revoked := connect(t, g.URL, bearer(w.token(t, "acme/sup")).from(""))

	lock, err := w.admin.BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback() }()
	if _, err := lock.ExecContext(t.Context(),
		`LOCK TABLE identity.users, identity.company, identity.team_member, tracking.latest_position IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	news := func(user, role string, validFrom time.Time) {
		w.tell(t, "acme", "usuario", user, &terrenov1.DirectoryUser{
			Id: user, Role: role, Active: true, TokensValidFromMs: validFrom.UnixMilli(), Version: w.version.Add(1),
		})
	}
	news("u1", audience.RoleSupervisor, time.Time{})
	news("u2", audience.RoleSupervisor, time.Time{})
	news("sup", audience.RoleSupervisor, auth.ValidFrom(time.Now().Add(10*time.Second), time.Time{}))

	var reading sync.WaitGroup
	for _, c := range sockets {
		reading.Go(func() {
			for range 3 {
				for {
					f, err := c.read(t)
					if err != nil {
						t.Errorf("waiting for latido: %v", err)
						return
					}
					if f.Event == "latido" {
						break
					}
				}
			}
		})
	}
	reading.Wait()
	revoked.closed(t, 4403, "token_revoked")
}
