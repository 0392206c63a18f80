package config_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/config"
)

type listener struct {
	Addr string `env:"HTTP_ADDR" default:"127.0.0.1:8080" help:"address that clients reach"`
}

func (l *listener) Validate() []error {
	if l.Addr == "nowhere" {
		return []error{errors.New("TERRENO_HTTP_ADDR: give host:port")}
	}
	return nil
}

type sample struct {
	HTTP     listener
	Workers  int           `env:"WORKERS" default:"4"`
	Bytes    int64         `env:"BYTES"`
	Speed    float64       `env:"SPEED" default:"1.5"`
	Demo     bool          `env:"DEMO"`
	Drain    time.Duration `env:"DRAIN" default:"20s"`
	Origins  []string      `env:"ORIGINS" default:"a, b,,c"`
	Password string        `env:"PASSWORD" secret:"true" help:"of the database"`
}

func TestLoadTakesDefaultsThenEnvironment(t *testing.T) {
	t.Parallel()
	var s sample
	warnings, err := config.Load(&s, []string{"TERRENO_WORKERS=8", "TERRENO_DEMO=true", "PATH=/bin", "TERRENO_WORKER=9"})
	if err != nil {
		t.Fatal(err)
	}
	if s.HTTP.Addr != "127.0.0.1:8080" || s.Workers != 8 || !s.Demo || s.Drain != 20*time.Second || s.Speed != 1.5 {
		t.Errorf("loaded %+v", s)
	}
	if strings.Join(s.Origins, "|") != "a|b|c" {
		t.Errorf("origins %q", s.Origins)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "TERRENO_WORKER ") {
		t.Errorf("warnings %q, want one that names TERRENO_WORKER", warnings)
	}
}

func TestLoadReportsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.Load(&sample{}, []string{
		"TERRENO_WORKERS=many", "TERRENO_DRAIN=20", "TERRENO_SPEED=fast", "TERRENO_DEMO=si", "TERRENO_HTTP_ADDR=nowhere",
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range []string{"WORKERS", "DRAIN", "SPEED", "DEMO", "HTTP_ADDR"} {
		if !strings.Contains(err.Error(), config.Prefix+name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
}

func TestPrintMasksSecrets(t *testing.T) {
	t.Parallel()
	s := sample{Password: "hunter2", Origins: []string{"x", "y"}}
	var out strings.Builder
	if err := config.Print(&out, &s); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Contains(got, "hunter2") || !strings.Contains(got, "TERRENO_PASSWORD=****\t# of the database") ||
		!strings.Contains(got, "TERRENO_ORIGINS=x,y") {
		t.Errorf("printed\n%s", got)
	}
}

func TestLoadRefusesTargetsThatItCannotFill(t *testing.T) {
	t.Parallel()
	if _, err := config.Load(sample{}, nil); err == nil {
		t.Error("a struct by value was accepted")
	}
	var odd struct {
		Ports []int `env:"PORTS" default:"1"`
	}
	if _, err := config.Load(&odd, nil); err == nil {
		t.Error("a list of numbers was accepted")
	}
}

func TestTwoPartsMayReadOneVariable(t *testing.T) {
	t.Parallel()
	type part struct {
		Issuer string `env:"ISSUER" default:"terreno"`
	}
	var both struct{ Verifier, Identity part }
	warnings, err := config.Load(&both, []string{"TERRENO_ISSUER=acme"})
	if err != nil || len(warnings) > 0 || both.Verifier.Issuer != "acme" || both.Identity.Issuer != "acme" {
		t.Errorf("loaded %+v, %v, %v", both, warnings, err)
	}
	var out strings.Builder
	if err := config.Print(&out, &both); err != nil || strings.Count(out.String(), "TERRENO_ISSUER") != 1 {
		t.Errorf("printed %q, %v", out.String(), err)
	}
}
