package stream_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

func TestEveryRowIsBounded(t *testing.T) {
	t.Parallel()
	for _, s := range stream.Table() {
		if s.MaxBytes <= 0 || s.MaxMsgSize <= 0 || s.MaxAge <= 0 || s.Dedupe <= 0 {
			t.Errorf("%s has no bound: %+v", s.Name, s)
		}
		if s.About == "" {
			t.Errorf("%s has no About", s.Name)
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

// The stream of an event stores it, the publishers of an event may publish it, and its body is a message that exists.
func TestEventsCanBePublished(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range stream.Table() {
		for _, e := range row.Events {
			domain, event, _ := strings.Cut(e.Name, ":")
			to, err := subject.New("acme", domain, event, "x")
			if err != nil {
				t.Errorf("%s: %v", e.Name, err)
				continue
			}
			if by, ok := stream.For(to); !ok || by.Name != row.Name {
				t.Errorf("%s is an event of %s and stored by %q", e.Name, row.Name, by.Name)
			}
			for _, p := range e.Publishers {
				if !slices.Contains(row.Publishers, p) {
					t.Errorf("%s publishes %s and may not publish to %s", p, e.Name, row.Name)
				}
			}
			if body := terrenov1.File_terreno_v1_alert_proto.Package().Append(protoreflect.Name(e.Body)); !known(body) {
				t.Errorf("%s has a body %s that does not exist", e.Name, body)
			}
			if found, ok := stream.EventOf(domain, event); !ok || found.About != e.About || seen[e.Name] || e.About == "" || len(e.Publishers) == 0 {
				t.Errorf("%s: found %t, listed twice or with an empty field", e.Name, ok)
			}
			seen[e.Name] = true
		}
	}
	if _, ok := stream.EventOf("cocina", "fuego"); ok {
		t.Error("an event that the table does not name was found")
	}
}

func known(message protoreflect.FullName) bool {
	_, err := protoregistry.GlobalTypes.FindMessageByName(message)
	return err == nil
}

// Every service that may publish to a stream publishes an event there. So no permission is unused.
func TestPublishersHaveEvents(t *testing.T) {
	t.Parallel()
	for _, row := range stream.Table() {
		for _, p := range row.Publishers {
			if !slices.ContainsFunc(row.Events, func(e stream.Event) bool { return slices.Contains(e.Publishers, p) }) {
				t.Errorf("%s may publish to %s and has no event there", p, row.Name)
			}
		}
	}
}

// What a dead process had in hand comes back within seconds. An ordered durable is reset instead.
func TestDurablesGiveBackSoon(t *testing.T) {
	t.Parallel()
	for _, s := range stream.Table() {
		for _, c := range s.Consumers {
			if !c.Ordered && (c.AckWait <= 0 || c.AckWait > 3*time.Second) {
				t.Errorf("%s of %s has an AckWait of %s", c.Durable, s.Name, c.AckWait)
			}
		}
	}
}

// A live event has subjects of its own, a body that exists, and publishers; and no stream stores it.
func TestLiveEventsAreNotStored(t *testing.T) {
	t.Parallel()
	for _, e := range stream.Live() {
		domain, event, _ := strings.Cut(e.Name, ":")
		to, err := subject.New("acme", domain, event, "x")
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		if want := "_live.*." + domain + "." + event + ".*"; e.LiveSubjects() != want || to.Live() != "_live.acme."+domain+"."+event+".x" {
			t.Errorf("%s: subjects %s, %s", e.Name, e.LiveSubjects(), to.Live())
		}
		if _, ok := stream.EventOf(domain, event); ok {
			t.Errorf("a stream stores %s", e.Name)
		}
		if body := terrenov1.File_terreno_v1_chat_proto.Package().Append(protoreflect.Name(e.Body)); !known(body) || e.About == "" || len(e.Publishers) == 0 {
			t.Errorf("%s: no body %s, or an empty field", e.Name, body)
		}
		for _, service := range stream.Services() {
			if may := slices.Contains(stream.Access(service).Publish, e.LiveSubjects()); may != slices.Contains(e.Publishers, service) {
				t.Errorf("%s may publish %s: %t", service, e.Name, may)
			}
		}
		if found, ok := stream.LiveOf(domain, event); !ok || found.About != e.About {
			t.Errorf("%s is not found", e.Name)
		}
	}
	for _, service := range stream.Services() {
		if may := slices.Contains(stream.Access(service).Subscribe, stream.LivePattern); may != (service == "gateway") {
			t.Errorf("%s may hear live events: %t", service, may)
		}
	}
	if _, ok := stream.LiveOf("alerta", "nueva"); ok {
		t.Error("an event of a stream was found among the live ones")
	}
}
