package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // a company's zone must not depend on the machine

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

const (
	// The directory's views show every company to every role, so this works in a worker's change too. A device counts while a token that
	// brought it would still be taken (auth.Claims.IssuedAt is seen_at); those of sessions that ended are gone (store/token.go). A device
	// that was silent for long may have a new owner or none, so it hears only what is urgent. Its age is wall time, whatever the domain
	// clock says, because seen_at is.
	selectRecipients = `SELECT u.id, coalesce(p.language, '') AS language, coalesce(p.off, '{}') AS off, coalesce(p.quiet_from, '') AS quiet_from,
    coalesce(p.quiet_until, '') AS quiet_until, c.zone
FROM identity.v_directory_users u JOIN identity.v_directory_companies c ON c.id = u.id_empresa AND NOT c.suspended
LEFT JOIN notifier.preference p ON p.id_empresa = u.id_empresa AND p.user_id = u.id
WHERE u.id_empresa = $1 AND u.id = ANY ($2) AND u.active`
	selectDevices = `SELECT t.user_id, t.id, t.platform, t.language, t.seen_at < now() - interval '60 days' AS silent FROM notifier.push_token t
JOIN identity.v_directory_users u ON u.id_empresa = t.id_empresa AND u.id = t.user_id
WHERE t.id_empresa = $1 AND t.user_id = ANY ($2) AND t.seen_at >= date_trunc('milliseconds', u.tokens_valid_from)
ORDER BY t.user_id, t.seen_at DESC, t.id`
	selectZone = `SELECT c.zone FROM identity.v_directory_companies c WHERE c.id = $1`

	insertNotifications = `INSERT INTO notifier.notification (id_empresa, id, user_id, kind, ref, title, body, urgent, created_at, useful_until, skipped)
SELECT $1, n.id, n.user_id, n.kind, n.ref, n.title, n.body, n.urgent, $2, n.useful_until, n.skipped
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::timestamptz[], $11::text[])
    AS n(id, user_id, kind, ref, title, body, urgent, useful_until, skipped)
ORDER BY n.id ON CONFLICT DO NOTHING RETURNING id`
	insertDeliveries = `INSERT INTO notifier.delivery (id_empresa, notification_id, token_id, platform, urgent, state, queued_at, released_at)
SELECT $1, d.notification_id, d.token_id, d.platform, d.urgent, 'queued', $2, CASE WHEN d.released THEN now() END
FROM unnest($3::text[], $4::text[], $5::text[], $6::boolean[], $7::boolean[]) AS d(notification_id, token_id, platform, urgent, released) ON CONFLICT DO NOTHING`
)

// recipient is a person who may be told something.
type recipient struct {
	ID         string         `db:"id"`
	Language   string         `db:"language"`
	Off        pq.StringArray `db:"off"`
	QuietFrom  string         `db:"quiet_from"`
	QuietUntil string         `db:"quiet_until"`
	// Zone is the time zone of the company.
	Zone    string `db:"zone"`
	devices []device
}

func (r recipient) preferences() notice.Preferences {
	return notice.Preferences{Language: r.Language, Off: r.Off, Quiet: notice.Quiet{From: r.QuietFrom, Until: r.QuietUntil}}
}

// speaks is the language of a person: what it chose, or else what its newest device speaks.
func (r recipient) speaks() string {
	if r.Language != "" {
		return r.Language
	}
	for _, d := range r.devices {
		if d.Language != "" {
			return d.Language
		}
	}
	return ""
}

type device struct {
	User     string `db:"user_id"`
	ID       string `db:"id"`
	Platform string `db:"platform"`
	Language string `db:"language"`
	Silent   bool   `db:"silent"`
}

// Notify tells people something, in the caller's change, which is of one company: each notice is written once, whatever repeats, and a
// push to each device of its person is on its way when the change is committed, or held while many of the company are (OnTheWay). It is
// the only way to tell people something. It takes a handful of statements, however many notices there are. A change holds a lock for
// each device that it tells, so a caller gives at most a few thousand notices at once.
//
// Who is not active is told nothing, and nobody of a suspended company: nobody may sign in there, and nobody is responsible.
//
// A notice that no device is told of is written too, with the reason: its person finds it in the list of its notifications.
func (s *Store) Notify(ctx context.Context, ch *change.Change, notices []notice.Notice) (told notice.Told, err error) {
	if len(notices) == 0 {
		return told, nil
	}
	people, err := recipients(ctx, ch, notices)
	if err != nil {
		return told, err
	}
	zone := time.UTC
	for _, who := range people {
		zone = zoneOf(who.Zone) // That of the company: it is the same for all.
		break
	}
	var list []written
	for _, n := range notices {
		who, active := people[n.User]
		if !active {
			told.Gone = append(told.Gone, n.User)
			continue
		}
		w, err := writeFor(ch, who, n, zone)
		if err != nil {
			return told, err
		}
		list = append(list, w)
	}
	return told, tellAll(ctx, ch, list, &told)
}

