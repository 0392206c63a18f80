package load

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/terreno/terreno/services/fieldsim/internal/tokens"
	"github.com/terreno/terreno/services/fieldsim/internal/walk"
	"github.com/terreno/terreno/services/fieldsim/internal/wire"
	"github.com/terreno/terreno/services/notifier/fcmtest"
)

// The companies of the installation. Each has admins a1 to a500, who open sockets.
const (
	plain = "plain" // 1,000 users, no zones
	zoned = "zoned" // 1,000 users, and a zone that applies to all
	large = "large" // 10,000 users, no zones

	admins = 500
)

// usersOf are the users of a company.
var usersOf = map[string]int{plain: 1000, zoned: 1000, large: 10_000}

// bench makes installations that are all alike.
type bench struct {
	program program
	tokens  *tokens.Issuer
	fcm     *fcmtest.Server
	root    string // folder of everything
	scale   float64
}

// prepare makes the data folder that each scenario gets a copy of.
func (b *bench) prepare(ctx context.Context) error {
	dir := filepath.Join(b.root, "template")
	first, err := b.program.start(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = first.end(syscall.SIGKILL) }()
	for company, users := range usersOf {
		if err := first.populate(ctx, company, users, admins); err != nil {
			return err
		}
	}
	if err := first.end(syscall.SIGTERM); err != nil {
		return err
	}
	second, err := b.program.start(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = second.end(syscall.SIGKILL) }()
	if err := b.makeZone(ctx, second); err != nil {
		return err
	}
	return second.end(syscall.SIGTERM)
}

// makeZone makes a zone around the city's centre and assigns it to every team of the company zoned.
func (b *bench) makeZone(ctx context.Context, s *system) error {
	c, err := wire.Dial(ctx, s.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	token, err := b.tokens.Token(zoned, "a1", "admin")
	if err != nil {
		return err
	}
	var teams []string
	for n := range usersOf[zoned] / 100 {
		teams = append(teams, fmt.Sprintf("t%d", n+1))
	}
	for _, call := range []struct {
		method, path string
		body         any
		want         int
	}{
		{http.MethodPost, "/v1/zones", map[string]any{
			"type": "Feature", "id": "centre", "geometry": map[string]any{"type": "Point", "coordinates": []float64{walk.CentreLon, walk.CentreLat}},
			"properties": map[string]any{"name": "centre", "radius_m": 1500},
		}, http.StatusCreated},
		{http.MethodPut, "/v1/zones/centre/users", map[string]any{"teams": teams}, http.StatusOK},
	} {
		body, err := json.Marshal(call.body)
		if err != nil {
			return fmt.Errorf("encode a request: %w", err)
		}
		status, answer, err := c.Do(wire.Request(call.method, call.path, token, body,
			wire.Header{Name: "Content-Type", Value: "application/json"}, wire.Header{Name: "Idempotency-Key", Value: "load-zone"}))
		if err != nil || status != call.want {
			return fmt.Errorf("make a zone: %s %s: %d %s: %w", call.method, call.path, status, answer, err)
		}
	}
	return nil
}

// fresh starts a copy of the template. remove ends it and removes its files.
func (b *bench) fresh(ctx context.Context, name string) (s *system, remove func() error, err error) {
	dir := filepath.Join(b.root, name)
	// cp -a keeps the owners: PostgreSQL's files may belong to its own user.
	if out, err := exec.CommandContext(ctx, "cp", "-a", filepath.Join(b.root, "template"), dir).CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("copy the installation: %w: %s", err, out)
	}
	if s, err = b.program.start(ctx, dir); err != nil {
		return nil, nil, err
	}
	return s, func() error {
		if err := s.end(syscall.SIGKILL); err != nil {
			return err
		}
		return os.RemoveAll(dir)
	}, nil
}
