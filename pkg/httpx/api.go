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
	// Metrics is the service's own registerer. Its label tells services apart; this package adds none.
	Metrics prometheus.Registerer
	Auth    *auth.Verifier
	// Limits are the limits of the classes. A missing class, or a zero value, takes its default.
	Limits map[Class]Limits
	// Timeout ends the context of a handler of any class but ClassUploads and ClassPanic, and the client is answered 503. So a database
	// that hangs does not keep places. 0 means DefaultTimeout.
	Timeout time.Duration
	// ClientAddress returns the address from which a request comes. A request without a token shares places by this address,
	// and a log of changes records it. nil takes the address of the connection. Behind an ingress that is the ingress's
	// address, and all its clients share one part.
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
		o.ClientAddress = Proxies(nil).Of
	}
	m := newMetrics(o.Metrics)
	mux := http.NewServeMux()
	a := &API{
		mux: mux, auth: o.Auth, edge: &edge{next: mux, log: o.Log, metrics: m, address: o.ClientAddress}, classes: newClasses(o, m),
		address: o.ClientAddress, timeout: or(o.Timeout, DefaultTimeout),
	}
	a.Huma = humago.New(a.mux, config(name))
	a.Huma.UseMiddleware(a.authorize, a.readQuery, a.receiveBody, a.admit, a.checkBody)
	a.mux.HandleFunc("/", a.unmatched)
	return a
}

// Handler serves the operations.
func (a *API) Handler() http.Handler { return a.edge }

// OpenAPI describes the operations.
func (a *API) OpenAPI() *huma.OpenAPI { return a.Huma.OpenAPI() }

// Public is the Security of an operation that anybody may call.
func Public() []map[string][]string { return []map[string][]string{} }

// Roles is the Security of an operation that these roles may call. Without arguments it means every role of a company. A
// platform admin belongs to no company, and may call only operations that name that role.
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
	// A newer client may send members that an older service does not know.
	c.AllowAdditionalPropertiesByDefault = true
	return c
}

// prepare sets what huma leaves unset.
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
	// huma refuses a body of exactly its limit, so the limit here is one byte more. receiveBody counts the bytes, and
	// accepts such a body.
	op.MaxBodyBytes++
	// receiveBody has read the body before huma does.
	op.BodyReadTimeout = -1
}

// isPublic is valid only after prepare, which refuses an operation without Security.
func isPublic(op *huma.Operation) bool { return len(op.Security) == 0 }

// authorize lets a request through when its token may call the operation, and puts the claims into the context.
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

// unmatched answers a request for which no operation is registered: with 405 when the path has other methods.
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
