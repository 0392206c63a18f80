package track

// limit bounds how many fixes a Way holds.
type limit struct {
	most     int
	from, to int64 // ms
	slot     uint  // a slot lasts 2^slot ms
}

// widest is the widest slot: 2^27 ms are more than a day. Then a device has two fixes at most.
const widest = 27

// Limit makes a Way hold at most so many fixes, or twice as many while tracks are added. Of more it keeps those that were recorded at from
// or later and before to, in ms, that are shown (Show), and of these the first of each device in each slot of time. All slots are as wide,
// and no wider than it takes. So what is kept depends on the fixes alone, and not on the order or the parts in which they were added.
// Call it before Add, and Thinned after the last one.
func (w *Way) Limit(most int, from, to int64) {
	w.limit = &limit{most: most, from: from, to: to}
}

// Thinned brings the Way below its limit, and says whether fixes are missing because of it.
func (w *Way) Thinned() bool {
	if w.limit == nil {
		return false
	}
	w.thin()
	return w.limit.slot > 0
}

func (w *Way) thin() {
	l := w.limit
	w.compact()
	if l.slot == 0 && w.Len() <= l.most {
		return
	}
	w.Drop(func(f *Fix) bool {
		return f.RecordedAt < l.from || f.RecordedAt >= l.to || !w.shown.Shows(f.RecordedAt)
	})
	for w.firsts(); w.Len() > l.most && l.slot < widest; w.firsts() {
		l.slot++
	}
}

func (w *Way) compact() {
	for _, r := range w.devices {
		r.compact()
	}
}

// firsts leaves the first fix of each device in each slot.
func (w *Way) firsts() {
	for _, r := range w.devices {
		kept, last := r.compact()[:0], int64(0)
		for i, f := range r.fixes {
			slot := f.RecordedAt >> w.limit.slot
			if i > 0 && slot == last {
				continue
			}
			kept, last = append(kept, f), slot
		}
		r.fixes, r.clean = kept, len(kept)
	}
}
