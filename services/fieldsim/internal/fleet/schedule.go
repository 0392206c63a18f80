package fleet

import (
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// schedule is a phone's uploads of all days, the trace repeated. Since a day's plan follows from its number alone, a
// phone that is started again finds the plan of which it had done the first part.
type schedule struct {
	plan    func(day int64) []phone.Upload
	begins  func(day int64) time.Time
	loaded  int64
	pending []phone.Upload
}

func (f *Fleet) newSchedule(m member, now time.Time) *schedule {
	fixes, period := m.vehicle.InTime(), f.o.Trace.Period()
	shift := func(day int64) time.Duration { return time.Duration(day) * period }
	s := &schedule{
		plan: func(day int64) []phone.Upload {
			return phone.Plan(trace.Shift(fixes, shift(day)), f.o.Cadence, f.o.Faults, f.seed(m, day))
		},
		begins: func(day int64) time.Time { return f.o.Trace.Midnight.Add(shift(day)) },
	}
	today := int64(now.Sub(f.o.Trace.Midnight) / period)
	if now.Before(s.begins(today)) { // division rounds towards zero
		today--
	}
	// Yesterday's late uploads may still be to come.
	s.loaded = today - 2
	s.load()
	s.load()
	for len(s.pending) > 0 && s.pending[0].At.Before(now) {
		s.pending = s.pending[1:]
	}
	return s
}

// next never ends: a vehicle has at least one fix a day.
func (s *schedule) next() phone.Upload {
	for len(s.pending) == 0 || !s.pending[0].At.Before(s.begins(s.loaded+1)) {
		s.load()
	}
	u := s.pending[0]
	s.pending = s.pending[1:]
	return u
}

func (s *schedule) load() {
	s.loaded++
	s.pending = append(s.pending, s.plan(s.loaded)...)
	phone.Sort(s.pending)
}
