package notice

import (
	"slices"
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
	// Day is the local date of the visit, or of the close.
	Day string
	// Today says that the visit is to be done today.
	Today bool
	Task  bool
	Visit string
	Until time.Time
}

// Changes compares a visit with what it was like when somebody was last told of it, and returns what there is to tell. There is nothing
// to tell of what is over. The visits of a series are made two weeks ahead, so nobody is told of one before the day before it.
func Changes(before, now Visit, c Context) []News {
	var list []News
	add := func(user, kind string, day, until time.Time) {
		n := News{User: user, Kind: kind, Day: c.day(day), Task: now.Task, Visit: now.ID, Until: until}
		n.Today = n.Day <= c.day(c.Now)
		tooEarly := c.Series && n.Day > c.day(c.Now.In(c.Zone).AddDate(0, 0, 1))
		if user != "" && until.After(c.Now) && !tooEarly {
			list = append(list, n)
		}
	}
	switch {
	case before.Worker != now.Worker:
		if before.open() {
			add(before.Worker, KindVisitTaken, before.From, before.Until)
		}
		// One that is under way when it is first heard of is not new to its worker.
		if before.State == "" && now.State == activity.Pending || before.State != "" && now.open() {
			add(now.Worker, KindVisitNew, now.From, now.Until)
		}
	case before.State != "" && !before.open() && now.open(): // It was cancelled, say, and is to be done all the same.
		add(now.Worker, KindVisitNew, now.From, now.Until)
	case before.open() && now.State == activity.Cancelled:
		add(now.Worker, KindVisitOff, before.From, before.Until)
	case before.open() && now.open() && (!before.From.Equal(now.From) || !before.Until.Equal(now.Until)):
		add(now.Worker, KindVisitMoved, now.From, now.Until)
	}
	if c.Closed && now.State == activity.Incomplete && before.State != activity.Incomplete {
		c.Series = false
		add(now.Worker, KindVisitsOpen, now.Since, now.Since.Add(UsuallyUseful))
	}
	return list
}

// Together makes one notice of news of one kind to one person about one day. at tells it apart from an earlier one.
func Together(news []News, at time.Time) Notice {
	first := news[0]
	n := Notice{
		User: first.User, Kind: first.Kind, Once: first.Day + " " + at.UTC().Format(time.RFC3339Nano), Args: map[string]string{"date": first.Day},
	}
	tasks := !slices.ContainsFunc(news, func(is News) bool { return !is.Task })
	for _, is := range news {
		if is.Until.After(n.Until) {
			n.Until = is.Until
		}
	}
	if len(news) == 1 {
		n.Ref = "visit/" + first.Visit
	}
	switch {
	case n.Kind == KindVisitsOpen: // once a day, however many visits there are and whenever they are closed
		n.Ref, n.Once = "", first.Day
	case tasks:
		n.Text = n.Kind + "_task"
	case n.Kind == KindVisitNew && len(news) > 1 && first.Today:
		n.Text = VisitNewMany
	case n.Kind == KindVisitNew && len(news) > 1:
		n.Text = VisitNewManyLater
	case n.Kind == KindVisitNew && !first.Today:
		n.Text = VisitNewLater
	}
	return n
}
