package stream_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

func TestEveryRowIsBounded(t *testing.T) {
	t.Parallel()
	for _, s := range stream.Table() {
		if s.MaxBytes <= 0 || s.MaxMsgSize <= 0 || s.MaxAge <= 0 || s.Dedupe <= 0 {
			t.Errorf("%s has no bound: %+v", s.Name, s)
		}
		if s.About == "" {
			t.Errorf("%s does not say what it is for", s.Name)
		}
		if s.Replayed && s.Relay != stream.RelayBody {
			t.Errorf("%s is replayed to sockets and has no body for them", s.Name)
		}
	}
}

func TestRelayPatternIsTheTenantSide(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		stream.Tracking: "*.tracking.ubicacion.*", stream.Directory: "dir.*.directorio.*.*", stream.Notify: "",
	} {
		s, ok := stream.ByName(name)
		if !ok || s.RelayPattern() != want {
			t.Errorf("%s relays to %q, want %q", name, s.RelayPattern(), want)
		}
	}
	if _, ok := stream.ByName("POSITIONS"); ok {
		t.Error("a stream that is not in the table was found")
	}
}

func TestAccessGivesNothingMore(t *testing.T) {
	t.Parallel()
	gateway, ingest := stream.Access("gateway"), stream.Access("tracking-ingest")
	for _, p := range gateway.Publish {
		if strings.HasPrefix(p, "in.") {
			t.Errorf("gateway may publish to %s", p)
		}
	}
	if !slices.Contains(ingest.Publish, "in.*.tracking.ubicacion.*") || slices.Contains(ingest.Publish, "in.*.alerta.*.*") {
		t.Errorf("ingest may publish to %q", ingest.Publish)
	}
	for _, s := range stream.Services() {
		p := stream.Access(s)
		for _, sub := range slices.Concat(p.Publish, p.Subscribe) {
			if sub == ">" || sub == "_INBOX.>" || sub == "$JS.API.>" || sub == "$JS.API.STREAM.DELETE.*" {
				t.Errorf("%s holds %s", s, sub)
			}
		}
	}
	for _, p := range stream.Access("stranger").Publish {
		readsDirectory := strings.HasPrefix(p, "$JS.API.") && strings.Contains(p, "."+stream.Directory)
		if p != "dlq.stranger.>" && p != "$JS.API.INFO" && !readsDirectory {
			t.Errorf("a service without a row may publish to %s", p)
		}
	}
}

func TestRowsAcceptCheckedSubjectsOnly(t *testing.T) {
	t.Parallel()
	s, err := subject.New("acme", "tracking", "ubicacion", "u1")
	if err != nil {
		t.Fatal(err)
	}
	row, ok := stream.For(s)
	if !ok || row.Name != stream.Tracking {
		t.Errorf("%s goes to %q", s.Ingress(), row.Name)
	}
	odd, err := subject.New("acme", "tracking", "otra", "u1")
	if err != nil {
		t.Fatal(err)
	}
	if row, ok := stream.For(odd); ok {
		t.Errorf("%s goes to %s, and no stream stores it", odd.Ingress(), row.Name)
	}
}
