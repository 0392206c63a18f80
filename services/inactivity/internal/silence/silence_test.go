package silence_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/inactivity/internal/silence"
)

// The simulated day begins at eight. Times are in minutes since then.
var eight = time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)

func at(minute int) time.Time { return eight.Add(time.Duration(minute) * time.Minute) }

// worker reports each minute but in its gaps.
type worker struct {
	company, user string
	// gaps are spans of minutes without a contact: [from, until).
	gaps [][2]int
	// starts and ends are the minutes of the shift; it ends never when zero. pause is one in it.
	starts, ends int
	pause        [2]int
	after        time.Duration
}

func (w worker) contact(minute int) time.Time {
	for m := minute; m >= -30; m-- {
		if !slices.ContainsFunc(w.gaps, func(g [2]int) bool { return g[0] <= m && m < g[1] }) {
			return at(m)
		}
	}
	return time.Time{}
}

func (w worker) onShift(minute int) bool {
	return w.starts <= minute && (w.ends == 0 || minute < w.ends)
}
func (w worker) paused(minute int) bool { return w.pause[0] <= minute && minute < w.pause[1] }

func (w worker) since(minute int) time.Time {
	if w.pause[1] > 0 && minute >= w.pause[1] {
		return at(w.pause[1])
	}
	return at(w.starts)
}

// day plays a day and returns what people are told, such as "35 ana". watermark says how far the storage is.
func day(workers []worker, watermark func(minute int) *silence.Watermark) []string {
	var told []string
	open := map[string]silence.Lasting{}
	shared := map[string]silence.Shared{}
	for minute := 0; minute <= 300; minute++ {
		for _, w := range workers {
			key := w.company + " " + w.user
			if l, ok := open[key]; ok {
				e := silence.End(l, silence.Now{
					By: silence.ByShift, OnShift: w.onShift(minute), Paused: w.paused(minute), Since: w.since(minute), Contact: w.contact(minute), Recorded: w.contact(minute), After: w.after,
				}, at(minute))
				if e.Reason != "" {
					told = append(told, fmt.Sprintf("%d -%s %s", minute, w.user, e.Reason))
					delete(open, key)
				}
			}
		}
		if minute%10 != 0 {
			continue
		}
		m := silence.At(at(minute), watermark(minute))
		people := map[string][]silence.Person{}
		var ids []string
		for _, w := range workers {
			if !slices.Contains(ids, w.company) {
				ids = append(ids, w.company)
			}
			if w.onShift(minute) && !w.paused(minute) {
				_, isOpen := open[w.company+" "+w.user]
				people[w.company] = append(people[w.company], silence.Person{User: w.user, Contact: w.contact(minute), Since: w.since(minute), After: w.after, Open: isOpen})
			}
		}
		var counts []silence.Company
		for _, id := range ids {
			counts = append(counts, silence.Count(id, m, shared[id], people[id]))
		}
		for _, v := range silence.Judge(m, counts) {
			if v.Behind {
				told = append(told, fmt.Sprintf("%d behind %s", minute, v.Company))
			}
			if v.Begin != "" {
				told = append(told, fmt.Sprintf("%d +%s %s %d/%d", minute, v.Company, v.Begin, v.Quiet, v.Reporting))
				shared[v.Company] = silence.Shared{Since: m.Judged, Scope: v.Begin}
			}
			if v.End {
				told = append(told, fmt.Sprintf("%d -%s", minute, v.Company))
				shared[v.Company] = silence.Shared{Excused: m.Judged}
			}
			for _, p := range v.Raise {
				told = append(told, fmt.Sprintf("%d %s", minute, p.User))
				open[v.Company+" "+p.User] = silence.Lasting{Base: p.Base(v.Excused), By: silence.ByShift}
			}
		}
	}
	return told
}

func healthy(minute int) *silence.Watermark {
	return &silence.Watermark{StoredUntil: at(minute).Add(-30 * time.Second), AskedAt: at(minute), Margin: 30 * time.Second}
}

// crew are n people of a company, of whom the first quiet ones have a gap.
func crew(company string, n, quiet int, gaps ...[2]int) (list []worker) {
	for i := range n {
		w := worker{company: company, user: fmt.Sprintf("%s%02d", company, i), after: 30 * time.Minute}
		if i < quiet {
			w.gaps = gaps
		}
		list = append(list, w)
	}
	return list
}

