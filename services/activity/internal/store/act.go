package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const (
	// MaxActions is how many actions people may add to a visit. The close of a day may add some more.
	MaxActions = 200
	// MaxRemarks is how many actions a visit may have that still gets a note or a photo.
	MaxRemarks = 150
	// MaxBack is how long ago something may have happened that a phone reports.
	MaxBack = 30 * 24 * time.Hour
	// MaxAhead is how far the clock of a phone may be ahead of ours.
	MaxAhead = 2 * time.Minute
)

const (
	// $1 is a list of actionRow.
	insertActions = `INSERT INTO activity.visit_action (id_empresa, visit_id, key, kind, at, received_at, by_user, office, device, lat, lon,
    accuracy_m, distance_m, mock, reason, worker, team, win_from, win_until, corrects, answers, request, photo_id, photo_file, photo_type, photo_bytes)
SELECT r.id_empresa, r.visit_id, r.key, r.kind, r.at, r.received_at, r.by_user, r.office, r.device, r.lat, r.lon, r.accuracy_m,
    r.distance_m, r.mock, r.reason, r.worker, r.team, r.win_from, r.win_until, r.corrects, r.answers, r.request,
    r.photo_id, r.photo_file, r.photo_type, r.photo_bytes
FROM json_to_recordset($1::json) AS r(id_empresa text, visit_id text, key text, kind text, at timestamptz, received_at timestamptz,
    by_user text, office boolean, device text, lat float8, lon float8, accuracy_m float8, distance_m float8, mock boolean, reason text,
    worker text, team text, win_from timestamptz, win_until timestamptz, corrects text, answers json, request text,
    photo_id text, photo_file text, photo_type text, photo_bytes bigint)`

	updateVisit = `UPDATE activity.visit SET state = $3, since = $4, win_from = $5, win_until = $6, worker = $7, team = $8, in_at = $9,
    in_distance_m = $10, out_at = $11, reason = $12, answers = $13, close_at = $14, last_at = $15, actions = $16, version = $17,
    changed_at = $18, changed_by = $19, corrected = $20, objected = $21, photo_versions = $22
WHERE id_empresa = $1 AND id = $2`
)

// Wish is what somebody wants to do to a visit.
type Wish struct {
	Visit string
	// Action needs its Key and Kind, and what its kind needs. At is when it happened, zero for now. Act fills in the rest.
	visit.Action
	// Version is the version that the office saw.
	Version int64
	// Day is the date to which a Reschedule moves the visit, until the close of this day; empty if its Window says when.
	Day string
	// Request is a hash of the whole request.
	Request string
	// PhotoRoom is how many bytes the photos of the company may have together.
	PhotoRoom int64
}

// Acted is what became of a wish.
type Acted struct {
	Visit
	// Rule says why the action changed nothing, empty if it did what it says.
	Rule visit.Rule
	// Duplicate says that the action was known already.
	Duplicate bool
	// Photo is the photo of the action, if it is one: of a duplicate the photo that was kept the first time.
	Photo *visit.Photo
	// Withdrawn says that whoever acted has the visit no longer: it may know nothing of the visit.
	Withdrawn bool
}

