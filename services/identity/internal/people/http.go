package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/sheet"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/identity/internal/password"
	"github.com/terreno/terreno/services/identity/internal/throttle"
)

// API is the HTTP side of companies, users and teams.
type API struct {
	Store     *Store
	Passwords *password.Hasher
	Guard     *throttle.Guard
}

var (
	anyone    = httpx.Roles(audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador, audience.RolePlatformAdmin)
	companys  = httpx.Roles()
	adminOnly = httpx.Roles(audience.RoleAdmin)
	platform  = httpx.Roles(audience.RolePlatformAdmin)
)

// Register adds the operations to the API.
func (a *API) Register(api *httpx.API) {
	a.registerUsers(api)
	a.registerImport(api)
	a.registerPasswords(api)
	a.registerTeams(api)
	a.registerCompanies(api)
}

func operation(tag, id, method, path, summary string, security []map[string][]string) httpx.Operation {
	return httpx.Operation{ID: id, Method: method, Path: path, Summary: summary, Tags: []string{tag}, Security: security, Refuse: problem}
}

func handle[I, O any](api *httpx.API, op httpx.Operation, fn func(ctx context.Context, who Reader, in *I) (*O, error)) {
	httpx.Handle(api, op, func(ctx context.Context, who auth.Claims, in *I) (*O, error) {
		return fn(ctx, Reader{Company: who.Company, ID: who.Subject, Role: who.Role}, in)
	})
}

// statuses maps the code of a refusal to the HTTP status.
var statuses = map[string]int{
	CodeInvalid:         http.StatusUnprocessableEntity,
	CodeIDTaken:         http.StatusConflict,
	CodeLoginTaken:      http.StatusConflict,
	CodeTeamNameTaken:   http.StatusConflict,
	CodeLastAdmin:       http.StatusConflict,
	CodeUserNotFound:    http.StatusNotFound,
	CodeTeamNotFound:    http.StatusNotFound,
	CodeCompanyNotFound: http.StatusNotFound,
	CodePasswordWeak:    http.StatusUnprocessableEntity,
	CodePasswordWrong:   http.StatusForbidden,
	CodeForbidden:       http.StatusForbidden,
	CodePasswords:       http.StatusUnprocessableEntity,
}

// wireInvalid is the code that clients read instead of CodeInvalid. httpx uses the same code for a body that its schema
// refuses.
const wireInvalid = "validation_failed"

func problem(err error) error {
	if r, ok := errors.AsType[*RefusalError](err); ok {
		status, code := statuses[r.Code], r.Code
		if r.Code == CodeInvalid {
			code = wireInvalid
		}
		if r.Field == "" {
			return httpx.Problem(status, code, r.Detail)
		}
		if status == http.StatusNotFound { // what the body names is missing, not what the address names
			status = http.StatusUnprocessableEntity
		}
		return httpx.Problem(status, code, r.Detail, httpx.Field("body."+r.Field, r.Detail))
	}
	if e, ok := errors.AsType[*sheet.Error](err); ok {
		if e.Line == 0 {
			return httpx.Problem(http.StatusUnprocessableEntity, e.Code, e.Detail)
		}
		return httpx.Problem(http.StatusUnprocessableEntity, e.Code, fmt.Sprintf("Line %d: %s", e.Line, e.Detail),
			httpx.Field(fmt.Sprintf("body.line[%d]", e.Line), e.Detail))
	}
	if w, ok := errors.AsType[*throttle.WaitError](err); ok {
		return httpx.Problem(http.StatusTooManyRequests, "login_throttled",
			"Too many attempts failed. Wait as long as Retry-After says, then try again.", httpx.RetryAfter(w.Wait))
	}
	if errors.Is(err, password.ErrBusy) {
		return httpx.Unavailable(err)
	}
	return err
}

// member is a member of a merge patch (RFC 7396). It may be absent, null or a string.
type member struct {
	set   bool
	value string
}

func (m *member) UnmarshalJSON(b []byte) error {
	m.set, m.value = true, ""
	if string(b) == "null" {
		return nil
	}
	return json.Unmarshal(b, &m.value)
}

// Schema describes the member to huma, which validates it before it is decoded.
func (member) Schema(huma.Registry) *huma.Schema {
	limit := 254
	return &huma.Schema{Type: huma.TypeString, Nullable: true, MaxLength: &limit, Description: "null takes it away"}
}

// change returns nil for an absent member and an empty text for null.
func (m member) change() *string {
	if !m.set {
		return nil
	}
	return &m.value
}

// page reads the cursor at which a list continues.
func page(p httpx.Page) (Page, error) {
	after, err := httpx.DecodeCursor[Mark](p.Cursor)
	return Page{Limit: p.Limit + 1, After: after}, err
}
