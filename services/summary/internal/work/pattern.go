package work

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/route"
	"github.com/terreno/terreno/services/summary/internal/store"
)

const (
	patternEvery = time.Minute
	// patternOf is how far back the routes of a pattern go, and patternDays how many days of users it has at most: they are all in memory.
	patternOf   = 30 * 24 * time.Hour
	patternDays = 5000
	// A pattern is made anew when it is older than patternAge and there are newer days. One without streets is tried again earlier.
	patternAge, emptyAge = 24 * time.Hour, 5 * time.Minute
)

// PatternJob is the job that makes the street patterns of companies: when there is none, and then once a day. Do may be repeated.
func (w *Work) PatternJob() schedule.Job {
	return schedule.Job{
		Name: "patron-calles", About: "makes the street pattern of each company from the routes of its people, once a day", Every: patternEvery,
		Do: func(ctx context.Context, r schedule.Run) error {
			now := w.clock.Now()
			companies := []string{r.Scope}
			if r.Scope == schedule.All {
				var err error
				if companies, err = w.store.WantPattern(ctx, now.Add(-patternAge), now.Add(-emptyAge), now.Add(-patternOf)); err != nil {
					return err
				}
			}
			var failed error
			for _, company := range companies {
				if ctx.Err() != nil {
					return errors.Join(failed, ctx.Err())
				}
				if err := w.pattern(ctx, company, now.Add(-patternOf)); err != nil {
					failed = errors.Join(failed, fmt.Errorf("make the street pattern of %s: %w", company, err))
				}
			}
			return failed
		},
	}
}

func (w *Work) pattern(ctx context.Context, company string, since time.Time) error {
	var days []route.UserDay
	return w.store.MakePattern(ctx, company, since, patternDays, func(r store.Route) error {
		date, err := time.Parse(day.Layout, r.Date)
		if err != nil {
			return fmt.Errorf("read a date: %w", err)
		}
		lines, err := day.Ways(r.Route, r.Detail.Trips, r.Shown, 0)
		if err = errors.Join(r.Fault, err); err != nil { // The others have streets all the same.
			w.log.Warn("a day is left out of the street pattern", "company", company, "user", r.User, "date", r.Date, "error", err)
			return nil
		}
		days = append(days, route.UserDay{User: r.User, Day: track.Day(date.UnixMilli()), Lines: lines})
		return nil
	}, func() (etag string, body []byte, err error) {
		lines := route.Pattern(days)
		plain := route.AppendGeoJSON(nil, lines)
		sum := sha256.Sum256(plain)
		etag = hex.EncodeToString(sum[:15])
		if len(lines) == 0 {
			return etag, nil, nil
		}
		var packed bytes.Buffer
		out := gzip.NewWriter(&packed)
		if _, err := out.Write(plain); err != nil {
			return "", nil, fmt.Errorf("pack a pattern: %w", err)
		}
		if err := out.Close(); err != nil {
			return "", nil, fmt.Errorf("pack a pattern: %w", err)
		}
		return etag, packed.Bytes(), nil
	})
}
