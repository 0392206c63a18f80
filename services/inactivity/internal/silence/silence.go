package silence

import "time"

// The rule of a shared silence (see the package).
const (
	MinQuiet     = 5
	MinQuietAll  = 10
	MinCompanies = 2
	// Reach is how long before a shared silence, besides a setting's time, somebody counts as reporting.
	Reach = time.Hour
)

// Limits of our own storage.
const (
	// MaxUnasked is how old the last look at the storage may be, and MaxBehind how far the storage may be behind. Where a clock runs so
	// fast that the margin is more, it is the margin.
	MaxUnasked = 10 * time.Minute
	MaxBehind  = 10 * time.Minute
)

// Watermark is how far the storage of positions is: all that was received before StoredUntil is stored. Margin is how far it is
// behind AskedAt when nothing waits.
type Watermark struct {
	StoredUntil, AskedAt time.Time
	Margin               time.Duration
}

// Moment is when people are judged.
type Moment struct {
	Now time.Time
	// Judged is up to when we know who reported. It is zero while nobody has looked at the storage yet: then nobody is judged.
	Judged time.Time
	// Behind says that the storage is behind, since then.
	Behind      bool
	BehindSince time.Time
}

// At returns the moment for a time and a watermark; nil says that there is none.
func At(now time.Time, w *Watermark) Moment {
	m := Moment{Now: now}
	if w == nil {
		return m
	}
	m.Judged = w.StoredUntil.Add(w.Margin)
	if m.Judged.After(now) {
		m.Judged = now
	}
	if now.Sub(w.AskedAt) > max(MaxUnasked, w.Margin) || now.Sub(m.Judged) > max(MaxBehind, w.Margin) {
		m.Behind, m.BehindSince = true, m.Judged
	}
	return m
}

// Person is somebody who is expected to report now.
type Person struct {
	User string
	// Contact is when something was received last; zero if nothing ever was.
	Contact time.Time
	// Since is when the work began that lasts, or when its last pause ended; zero if there is no such time.
	Since time.Time
	// After is how long the person may be silent.
	After time.Duration
	// Open says that its silence is known already.
	Open bool
}

// began is the latest of contact and beginning.
func (p Person) began() time.Time { return Latest(p.Contact, p.Since) }

// Base returns from when the silence of the person counts. excused is Shared.Excused.
func (p Person) Base(excused time.Time) time.Time { return Latest(p.began(), excused) }

// Latest returns the latest of some instants.
func Latest(first time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if t.After(first) {
			first = t
		}
	}
	return first
}

// Shared is what is known of the shared silences of a company. The zero Shared says that there was none.
type Shared struct {
	// Since is when the one that lasts began, Scope whose it is; zero and empty if none lasts.
	Since time.Time
	Scope string
	// Excused is when the last one ended, or until when nobody could look if that is later.
	Excused time.Time
}

// Lasts says that a shared silence lasts.
func (s Shared) Lasts() bool { return !s.Since.IsZero() }

// reference is the instant before which people were reporting.
func (s Shared) reference(m Moment) time.Time {
	if s.Lasts() {
		return s.Since
	}
	return m.Judged
}

// reporting says whether the person was reporting, and quiet whether it has stopped.
func (p Person) reporting(m Moment, s Shared) (reporting, quiet bool) {
	reporting = p.Contact.After(s.reference(m).Add(-Reach - p.After))
	return reporting, reporting && m.Judged.Sub(p.began()) >= p.After/2
}

// due says that the person is silent and that nobody has been told.
func (p Person) due(m Moment, s Shared) bool {
	base := p.Base(s.Excused)
	if p.Open || base.IsZero() || m.Judged.Sub(base) < p.After {
		return false
	}
	return !s.Lasts() || base.Before(s.Since.Add(-Reach-p.After))
}
