package fleet

import (
	"context"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// pastDays is how many days lie behind a fleet with an office when it starts, so that finished days can be seen at once.
const pastDays = 1

// sendPast sends what a phone recorded from the beginning of yesterday until now, as a phone does that had no signal all that time. A
// server that has some of it already changes nothing.
func (f *Fleet) sendPast(ctx context.Context, m member, sender *client.Phone, now time.Time) error {
	for day := f.day(now) - pastDays; day <= f.day(now); day++ {
		for part := range slices.Chunk(f.recorded(m, day, now), phone.MaxFixes) {
			if err := f.loggedIn(ctx, m.login, func() error { return sender.Send(ctx, part) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// recorded returns what a phone recorded on a day before now, in order, without what it still keeps.
func (f *Fleet) recorded(m member, day int64, now time.Time) []trace.Fix {
	begins := f.begins(day)
	fixes, kept := m.story.Fixes(trace.Shift(m.vehicle.InTime(), begins.Sub(f.o.Trace.Midnight)), begins)
	for _, u := range kept {
		if u.At.Before(now) {
			fixes = append(fixes, u.Fixes...)
		}
	}
	fixes = slices.DeleteFunc(slices.Clone(fixes), func(x trace.Fix) bool { return !x.RecordedAt.Before(now) })
	slices.SortStableFunc(fixes, func(a, b trace.Fix) int { return a.RecordedAt.Compare(b.RecordedAt) })
	return fixes
}

// pastPatience is how long the office waits for phones that cannot send their past, in wall time: somebody may have deactivated a user. What
// comes later has its day summed up again.
const pastPatience = time.Minute

// sumUp has the finished days summed up once all phones have sent what they recorded, or pastPatience is over, as a person would who runs
// the job for a past date: the company did not exist when those days ended.
func (f *Fleet) sumUp(ctx context.Context, clk clock.Clock) {
	patience := time.NewTimer(pastPatience)
	defer patience.Stop()
	select {
	case <-f.sentPast:
	case <-patience.C:
		f.o.Log.Info("finished days are summed up before all phones have sent theirs", "phones", f.past.Load())
	case <-ctx.Done():
		return
	}
	office := f.o.Client.Phone(f.o.Office, "")
	for day := f.day(clk.Now()) - pastDays; day < f.day(clk.Now()); day++ {
		date := f.begins(day).Format(time.DateOnly)
		if err := f.loggedIn(ctx, f.o.Office, func() error {
			refused, err := office.Post(ctx, "/v1/jobs/resumen-diario/run", "demo-summary-"+date, map[string]string{"date": date})
			if refused != "" {
				f.o.Log.Info("a finished day is not summed up again", "date", date, "code", refused)
			}
			return err
		}); err != nil {
			return
		}
	}
}
