package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/terreno/terreno/pkg/wait"
)

// ReaderRole is the group of all login and worker roles.
const ReaderRole = "terreno_reader"

// Role returns the login role of a service.
func Role(service string) string { return "terreno_" + strings.ReplaceAll(service, "-", "_") }

// OwnerRole returns the role that owns a service's schema.
func OwnerRole(service string) string { return Role(service) + "_owner" }

// WorkerRole returns the role that sees the rows of all companies in a service's schema.
func WorkerRole(service string) string { return Role(service) + "_worker" }

func switchRole(service string) string { return Role(service) + "_switch" }

// serviceName limits the length of a service's name, so that the longest role name stays within PostgreSQL's 63 bytes.
var serviceName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

type role struct {
	name           string
	login, inherit bool
}

func (r role) attributes() string {
	no := func(has bool) string {
		if has {
			return ""
		}
		return "NO"
	}
	return no(r.login) + "LOGIN " + no(r.inherit) + "INHERIT"
}

// rolesOf returns a service's roles and their memberships. The first role of each pair is a member of the second.
func rolesOf(service string) (roles []role, memberships [][2]string) {
	login, owner, worker, change := Role(service), OwnerRole(service), WorkerRole(service), switchRole(service)
	return []role{
		{name: login, login: true, inherit: true},
		{name: owner}, // NOINHERIT: it may make its worker the owner of a view, but the worker's policies do not apply to it.
		{name: worker, inherit: true},
		{name: change},
	}, [][2]string{
		{change, worker}, {login, change}, {owner, worker}, {login, ReaderRole}, {worker, ReaderRole},
	}
}

// ensureRoles creates the roles and memberships that are missing. Roles belong to the whole cluster, but our lock covers
// only one database. So each step expects that another process may do the same, for another database of the cluster.
func ensureRoles(ctx context.Context, c *sql.Conn, schemas []Schema, password func(string) string) error {
	if err := ensureRole(ctx, c, role{name: ReaderRole, inherit: true}); err != nil {
		return err
	}
	for _, s := range schemas {
		roles, memberships := rolesOf(s.Service)
		for _, r := range roles {
			if err := ensureRole(ctx, c, r); err != nil {
				return err
			}
		}
		for _, m := range memberships {
			if err := ensureMember(ctx, c, m[0], m[1]); err != nil {
				return err
			}
		}
		if err := setPassword(ctx, c, Role(s.Service), password(Role(s.Service))); err != nil {
			return err
		}
	}
	return nil
}

func ensureRole(ctx context.Context, c *sql.Conn, r role) error {
	return retryRaces(ctx, func() error {
		var login, inherit, super, bypass bool
		err := c.QueryRowContext(ctx,
			`SELECT rolcanlogin, rolinherit, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = $1`, r.name).
			Scan(&login, &inherit, &super, &bypass)
		verb := "ALTER"
		switch {
		case errors.Is(err, sql.ErrNoRows):
			verb = "CREATE"
		case err != nil:
			return fmt.Errorf("look for role %s: %w", r.name, err)
		case super || bypass:
			return fmt.Errorf("role %s exists and is above row-level security: take SUPERUSER and BYPASSRLS from it", r.name)
		case login == r.login && inherit == r.inherit:
			return nil
		}
		if _, err := c.ExecContext(ctx, verb+" ROLE "+pq.QuoteIdentifier(r.name)+" "+r.attributes()); err != nil {
			return fmt.Errorf("%s role %s: %w", strings.ToLower(verb), r.name, err)
		}
		return nil
	})
}

func ensureMember(ctx context.Context, c *sql.Conn, member, of string) error {
	return retryRaces(ctx, func() error {
		var is bool
		if err := c.QueryRowContext(ctx, `
			SELECT EXISTS (SELECT FROM pg_auth_members
			               WHERE member = $1::regrole AND roleid = $2::regrole)`, member, of).Scan(&is); err != nil {
			return fmt.Errorf("look for %s in %s: %w", member, of, err)
		}
		if is {
			return nil
		}
		if _, err := c.ExecContext(ctx, "GRANT "+pq.QuoteIdentifier(of)+" TO "+pq.QuoteIdentifier(member)); err != nil {
			return fmt.Errorf("make %s a member of %s: %w", member, of, err)
		}
		return nil
	})
}

// setPassword sends the SCRAM verifier that the server would compute and store. The password itself therefore never appears
// in a log of the server.
func setPassword(ctx context.Context, c *sql.Conn, name, password string) error {
	if password == "" {
		return nil
	}
	verifier, err := scramVerifier(password)
	if err != nil {
		return fmt.Errorf("set the password of %s: %w", name, err)
	}
	return retryRaces(ctx, func() error {
		_, err := c.ExecContext(ctx, "ALTER ROLE "+pq.QuoteIdentifier(name)+" PASSWORD "+pq.QuoteLiteral(verifier))
		if err != nil {
			return fmt.Errorf("set the password of %s: %w", name, err)
		}
		return nil
	})
}

// retryRaces repeats a step that failed because another session did the same at the same time.
func retryRaces(ctx context.Context, step func() error) error {
	const attempts = 30
	for attempt := 1; ; attempt++ {
		err := step()
		if err == nil || attempt == attempts || !lostRace(err) {
			return err
		}
		if !wait.For(ctx, wait.Jitter(50*time.Millisecond)) {
			return errors.Join(ctx.Err(), err)
		}
	}
}

func lostRace(err error) bool {
	pe := pq.As(err, pqerror.DuplicateObject, pqerror.UniqueViolation, pqerror.InternalError)
	return pe != nil && (pe.Code != pqerror.InternalError || strings.Contains(pe.Message, "concurrently"))
}
