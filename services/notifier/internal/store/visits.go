package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// byVisits is who tells people of their visits.
const byVisits = "visitas"

// What changes within paceGap of a notification of its kind is not told at once. It is owed: it is told when nothing has changed for
// paceGap, or paceMost after the notification. At most maxOwed visits are remembered.
const (
	paceGap  = time.Minute
	paceMost = 10 * time.Minute
	maxOwed  = 50
)

const (
	addKnown = `INSERT INTO notifier.visit_known (id_empresa, id, over_at)
SELECT $1, k.id, $2 FROM unnest($3::text[]) AS k(id) ORDER BY k.id ON CONFLICT DO NOTHING`
	lockKnown = `SELECT k.id, k.worker, k.state, k.win_from, k.win_until, k.series FROM notifier.visit_known k
WHERE k.id_empresa = $1 AND k.id = ANY ($2) ORDER BY k.id FOR UPDATE`
	// It runs when the rows of visit_known are locked, so two replicas see the changes of a visit one after the other.
	visitsNow = `SELECT v.id, v.tipo, v.worker, v.state, v.since, v.win_from, v.win_until FROM activity.v_visit v WHERE v.id_empresa = $1 AND v.id = ANY ($2)`
	setKnown  = `UPDATE notifier.visit_known k SET worker = v.worker, state = v.state, win_from = v.win_from, win_until = v.win_until,
    series = v.series, over_at = greatest($2, v.win_until)
FROM unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::boolean[])
    AS v(id, worker, state, win_from, win_until, series)
WHERE k.id_empresa = $1 AND k.id = v.id`
	// While something is owed, all that changes is. An insert tells, so what it writes as owed does not count.
	setPace = `INSERT INTO notifier.visit_pace AS p (id_empresa, user_id, kind, day, told_at, last_at, tell, owed)
SELECT $1, n.user_id, n.kind, n.day, $2, $2, true, string_to_array(n.visits, ' ')
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS n(user_id, kind, day, visits) ORDER BY n.user_id, n.kind, n.day
ON CONFLICT (id_empresa, user_id, kind, day) DO UPDATE SET last_at = $2, tell = p.owed_at IS NULL AND p.told_at < $7,
    told_at = CASE WHEN p.owed_at IS NULL AND p.told_at < $7 THEN $2 ELSE p.told_at END,
    owed_at = CASE WHEN p.owed_at IS NULL AND p.told_at < $7 THEN NULL ELSE least($8, p.told_at + $9 * interval '1 second') END,
    owed = (SELECT (array_agg(DISTINCT v))[1:$10] FROM unnest(CASE WHEN p.owed_at IS NULL THEN '{}' ELSE p.owed END || excluded.owed) v)
RETURNING user_id, kind, day, tell`
	// What is on its way and no longer true: of $3 their visits are no longer their workers', and of $4 there is newer news.
	dropOutdated = `UPDATE notifier.delivery d SET state = 'skipped', reason = '` + notice.SkippedOutdated + `', done_at = $2 FROM notifier.notification n
WHERE n.id_empresa = $1 AND (n.ref = ANY ($3) AND n.kind IN ('` + notice.KindVisitNew + `', '` + notice.KindVisitMoved + `')
    OR n.ref = ANY ($4) AND n.kind = '` + notice.KindVisitMoved + `')
  AND d.id_empresa = n.id_empresa AND d.notification_id = n.id AND d.state = 'queued'`
	// A person who was away reads once that a visit moved, however often it did.
	replaceMoved = `UPDATE notifier.notification SET skipped = '` + notice.SkippedOutdated + `' WHERE id_empresa = $1 AND id IN (
    SELECT n.id FROM notifier.notification n WHERE n.id_empresa = $1 AND n.ref = ANY ($2) AND n.kind = '` + notice.KindVisitMoved + `'
        AND n.read_at IS NULL ORDER BY n.id FOR UPDATE)`
)

// Heard is a visit of which a message came, and what only the message says.
type Heard struct {
	ID string
	// Series says that it is one of a series, and Closed that the end of the day closed it.
	Series, Closed bool
}

type visitRow struct {
	ID     string     `db:"id"`
	Tipo   string     `db:"tipo"`
	Worker string     `db:"worker"`
	State  string     `db:"state"`
	Since  time.Time  `db:"since"`
	From   *time.Time `db:"win_from"`
	Until  *time.Time `db:"win_until"`
	Series bool       `db:"series"` // of what is known; the view does not say
}

func (r visitRow) visit() notice.Visit {
	v := notice.Visit{ID: r.ID, Task: r.Tipo == activity.Task, Worker: r.Worker, State: r.State, Since: r.Since}
	if r.From != nil && r.Until != nil {
		v.From, v.Until = *r.From, *r.Until
	}
	return v
}