// recipients reads the people of notices who are active, with their devices. In a suspended company there are none.
func recipients(ctx context.Context, ch *change.Change, notices []notice.Notice) (map[string]*recipient, error) {
	ids := make([]string, len(notices))
	for i, n := range notices {
		ids[i] = n.User
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var rows []recipient
	if err := ch.Tx.SelectContext(ctx, &rows, selectRecipients, ch.Company, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("read whom to tell: %w", err)
	}
	people := make(map[string]*recipient, len(rows))
	for i := range rows {
		people[rows[i].ID] = &rows[i]
	}
	var devices []device
	if err := ch.Tx.SelectContext(ctx, &devices, selectDevices, ch.Company, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("read the devices of people: %w", err)
	}
	for _, d := range devices {
		if who := people[d.User]; who != nil {
			who.devices = append(who.devices, d)
		}
	}
	return people, nil
}

// companyZone returns the time zone of a company.
func companyZone(ctx context.Context, tx *sqlx.Tx, company string) (*time.Location, error) {
	var name string
	if err := tx.GetContext(ctx, &name, selectZone, company); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read the zone of a company: %w", err)
	}
	return zoneOf(name), nil
}

// zoneOf returns the time zone with a name. It is UTC for one that this build does not know, as in the directory.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return time.UTC // The directory says so in the log.
	}
	return zone
}

// written is a notice as it is stored, and the devices that are told.
type written struct {
	notice.Notice
	id      string
	text    notice.Text
	skipped string
	devices []device
}

func writeFor(ch *change.Change, who *recipient, n notice.Notice, zone *time.Location) (written, error) {
	name := n.Text
	if name == "" {
		name = n.Kind
	}
	text, err := notice.Write(name, who.speaks(), n.Args)
	if err != nil {
		return written{}, err
	}
	if n.Until.IsZero() {
		n.Until = ch.At.Add(notice.UsuallyUseful)
	}
	n.Until = n.Until.UTC().Truncate(time.Millisecond)
	w := written{Notice: n, id: n.ID(ch.Company), text: text, skipped: who.preferences().Skips(n, ch.At, zone)}
	if w.skipped != "" {
		return w, nil
	}
	for _, d := range who.devices {
		if n.Urgent || !d.Silent {
			w.devices = append(w.devices, d)
		}
	}
	if len(w.devices) == 0 {
		w.skipped = notice.SkippedNoDevice
	}
	return w, nil
}

// tellAll stores notices and queues the pushes of those that were not told before.
func tellAll(ctx context.Context, ch *change.Change, list []written, told *notice.Told) error {
	isNew, err := insertWritten(ctx, ch, list)
	if err != nil {
		return err
	}
	var fresh []written
	for _, w := range list {
		if !isNew[w.id] {
			told.Known = append(told.Known, w.User)
			continue
		}
		delete(isNew, w.id) // The same notice twice in one call is told once.
		told.People = append(told.People, w.User)
		if w.skipped != "" {
			told.Silent = append(told.Silent, w.User)
		}
		told.Devices += len(w.devices)
		fresh = append(fresh, w)
	}
	if told.Devices == 0 {
		return nil
	}
	return queuePushes(ctx, ch, fresh)
}

// queuePushes writes a push for each device, and gives it to its stream unless it has to be held.
func queuePushes(ctx context.Context, ch *change.Change, list []written) error {
	free := map[bool]int{}
	var notifications, tokens, platforms []string
	var urgent, released []bool
	for _, w := range list {
		if _, known := free[w.Urgent]; !known {
			var err error
			if free[w.Urgent], err = room(ctx, ch, w.Urgent); err != nil {
				return err
			}
		}
		for _, d := range w.devices {
			goes := free[w.Urgent] > 0
			free[w.Urgent]--
			notifications, tokens, platforms = append(notifications, w.id), append(tokens, d.ID), append(platforms, d.Platform)
			urgent, released = append(urgent, w.Urgent), append(released, goes)
			if !goes {
				continue
			}
			if err := emitPush(ch, w.Urgent, w.id, d.ID); err != nil {
				return err
			}
		}
	}
	_, err := ch.Tx.ExecContext(ctx, insertDeliveries, ch.Company, ch.At, pq.Array(notifications), pq.Array(tokens), pq.Array(platforms), pq.Array(urgent), pq.Array(released))
	if err != nil {
		return fmt.Errorf("queue pushes: %w", err)
	}
	return nil
}

// insertWritten stores notices. It returns the ids of those that were not there.
func insertWritten(ctx context.Context, ch *change.Change, list []written) (isNew map[string]bool, err error) {
	var ids, users, kinds, refs, titles, bodies, skipped, until []string
	var urgent []bool
	for _, w := range list {
		ids, users, kinds, refs = append(ids, w.id), append(users, w.User), append(kinds, w.Kind), append(refs, w.Ref)
		titles, bodies = append(titles, w.text.Title), append(bodies, w.text.Body)
		skipped, urgent, until = append(skipped, w.skipped), append(urgent, w.Urgent), append(until, w.Until.Format(time.RFC3339Nano))
	}
	var inserted []string
	if err := ch.Tx.SelectContext(ctx, &inserted, insertNotifications, ch.Company, ch.At, pq.Array(ids), pq.Array(users), pq.Array(kinds),
		pq.Array(refs), pq.Array(titles), pq.Array(bodies), pq.Array(urgent), pq.Array(until), pq.Array(skipped)); err != nil {
		return nil, fmt.Errorf("write notifications: %w", err)
	}
	isNew = make(map[string]bool, len(inserted))
	for _, id := range inserted {
		isNew[id] = true
	}
	return isNew, nil
}
