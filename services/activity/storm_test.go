package activity_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// At the close of a day, people end series, give visits away, check in and out, and take photos, while two replicas close the day and make
// visits. Nobody waits for anybody for ever, and each event that is told last says what the visit is.
func TestEverybodyAtOnceAtTheClose(t *testing.T) {
	t.Parallel()
	w := site(t)
	for n := range 12 {
		w.recurring(t, "acme", body{"rule": "FREQ=DAILY;COUNT=30", "from": "12:30", "until": "14:00"}, body{"visit": body{"title": fmt.Sprint(n)}})
	}
	var visits []struct {
		ID     string `db:"id"`
		Series string `db:"series_id"`
	}
	if err := w.admin.SelectContext(t.Context(), &visits, `SELECT id, series_id FROM activity.visit ORDER BY md5(id)`); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(noon.Add(7*24*time.Hour + 10*time.Hour)) // after 22:00
	now := w.clock.Now().UTC()
	boss, ana := w.issuer.Token(t, person("boss")), w.issuer.Token(t, person("ana"))
	try := func(token, path string, b any, header ...string) {
		a, err := w.try(t.Context(), token, http.MethodPost, path, b, header...)
		if err != nil || a.Status >= 500 {
			t.Errorf("%s: %d %s %v", path, a.Status, a.Text, err)
		}
	}
	var wg sync.WaitGroup
	for range 2 {
		r := w.replica(t)
		wg.Go(func() {
			for {
				n, err := r.CloseVisits(t.Context(), "acme", 20)
				if err != nil {
					t.Errorf("close: %v", err)
				}
				if n < 20 {
					return
				}
			}
		})
		wg.Go(func() {
			for more := true; more; {
				var err error
				if _, more, err = r.MakeVisits(t.Context(), "acme", now, 3); err != nil {
					t.Errorf("make: %v", err)
				}
			}
		})
	}
	wg.Go(func() {
		for _, v := range visits[:40] {
			try(boss, "/v1/activity-series/"+v.Series+"/end", body{"reason": "x"})
		}
	})
	wg.Go(func() {
		for _, v := range visits {
			try(boss, "/v1/activities/"+v.ID+"/assign", body{"version": 1, "user_id": "carla"})
		}
	})
	for range 2 {
		wg.Go(func() {
			for i := range visits {
				v := visits[len(visits)-1-i]
				try(ana, "/v1/activities/"+v.ID+"/check-in", body{"occurred_at": now.Add(-3 * time.Hour).Format(time.RFC3339)}, "Idempotency-Key", "in")
				if i%10 == 0 {
					try(ana, "/v1/activities/"+v.ID+"/photos", jpeg(v.ID, 3000), "Idempotency-Key", "photo", "Content-Type", "image/jpeg")
				}
				try(ana, "/v1/activities/"+v.ID+"/check-out", body{"occurred_at": now.Add(-150 * time.Minute).Format(time.RFC3339)}, "Idempotency-Key", "out")
			}
		})
	}
	wg.Wait()
	last := map[any]body{}
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "activity.outbox") == 0 })
	w.ears.CatchUp(t)
	for n, _, _ := w.ears.Pending(); n > 0; n, _, _ = w.ears.Pending() {
		if e := w.next(t); e.body["retirada"] != true {
			last[e.body["id"]] = e.body
		}
	}
	page := w.get(t, person("boss"), "/v1/activities?limit=500").Body["activities"].([]any)
	for _, v := range page {
		v := v.(body)
		e := last[v["id"]]
		if e["version"] != v["version"] || e["state"] != v["state"] || e["user_id"] != v["user_id"] {
			t.Errorf("told %v\nis %v", e, v)
		}
	}
	if len(page) < 180 {
		t.Errorf("%d visits", len(page))
	}
}

// A phone loses its connection within a photo, and sends it again with the same key: the photo is kept once and whole.
func TestAPhotoAfterABrokenConnection(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.act(t, person("ana"), "v1", "check-in", before(60)).Is(t, http.StatusOK, "")
	w.act(t, person("ana"), "v1", "check-out", before(50)).Is(t, http.StatusOK, "")
	content := jpeg("a", 50000)
	token := w.issuer.Token(t, person("ana"))
	for range 3 {
		_, _ = w.try(t.Context(), token, http.MethodPost, "/v1/activities/v1/photos", io.MultiReader(strings.NewReader(content[:20000]), cut{}), "Idempotency-Key", "k")
	}
	a := w.picture(t, person("ana"), "v1", content, "", "Idempotency-Key", "k") // The visit has ended: a photo is a note.
	if got := w.get(t, person("sol"), "/v1/activities/v1/photos/"+photoID(t, a)); got.Text != content {
		t.Errorf("%d bytes", len(got.Text))
	}
	if a.Body["duplicate"] != false || a.Body["rule"] != "" || a.Body["state"] != "completada" {
		t.Errorf("%s", a.Text)
	}
	// The same photo with another key is another photo.
	photoID(t, w.picture(t, person("ana"), "v1", content, "", "Idempotency-Key", "k2"))
	apptest.Until(t, func() bool { return w.stored(t) == 2 }) // the parts that came over the broken connections go when the service notices
}
