package api

import (
	"context"
	"errors"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/live"
	"github.com/terreno/terreno/services/summary/internal/store"
)

type (
	// SummaryPeriod is in the address.
	SummaryPeriod struct {
		From string `query:"from" maxLength:"10" doc:"the first date; at most 400 days ago" example:"2026-03-02"`
		To   string `query:"to" maxLength:"10" doc:"the last date, today when left out; at most 93 days in all" example:"2026-03-08"`
		User string `query:"user" maxLength:"64" doc:"only this user"`
		Team string `query:"team" maxLength:"64" doc:"only users who are in this team now"`
	}
	listInput struct {
		httpx.Page
		SummaryPeriod
		Date string `query:"date" maxLength:"10" doc:"one date, instead of from and to; today when all are left out" example:"2026-03-08"`
	}
	// SummaryList is a page of summaries.
	SummaryList struct {
		Summaries []Summary `json:"summaries"`
		Next      string    `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
		Pending   int       `json:"pending" doc:"how many days of these dates and users wait to be computed, or to be computed again: a date was closed just now, or positions came late. 0 means that all that is known is in the list; at most 10,000 are counted"`
	}
	listOutput  struct{ Body SummaryList }
	totalsInput struct {
		SummaryPeriod
		By     string `query:"by" enum:"week,month,all" default:"week" doc:"weeks begin on Monday (ISO 8601)"`
		Format string `query:"format" enum:"json,csv,xlsx" default:"json"`
	}
	// SummaryTotals are sums of summaries.
	SummaryTotals struct {
		Totals  []store.SummaryTotal `json:"totals" doc:"by period and user"`
		Pending int                  `json:"pending" doc:"how many days of the period wait to be computed, or to be computed again"`
	}
	exportInput struct {
		SummaryPeriod
		Format string `query:"format" enum:"csv,xlsx" default:"csv"`
	}
	dayInput struct {
		ID   string `path:"id" maxLength:"64"`
		Date string `path:"date" maxLength:"10" example:"2026-03-08"`
	}
	getOutput struct{ Body SummaryDetail }
)

func (s *service) list(ctx context.Context, who auth.Claims, in *listInput) (*listOutput, error) {
	f, err := s.filter(who, in.Date, in.SummaryPeriod)
	if err != nil {
		return nil, err
	}
	after, err := httpx.DecodeCursor[store.Mark](in.Cursor)
	if err != nil {
		return nil, err
	}
	open, err := s.open(ctx, who, f)
	if err != nil {
		return nil, err
	}
	out := &listOutput{Body: SummaryList{Summaries: []Summary{}}}
	if out.Body.Pending, err = s.store.Waiting(ctx, who, f, s.today(who.Company)); err != nil {
		return nil, err
	}
	full, err := s.running(ctx, who, f, open, after, in.Limit, &out.Body)
	if err != nil || full {
		return out, err
	}
	left := in.Limit - len(out.Body.Summaries)
	rows, err := s.store.Days(ctx, who, f, after, left+1, open...)
	if err != nil {
		return nil, err
	}
	for i := range rows[:min(left, len(rows))] {
		out.Body.Summaries = append(out.Body.Summaries, s.viewOf(&rows[i]))
	}
	if len(rows) > left {
		last := out.Body.Summaries[len(out.Body.Summaries)-1]
		out.Body.Next = httpx.EncodeCursor(store.Mark{Date: last.Date, User: last.UserID})
	}
	return out, nil
}

// open returns which dates of a filter still run: today, and yesterday as long as nobody closed it.
func (s *service) open(ctx context.Context, who auth.Claims, f store.Filter) ([]day.Window, error) {
	today, err := time.Parse(day.Layout, s.today(who.Company))
	if err != nil {
		return nil, err
	}
	var dates []string
	for _, back := range []int{0, -1} {
		if date := today.AddDate(0, 0, back).Format(day.Layout); date >= f.From && date <= f.To {
			dates = append(dates, date)
		}
	}
	return s.store.Open(ctx, who.Company, dates...)
}

// running adds the days of dates that still run. full says that the page ends there. A day that cannot be computed fails alone.
func (s *service) running(ctx context.Context, who auth.Claims, f store.Filter, open []day.Window, after store.Mark, limit int, page *SummaryList) (full bool, err error) {
	limit = min(limit, maxLive)
	for _, w := range open {
		if after.Date != "" && w.Date > after.Date {
			continue
		}
		begin := ""
		if w.Date == after.Date {
			begin = after.User
		}
		users, err := s.store.People(ctx, who, w, f, begin, limit-len(page.Summaries)+1)
		if err != nil {
			return false, err
		}
		for _, user := range users {
			if len(page.Summaries) == limit {
				last := page.Summaries[limit-1]
				page.Next = httpx.EncodeCursor(store.Mark{Date: last.Date, User: last.UserID})
				return true, nil
			}
			d, err := s.live.Day(ctx, who.Company, user, w, s.clock.Now())
			if _, failed := errors.AsType[*live.FailedError](err); failed {
				page.Summaries = append(page.Summaries, s.failed(user, w))
				continue
			}
			if err != nil {
				return false, err
			}
			page.Summaries = append(page.Summaries, s.viewOf(&d.Stored))
		}
	}
	return false, nil
}

// whole returns a day of a user whom the viewer may see, closed or computed now.
func (s *service) whole(ctx context.Context, who auth.Claims, user, field, date string) (*store.Whole, error) {
	if err := s.check(who, field, date); err != nil {
		return nil, err
	}
	if err := s.store.Seen(ctx, who, user); err != nil {
		return nil, err
	}
	d, w, closed, err := s.store.Day(ctx, who.Company, user, date)
	if err == nil && closed || err != nil && !errors.Is(err, store.ErrNotFound) {
		return d, err
	}
	// A date that was closed just now may have days that still wait to be computed.
	d, failed := s.live.Day(ctx, who.Company, user, w, s.clock.Now())
	if failed == nil && d.Empty() && (err != nil || date < s.today(who.Company)) {
		return nil, store.ErrNotFound
	}
	return d, failed
}

func (s *service) get(ctx context.Context, who auth.Claims, in *dayInput) (*getOutput, error) {
	d, err := s.whole(ctx, who, in.ID, "path.date", in.Date)
	if err != nil {
		return nil, err
	}
	return &getOutput{s.detailOf(d)}, nil
}
