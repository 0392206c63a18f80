package notifier_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// team returns a company with three teams: ana is in norte, eva in sur, leo in none. sol supervises norte. identity does
// not know zoe. Each of them has an alert with their name as its id.
func team(t *testing.T) *world {
	t.Helper()
	w := setup(t)
	for id, teams := range map[string]string{"ana": "{norte}", "eva": "{sur}", "leo": "{}"} {
		w.user(t, "acme", id, audience.RoleColaborador, teams)
	}
	w.user(t, "acme", "sol", audience.RoleSupervisor, "{norte,este}")
	w.user(t, "acme", "luz", audience.RoleSupervisor, "{}")
	w.start(t, "inbox")
	for _, id := range []string{"ana", "eva", "leo", "sol", "zoe"} {
		w.tell(t, "acme", "nueva", episode(id, id, noon))
	}
	w.settled(t)
	return w
}

func TestEachRoleSeesItsOwn(t *testing.T) {
	t.Parallel()
	w := team(t)
	check := func(name string, who auth.Claims, want string) {
		t.Helper()
		got := strings.Fields(alerts(t, w.get(t, who, "/v1/alerts").Is(t, http.StatusOK, "")))
		slices.Sort(got)
		if seen := strings.Join(got, " "); seen != want {
			t.Errorf("%s lists %q, want %q", name, seen, want)
		}
		for _, id := range []string{"ana", "eva", "leo", "sol", "zoe", "nobody"} {
			status, code := http.StatusNotFound, "not_found"
			if slices.Contains(strings.Fields(want), id) {
				status, code = http.StatusOK, ""
			}
			w.get(t, who, "/v1/alerts/"+id).Is(t, status, code)
			if who.Role == audience.RoleColaborador {
				status, code = http.StatusForbidden, "forbidden"
			}
			w.post(t, who, "/v1/alerts/"+id+"/acknowledge", "").Is(t, status, code)
			w.post(t, who, "/v1/alerts/"+id+"/resolve", "").Is(t, status, code)
		}
	}
	check("colaborador", claims("acme", "ana", audience.RoleColaborador), "ana")
	check("colaborador whom identity does not know", claims("acme", "zoe", audience.RoleColaborador), "zoe")
	check("colaborador without alerts", claims("acme", "ida", audience.RoleColaborador), "")
	check("supervisor", claims("acme", "sol", audience.RoleSupervisor), "ana sol")
	check("supervisor of none", claims("acme", "luz", audience.RoleSupervisor), "")
	check("supervisor whom identity does not know", claims("acme", "zoe", audience.RoleSupervisor), "zoe")
	check("admin", boss("acme"), "ana eva leo sol zoe")
	check("admin of another company", boss("otra"), "")
	// The teams in a token are out of date; identity knows the current ones.
	old := claims("acme", "sol", audience.RoleSupervisor)
	old.Teams = []string{"sur"}
	check("supervisor with an old token", old, "ana sol")
	w.user(t, "acme", "sol", audience.RoleSupervisor, "{sur}")
	check("supervisor who changed teams", old, "eva sol")
	w.get(t, claims("", "root", audience.RolePlatformAdmin), "/v1/alerts").Is(t, http.StatusForbidden, "forbidden")
	w.get(t, claims("", "root", audience.RolePlatformAdmin), "/v1/alerts/ana").Is(t, http.StatusForbidden, "forbidden")
}