func TestSilences(t *testing.T) {
	t.Parallel()
	ana := worker{company: "a", user: "ana", after: 30 * time.Minute}
	with := func(change func(*worker)) []worker {
		w := ana
		change(&w)
		return append(crew("a", 9, 0), w)
	}
	for name, c := range map[string]struct {
		workers   []worker
		watermark func(int) *silence.Watermark
		want      string
	}{
		"all well":         {workers: crew("a", 10, 0)},
		"phone dead":       {workers: with(func(w *worker) { w.gaps = [][2]int{{61, 999}} }), want: "90 ana"},
		"tunnel":           {workers: with(func(w *worker) { w.gaps = [][2]int{{61, 85}} })},
		"back":             {workers: with(func(w *worker) { w.gaps = [][2]int{{61, 115}} }), want: "90 ana, 115 -ana returned"},
		"twice":            {workers: with(func(w *worker) { w.gaps = [][2]int{{61, 115}, {121, 999}} }), want: "90 ana, 115 -ana returned, 150 ana"},
		"shift over":       {workers: with(func(w *worker) { w.gaps = [][2]int{{61, 999}}; w.ends = 85 })},
		"shift over later": {workers: with(func(w *worker) { w.gaps = [][2]int{{61, 999}}; w.ends = 100 }), want: "90 ana, 100 -ana shift_ended"},
		"pause":            {workers: with(func(w *worker) { w.gaps = [][2]int{{61, 999}}; w.pause = [2]int{75, 120} }), want: "150 ana"},
		"pause in silence": {workers: with(func(w *worker) { w.gaps = [][2]int{{61, 999}}; w.pause = [2]int{95, 120} }), want: "90 ana, 95 -ana paused, 150 ana"},
		"never reported":   {workers: with(func(w *worker) { w.gaps = [][2]int{{-99, 999}}; w.starts = 15 }), want: "50 ana"},
		"own setting":      {workers: with(func(w *worker) { w.gaps = [][2]int{{61, 115}}; w.after = 5 * time.Minute }), want: "70 ana, 115 -ana returned"},
		"half a dead cell": {workers: crew("a", 10, 5, [2]int{61, 100}), want: "90 a00, 90 a01, 90 a02, 90 a03, 90 a04, 100 -a00 returned, 100 -a01 returned, 100 -a02 returned, 100 -a03 returned, 100 -a04 returned"},
		"half and one":     {workers: crew("a", 10, 6, [2]int{61, 100}), want: "80 +a company 6/10, 100 -a"},
		"four of seven":    {workers: crew("a", 7, 4, [2]int{61, 91}), want: "90 a00, 90 a01, 90 a02, 90 a03, 91 -a00 returned, 91 -a01 returned, 91 -a02 returned, 91 -a03 returned"},
		"five of five":     {workers: crew("a", 5, 5, [2]int{61, 91}), want: "80 +a company 5/5, 100 -a"},
		"more than half":   {workers: crew("a", 9, 5, [2]int{61, 100}), want: "80 +a company 5/9, 100 -a"},
		"tiny companies":   {workers: append(crew("a", 2, 2, [2]int{61, 95}), crew("b", 3, 0)...), want: "90 a00, 90 a01, 95 -a00 returned, 95 -a01 returned"},
		"four of four":     {workers: crew("a", 4, 4, [2]int{61, 91}), want: "90 a00, 90 a01, 90 a02, 90 a03, 91 -a00 returned, 91 -a01 returned, 91 -a02 returned, 91 -a03 returned"},
		"our outage":       {workers: crew("a", 20, 20, [2]int{61, 101}), want: "80 +a company 20/20, 110 -a"},
		"many tiny ones":   {workers: slices.Concat(crew("a", 4, 4, [2]int{61, 101}), crew("b", 4, 4, [2]int{61, 101}), crew("c", 4, 3, [2]int{61, 101})), want: "80 +a installation 4/4, 80 +b installation 4/4, 80 +c installation 3/4, 110 -a, 110 -b, 110 -c"},
		"half of all":      {workers: slices.Concat(crew("a", 4, 4, [2]int{61, 91}), crew("b", 4, 4, [2]int{61, 91}), crew("c", 8, 0)), want: "90 a00, 90 a01, 90 a02, 90 a03, 90 b00, 90 b01, 90 b02, 90 b03, 91 -a00 returned, 91 -a01 returned, 91 -a02 returned, 91 -a03 returned, 91 -b00 returned, 91 -b01 returned, 91 -b02 returned, 91 -b03 returned"},
		"still out after":  {workers: append(crew("a", 19, 19, [2]int{61, 101}), worker{company: "a", user: "ana", after: 30 * time.Minute, gaps: [][2]int{{61, 999}}}), want: "80 +a company 20/20, 110 -a, 140 ana"},
		"open before":      {workers: append(crew("a", 19, 19, [2]int{101, 141}), worker{company: "a", user: "ana", after: 30 * time.Minute, gaps: [][2]int{{61, 999}}}), want: "90 ana, 120 +a company 20/20, 150 -a"},
		"starts in it":     {workers: append(crew("a", 19, 19, [2]int{61, 121}), worker{company: "a", user: "ana", after: 30 * time.Minute, gaps: [][2]int{{-99, 999}}, starts: 65}), want: "80 +a company 19/19, 130 -a, 160 ana"},
		"all shifts end": {workers: func() []worker {
			all := crew("a", 6, 6, [2]int{61, 999})
			for i := range all {
				all[i].ends = 95
			}
			return all
		}(), want: "80 +a company 6/6, 100 -a"},
		"storage hangs": {workers: crew("a", 10, 10, [2]int{61, 101}), watermark: func(m int) *silence.Watermark {
			if m > 60 && m < 100 { // the writer stands still, and everything waits
				return &silence.Watermark{StoredUntil: at(60).Add(-30 * time.Second), AskedAt: at(m), Margin: 30 * time.Second}
			}
			return healthy(m)
		}, want: "80 behind a, 90 behind a, 100 +a company 10/10, 110 -a"},
		"nobody looks at the storage": {workers: crew("a", 2, 2, [2]int{61, 101}), watermark: func(m int) *silence.Watermark { return healthy(min(m, 60)) }, want: "80 behind a, 90 behind a, 100 behind a, 110 behind a, 120 behind a, 130 behind a, 140 behind a, 150 behind a, 160 behind a, 170 behind a, 180 behind a, 190 behind a, 200 behind a, 210 behind a, 220 behind a, 230 behind a, 240 behind a, 250 behind a, 260 behind a, 270 behind a, 280 behind a, 290 behind a, 300 behind a"},
		"no storage at all":           {workers: crew("a", 2, 2, [2]int{61, 999}), watermark: func(int) *silence.Watermark { return nil }},
	} {
		if c.watermark == nil {
			c.watermark = healthy
		}
		if got := strings.Join(day(c.workers, c.watermark), ", "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// In a demo a second may be a quarter of an hour. What is no more than the margin is no lag.
func TestAFastClockIsNoLag(t *testing.T) {
	t.Parallel()
	w := &silence.Watermark{StoredUntil: at(0), AskedAt: at(200), Margin: 200 * time.Minute}
	if m := silence.At(at(400), w); m.Behind || !m.Judged.Equal(at(200)) {
		t.Errorf("%+v", m)
	}
	if m := silence.At(at(401), w); !m.Behind {
		t.Errorf("%+v", m)
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	lasts := silence.Lasting{Base: at(0), By: silence.ByShift, After: 30 * time.Minute}
	made := func(base int) silence.Lasting { l := lasts; l.Base = at(base); return l }
	silent := silence.Now{By: silence.ByShift, OnShift: true, Since: at(-60), Contact: at(0), Recorded: at(0), After: 30 * time.Minute}
	with := func(change func(*silence.Now)) silence.Now { n := silent; change(&n); return n }
	for name, c := range map[string]struct {
		lasts silence.Lasting
		now   silence.Now
		want  string
	}{
		"it lasts":              {lasts, silent, " "},
		"user left":             {lasts, with(func(n *silence.Now) { n.Gone, n.Contact = true, at(39) }), "user_left 08:40"},
		"back":                  {lasts, with(func(n *silence.Now) { n.Contact, n.Recorded = at(39), at(39) }), "returned 08:39"},
		"sends what is old":     {lasts, with(func(n *silence.Now) { n.Contact, n.Recorded = at(39), at(5) }), " 08:39"},
		"sends it for long":     {silence.Lasting{Base: at(0), By: silence.ByShift, Back: at(30)}, with(func(n *silence.Now) { n.Contact, n.Recorded = at(39), at(5) }), "returned 08:30"},
		"shift ended":           {lasts, with(func(n *silence.Now) { n.OnShift = false }), "shift_ended 08:40"},
		"paused":                {lasts, with(func(n *silence.Now) { n.Paused = true }), "paused 08:40"},
		"another shift":         {lasts, with(func(n *silence.Now) { n.Since = at(20) }), "shift_ended 08:40"},
		"longer setting":        {lasts, with(func(n *silence.Now) { n.After = time.Hour }), "settings_changed 08:40"},
		"a clock behind":        {made(11), with(func(n *silence.Now) { n.Contact, n.Recorded = at(11), at(11) }), " "},
		"expected otherwise":    {lasts, with(func(n *silence.Now) { n.By = silence.ByHours }), "settings_changed 08:40"},
		"hours over":            {silence.Lasting{Base: at(0), By: silence.ByHours}, with(func(n *silence.Now) { n.By = silence.ByHours }), "shift_ended 08:40"},
		"hours last":            {silence.Lasting{Base: at(0), By: silence.ByHours}, with(func(n *silence.Now) { n.By, n.InHours, n.OnShift = silence.ByHours, true, false }), " "},
		"always, without shift": {silence.Lasting{Base: at(0), By: silence.ByAlways}, with(func(n *silence.Now) { n.By, n.OnShift, n.Since = silence.ByAlways, false, time.Time{} }), " "},
	} {
		e := silence.End(c.lasts, c.now, at(40))
		got := e.Reason + " "
		for _, is := range []time.Time{e.At, e.Back} {
			if !is.IsZero() {
				got += is.Format("15:04")
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestIsExplained(t *testing.T) {
	t.Parallel()
	minutes := func(list ...int) (all []time.Time) {
		for _, m := range list {
			all = append(all, at(m))
		}
		return all
	}
	for name, c := range map[string]struct {
		recorded []time.Time
		want     bool
	}{
		"nothing":       {nil, false},
		"all along":     {minutes(10, 20, 35, 60), true},
		"begins late":   {minutes(30, 45, 60), false},
		"a gap":         {minutes(10, 40, 60), false},
		"ends early":    {minutes(10, 20, 30), false},
		"only just":     {minutes(29, 58), true},
		"one at a time": {minutes(29, 29, 58), true},
	} {
		if got := silence.IsExplained(at(0), at(60), 30*time.Minute, c.recorded); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestEndLow(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	now := base.Add(time.Hour)
	for what, c := range map[string]struct {
		by    string
		is    silence.Now
		limit int
		want  string
	}{
		"on shift":               {silence.ByShift, silence.Now{By: silence.ByShift, OnShift: true, Since: base}, 15, ""},
		"in a pause":             {silence.ByShift, silence.Now{By: silence.ByShift, OnShift: true, Paused: true}, 15, ""},
		"after the shift":        {silence.ByShift, silence.Now{By: silence.ByShift}, 15, "shift_ended"},
		"in another shift":       {silence.ByShift, silence.Now{By: silence.ByShift, OnShift: true, Since: base.Add(1)}, 15, "shift_ended"},
		"in the hours":           {silence.ByHours, silence.Now{By: silence.ByHours, InHours: true}, 15, ""},
		"after the hours":        {silence.ByHours, silence.Now{By: silence.ByHours}, 15, "shift_ended"},
		"always":                 {silence.ByAlways, silence.Now{By: silence.ByAlways, Since: base.Add(1)}, 15, ""},
		"nobody wants to know":   {silence.ByAlways, silence.Now{By: silence.ByAlways}, 0, "settings_changed"},
		"expected for another":   {silence.ByAlways, silence.Now{By: silence.ByShift, OnShift: true}, 15, "settings_changed"},
		"gone, and nobody cares": {silence.ByAlways, silence.Now{By: silence.ByAlways, Gone: true}, 0, "user_left"},
	} {
		if got := silence.EndLow(silence.Lasting{Base: base, By: c.by}, c.is, c.limit, now); got.Reason != c.want || c.want != "" && !got.At.Equal(now) {
			t.Errorf("%s: %+v, want %q", what, got, c.want)
		}
	}
}
