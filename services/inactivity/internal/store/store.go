// Package store holds all SQL statements of inactivity. Each method is one transaction unless its comment says otherwise.
//
// It guarantees that a silence is told of once and ended once, however many replicas judge at the same time: who adds the row or ends
// it adds the event in the same transaction. The id of an alert is a hash of what it is about (alertID). Errors are those that
// errors.go lists, and those of the database and the outbox.
package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
)

// Schema is the name of the schema with the tables.
const Schema = "inactivity"

// By is who makes the changes of the jobs. No user can have this id.
const By = "*inactividad"

// Companies tells the time zone of a company.
type Companies interface {
	Company(id string) (directory.Company, bool)
}

// Store reads and writes silences, settings and what phones say of themselves. It is safe for concurrent use.
type Store struct {
	db        *db.DB
	changes   *change.Changes
	companies Companies
	log       *slog.Logger
	astray    *prometheus.CounterVec
}

// New makes a store. d is a pool of the service's role.
func New(d *db.DB, changes *change.Changes, companies Companies, log *slog.Logger, metrics prometheus.Registerer) *Store {
	s := &Store{db: d, changes: changes, companies: companies, log: log, astray: obs.Register(metrics, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "inactivity_unreadable_total", Help: "Rows that could not be read and were passed over, by what they hold: hours, why or company. The log names them.",
	}, []string{"what"}))}
	for _, what := range []string{"hours", "why", "company"} {
		s.astray.WithLabelValues(what)
	}
	return s
}

// unreadable counts and names a row that cannot be read. It must not keep the others from being read.
func (s *Store) unreadable(what string, err error, about ...any) {
	s.astray.WithLabelValues(what).Inc()
	s.log.Error("a row cannot be read and is passed over", append([]any{"what", what, "error", err}, about...)...)
}

// whyOf decodes why somebody is silent. Nobody knows why if that cannot be read.
func (s *Store) whyOf(company, user, kind string, raw []byte) (why alert.Why) {
	if err := json.Unmarshal(raw, &why); err != nil {
		s.unreadable("why", err, "id_empresa", company, "user_id", user)
		why = alert.Why{}
		if kind == alert.TypeInactivity {
			why.Cause = alert.CauseUnknown
		}
	}
	return why
}

// zone returns the time zone of a company. A company that identity does not know lives in UTC.
func (s *Store) zone(company string) *time.Location {
	if c, ok := s.companies.Company(company); ok && c.Zone != nil {
		return c.Zone
	}
	return time.UTC
}

// alertID returns the id of an alert, always the same for the same thing. about is a user and a kind, or a cause.
func alertID(company, about, kind string, base time.Time, again int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d\x00%d", company, about, kind, base.UnixMilli(), again))
	return hex.EncodeToString(sum[:16])
}

const teamsOfUsers = `SELECT u.id, u.teams FROM identity.v_users u WHERE u.id = ANY ($1)`

// teamsOf returns the current teams of users of the transaction's company.
func teamsOf(ctx context.Context, tx *sqlx.Tx, users []string) (map[string][]string, error) {
	var rows []struct {
		ID    string         `db:"id"`
		Teams pq.StringArray `db:"teams"`
	}
	if err := tx.SelectContext(ctx, &rows, teamsOfUsers, pq.Array(users)); err != nil {
		return nil, fmt.Errorf("read the teams of users: %w", err)
	}
	teams := map[string][]string{}
	for _, r := range rows {
		teams[r.ID] = r.Teams
	}
	return teams, nil
}

// admins are told of what is wrong with us.
var admins = audience.Audience{Roles: []string{audience.RoleAdmin}}