// TellVisits tells the workers of visits of a company what changed for them since they were last told. It looks at the visits as they
// are now, and not at what the messages said. So a message that comes twice, late or in another order tells nobody anything twice, or
// anything that is no longer true. Visits that change together, such as those of an import, are one notice to each worker, and another
// one of those of today. What follows soon is told later, by TellOwed.
func (s *Store) TellVisits(ctx context.Context, company string, heard []Heard) (told int, err error) {
	err = s.changes.AsWorkerFor(ctx, company, byVisits, func(ch *change.Change) error {
		news, err := visitNews(ctx, ch, heard)
		if err != nil || len(news) == 0 {
			return err
		}
		notices, err := pace(ctx, ch, news)
		if err != nil {
			return err
		}
		if err := outdate(ctx, ch, news, notices); err != nil {
			return err
		}
		is, err := s.Notify(ctx, ch, notices)
		told = len(is.People)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("tell people of their visits: %w", err)
	}
	return told, nil
}

// visitNews finds out what there is to tell, and stores that it will have been told.
func visitNews(ctx context.Context, ch *change.Change, heard []Heard) (news []notice.News, err error) {
	about := map[string]Heard{}
	for _, h := range heard {
		is := about[h.ID]
		about[h.ID] = Heard{h.ID, is.Series || h.Series, is.Closed || h.Closed}
	}
	ids := slices.Sorted(maps.Keys(about))
	if _, err := ch.Tx.ExecContext(ctx, addKnown, ch.Company, ch.At, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("add visits that were heard of: %w", err)
	}
	var before, now []visitRow
	if err := ch.Tx.SelectContext(ctx, &before, lockKnown, ch.Company, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("lock what is known of visits: %w", err)
	}
	if err := ch.Tx.SelectContext(ctx, &now, visitsNow, ch.Company, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("read visits: %w", err)
	}
	zone, err := companyZone(ctx, ch.Tx, ch.Company)
	if err != nil {
		return nil, err
	}
	known := map[string]visitRow{}
	for _, b := range before {
		known[b.ID] = b
	}
	var workers, states, from, until []string
	var series []bool
	ids = ids[:0]
	for _, v := range now {
		h := about[v.ID]
		h.Series = h.Series || known[v.ID].Series
		news = append(news, notice.Changes(known[v.ID].visit(), v.visit(), notice.Context{Now: ch.At, Zone: zone, Series: h.Series, Closed: h.Closed})...)
		ids, workers, states = append(ids, v.ID), append(workers, v.Worker), append(states, v.State)
		from, until, series = append(from, v.From.Format(time.RFC3339Nano)), append(until, v.Until.Format(time.RFC3339Nano)), append(series, h.Series)
	}
	if _, err := ch.Tx.ExecContext(ctx, setKnown, ch.Company, ch.At, pq.Array(ids), pq.Array(workers), pq.Array(states),
		pq.Array(from), pq.Array(until), pq.Array(series)); err != nil {
		return nil, fmt.Errorf("store what is known of visits: %w", err)
	}
	return news, nil
}

// outdate takes back pushes that are still on their way and that the news make wrong, and what notices say again.
func outdate(ctx context.Context, ch *change.Change, news []notice.News, notices []notice.Notice) error {
	var gone, moved []string
	for _, n := range news {
		if n.Kind == notice.KindVisitTaken || n.Kind == notice.KindVisitOff {
			gone = append(gone, "visit/"+n.Visit)
		}
	}
	for _, n := range notices {
		if n.Kind == notice.KindVisitMoved && n.Ref != "" {
			moved = append(moved, n.Ref)
		}
	}
	if len(gone)+len(moved) == 0 {
		return nil
	}
	if _, err := ch.Tx.ExecContext(ctx, dropOutdated, ch.Company, ch.At, pq.Array(gone), pq.Array(moved)); err != nil {
		return fmt.Errorf("take back pushes: %w", err)
	}
	if _, err := ch.Tx.ExecContext(ctx, replaceMoved, ch.Company, pq.Array(moved)); err != nil {
		return fmt.Errorf("replace notifications of visits that moved before: %w", err)
	}
	return nil
}

// pace makes the notices of news, and puts off what follows too soon on another notice of its kind.
func pace(ctx context.Context, ch *change.Change, news []notice.News) (notices []notice.Notice, err error) {
	groups := notice.Grouped(news)
	var users, kinds, days, visits []string
	for k, of := range groups {
		ids := make([]string, 0, maxOwed)
		for _, n := range of[:min(len(of), maxOwed)] {
			ids = append(ids, n.Visit)
		}
		users, kinds, days, visits = append(users, k.User), append(kinds, k.Kind), append(days, k.Day), append(visits, strings.Join(ids, " "))
	}
	var rows []struct {
		notice.Group
		Tell bool `db:"tell"`
	}
	if err := ch.Tx.SelectContext(ctx, &rows, setPace, ch.Company, ch.At, pq.Array(users), pq.Array(kinds), pq.Array(days), pq.Array(visits),
		ch.At.Add(-paceGap), ch.At.Add(paceGap), paceMost.Seconds(), maxOwed); err != nil {
		return nil, fmt.Errorf("find out who was told a moment ago: %w", err)
	}
	for _, r := range rows {
		if r.Tell {
			notices = append(notices, notice.Together(groups[r.Group], ch.At))
		}
	}
	inOrder(notices)
	return notices, nil
}

func inOrder(notices []notice.Notice) {
	slices.SortFunc(notices, func(a, b notice.Notice) int { return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Once, b.Once)) })
}
