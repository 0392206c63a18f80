package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/services/notifier/internal/escalate"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

const (
	// A worker's transaction sees what other services publish about the company that it names.
	asCompany = `SELECT set_config('terreno.tenant', $1, true)`

	selectUsers = `SELECT u.id, u.name, u.teams FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = ANY ($2)`

	// A device counts as in selectDevices.
	selectWatchers = `SELECT u.id, u.role, u.teams,
    EXISTS (SELECT FROM notifier.push_token t JOIN identity.v_directory_users d ON d.id_empresa = t.id_empresa AND d.id = t.user_id
        WHERE t.id_empresa = u.id_empresa AND t.user_id = u.id AND t.seen_at >= date_trunc('milliseconds', d.tokens_valid_from)) AS device
FROM identity.v_users u WHERE u.id_empresa = $1 AND u.active AND u.role IN ('admin', 'supervisor') ORDER BY u.id`

	// Events empty means all.
	hasWebhook = `SELECT EXISTS (SELECT FROM notifier.webhook w
WHERE w.id_empresa = $1 AND w.active AND (w.events = '{}' OR $2 = ANY (w.events)))`
)

// companyPeople are those of a company who watch over others, and those whom alerts are about.
type companyPeople struct {
	watchers []watcher
	users    map[string]user
	// hook says that the company has a webhook for escalations.
	hook bool
}

type watcher struct {
	escalate.Person
	Teams pq.StringArray `db:"teams"`
}

type user struct {
	ID    string         `db:"id"`
	Name  string         `db:"name"`
	Teams pq.StringArray `db:"teams"`
}

// readPeople reads who may be told of alerts about these users. The transaction is a worker's. Afterwards it sees what is published about
// this company.
func readPeople(ctx context.Context, tx *sqlx.Tx, company string, users []string) (p companyPeople, err error) {
	if _, err := tx.ExecContext(ctx, asCompany, company); err != nil {
		return p, fmt.Errorf("look at a company: %w", err)
	}
	var list []user
	if err := tx.SelectContext(ctx, &list, selectUsers, company, pq.Array(users)); err != nil {
		return p, fmt.Errorf("read whom alerts are about: %w", err)
	}
	p.users = make(map[string]user, len(list))
	for _, u := range list {
		p.users[u.ID] = u
	}
	if err := tx.SelectContext(ctx, &p.watchers, selectWatchers, company); err != nil {
		return p, fmt.Errorf("read who watches over people: %w", err)
	}
	if err := tx.GetContext(ctx, &p.hook, hasWebhook, company, webhook.EventEscalated); err != nil {
		return p, fmt.Errorf("look for webhooks: %w", err)
	}
	return p, nil
}

// about returns the watchers as an alert about a user sees them.
func (p companyPeople) about(id string) []escalate.Person {
	teams := p.users[id].Teams
	list := make([]escalate.Person, len(p.watchers))
	for i, w := range p.watchers {
		list[i] = w.Person
		list[i].OfTeam = slices.ContainsFunc(w.Teams, func(team string) bool { return slices.Contains(teams, team) })
	}
	return list
}

// name returns what texts call a user. It is empty for one whom identity does not know: an id is nobody's name.
func (p companyPeople) name(id string) string { return p.users[id].Name }
