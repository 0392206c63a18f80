// Package store holds all SQL statements of summary. Each method is one transaction unless its comment says otherwise.
//
// # Nothing is lost between an upload and a computation
//
// summary.pending is the one queue. Whoever learns that a day may have changed puts it there in the transaction in which it takes the
// news (a mark of tracking, a batch of ACTIVITY, the close of a date). A worker locks the row of a day, then reads all that the day is
// made of in later statements, and writes the result and deletes the row in the same READ COMMITTED transaction. So news that come while
// a worker computes wait for its commit, and then put the day into the queue again: a day that is in no row has been computed from
// everything that was committed before.
//
// A visit or a shift that moves away is news about the day that counts it, and for a moment only the worker that computes this day knows it.
// So news of work also wait for the workers that have a day of the company in hand, and queue those days again.
//
// News about a date that is not closed are dropped. The close commits the row of the date first, and looks for the people of the date
// in a later transaction. So whoever drops news has not seen the row, and the close sees what the news were about.
package store

import (
	"time"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/services/summary/internal/day"
)

// Schema is the name of the schema with the tables.
const Schema = "summary"

// Companies knows the companies and their time zones.
type Companies interface {
	Companies() []directory.Company
	Company(id string) (directory.Company, bool)
}

// Store reads and writes days. It is safe for concurrent use.
type Store struct {
	db        *db.DB
	changes   *change.Changes
	companies Companies
	o         Options
}

// Options are how long things last.
type Options struct {
	// Late is how long after its end a date still changes.
	Late time.Duration
	// Debounce is how long news about a day wait for more.
	Debounce time.Duration
	// Positions is how long positions are kept. Days that began earlier are not computed any more.
	Positions time.Duration
}

// New makes a store. d is a pool of the service's role, and the store changes days through changes.
func New(d *db.DB, changes *change.Changes, companies Companies, o Options) *Store {
	return &Store{db: d, changes: changes, companies: companies, o: o}
}

// Late is how long after its end a date still changes.
func (s *Store) Late() time.Duration { return s.o.Late }

// Zone returns the time zone of a company.
func (s *Store) Zone(company string) *time.Location {
	if c, ok := s.companies.Company(company); ok {
		return c.Zone
	}
	return time.UTC
}

// oldest is the beginning of the oldest day whose positions are all there.
func (s *Store) oldest(now time.Time) time.Time { return now.Add(-s.o.Positions + 24*time.Hour) }

const numbers = `distance_m, moving_s, stopped_s, gap_m, gap_s, mock_m, fixes, late_fixes, devices, thinned, first_at, last_at,
    max_speed_mps, avg_moving_speed_mps, trips, stops, visits_done, visits_not_done, visits_open, shift_s, pause_s`

// Stored is a day as it is stored.
type Stored struct {
	User       string    `db:"user_id"`
	Date       string    `db:"date"`
	Zone       string    `db:"zone"`
	From       time.Time `db:"from_at"`
	Until      time.Time `db:"until_at"`
	ComputedAt time.Time `db:"computed_at"`
	Algorithm  int       `db:"algorithm"`
	Version    int       `db:"version"`
	// Hidden says that the company hides what lies outside shifts since the day was computed, and that some of the day does. Then the numbers
	// that come from positions are left out.
	Hidden bool `db:"hidden"`
	day.Numbers
}

// shown converts the instants to UTC, as everywhere outside the database, and leaves out what is hidden.
func (s *Stored) shown() {
	if s.Hidden {
		s.WithoutPositions()
	}
	s.From, s.Until, s.ComputedAt = s.From.UTC(), s.Until.UTC(), s.ComputedAt.UTC()
	for _, at := range []*time.Time{s.FirstAt, s.LastAt} {
		if at != nil {
			*at = at.UTC()
		}
	}
}
