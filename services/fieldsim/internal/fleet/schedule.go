package fleet

import (
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// day returns the number of the day in which an instant lies, counted from the day of the trace.
func (f *Fleet) day(now time.Time) int64 {
	period := f.o.Trace.Period()
	day := int64(now.Sub(f.o.Trace.Midnight) / period)
	if now.Before(f.o.Trace.Midnight.Add(time.Duration(day) * period)) { // Integer division rounds towards zero.
		day--
	}
	return day
}

// begins returns when a day begins.
func (f *Fleet) begins(day int64) time.Time {
	return f.o.Trace.Midnight.Add(time.Duration(day) * f.o.Trace.Period())
}

// schedule yields a phone's uploads of all days; the trace repeats each period. The plan of a day depends only on the number
// of the day. A phone that is started again therefore gets the same plan and continues it.
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
			sent, kept := m.story.Fixes(trace.Shift(fixes, shift(day)), f.begins(day))
			return append(m.story.Uploads(phone.Plan(sent, f.o.Cadence, f.o.Faults, f.seed(m, day)), f.begins(day)), kept...)
		},
		begins: f.begins,
	}
	// Load yesterday too, because some of its late uploads may still be due.
	s.loaded = f.day(now) - 2
	s.load()
	s.load()
	for len(s.pending) > 0 && s.pending[0].At.Before(now) {
		s.pending = s.pending[1:]
	}
	return s
}

// next returns the next upload. There is always one, because a vehicle has at least one fix in each period.
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
