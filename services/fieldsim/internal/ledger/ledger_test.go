package ledger

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestTheLedgerHoldsAPositionOnce(t *testing.T) {
	t.Parallel()
	l := New(true)
	a := Entry{Login: "campo01", User: "u1", Device: "sim-1", RecordedAtMS: 1000, Lat: 1, Lon: 2}
	earlier, other := a, a
	earlier.RecordedAtMS = 500
	other.Login, other.User = "campo00", "u9"
	l.Acknowledged([]Entry{a, earlier}, []string{"future"})
	l.Acknowledged([]Entry{a, other}, []string{"future", "range"})
	r := l.Report()
	if r.Uploads != 2 || r.Fixes != 7 || r.Accepted != 4 || !maps.Equal(r.Rejected, map[string]int{"future": 2, "range": 1}) {
		t.Errorf("counts %+v", r)
	}
	if got := slices.Collect(r.Ledger()); !slices.Equal(got, []Entry{other, earlier, a}) {
		t.Errorf("ledger %+v", got)
	}
}

func TestAReportDoesNotChange(t *testing.T) {
	t.Parallel()
	l := New(true)
	l.Refused("payload_too_large")
	before := l.Report()
	l.Refused("payload_too_large")
	l.Acknowledged([]Entry{{Login: "a"}}, []string{"range"})
	l.Count(func(r *Report) { r.Retries++ })
	if before.Refused["payload_too_large"] != 1 || before.Uploads != 0 || before.Retries != 0 || len(slices.Collect(before.Ledger())) != 0 {
		t.Errorf("the report changed: %+v", before)
	}
	after := l.Report()
	after.Rejected["range"] = 99
	if l.Report().Rejected["range"] != 1 || l.Report().Refused["payload_too_large"] != 2 || l.Report().Retries != 1 {
		t.Errorf("a change to a report changed the ledger: %+v", l.Report())
	}
}

func TestALedgerThatOnlyCountsKeepsNothing(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]*Ledger{"New(false)": New(false), "zero": {}} {
		l.Acknowledged([]Entry{{Login: "a"}, {Login: "b"}}, nil)
		if r := l.Report(); r.Accepted != 2 || len(slices.Collect(r.Ledger())) != 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestPhonesWriteAtTheSameTime(t *testing.T) {
	t.Parallel()
	l := New(true)
	var phones sync.WaitGroup
	for i := range 8 {
		phones.Go(func() {
			for j := range 100 {
				l.Acknowledged([]Entry{{Device: "d", RecordedAtMS: int64(i*100 + j)}}, []string{"x"})
				l.Count(func(r *Report) { r.Requests++ })
				_ = l.Report().Uploads
			}
		})
	}
	phones.Wait()
	r := l.Report()
	if r.Uploads != 800 || r.Requests != 800 || r.Rejected["x"] != 800 || len(slices.Collect(r.Ledger())) != 800 {
		t.Errorf("%+v", r)
	}
}

func TestALoggedReportHasCountsButNoPositions(t *testing.T) {
	t.Parallel()
	l := New(true)
	l.Acknowledged([]Entry{{Login: "campo01", User: "u1", Device: "sim-1", RecordedAtMS: 1000, Lat: 30.1631, Lon: -97.7912}}, []string{"range"})
	var line strings.Builder
	slog.New(slog.NewTextHandler(&line, nil)).Info("phones ended", "report", l.Report())
	for _, want := range []string{"report.uploads=1", "report.accepted=1", "report.rejected=map[range:1]"} {
		if !strings.Contains(line.String(), want) {
			t.Errorf("%q is not in the log: %s", want, line.String())
		}
	}
	for _, secret := range []string{"30.16", "97.79", "campo01"} {
		if strings.Contains(line.String(), secret) {
			t.Errorf("%q is in the log: %s", secret, line.String())
		}
	}
}
