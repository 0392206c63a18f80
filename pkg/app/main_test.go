package app

import (
	"errors"
	"strings"
	"testing"
)

type sample struct {
	Retries int `env:"SAMPLE_RETRIES" default:"3" help:"of the sample"`
}

func never(sample, Deps) (*Service, error) { return nil, errors.New("not to be made") }

func TestMainPrintsItsConfigurationWithoutSecrets(t *testing.T) {
	t.Parallel()
	var out, errOut strings.Builder
	environ := []string{"TERRENO_DATABASE_URL=postgres://u:hunter2@db/terreno", "TERRENO_SAMPLE_RETRIES=9", "TERRENO_LOG_LEVEL="}
	if err := runMain("sample", never, []string{"-print-config"}, environ, &out, &errOut); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"TERRENO_SAMPLE_RETRIES=9", "TERRENO_DATABASE_URL=****", "TERRENO_HTTP_ADDR=:8080", "TERRENO_LOG_LEVEL=info"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output lacks %s:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String()+errOut.String(), "hunter2") {
		t.Error("a secret was printed")
	}
}

func TestMainNamesEveryProblemAndStartsNothing(t *testing.T) {
	t.Parallel()
	var out, errOut strings.Builder
	err := runMain("sample", never, nil, []string{"TERRENO_SAMPLE_RETRIES=x", "TERRENO_LOG_LEVEL=loud"}, &out, &errOut)
	if err == nil {
		t.Fatal("started")
	}
	for _, name := range []string{"TERRENO_SAMPLE_RETRIES", "TERRENO_LOG_LEVEL", "TERRENO_DATABASE_URL"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}

func TestMainSaysWhichDependencyDoesNotAnswer(t *testing.T) {
	t.Parallel()
	var out, errOut strings.Builder
	err := runMain("sample", never, nil, []string{
		"TERRENO_DATABASE_URL=postgres://u@127.0.0.1:1/terreno", "TERRENO_NATS_URL=nats://127.0.0.1:1",
	}, &out, &errOut)
	if err == nil || !strings.Contains(err.Error(), "NATS") || strings.Contains(err.Error(), "not to be made") {
		t.Errorf("without NATS: %v", err)
	}
}
