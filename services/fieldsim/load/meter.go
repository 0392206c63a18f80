package load

import (
	"errors"
	"time"
)

// meter measures what the servers use from measure to stop.
type meter struct {
	system *system
	began  time.Time
	before usage
	took   time.Duration
	used   usage
	// blind is true on a system without /proc.
	blind bool
}

func (s *system) measure() (*meter, error) {
	m := &meter{system: s}
	var err error
	if m.before, err = s.cpu(); errors.Is(err, errNoProc) {
		m.blind, err = true, nil
	}
	m.began = time.Now()
	return m, err
}

func (m *meter) stop() error {
	m.took = time.Since(m.began)
	if m.blind {
		return nil
	}
	now, err := m.system.cpu()
	m.used = now.minus(m.before)
	return err
}

// fill writes the CPU time into a row, for a million of n units.
func (m *meter) fill(r *Result, unit string, n int) {
	r.Unit, r.N, r.Took = unit, n, m.took
	if n > 0 && !m.blind {
		million := 1e6 / float64(n)
		r.Process, r.Postgres = m.used.process.Seconds()*million, m.used.postgres.Seconds()*million
	}
}
