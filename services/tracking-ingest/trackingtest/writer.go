package trackingtest

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// Writer stores and merges positions as the service does, without its processes.
type Writer struct {
	store *store.Store
}

// NewWriter makes a writer on a database that has the service's schema.
func NewWriter(t testing.TB, data *pgtest.Database) *Writer {
	t.Helper()
	return &Writer{store: store.New(data.DB(t, "tracking-ingest"))}
}

// Track is what a device of a user recorded.
type Track struct {
	Company, User, Device string
	Fixes                 []track.Fix
}

// Store stores tracks in tracking.arrived, a message for each UTC day of a track, and moves the latest positions forward. It makes
// the partitions that are missing.
func (w *Writer) Store(t testing.TB, tracks ...Track) {
	t.Helper()
	var rows []store.Track
	for _, one := range tracks {
		for _, fixes := range days(one.Fixes) {
			rows = append(rows, row(t, one, fixes))
		}
	}
	if len(rows) == 0 {
		return
	}
	byReception := func(a, b store.Track) int { return a.ReceivedAt.Compare(b.ReceivedAt) }
	w.ensure(t, store.Arrived, slices.MinFunc(rows, byReception).ReceivedAt, slices.MaxFunc(rows, byReception).ReceivedAt)
	if _, err := w.store.Write(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
}

// Merge moves a user's messages that ended before an instant to tracking.segment, as the job compactar-posiciones does.
func (w *Writer) Merge(t testing.TB, company, user string, before time.Time) store.Merged {
	t.Helper()
	w.ensure(t, store.Segment, before.AddDate(0, 0, -store.MaxDays+1), before)
	m, err := w.store.Merge(t.Context(), store.Who{Company: company, User: user}, before, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (w *Writer) ensure(t testing.TB, table string, first, last time.Time) {
	t.Helper()
	if _, err := w.store.EnsurePartitions(t.Context(), table, first.UTC(), last.UTC()); err != nil {
		t.Fatal(err)
	}
}

// days brings fixes into the order of a track and cuts them at UTC midnights.
func days(fixes []track.Fix) [][]track.Fix {
	var parts [][]track.Fix
	for fixes = track.Compact(slices.Clone(fixes)); len(fixes) > 0; {
		n := slices.IndexFunc(fixes, func(f track.Fix) bool { return track.Day(f.RecordedAt) != track.Day(fixes[0].RecordedAt) })
		if n < 0 {
			n = len(fixes)
		}
		parts, fixes = append(parts, fixes[:n]), fixes[n:]
	}
	return parts
}

func row(t testing.TB, of Track, fixes []track.Fix) store.Track {
	t.Helper()
	body, _, err := track.Encode(of.Device, fixes)
	if err != nil {
		t.Fatal(err)
	}
	head, err := track.ReadHead(body)
	if err != nil {
		t.Fatal(err)
	}
	id := sha256.Sum256(body)
	newest := slices.MaxFunc(fixes, func(a, b track.Fix) int { return cmp.Compare(a.RecordedAt, b.RecordedAt) })
	return store.Track{
		Company: of.Company, User: of.User, ReceivedAt: newest.Received(), ID: id[:16], Head: head, Body: body, Newest: newest,
	}
}
