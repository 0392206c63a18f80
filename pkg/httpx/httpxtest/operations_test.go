package httpxtest_test

import (
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/proto/audience"
)

func TestOperationsAreThoseOfTheGoldenFile(t *testing.T) {
	t.Parallel()
	op := func(security []map[string][]string) *huma.Operation {
		return &huma.Operation{Summary: "Something", Tags: []string{"things"}, Security: security}
	}
	httpxtest.Operations(t, &huma.OpenAPI{Paths: map[string]*huma.PathItem{
		"/v1/things":      {Get: op(httpx.Public()), Post: op(httpx.Roles(audience.RoleAdmin))},
		"/v1/things/{id}": {Delete: op(httpx.Roles(audience.RoleAdmin, audience.RoleSupervisor))},
	}})
}
