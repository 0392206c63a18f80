package track

import (
	"cmp"
	"slices"
	"sort"
)

// Span is the time from From up to but not including Until, in ms.
type Span struct{ From, Until int64 }

// Shown says which part of a user's time people may see. A nil *Shown shows everything.
type Shown struct{ spans []Span }

// ShownIn shows what lies in one of the spans, which may overlap and come in any order. Without a span it shows nothing.
func ShownIn(spans ...Span) *Shown {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	s := &Shown{}
	for _, is := range spans {
		if n := len(s.spans); n > 0 && is.From <= s.spans[n-1].Until {
			s.spans[n-1].Until = max(s.spans[n-1].Until, is.Until)
		} else if is.From < is.Until {
			s.spans = append(s.spans, is)
		}
	}
	return s
}

// Shows says whether people may see what was recorded at an instant, in ms.
func (s *Shown) Shows(at int64) bool {
	if s == nil {
		return true
	}
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].Until > at })
	return i < len(s.spans) && s.spans[i].From <= at
}

// Covers says whether people may see all of a time, both ends included, in ms.
func (s *Shown) Covers(from, until int64) bool {
	if s == nil {
		return true
	}
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].Until > until })
	return i < len(s.spans) && s.spans[i].From <= from && from <= until
}

// Show makes Between leave out what people may not see. It is the one place where fixes are hidden: whoever reads tracks for people,
// or judges by them, calls it. Devices, Keep and Len still know all fixes.
func (w *Way) Show(s *Shown) { w.shown = s }

// Drop removes the fixes for which drop returns true, and returns how many it removed.
func (w *Way) Drop(drop func(*Fix) bool) (dropped int) {
	for _, r := range w.devices {
		kept := r.compact()[:0]
		for _, f := range r.fixes {
			if drop(&f) {
				dropped++
			} else {
				kept = append(kept, f)
			}
		}
		r.fixes, r.clean = kept, len(kept)
	}
	return dropped
}
