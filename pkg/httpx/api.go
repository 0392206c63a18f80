package httpx

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
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
	bearer              = "bearer"
)

// Options of an API.
type Options struct {
	Log *slog.Logger
	// Metrics is the service's own registerer: what tells services apart is its label, not ours.
	Metrics prometheus.Registerer
	Auth    *auth.Verifier
	// Limits of classes. A class that is missing, and a zero, take defaults.
	Limits map[Class]Limits
	// Timeout ends the context of a handler of any class but ClassUploads: a database that hangs gives places back. The
	// client is answered 503. 0 is DefaultTimeout.
	Timeout time.Duration
	// ClientAddress is where a request comes from: who shares a part when there is no token, and what a log of changes names.
	// nil takes the connection's. Behind an ingress that is the ingress, and all its clients share one part.
	ClientAddress func(*http.Request) string
}

// API is the HTTP side of one service. Register operations on Huma, each with Security.
type API struct {
	Huma huma.API

	mux     *http.ServeMux
	auth    *auth.Verifier
	edge    *edge
	classes map[Class]*class
	address func(*http.Request) string
	timeout time.Duration
	shapes  sync.Map // of bodies, by *huma.Operation
}

// NewAPI makes an API without operations.
func NewAPI(name string, o Options) *API {
	if o.ClientAddress == nil {
		o.ClientAddress = remoteAddress
	}
	m := newMetrics(o.Metrics)
	mux := http.NewServeMux()
	a := &API{
		mux: mux, auth: o.Auth, edge: &edge{next: mux, log: o.Log, metrics: m, address: o.ClientAddress}, classes: newClasses(o, m),
		address: o.ClientAddress, timeout: or(o.Timeout, DefaultTimeout),
	}
	a.Huma = humago.New(a.mux, config(name))
	a.Huma.UseMiddleware(a.authorize, a.receiveBody, a.admit, a.checkBody)
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

func config(name string) huma.Config {
	document := &huma.OpenAPI{
		Info: &huma.Info{Title: name, Version: "1"},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				bearer: {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
			},
		},
		OnAddOperation: []huma.AddOpFunc{prepare},
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

// prepare fills in what huma leaves open.
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
	// huma refuses a body of exactly its limit; receiveBody counts, and does not.
	op.MaxBodyBytes++
	// receiveBody has read the body before huma does.
	op.BodyReadTimeout = -1
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
	verifying, cancel := context.WithTimeout(ctx.Context(), a.timeout)
	claims, err := a.auth.Verify(verifying, token)
	cancel()
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
