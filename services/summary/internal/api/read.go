package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/export"
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
	}
	listOutput  struct{ Body SummaryList }
	totalsInput struct {
		SummaryPeriod
		By string `query:"by" enum:"week,month,all" default:"week" doc:"weeks begin on Monday (ISO 8601)"`
	}
	// SummaryTotals are sums of summaries.
	SummaryTotals struct {
		Totals []store.SummaryTotal `json:"totals" doc:"by period and user"`
	}
	totalsOutput struct{ Body SummaryTotals }
	exportInput  struct {
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
	out := &listOutput{Body: SummaryList{Summaries: []Summary{}}}
	full, err := s.running(ctx, who, f, after, in.Limit, &out.Body)
	if err != nil || full {
		return out, err
	}
	left := in.Limit - len(out.Body.Summaries)
	rows, err := s.store.Days(ctx, who, f, after, left+1)
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

// running adds the days that still run: of today, and of yesterday as long as nobody closed it. full says that the page ends there.
func (s *service) running(ctx context.Context, who auth.Claims, f store.Filter, after store.Mark, limit int, page *SummaryList) (full bool, err error) {
	today, err := time.Parse(day.Layout, s.today(who.Company))
	if err != nil {
		return false, err
	}
	var dates []string
	for _, back := range []int{0, -1} {
		if date := today.AddDate(0, 0, back).Format(day.Layout); date >= f.From && date <= f.To && (after.Date == "" || date <= after.Date) {
			dates = append(dates, date)
		}
	}
	open, err := s.store.Open(ctx, who.Company, dates...)
	if err != nil {
		return false, err
	}
	limit = min(limit, maxLive)
	for _, w := range open {
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
			if err != nil {
				return false, err
			}
			page.Summaries = append(page.Summaries, s.viewOf(&d.Stored))
		}
	}
	return false, nil
}

func (s *service) totals(ctx context.Context, who auth.Claims, in *totalsInput) (*totalsOutput, error) {
	f, err := s.filter(who, "", in.SummaryPeriod)
	if err != nil {
		return nil, err
	}
	list, err := s.store.Totals(ctx, who, f, in.By, maxTotals)
	if err != nil {
		return nil, err
	}
	return &totalsOutput{SummaryTotals{append([]store.SummaryTotal{}, list...)}}, nil
}

func (s *service) export(ctx context.Context, who auth.Claims, in *exportInput) (*huma.StreamResponse, error) {
	f, err := s.filter(who, "", in.SummaryPeriod)
	if err != nil {
		return nil, err
	}
	select { // each takes a connection to the database and some 60 MB of the temporary folder
	case s.files <- struct{}{}:
		defer func() { <-s.files }()
	case <-ctx.Done():
		return nil, httpx.Unavailable(ctx.Err())
	}
	now := s.clock.Now()
	reading, cancel := context.WithTimeout(ctx, 2*httpx.DefaultTimeout)
	defer cancel()
	file, size, err := export.Write(in.Format, func(row func(*store.Named, string) error) error {
		return s.store.Each(reading, who, f, maxExport, func(d *store.Named) error {
			return row(d, day.Window{Until: d.Until}.State(now, s.store.Late()))
		})
	})
	if err != nil {
		return nil, err
	}
	return httpx.Send(httpx.Content{
		Source: file, Size: size, Type: export.Type(in.Format), Name: fmt.Sprintf("summaries-%s-%s.%s", f.From, f.To, in.Format),
		ETag: fmt.Sprintf(`"%x"`, now.UnixNano()),
	}), nil
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
	if failed == nil && err != nil && d.Empty() {
		return nil, err
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
