package geofence_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// listen hears the news of zones.
func (w *world) listen(t *testing.T) *nats.Subscription {
	t.Helper()
	sub, err := w.ears.SubscribeSync("dir.*.directorio.zonas.*")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.ears.Flush(); err != nil {
		t.Fatal(err)
	}
	return sub
}

// news is a company and a version, such as "acme 3".
func news(t *testing.T, sub *nats.Subscription) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := sub.NextMsgWithContext(ctx)
	if err != nil {
		t.Fatalf("no news came: %v", err)
	}
	var z terrenov1.DirectoryZones
	if err := protojson.Unmarshal(m.Data, &z); err != nil || m.Subject != "dir."+z.GetId()+".directorio.zonas."+z.GetId() {
		t.Fatalf("%s holds %s (%v)", m.Subject, m.Data, err)
	}
	if a := audience.Of(m.Header); len(a.Users)+len(a.Teams)+len(a.Roles) > 0 {
		t.Errorf("news go to sockets: %+v", a)
	}
	return fmt.Sprintf("%s %d", z.GetId(), z.GetVersion())
}

// quiet fails the test when there is more news. An edit of globex comes after everything that is asked about.
func (w *world) quiet(t *testing.T, sub *nats.Subscription) {
	t.Helper()
	w.send(t, jefa("globex"), "PUT", "/v1/zone-settings", with(defaults, "max_gap_s", 700+w.version(t, "globex"))).Is(t, http.StatusOK, "")
	if got, want := news(t, sub), fmt.Sprintf("globex %d", w.version(t, "globex")); got != want {
		t.Errorf("heard %s, want %s", got, want)
	}
}

func TestEachEditIsNewsOnceAndInOrder(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	sub := w.listen(t)
	edit := func(method, path string, body any, status int, code string, header ...string) {
		t.Helper()
		w.send(t, jefa("acme"), method, path, body, header...).Is(t, status, code)
	}
	edit("POST", "/v1/zones", circle("centro", "Centro"), http.StatusCreated, "", "Idempotency-Key", "k")
	edit("POST", "/v1/zones", circle("centro", "Centro"), http.StatusCreated, "", "Idempotency-Key", "k")
	edit("POST", "/v1/zones", circle("otro", "Centro"), http.StatusConflict, "zone_name_taken")
	edit("PUT", "/v1/zones/centro", circle("centro", "Otro"), http.StatusOK, "")
	edit("PUT", "/v1/zones/centro/users", `{"users":["nadie"]}`, http.StatusUnprocessableEntity, "user_not_found")
	edit("PUT", "/v1/zones/centro/users", `{"users":["juan"]}`, http.StatusOK, "")
	edit("PUT", "/v1/zone-settings", with(defaults, "max_gap_s", 700), http.StatusOK, "")
	// What changes nothing is no news.
	edit("PUT", "/v1/zone-settings", with(defaults, "max_gap_s", 700), http.StatusOK, "")
	edit("PUT", "/v1/zones/centro", circle("centro", "Otro"), http.StatusOK, "")
	edit("PUT", "/v1/zones/centro/users", `{"users":["juan","juan"]}`, http.StatusOK, "")
	edit("DELETE", "/v1/zones/centro", nil, http.StatusNoContent, "")
	edit("DELETE", "/v1/zones/centro", nil, http.StatusNotFound, "zone_not_found")
	edit("GET", "/v1/zones", nil, http.StatusOK, "")
	for i := range 5 {
		if got, want := news(t, sub), fmt.Sprintf("acme %d", i+1); got != want {
			t.Errorf("heard %s, want %s", got, want)
		}
	}
	w.quiet(t, sub)
}

func TestAdminsWhoEditAtOnceAreHeardInOrder(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first, second := w.start(t), w.start(t)
	sub := w.listen(t)
	const each = 10
	var wg sync.WaitGroup
	for i, r := range []*replica{first, second} {
		there := *w
		there.url = r.url
		wg.Go(func() {
			who := as("acme", fmt.Sprintf("admin%d", i), audience.RoleAdmin)
			for n := range each {
				id := fmt.Sprintf("z%d-%d", i, n)
				if a := there.send(t, who, "POST", "/v1/zones", circle(id, id)); a.Status != http.StatusCreated {
					t.Errorf("%d %s", a.Status, a.Text)
				}
			}
		})
	}
	wg.Wait()
	var heard, want []string
	for i := range 2 * each {
		heard, want = append(heard, news(t, sub)), append(want, fmt.Sprintf("acme %d", i+1))
	}
	if !slices.Equal(heard, want) {
		t.Errorf("heard %v", heard)
	}
	w.quiet(t, sub)
	if got := w.send(t, jefa("acme"), "GET", "/v1/zones", nil).IDs(t, "features"); len(got) != 2*each {
		t.Errorf("%d zones", len(got))
	}
}

func TestEditsWaitWhileTheBusIsAway(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.nats.Stop(t)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	var waiting string
	if err := w.admin.Get(&waiting, `SELECT convert_from(body, 'UTF8') FROM geofence.outbox`); err != nil || !json.Valid([]byte(waiting)) || strings.Contains(waiting, "Centro") {
		t.Errorf("%s waits (%v)", waiting, err)
	}
}