func TestFilters(t *testing.T) {
	t.Parallel()
	w := team(t)
	w.tell(t, "acme", "cerrada", episode("eva", "eva", noon, over(noon.Add(time.Hour))))
	w.tell(t, "acme", "tardia", episode("old", "ana", noon.Add(-48*time.Hour), late))
	w.tell(t, "acme", "nueva", episode("still", "leo", noon.Add(time.Hour), body{"type": "silent"}))
	w.settled(t)
	w.post(t, boss("acme"), "/v1/alerts/leo/acknowledge", "").Is(t, http.StatusOK, "")
	w.post(t, boss("acme"), "/v1/alerts/sol/resolve", "").Is(t, http.StatusOK, "")
	for query, want := range map[string]string{
		"":                                      "still zoe sol leo eva ana old",
		"status=nueva":                          "still zoe eva ana old",
		"status=reconocida":                     "leo",
		"status=resuelta":                       "sol",
		"open=true":                             "still zoe sol leo ana old",
		"open=false":                            "eva",
		"open=true&status=nueva":                "still zoe ana old",
		"user=ana":                              "ana old",
		"user=nobody":                           "",
		"team=norte":                            "sol ana old",
		"team=sur&open=true":                    "",
		"team=nowhere":                          "",
		"type=silent":                           "still",
		"type=other":                            "",
		"late=true":                             "old",
		"late=false&user=ana":                   "ana",
		"from=2026-03-08T12:00:00Z":             "still zoe sol leo eva ana",
		"from=2026-03-08T12:00:00.001Z":         "still",
		"to=2026-03-08T12:00:00Z":               "old",
		"to=2026-03-08T12:00:00.001Z&late=true": "old",
		"from=2026-03-08T14:00:00%2B02:00&to=2026-03-08T13:00:00Z": "zoe sol leo eva ana",
		"from=0000-01-01T00:00:00Z&user=leo":                       "still leo",
		"to=9999-12-31T23:59:59Z&user=leo":                         "still leo",
	} {
		if got := alerts(t, w.get(t, boss("acme"), "/v1/alerts?"+query).Is(t, http.StatusOK, "")); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	// A filter selects from what a viewer may see, and never shows more.
	sol := claims("acme", "sol", audience.RoleSupervisor)
	for query, want := range map[string]string{"user=eva": "", "team=sur": "", "team=norte": "sol ana old", "status=resuelta": "sol"} {
		if got := alerts(t, w.get(t, sol, "/v1/alerts?"+query).Is(t, http.StatusOK, "")); got != want {
			t.Errorf("a supervisor, %s: %q, want %q", query, got, want)
		}
	}
}

// There are hundreds of alerts, and most began in the same millisecond as others. With any page size the list returns
// each of them once and in order, even while more alerts come in.
func TestTheListGoesPageByPage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t, "inbox")
	r := rand.New(rand.NewPCG(1, 1))
	type mark struct {
		at time.Time
		id string
	}
	var want []mark
	for i := range 300 {
		m := mark{noon.Add(time.Duration(r.IntN(7)) * time.Millisecond), fmt.Sprintf("%c%d", 'A'+rune(r.IntN(50)), i)}
		m.id = strings.Map(func(c rune) rune {
			if strings.ContainsRune(`[\]^`+"`", c) {
				return '_'
			}
			return c
		}, m.id)
		want = append(want, m)
		w.tell(t, "acme", "nueva", episode(m.id, fmt.Sprint("u", i%3), m.at))
		w.tell(t, "otra", "nueva", episode(m.id, fmt.Sprint("u", i%3), m.at))
	}
	w.settled(t)
	slices.SortFunc(want, func(a, b mark) int {
		if c := b.at.Compare(a.at); c != 0 {
			return c
		}
		return w.compare(t, b.id, a.id)
	})
	for _, limit := range []int{1, 7, 100, 300, 1000} {
		var got []string
		for cursor, pages := "", 0; ; pages++ {
			a := w.get(t, boss("acme"), fmt.Sprintf("/v1/alerts?limit=%d&cursor=%s", limit, cursor)).Is(t, http.StatusOK, "")
			page := strings.Fields(alerts(t, a))
			got = append(got, page...)
			next, more := a.Body["next"].(string)
			if !more {
				break
			}
			if len(page) != limit || pages > 300 {
				t.Fatalf("page %d of %d alerts by %d", pages, len(page), limit)
			}
			cursor = next
			if pages == 0 {
				w.tell(t, "acme", "nueva", episode(fmt.Sprint("newest", limit), "u1", noon.Add(time.Hour)))
				w.settled(t)
			}
		}
		got = slices.DeleteFunc(got, func(id string) bool { return strings.HasPrefix(id, "newest") })
		if !slices.EqualFunc(got, want, func(id string, m mark) bool { return id == m.id }) {
			t.Errorf("by %d: %v\nwant %v", limit, got, want)
		}
	}
}

// compare compares ids in the order of the database.
func (w *world) compare(t *testing.T, a, b string) (c int) {
	t.Helper()
	if err := w.admin.GetContext(t.Context(), &c, `SELECT CASE WHEN $1::text < $2::text THEN -1 WHEN $1::text > $2::text THEN 1 ELSE 0 END`, a, b); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAWrongQuestionIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	cursor := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for query, code := range map[string]string{
		"status=cerrada":                  "422 validation_failed",
		"open=yes":                        "422 validation_failed",
		"late=1":                          "422 validation_failed",
		"limit=0":                         "422 validation_failed",
		"limit=1001":                      "422 validation_failed",
		"user=" + strings.Repeat("u", 65): "422 validation_failed",
		"team=" + strings.Repeat("u", 65): "422 validation_failed",
		"type=" + strings.Repeat("u", 65): "422 validation_failed",
		"from=yesterday":                  "422 validation_failed",
		"from=2026-03-08T12:00:00Z&to=2026-03-08T12:00:00Z": "422 range_invalid",
		"cursor=%21":                         "400 cursor_invalid",
		"cursor=" + cursor(`{"t":7}`):        "400 cursor_invalid",
		"cursor=" + cursor(`{"x":"y"}`):      "400 cursor_invalid",
		"cursor=" + cursor(`{"i":"\u0000"}`): "400 cursor_invalid",
		"cursor=" + cursor(`{"t":"0000-01-01T00:00:00Z","i":"' OR true --"}`): "200",
		"cursor=" + cursor(`{"t":"9999-12-31T23:59:59.999999999Z"}`):          "200",
		"cursor=" + cursor(`{}`):                  "200",
		"user=" + url.QueryEscape("' OR true --"): "200",
		"user=%00": "400 address_invalid",
		"type=%FF": "400 address_invalid",
	} {
		a := w.get(t, boss("acme"), "/v1/alerts?"+query)
		got := fmt.Sprint(a.Status)
		if a.Status >= 400 {
			got = fmt.Sprint(a.Status, " ", a.Body["code"])
		}
		if got != code {
			t.Errorf("%.100s: %s, want %s", query, a.Text, code)
		}
	}
	for _, id := range []string{"a%3E", strings.Repeat("a", 5000), "a%2Fb", "-"} {
		w.get(t, boss("acme"), "/v1/alerts/"+id).Is(t, http.StatusNotFound, "not_found")
	}
}
