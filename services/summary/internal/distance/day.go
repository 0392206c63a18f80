package distance

import (
	"cmp"
	"maps"
	"slices"

	"github.com/terreno/terreno/proto/track"
)

const (
	lateMS = 10 * 60 * 1000 // a fix that is received longer after it was recorded is late
	farMS  = 1 << 52        // 140,000 years: what lies farther from 1970 is no instant, and would overflow
)

// Day reports on the fixes of one person, by device: in any order, any of them repeated. Of two fixes of a device at the same
// instant the one counts that track.Compact keeps. It changes no fix and keeps none.
func Day(fixes map[string][]track.Fix, o Options) Report {
	var r Report
	n := 0
	for _, own := range fixes {
		n += len(own)
	}
	genuine, mock := make([]reading, 0, n), []reading(nil)
	devices := slices.Sorted(maps.Keys(fixes))
	for i, name := range devices {
		own := inOrder(fixes[name], o)
		if len(own) > 0 {
			r.Devices++
		}
		for k := range own {
			f := &own[k]
			r.see(f)
			if f.Has(track.Mock) {
				mock = append(mock, reading{f, i})
			} else {
				genuine = append(genuine, reading{f, i})
			}
		}
	}
	r.MockM = measure(mock, devices, o).DistanceM
	return r.with(measure(genuine, devices, o))
}

// with adds what the real fixes came to.
func (r Report) with(m Report) Report {
	m.MockM, m.Fixes, m.LateFixes, m.Devices, m.FirstAt, m.LastAt = r.MockM, r.Fixes, r.LateFixes, r.Devices, r.FirstAt, r.LastAt
	return m
}

// see counts a fix.
func (r *Report) see(f *track.Fix) {
	if r.Fixes == 0 {
		r.FirstAt, r.LastAt = f.RecordedAt, f.RecordedAt
	}
	r.Fixes++
	r.FirstAt, r.LastAt = min(r.FirstAt, f.RecordedAt), max(r.LastAt, f.RecordedAt)
	if f.ReceivedAt > f.RecordedAt+lateMS {
		r.LateFixes++
	}
}

// inOrder returns the fixes of the day in order, each instant once. It leaves the caller's as they are.
func inOrder(fixes []track.Fix, o Options) []track.Fix {
	for i := 1; i < len(fixes); i++ {
		if fixes[i-1].RecordedAt >= fixes[i].RecordedAt {
			fixes = track.Compact(slices.Clone(fixes))
			break
		}
	}
	if o.From == 0 && o.Until == 0 {
		o.From, o.Until = -farMS, farMS
	}
	return track.Between(fixes, max(o.From, -farMS), min(o.Until, farMS))
}

// measure measures one person's fixes, of any number of devices, each device's in order.
func measure(all []reading, devices []string, o Options) (r Report) {
	all = slices.DeleteFunc(all, func(one reading) bool { return tooVague(one.fix) })
	if len(devices) > 1 {
		slices.SortStableFunc(all, func(a, b reading) int { return cmp.Compare(a.fix.RecordedAt, b.fix.RecordedAt) })
	}
	all = counted(all, devices, o.First)
	if every := (len(all) + MaxFixes - 1) / MaxFixes; every > 1 {
		r.Thinned = true
		all = thin(all, every)
	}
	if len(all) == 0 {
		return r
	}
	if o.MaxSpeedMPS <= 0 {
		o.MaxSpeedMPS = limit(all)
	}
	m := measurer{report: &r, options: o}
	for from, i := 0, 1; i <= len(all); i++ {
		if i < len(all) && all[i].device == all[from].device {
			continue
		}
		m.device(all[from:i])
		from = i
	}
	m.close()
	return r
}

// thin keeps one of every so many readings, and the last one.
func thin(all []reading, every int) []reading {
	kept := make([]reading, 0, len(all)/every+2)
	for i := 0; i < len(all)-1; i += every {
		kept = append(kept, all[i])
	}
	return append(kept, all[len(all)-1])
}