// Act does one action: it locks the visit, adds the action, folds all of them, and stores and tells what came of it. An action whose
// key is known changes nothing. Errors are those of errors.go, *ConflictError, *visit.TooFarError and idem.ErrKeyReused.
func (s *Store) Act(ctx context.Context, ch *change.Change, who auth.Claims, w Wish) (Acted, error) {
	before, err := lockVisit(ctx, ch.Tx, who, w.Visit)
	if err != nil {
		return Acted{}, err
	}
	rows, err := readActions(ctx, ch.Tx, ch.Company, w.Visit)
	if err != nil {
		return Acted{}, err
	}
	if err := mayAct(who, before, rows, w.Kind); err != nil {
		return Acted{}, err
	}
	if i := slices.IndexFunc(rows, func(r actionRow) bool { return r.Key == w.Key }); i >= 0 {
		return repeated(who, before, rows, rows[i], w)
	}
	if err := roomFor(w, before, rows); err != nil {
		return Acted{}, err
	}
	settings, err := readSettings(ctx, ch.Tx, ch.Company)
	if err != nil {
		return Acted{}, err
	}
	if before.CloseAt, err = s.movedClose(ctx, ch, before, settings); err != nil {
		return Acted{}, err
	}
	a, err := s.complete(ctx, ch, who, before, rows, w, settings)
	if err != nil {
		return Acted{}, err
	}
	added := []actionRow{rowOf(ch.Company, w.Visit, w.Request, a)}
	if due(ch, before) && !a.Kind.Decided() { // What happened after the close is a note, whether the job was here already or not.
		added = append(added, closeOf(ch, before))
	}
	f := fold(before, append(rows, added...))
	f.photo = w.Photo != nil
	rule := f.ruleOf(a.Key)
	if err := refuseIdle(a, rule); err != nil {
		return Acted{}, err
	}
	if a.Kind.Decided() && rule != "" {
		return Acted{Visit: before, Rule: rule}, nil // It is so already: there is nothing to keep.
	}
	if err := addActions(ctx, ch, added...); err != nil {
		return Acted{}, err
	}
	by := who.Subject
	if len(added) > 1 && f.idle(a.Key) {
		by = ByClose
	}
	after, err := s.keep(ctx, ch, before, f, settings, by)
	if err == nil && w.Photo != nil { // The company's row comes last, because all photos of a company wait for it.
		err = usePhoto(ctx, ch, w.Photo.Bytes, w.PhotoRoom)
	}
	return Acted{Visit: after, Rule: rule, Photo: w.Photo, Withdrawn: !before.Seen}, err
}

// mayAct says whether somebody may do something to a visit. Whoever had the visit once may report what it did then.
func mayAct(who auth.Claims, v Visit, rows []actionRow, k visit.Kind) error {
	if !v.Seen && (!had(who.Subject, v, rows) || !k.Walked() && !k.Remarked()) {
		return ErrNoVisit
	}
	if k == visit.Object && !had(who.Subject, v, rows) {
		return ErrForbidden
	}
	if !k.Walked() && !k.Remarked() && who.Role == audience.RoleColaborador {
		return ErrForbidden
	}
	return nil
}

// roomFor says whether the log has room for an action. Notes and photos leave room for the steps of the worker, and whoever has the
// visit no longer leaves half of the room to those who have it.
func roomFor(w Wish, v Visit, rows []actionRow) error {
	actions, photos := MaxActions, visit.MaxPhotos
	if w.Kind.Remarked() {
		actions = MaxRemarks
	}
	if !v.Seen {
		actions, photos = actions/2, photos/2
	}
	if len(rows) >= actions {
		return ErrTooManyActions
	}
	if w.Photo != nil && photosOf(rows) >= photos {
		return ErrTooManyPhotos
	}
	return nil
}

// had says whether the visit is or was a user's.
func had(user string, v Visit, rows []actionRow) bool {
	return v.PlanWorker == user || slices.ContainsFunc(rows, func(r actionRow) bool { return r.Kind == string(visit.Assign) && r.Worker == user })
}

// repeated answers to an action that is known.
func repeated(who auth.Claims, v Visit, rows []actionRow, known actionRow, w Wish) (Acted, error) {
	if known.Request != w.Request || known.By != who.Subject {
		return Acted{}, idem.ErrKeyReused
	}
	return Acted{Visit: v, Rule: fold(v, rows).ruleOf(known.Key), Duplicate: true, Photo: known.action().Photo, Withdrawn: !v.Seen}, nil
}

