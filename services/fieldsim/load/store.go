package load

import (
	"context"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/wait"
)

// The statements that depend on how positions are stored. Nothing else of this package does.
const (
	// selectStored counts the positions that are stored. One that came twice counts twice until it is merged.
	selectStored = `SELECT sum(fixes)::bigint FROM (SELECT fixes FROM tracking.arrived UNION ALL SELECT fixes FROM tracking.segment UNION ALL SELECT 0) all_of_them`
	// selectUnmerged counts the messages that compaction has still to merge.
	selectUnmerged = `SELECT count(*) FROM tracking.arrived WHERE last_at < date_trunc('hour', now())`
	// selectPassing is how many bytes the messages take, merged or not, until their day is dropped.
	selectPassing = `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c WHERE c.relnamespace = 'tracking'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'arrived%'`
	// compaction is the job that merges them. Where there is no such job, nothing is merged.
	compaction = "compactar-posiciones"
)

const (
	selectBackend = `SELECT pg_backend_pid() FROM (SELECT set_config('max_parallel_workers_per_gather', '0', false)) AS alone`
	selectWAL     = `SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint`
	selectBytes   = `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c WHERE c.relnamespace = 'tracking'::regnamespace AND c.relkind = 'r'`

	selectJob      = `SELECT EXISTS (SELECT FROM platform.job WHERE name = $1)`
	selectJobState = `SELECT coalesce((SELECT state FROM platform.job_run WHERE job = $1 ORDER BY due_at DESC, slot DESC LIMIT 1), '')`
	selectAdmin    = `SELECT id FROM identity.users WHERE id_empresa = '' LIMIT 1`

	insertCompany = `INSERT INTO identity.company (id_empresa, name, zone) VALUES ($1, $1, 'America/Bogota')`
	// Of user number n the team is number (n-1)/100 + 1, so that a team has 100 members. Team led has the first 1,000 users,
	// and the supervisor leads it.
	insertUsers = `INSERT INTO identity.users (id_empresa, id, name, role) SELECT $1::text, 'u' || n, 'user ' || n, 'colaborador' FROM generate_series(1, $2::int) n
		UNION ALL SELECT $1, 'a' || n, 'admin ' || n, 'admin' FROM generate_series(1, $3::int) n
		UNION ALL SELECT $1, 's1', 'supervisor', 'supervisor'`
	insertTeams = `INSERT INTO identity.team (id_empresa, id, name) SELECT $1::text, 't' || n, 'team ' || n FROM generate_series(1, ($2::int + 99) / 100) n
		UNION ALL SELECT $1, 'led', 'led'`
	insertMembers = `INSERT INTO identity.team_member (id_empresa, team_id, user_id) SELECT $1::text, 't' || (n - 1) / 100 + 1, 'u' || n FROM generate_series(1, $2::int) n
		UNION ALL SELECT $1, 'led', 'u' || n FROM generate_series(1, least($2, 1000)) n
		UNION ALL SELECT $1, 'led', 's1'`
)

// number asks for one number.
func (s *system) number(ctx context.Context, query string, args ...any) (n int64, err error) {
	if err := s.db.GetContext(ctx, &n, query, args...); err != nil {
		return 0, fmt.Errorf("ask PostgreSQL: %w", err)
	}
	return n, nil
}

func (s *system) ownBackend(ctx context.Context) (int, error) {
	pid, err := s.number(ctx, selectBackend)
	return int(pid), err
}

func (s *system) stored(ctx context.Context) (int64, error)   { return s.number(ctx, selectStored) }
func (s *system) walBytes(ctx context.Context) (int64, error) { return s.number(ctx, selectWAL) }

// bytes returns how much disk all positions take, and how much of it goes when a day of messages is dropped.
func (s *system) bytes(ctx context.Context) (all, passing int64, err error) {
	if all, err = s.number(ctx, selectBytes); err == nil {
		passing, err = s.number(ctx, selectPassing)
	}
	return all, passing, err
}

// awaitStored waits until as many positions are stored, or until no more come. It asks seldom, since counting takes time too.
func (s *system) awaitStored(ctx context.Context, want int64) (stored int64, err error) {
	const redelivery = 45 * time.Second // more than AckWait: after a crash a message may come again only then.
	last, progress := int64(-1), time.Now()
	for {
		began := time.Now()
		if stored, err = s.stored(ctx); err != nil || stored >= want {
			return stored, err
		}
		if stored > last {
			last, progress = stored, time.Now()
		}
		if time.Since(progress) > redelivery {
			return stored, nil
		}
		if !wait.For(ctx, max(50*time.Millisecond, 4*time.Since(began))) {
			return stored, ctx.Err()
		}
	}
}

// populate makes a company: users u1, u2 and so on in teams of 100, admins a1 and so on, who see everyone, and supervisor s1,
// who sees the first 1,000 users. The installation learns of them when it starts next.
func (s *system) populate(ctx context.Context, company string, users, admins int) error {
	for _, step := range []struct {
		query string
		args  []any
	}{
		{insertCompany, []any{company}},
		{insertUsers, []any{company, users, admins}},
		{insertTeams, []any{company, users}},
		{insertMembers, []any{company, users}},
	} {
		if _, err := s.db.ExecContext(ctx, step.query, step.args...); err != nil {
			return fmt.Errorf("make company %s: %w", company, err)
		}
	}
	return nil
}

// hasCompaction reports whether this installation has a job that merges what is stored.
func (s *system) hasCompaction(ctx context.Context) (has bool, err error) {
	if err := s.db.GetContext(ctx, &has, selectJob, compaction); err != nil {
		return false, fmt.Errorf("look for the job %s: %w", compaction, err)
	}
	return has, nil
}

// compactionState returns the state of its newest run.
func (s *system) compactionState(ctx context.Context) (state string, err error) {
	if err := s.db.GetContext(ctx, &state, selectJobState, compaction); err != nil {
		return "", fmt.Errorf("look at the job %s: %w", compaction, err)
	}
	return state, nil
}

// platformAdmin returns the id of the platform admin that the installation made for itself.
func (s *system) platformAdmin(ctx context.Context) (id string, err error) {
	if err := s.db.GetContext(ctx, &id, selectAdmin); err != nil {
		return "", fmt.Errorf("find the platform admin: %w", err)
	}
	return id, nil
}
