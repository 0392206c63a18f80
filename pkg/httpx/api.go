package httpx

import (
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

const (
	// DefaultMaxBodyBytes is the limit of an operation that sets no MaxBodyBytes.
	DefaultMaxBodyBytes = 1 << 20
	// DefaultBodyReadTimeout is how long a body may take where an operation sets no BodyReadTimeout: 1 MiB at 36 kB/s.
	DefaultBodyReadTimeout = 30 * time.Second
	// PublicBodyReadTimeout is the same where anybody may call: their bodies are short.
	PublicBodyReadTimeout = 5 * time.Second
	humaBodyReadTimeout   = 5 * time.Second

	bearer = "bearer"
)

// Options of an API.
type Options struct {
	Log *slog.Logger
	// Metrics is the service's own registerer: what tells services apart is its label, not ours.
	Metrics prometheus.Registerer
	Auth    *auth.Verifier
	// MaxInFlight is how many requests may run at once; the next one is answered 503. 0 is 512.
	MaxInFlight int
	// MaxPublicInFlight is how many of those that anybody may send, and that have a body, may: they take none of
	// MaxInFlight's places. 0 is a quarter of it, 1 at least.
	MaxPublicInFlight int
}

// API is the HTTP side of one service. Register operations on Huma, each with Security.
type API struct {
	Huma huma.API

	mux  *http.ServeMux
	auth *auth.Verifier
	edge *edge
}

// NewAPI makes an API without operations.
func NewAPI(name string, o Options) *API {
	a := &API{mux: http.NewServeMux(), auth: o.Auth}
	a.edge = newEdge(a.mux, o)
	a.Huma = humago.New(a.mux, config(name, a.edge.register))
	a.Huma.UseMiddleware(a.authorize, limitBody)
	a.mux.HandleFunc("/", a.unmatched)
	return a
}

// Handler serves the operations.
func (a *API) Handler() http.Handler { return a.edge }

// OpenAPI describes the operations.
func (a *API) OpenAPI() *huma.OpenAPI { return a.Huma.OpenAPI() }

// Public is the Security of an operation that anybody may call.
func Public() []map[string][]string { return []map[string][]string{} }

// Roles is the Security of an operation for these roles; none named means every role of a company. A platform admin
// belongs to no company and may call only what names the role.
func Roles(roles ...string) []map[string][]string {
	if len(roles) == 0 {
		roles = []string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador}
	}
	return []map[string][]string{{bearer: roles}}
}

func config(name string, register huma.AddOpFunc) huma.Config {
	document := &huma.OpenAPI{
		Info: &huma.Info{Title: name, Version: "1"},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				bearer: {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
			},
		},
		OnAddOperation: []huma.AddOpFunc{prepare, register},
	}
	c := huma.Config{
		OpenAPI:       document,
		Formats:       map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat: "application/json",
		Transformers: []huma.Transformer{func(ctx huma.Context, _ string, v any) (any, error) {
			if p, ok := v.(*ProblemDetails); ok {
				return p.forRequest(ctx.Context()), nil
			}
			return v, nil
		}},
	}
	// A newer client may send what an older service does not know.
	c.AllowAdditionalPropertiesByDefault = true
	return c
}

// prepare fills in what huma leaves open: it limits no RawBody, and gives a Body 5 s, which is short for a phone.
func prepare(_ *huma.OpenAPI, op *huma.Operation) {
	if op.Security == nil {
		panic("operation " + op.OperationID + " does not say who may call it: set Security to httpx.Public or httpx.Roles")
	}
	if op.RequestBody == nil {
		return
	}
	if op.MaxBodyBytes <= 0 {
		op.MaxBodyBytes = DefaultMaxBodyBytes
	}
	// huma refuses a body of exactly its limit; limitBody counts, and does not.
	op.MaxBodyBytes++
	if op.BodyReadTimeout == 0 || op.BodyReadTimeout == humaBodyReadTimeout {
		op.BodyReadTimeout = DefaultBodyReadTimeout
		if isPublic(op) {
			op.BodyReadTimeout = PublicBodyReadTimeout
		}
	}
}

// isPublic holds after prepare, which refuses an operation that leaves it open.
func isPublic(op *huma.Operation) bool { return len(op.Security) == 0 }

// authorize lets a request through to an operation that its token may call, and puts the claims into the context.
func (a *API) authorize(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if op.Security != nil && len(op.Security) == 0 {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	token, err := auth.FromHeader(r.Header)
	if err != nil {
		Error(w, r, err)
		return
	}
	claims, err := a.auth.Verify(ctx.Context(), token)
	if err != nil {
		Error(w, r, err)
		return
	}
	allowed := func(scheme map[string][]string) bool { return slices.Contains(scheme[bearer], claims.Role) }
	if !slices.ContainsFunc(op.Security, allowed) {
		Error(w, r, Problem(http.StatusForbidden, "forbidden", "Your role may not do this."))
		return
	}
	next(huma.WithContext(ctx, auth.NewContext(ctx.Context(), claims)))
}

// unmatched answers what no operation is registered for: 405 when the path has other methods.
func (a *API) unmatched(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		probe := *r
		probe.Method = method
		if _, pattern := a.mux.Handler(&probe); pattern != "/" {
			allow = append(allow, method)
		}
	}
	if len(allow) == 0 {
		Error(w, r, notFound())
		return
	}
	Error(w, r, methodNotAllowed(allow))
}