// complete checks a wish and returns the action that it is.
func (s *Store) complete(ctx context.Context, ch *change.Change, who auth.Claims, v Visit, rows []actionRow, w Wish, settings Settings) (visit.Action, error) {
	a := w.Action
	a.By, a.Received = who.Subject, ch.At
	a.Office = v.Seen && v.Worker != who.Subject && who.Role != audience.RoleColaborador
	if a.Office && a.Kind.Walked() && w.Version == 0 && had(who.Subject, v, rows) {
		a.Office = false // A supervisor reports what it did while the visit was its own.
	}
	if a.Office || a.Kind == visit.Object { // It answers what was there.
		for _, r := range rows {
			a.Received = latest(a.Received, r.Received.UTC().Add(time.Millisecond))
		}
	}
	if (a.Office || !a.Kind.Walked()) && !a.Kind.Remarked() {
		if w.Version == 0 {
			return a, ErrVersionMissing
		}
		if !v.seenAs(w.Version) {
			return a, &ConflictError{v}
		}
	}
	if a.Reason == "" && (a.Kind == visit.Fail || a.Kind == visit.Cancel || a.Kind == visit.Correct || a.Office && a.Kind.Walked()) {
		return a, ErrReasonMissing
	}
	if err := setTime(ch, &a, v, rows); err != nil {
		return a, err
	}
	if a.Kind == visit.Object && !v.Corrected && v.Reason != visit.ReasonClose {
		return a, ErrNothingToObject
	}
	if a.Where != nil && v.SiteLat != nil {
		d := geo.Distance(a.Where.Lat, a.Where.Lon, *v.SiteLat, *v.SiteLon)
		a.Where.DistanceM = &d
	}
	if a.Kind == visit.Reschedule && w.Day != "" {
		closes, err := s.closing(ctx, ch.Tx, ch.Company, settings, v.Worker)
		if err != nil {
			return a, err
		}
		if a.Window, err = closes.of(v.Team, v.Worker).Window(w.Day); err != nil {
			return a, err
		}
	}
	switch {
	case a.Kind == visit.CheckIn && !a.Office:
		return a, settings.policy().Judge(a.Where, v.SiteRadiusM, a.Reason)
	case a.Kind == visit.Assign:
		k, err := s.known(ctx, ch, who, []NewVisit{{Draft: visit.Draft{Worker: a.Worker, Team: a.Team}}})
		if err != nil {
			return a, err
		}
		return a, k.mayGive(who, a.Worker, a.Team)
	}
	return a, nil
}

// setTime sets when an action happened. What the office decides takes effect after everything that the office saw: otherwise a
// phone whose clock is ahead could undo it. The same holds for what is reported without a time: it follows what is known.
func setTime(ch *change.Change, a *visit.Action, v Visit, rows []actionRow) error {
	if a.Kind.Decided() {
		if a.Kind != visit.Reschedule && due(ch, v) {
			return ErrClosing
		}
		a.At = afterAll(ch.At, rows)
		return nil
	}
	timed := !a.At.IsZero()
	if !timed {
		a.At = afterAll(ch.At, rows)
	}
	a.At = a.At.UTC().Truncate(time.Millisecond)
	switch {
	case timed && a.At.After(ch.At.Add(MaxAhead)):
		return ErrAhead
	case a.At.Before(ch.At.Add(-MaxBack)):
		return ErrTooOld
	}
	if a.Kind.Walked() && !a.Office && a.By == v.Worker {
		a.At = afterAssigned(a.At, a.By, rows)
	}
	return nil
}

// afterAll returns now, or a moment after the last of some actions if that is later.
func afterAll(now time.Time, rows []actionRow) time.Time {
	for _, r := range rows {
		if !r.At.Before(now) {
			now = r.At.UTC().Add(time.Millisecond)
		}
	}
	return now
}

// afterAssigned returns when something happened that the worker of a visit reports. A phone whose clock is a little behind says that
// the worker accepted before the visit was assigned. It was right after that.
func afterAssigned(at time.Time, worker string, rows []actionRow) time.Time {
	for _, r := range rows {
		if r.Kind == string(visit.Assign) && r.Worker == worker && at.Before(r.At) && r.At.Sub(at) <= MaxAhead {
			at = r.At.UTC().Add(time.Millisecond)
		}
	}
	return at
}

// refuseIdle refuses what the office wants and cannot have. What happened in the field is kept in any case.
func refuseIdle(a visit.Action, rule visit.Rule) error {
	if !a.Kind.Decided() && a.Kind != visit.Correct {
		return nil
	}
	switch rule {
	case visit.RuleEnded:
		return ErrEnded
	case visit.RuleNotEnded:
		return ErrNotEnded
	case visit.RuleNothingToCorrect:
		return ErrNotCorrectable
	}
	return nil
}

