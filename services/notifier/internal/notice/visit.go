package notice

import (
	"strings"
	"time"

	"github.com/terreno/terreno/proto/activity"
)

// Visit is a visit or a task, as far as its worker is told of it. The zero value is of a visit that nobody has heard of.
type Visit struct {
	ID     string
	Task   bool
	Worker string
	State  string
	// Since is when it came into its state.
	Since       time.Time
	From, Until time.Time
}

func (v Visit) open() bool {
	return v.State != "" && v.State != activity.Completed && v.State != activity.Incomplete && v.State != activity.Cancelled
}

// Context is what the news of a visit depends on beside the visit.
type Context struct {
	Now  time.Time
	Zone *time.Location
	// Series says that the visit is one of a series, and Closed that the end of the day closed it.
	Series, Closed bool
}

func (c Context) day(at time.Time) string { return at.In(c.Zone).Format(time.DateOnly) }

// News is what the worker of a visit is told of a change.
type News struct {
	User, Kind string
	// Day is the local date of the visit, or today if it began before; or that of the close.
	Day string
	// Today says that the visit is to be done today.
	Today bool
	Task  bool
	Visit string
	Until time.Time
}

// newsOf makes news of a visit. ok is false if there is nobody to tell, or it is too late, or too early for a visit of a series.
func newsOf(user, kind string, v Visit, c Context) (n News, ok bool) {
	today, tomorrow := c.day(c.Now), c.day(c.Now.In(c.Zone).AddDate(0, 0, 1))
	n = News{User: user, Kind: kind, Day: max(c.day(v.From), today), Task: v.Task, Visit: v.ID, Until: v.Until}
	n.Today = n.Day == today
	return n, user != "" && v.Until.After(c.Now) && (!c.Series || n.Day <= tomorrow)
}

// Changes compares a visit with what it was like when somebody was last told of it, and returns what there is to tell. There is nothing
// to tell of what is over. The visits of a series are made two weeks ahead, so nobody is told of one before the day before it.
func Changes(before, now Visit, c Context) []News {
	var list []News
	add := func(user, kind string, v Visit) {
		if n, ok := newsOf(user, kind, v, c); ok {
			list = append(list, n)
		}
	}
	before.ID, before.Task = now.ID, now.Task
	switch {
	case before.Worker != now.Worker:
		if before.open() {
			add(before.Worker, KindVisitTaken, before)
		}
		// One that is under way when it is first heard of is not new to its worker.
		if before.State == "" && now.State == activity.Pending || before.State != "" && now.open() {
			add(now.Worker, KindVisitNew, now)
		}
	case before.State != "" && !before.open() && now.open(): // It was cancelled, say, and is to be done all the same.
		add(now.Worker, KindVisitNew, now)
	case before.open() && now.State == activity.Cancelled:
		add(now.Worker, KindVisitOff, before)
	case before.open() && now.open() && (!before.From.Equal(now.From) || !before.Until.Equal(now.Until)):
		add(now.Worker, KindVisitMoved, now)
	}
	if until := now.Since.Add(UsuallyUseful); c.Closed && now.State == activity.Incomplete && before.State != activity.Incomplete &&
		now.Worker != "" && until.After(c.Now) {
		list = append(list, News{User: now.Worker, Kind: KindVisitsOpen, Day: c.day(now.Since), Visit: now.ID, Until: until})
	}
	return list
}

// Owed returns the news of a visit of which somebody was not told at once, or false if it is no longer true.
func Owed(user, kind string, v Visit, c Context) (News, bool) {
	switch mine := v.Worker == user && v.open(); kind {
	case KindVisitNew, KindVisitMoved:
		if !mine {
			return News{}, false
		}
	case KindVisitOff:
		if v.State != activity.Cancelled {
			return News{}, false
		}
	case KindVisitTaken:
		if mine {
			return News{}, false
		}
	default: // The close of a day is told once.
		return News{}, false
	}
	return newsOf(user, kind, v, c)
}

// Group names news that are told together: those of one kind to one person, of today or of other days. Visits and tasks are told apart.
type Group struct {
	User string `db:"user_id"`
	// Kind is a kind, with _task if it is of tasks.
	Kind string `db:"kind"`
	// Day is today, or that of the close, or laterDays.
	Day string `db:"day"`
}

const (
	laterDays = "later"
	ofTask    = "_task"
)

// NewsKind is the kind of the news in the group.
func (g Group) NewsKind() string { return strings.TrimSuffix(g.Kind, ofTask) }

// Grouped sorts news by what is told together.
func Grouped(news []News) map[Group][]News {
	groups := map[Group][]News{}
	for _, n := range news {
		g := Group{User: n.User, Kind: n.Kind, Day: laterDays}
		if n.Task {
			g.Kind += ofTask
		}
		if n.Today || n.Kind == KindVisitsOpen {
			g.Day = n.Day
		}
		groups[g] = append(groups[g], n)
	}
	return groups
}

// Together makes one notice of the news of a group. at tells it apart from an earlier one.
func Together(news []News, at time.Time) Notice {
	first := news[0]
	n := Notice{User: first.User, Kind: first.Kind, Args: map[string]string{"date": first.Day}}
	many, days := false, false
	for _, is := range news {
		many, days = many || is.Visit != first.Visit, days || is.Day != first.Day
		if is.Until.After(n.Until) {
			n.Until = is.Until
		}
	}
	if n.Kind == KindVisitsOpen { // once a day, however many visits there are and whenever they are closed
		n.Once = first.Day
		return n
	}
	n.Text = n.Kind
	if first.Task {
		n.Text += ofTask
	}
	if many {
		n.Text += "_many"
	} else {
		n.Ref = "visit/" + first.Visit
	}
	switch later := n.Text == KindVisitNew || n.Text == VisitNewMany; {
	case later && days:
		n.Text = VisitNewManyDays
	case later && !first.Today:
		n.Text += "_later"
	}
	n.Once = n.Text + " " + first.Day + " " + at.UTC().Format(time.RFC3339Nano)
	return n
}
