package people

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/identity/internal/password"
	"github.com/terreno/terreno/services/identity/internal/throttle"
)

func TestEveryRefusalHasAStatusAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, r := range []*RefusalError{
		invalid("name", "Give a name."), noUser(), noTeam(), noCompany(), wrongPassword(),
		{CodeIDTaken, "Another.", "id"},
		{CodeLoginTaken, "Another.", "email"},
		{CodeTeamNameTaken, "Another.", "name"},
		{Code: CodeLastAdmin, Detail: "The last."},
		{CodePasswordWeak, "Short.", "password"},
		{Code: CodeForbidden, Detail: "No."},
	} {
		p, ok := errors.AsType[*httpx.ProblemDetails](problem(fmt.Errorf("change: %w", r)))
		if !ok || p.Status < 400 || p.Status > 499 || p.Detail != r.Detail || (len(p.Errors) == 1) != (r.Field != "") {
			t.Errorf("%v: %+v", r, p)
		}
		if r.Field != "" && p.Errors[0].Location != "body."+r.Field {
			t.Errorf("%v names %q", r, p.Errors[0].Location)
		}
	}
}

func TestWhatIsMissingIs404InTheAddressAnd422InTheBody(t *testing.T) {
	t.Parallel()
	status := func(err error) int {
		p, _ := errors.AsType[*httpx.ProblemDetails](problem(err))
		return p.Status
	}
	if got := status(noUser()); got != http.StatusNotFound {
		t.Errorf("in the address: %d", got)
	}
	if got := status(&RefusalError{CodeUserNotFound, "No.", "users[2]"}); got != http.StatusUnprocessableEntity {
		t.Errorf("in the body: %d", got)
	}
}

func TestOtherErrors(t *testing.T) {
	t.Parallel()
	unknown := errors.New("a bug")
	if problem(nil) != nil || !errors.Is(problem(unknown), unknown) {
		t.Error("nil or an unknown error is changed")
	}
	for code, err := range map[string]error{
		"login_throttled": &throttle.WaitError{Wait: time.Second},
	} {
		if p, ok := errors.AsType[*httpx.ProblemDetails](problem(fmt.Errorf("do: %w", err))); !ok || p.Code != code {
			t.Errorf("%v: %+v, want %s", err, p, code)
		}
	}
	if p, ok := errors.AsType[*httpx.ProblemDetails](problem(password.ErrBusy)); !ok || p.Status != http.StatusServiceUnavailable {
		t.Errorf("too many passwords: %+v", p)
	}
}

func TestWithinNamesTheOuterField(t *testing.T) {
	t.Parallel()
	r, ok := errors.AsType[*RefusalError](within("admin", invalid("email", "Bad.")))
	if !ok || r.Field != "admin.email" || r.Code != CodeInvalid {
		t.Errorf("%+v", r)
	}
	bug := errors.New("a bug")
	if within("admin", nil) != nil || !errors.Is(within("admin", bug), bug) || !errors.Is(within("admin", noUser()), error(noUser())) && within("admin", noUser()).Error() != noUser().Error() {
		t.Error("what names no field is changed")
	}
}

func TestAPatchTellsAbsentFromNull(t *testing.T) {
	t.Parallel()
	var p struct{ Absent, Null, Empty, Given member }
	if err := json.Unmarshal([]byte(`{"Null": null, "Empty": "", "Given": "x"}`), &p); err != nil {
		t.Fatal(err)
	}
	if p.Absent.change() != nil {
		t.Error("what is absent is changed")
	}
	for name, got := range map[string]*string{"": p.Null.change(), " ": p.Empty.change(), "x": p.Given.change()} {
		if got == nil || *got != map[string]string{"": "", " ": "", "x": "x"}[name] {
			t.Errorf("%q is read as %v", name, got)
		}
	}
	if json.Unmarshal([]byte(`{"Given": 7}`), &p) == nil {
		t.Error("a number is read as a text")
	}
}

func TestPrincipalsOfPlatformAndCompanyDiffer(t *testing.T) {
	t.Parallel()
	if (Reader{ID: "admin", Role: "admin"}).principal() == (Reader{ID: "admin", Role: "platform_admin"}).principal() {
		t.Error("a platform admin and a company's admin of one id share their idempotency keys")
	}
}

func TestDemoUsersAreValidAndDistinct(t *testing.T) {
	t.Parallel()
	keys := map[string]string{}
	count := map[string]int{}
	for _, u := range demoUsers() {
		if _, err := u.checked(); err != nil || checkID(u.ID) != nil {
			t.Errorf("%s: %v", u.ID, err)
		}
		logins, _ := u.logins()
		for _, k := range logins {
			if other, taken := keys[k]; taken {
				t.Errorf("%s and %s sign in as %s", u.ID, other, k)
			}
			keys[k] = u.ID
		}
		for _, team := range u.Teams {
			count[team]++
		}
		count[u.Role]++
	}
	if fmt.Sprint(count) != "map[admin:1 colaborador:40 norte:21 supervisor:2 sur:21]" {
		t.Errorf("the demo has %v", count)
	}
}

func TestSeedIsChecked(t *testing.T) {
	t.Parallel()
	for what, tc := range map[string]struct {
		seed Seed
		ok   bool
	}{
		"nothing": {Seed{}, true}, "an admin": {Seed{AdminLogin: "root", AdminPassword: "una buena"}, true}, "the demo": {Seed{DemoPassword: "demo"}, true},
		"no password": {Seed{AdminLogin: "root"}, false}, "a short one": {Seed{AdminLogin: "root", AdminPassword: "corta"}, false},
		"the login as password": {Seed{AdminLogin: "administradora", AdminPassword: "Administradora"}, false}, "no login": {Seed{AdminLogin: "a\tb", AdminPassword: "una buena"}, false},
	} {
		if err := tc.seed.Validate(); (err == nil) != tc.ok {
			t.Errorf("%s: %v", what, err)
		}
	}
}
