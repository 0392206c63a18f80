package httpx_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/idem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const echoLimit = 4 << 10

// world is an API with operations that do what their path says.
type world struct {
	url     string
	client  *http.Client
	handler http.Handler
	issuer  *authtest.Issuer
	log     *logBuffer
	metrics *prometheus.Registry
	revoked error
	entered chan struct{} // receives when /v1/hold is reached
	release chan struct{}
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type echoBody struct {
	Name  string  `json:"name" minLength:"1" maxLength:"3000"`
	Count int8    `json:"count,omitempty"`
	Lat   float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
}

type echoInput struct{ Body echoBody }

type echoOutput struct{ Body echoBody }

type rawInput struct {
	RawBody []byte `contentType:"application/json"`
}

type sizeOutput struct {
	Body struct {
		Size int `json:"size"`
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		issuer: authtest.New(t), log: &logBuffer{}, metrics: prometheus.NewRegistry(),
		entered: make(chan struct{}, 8), release: make(chan struct{}),
	}
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	api := httpx.NewAPI("probe", httpx.Options{
		Log: log, Metrics: w.metrics, Limits: map[httpx.Class]httpx.Limits{httpx.ClassReads: {Places: 8}, httpx.ClassPublic: {Places: 8}},
		Auth: w.issuer.Verifier(t, func(context.Context, auth.Claims) error { return w.revoked }),
	})
	w.register(api)
	registerHandled(api)
	registerTrees(api)
	registerPeriods(api)
	w.handler = api.Handler()
	server := httptest.NewUnstartedServer(w.handler)
	server.Config.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelError)
	server.Start()
	w.url, w.client = server.URL, server.Client()
	t.Cleanup(server.Close)
	return w
}

func op(id, method, path string, security []map[string][]string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Security: security}
}

func (w *world) register(api *httpx.API) {
	echo := op("echo", "POST", "/v1/echo", httpx.Roles())
	echo.MaxBodyBytes = echoLimit
	huma.Register(api.Huma, echo, func(_ context.Context, in *echoInput) (*echoOutput, error) { return &echoOutput{in.Body}, nil })
	huma.Register(api.Huma, op("raw", "POST", "/v1/raw", httpx.Public()), func(_ context.Context, in *rawInput) (*sizeOutput, error) {
		out := &sizeOutput{}
		out.Body.Size = len(in.RawBody)
		return out, nil
	})
	huma.Register(api.Huma, op("who", "GET", "/v1/who/{id}", httpx.Roles()), func(ctx context.Context, _ *struct {
		ID string `path:"id"`
	},
	) (*echoOutput, error) {
		c, ok := auth.FromContext(ctx)
		if !ok {
			return nil, errors.New("no claims")
		}
		return &echoOutput{echoBody{Name: c.Company + "/" + c.Subject}}, nil
	})
	huma.Register(api.Huma, op("admins", "GET", "/v1/admins", httpx.Roles("admin")), nothing)
	huma.Register(api.Huma, op("platform", "GET", "/v1/platform", httpx.Roles("platform_admin")), nothing)
	huma.Register(api.Huma, op("open", "GET", "/v1/open", httpx.Public()), nothing)
	huma.Register(api.Huma, op("list", "GET", "/v1/list", httpx.Public()), func(_ context.Context, in *struct{ httpx.Page }) (*echoOutput, error) {
		_, err := httpx.DecodeCursor[struct{ ID string }](in.Cursor)
		return &echoOutput{echoBody{Name: fmt.Sprint(in.Limit)}}, err
	})
	huma.Register(api.Huma, op("fail", "GET", "/v1/fail/{how}", httpx.Public()), fail)
	huma.Register(api.Huma, op("partial", "GET", "/v1/partial/{how}", httpx.Public()), partial)
	huma.Register(api.Huma, op("hold", "GET", "/v1/hold", httpx.Public()), func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		w.entered <- struct{}{}
		select {
		case <-w.release:
			return nil, nil
		case <-ctx.Done():
			return nil, fmt.Errorf("wait: %w", ctx.Err())
		}
	})
}

// partial begins an answer and then does what its path says.
func partial(_ context.Context, in *struct {
	How string `path:"how"`
},
) (*struct{ Body func(huma.Context) }, error) {
	return &struct{ Body func(huma.Context) }{func(ctx huma.Context) {
		ctx.SetStatus(http.StatusOK)
		_, _ = ctx.BodyWriter().Write([]byte("half of it"))
		switch in.How {
		case "panic":
			panic("out of ink")
		case "abort":
			panic(http.ErrAbortHandler)
		case "twice":
			ctx.SetStatus(http.StatusTeapot)
		}
	}}, nil
}

func nothing(context.Context, *struct{}) (*struct{}, error) { return nil, nil }

func fail(_ context.Context, in *struct {
	How string `path:"how"`
},
) (*struct{}, error) {
	secret := errors.New("password=hunter2")
	switch in.How {
	case "problem":
		return nil, fmt.Errorf("look: %w", httpx.Problem(http.StatusConflict, "visit_closed", "The visit is closed.", httpx.Field("path.how", "closed")))
	case "unavailable":
		return nil, httpx.Unavailable(secret)
	case "full":
		return nil, fmt.Errorf("publish: %w", bus.ErrStreamFull)
	case "key-reused":
		return nil, fmt.Errorf("create: %w", idem.ErrKeyReused)
	case "key-odd":
		return nil, fmt.Errorf("create: %w", idem.ErrKeyInvalid)
	case "database":
		return nil, fmt.Errorf("read zones: %w", syscall.ECONNREFUSED)
	case "deadlock":
		return nil, fmt.Errorf("add zones: %w", &pq.Error{Code: pqerror.TRDeadlockDetected})
	case "slow":
		return nil, fmt.Errorf("query: %w", context.DeadlineExceeded)
	case "huma":
		return nil, huma.Error404NotFound("There is no such zone.")
	case "huma500":
		return nil, huma.Error500InternalServerError(secret.Error())
	case "panic":
		panic(secret)
	default:
		return nil, secret
	}
}

func ana() auth.Claims { return auth.Claims{Subject: "ana", Company: "acme", Role: "colaborador"} }

// answer is a response, read.
type answer struct {
	httpxtest.Answer
	problem httpx.ProblemDetails
}

// edit is a header's name and value.
type edit [2]string

func token(s string) edit { return header("Authorization", "Bearer "+s) }

func header(name, value string) edit { return edit{name, value} }

// call sends a request; every answer of 400 and above must be problem details.
func (w *world) call(t *testing.T, method, path string, body io.Reader, edits ...edit) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var headers []string
	for _, e := range edits {
		headers = append(headers, e[:]...)
	}
	got, err := httpxtest.Do(ctx, method, w.url+path, "", body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Answer: got}
	if a.Status < 400 {
		return a
	}
	if err := json.Unmarshal([]byte(a.Text), &a.problem); err != nil || a.Code() != a.problem.Code {
		t.Errorf("%s %s: %d %s: %s (%v)", method, path, a.Status, a.Text, a.Code(), err)
	}
	return a
}

func (a answer) want(t *testing.T, status int, code string) {
	t.Helper()
	if a.Status != status || a.problem.Code != code {
		t.Errorf("answer %d %q (%s), want %d %q", a.Status, a.problem.Code, a.Text, status, code)
	}
}
