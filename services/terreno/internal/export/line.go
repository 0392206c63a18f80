package export

import (
	"cmp"
	"slices"
	"time"
)

// maxHeld is how many positions lines hold before they are written: some megabytes. A device that reports once a second has 86,400
// a day, so its day comes in several lines.
const maxHeld = 20_000

// line is what one device recorded on one UTC day, or a part of it.
type line struct {
	device    string
	positions []Position
}

// lines gathers positions by device and UTC day.
type lines struct {
	day   time.Time
	held  int
	all   []*line
	write func(day time.Time, l *line) error
}

func (l *lines) add(p *Position) error {
	day := p.RecordedAt.Time().Truncate(24 * time.Hour)
	if !day.Equal(l.day) || l.held >= maxHeld {
		if err := l.flush(); err != nil {
			return err
		}
		l.day = day
	}
	i := slices.IndexFunc(l.all, func(have *line) bool { return have.device == p.DeviceID })
	if i < 0 {
		i, l.all = len(l.all), append(l.all, &line{device: p.DeviceID})
	}
	l.all[i].positions = append(l.all[i].positions, *p)
	l.held++
	return nil
}

func (l *lines) flush() error {
	slices.SortFunc(l.all, func(a, b *line) int { return cmp.Compare(a.device, b.device) })
	for _, one := range l.all {
		if err := l.write(l.day, one); err != nil {
			return err
		}
	}
	l.all, l.held = l.all[:0], 0
	return nil
}