func addActions(ctx context.Context, ch *change.Change, rows ...actionRow) error {
	list, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("encode actions: %w", err)
	}
	if _, err := ch.Tx.ExecContext(ctx, insertActions, string(list)); err != nil {
		return fmt.Errorf("add actions: %w", err)
	}
	return nil
}

// keep stores what the actions come to. If that changed, the visit gets a new version, and everybody concerned is told. A photo makes a
// version too, so that whoever looks at the visit sees it; by whom and when the visit itself changed last stays.
func (s *Store) keep(ctx context.Context, ch *change.Change, before Visit, f folded, settings Settings, by string) (Visit, error) {
	after := before
	after.State, after.Since, after.From, after.Until = string(f.State), f.Since, f.Window.From, f.Window.Until
	after.Worker, after.Team, after.Reason, after.Answers = f.Worker, f.Team, f.Reason, f.answers
	after.InAt, after.InDistanceM, after.OutAt = nil, nil, nil
	if f.In != nil {
		after.InAt = &f.In.At
		if w := f.In.Where; w != nil {
			after.InDistanceM = w.DistanceM
		}
	}
	if f.Out != nil {
		after.OutAt = &f.Out.At
	}
	after.Corrected, after.Objected = f.Corrected, f.Objected
	after.LastAt, after.Actions = f.last, len(f.log)
	closes, err := s.closing(ctx, ch.Tx, before.Company, settings, f.Worker)
	if err != nil {
		return Visit{}, err
	}
	c := closes.of(f.Team, f.Worker)
	after.CloseAt = c.Due(f.Window, latest(f.opened, before.CreatedAt))
	if before.CloseAt.After(ch.At) && after.From.Equal(before.From) && after.Until.Equal(before.Until) {
		after.CloseAt = c.Moved(f.Window, after.CloseAt, before.CloseAt, ch.At)
	}
	changed := !sameVisit(before.row, after.row)
	switch {
	case changed:
		after.Version, after.ChangedAt, after.ChangedBy, after.PhotoVersions = before.Version+1, ch.At, by, 0
	case f.photo:
		after.Version, after.PhotoVersions = before.Version+1, before.PhotoVersions+1
	}
	if _, err := ch.Tx.ExecContext(ctx, updateVisit, before.Company, before.ID, after.State, after.Since, after.From, after.Until, after.Worker,
		after.Team, after.InAt, after.InDistanceM, after.OutAt, after.Reason, string(after.Answers), after.CloseAt, after.LastAt, after.Actions,
		after.Version, after.ChangedAt, after.ChangedBy, after.Corrected, after.Objected, after.PhotoVersions); err != nil {
		return Visit{}, fmt.Errorf("update a visit: %w", err)
	}
	if after.Version == before.Version {
		return after, nil
	}
	if after.Worker != before.Worker {
		if err := ch.Tx.GetContext(ctx, &after.UserName, nameOfUser, after.Worker); err != nil {
			return Visit{}, fmt.Errorf("read the name of a user: %w", err)
		}
	}
	return after, tell(ctx, ch, news{after, &holder{before.Worker, before.Team}})
}

const nameOfUser = `SELECT coalesce((SELECT u.name FROM identity.v_users u WHERE u.id = $1), '')`

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// sameVisit says whether nobody would see a difference.
func sameVisit(a, b row) bool {
	same := func(a, b *time.Time) bool { return (a == nil) == (b == nil) && (a == nil || a.Equal(*b)) }
	return a.State == b.State && a.Since.Equal(b.Since) && a.From.Equal(b.From) && a.Until.Equal(b.Until) && a.Worker == b.Worker &&
		a.Team == b.Team && same(a.InAt, b.InAt) && same(a.OutAt, b.OutAt) && a.Reason == b.Reason && string(a.Answers) == string(b.Answers) &&
		a.Corrected == b.Corrected && a.Objected == b.Objected
}
