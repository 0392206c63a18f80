package cluster_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
)

const (
	// each is how many messages a person writes, and patience how long all may take.
	each     = 3
	patience = 5 * time.Minute
)

// 200 people of two companies write in 50 conversations, over sockets and HTTP. Their phones lose their sockets all the time, and each
// gateway is killed. Everybody ends with all messages of its conversations, each once and in order, and with none of another's. Who is
// removed from a group while all write has what it got before, and nothing after.
func TestEverybodyEndsWithTheSameConversations(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var reading, connected sync.WaitGroup
	results := make(chan error, len(w.people))
	w.announce(t)
	messages, removed := w.plan(t)
	connected.Add(len(w.people))
	for _, p := range w.people {
		reading.Go(func() { results <- p.run(ctx, connected.Done) })
	}
	began := time.Now()
	connected.Wait()
	t.Logf("%d people are connected after %v", len(w.people), time.Since(began))
	began = time.Now()
	writing := make(chan error, len(w.people))
	for _, p := range w.people {
		go func() { writing <- p.write(ctx) }()
	}
	for i, g := range w.gateways {
		w.waitFor(ctx, t, messages*(i+1)/5)
		if i == 1 { // Before the kill: on a busy machine all are done writing by the time that the gateway is back.
			removed.owner.must(t, http.MethodDelete, "/v1/conversations/"+removed.id+"/members/"+removed.gone.id, nil, "")
		}
		g.kill()
		g.start(t)
		g.ready(t)
	}
	for range w.people {
		if err := <-writing; err != nil {
			t.Fatal(err)
		}
	}
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "chat.outbox") == 0 })
	w.everybody(t, sayEnd)
	reading.Wait()
	t.Logf("%d messages after %v", w.acked.Load(), time.Since(began))
	for range w.people {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	w.verify(t, messages, removed)
}

// verify compares what everybody has with what the database has.
func (w *world) verify(t *testing.T, sent int, removed *removal) {
	t.Helper()
	stored, left := w.stored(t)
	until, ok := left[removed.id+" "+removed.gone.id]
	if !ok || until == len(stored[removed.id]) || len(left) != 1 {
		t.Errorf("removed up to message %d of %d: %v", until, len(stored[removed.id]), left)
	}
	events := 0
	for _, p := range w.people {
		for _, c := range w.talks {
			var want []string
			if c.company == p.company && c.members[p.id] {
				want = stored[c.id]
			}
			got := p.have[c.id]
			if p == removed.gone && c == removed.talk { // what was written while it had no socket never came
				want = want[:min(until, len(got))]
			}
			events += len(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s has %d messages of %s %s, want %d:\n got %q\nwant %q", p.who(), len(got), c.kind, c.id, len(want), got, want)
			}
		}
	}
	for n := range sent {
		key := fmt.Sprint("k", n)
		if n := pgtest.Count(t, w.admin, "chat.message WHERE client_id = '"+key+"'"); n != 1 && !removed.keys[key] || n > 1 {
			t.Errorf("message %s is there %d times", key, n)
		}
	}
	if w.sockets.Load() < 2*int64(len(w.people)) || w.reloads.Load() == 0 {
		t.Errorf("only %d sockets and %d reloads", w.sockets.Load(), w.reloads.Load())
	}
	t.Logf("%d messages in %d conversations, %d read by phones; %d sockets and %d that could not be opened, %d reloads, %d messages sent again",
		sent, len(w.talks), events, w.sockets.Load(), w.refused.Load(), w.reloads.Load(), w.repeats.Load())
}

// removal is somebody who is removed from a group. keys are those of what it writes there.
type removal struct {
	*talk
	gone *person
	keys map[string]bool
}

// announce begins all conversations. The phones are not connected yet, and read what is there when they are.
func (w *world) announce(t *testing.T) {
	t.Helper()
	w.converse(t, "acme", 4, 11, 22)
	w.converse(t, "beta", 2, 3, 6)
	if len(w.talks) != 50 {
		t.Fatalf("%d conversations", len(w.talks))
	}
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "chat.outbox") == 0 })
	stored, _ := w.stored(t)
	for _, p := range w.people {
		for _, c := range w.talks {
			if c.company == p.company && c.members[p.id] {
				p.mine[c.id] = true
				p.have[c.id] = slices.Clone(stored[c.id])
				p.reread[c.id] = len(stored[c.id])
			}
		}
	}
}

// plan gives everybody what to write. It returns how many messages there are, and who is removed in the middle.
func (w *world) plan(t *testing.T) (messages int, r *removal) {
	t.Helper()
	for _, c := range w.talks {
		if c.kind == "group" && len(c.members) > 5 {
			r = &removal{talk: c, keys: map[string]bool{}}
			break
		}
	}
	for i, p := range w.people {
		if r.gone == nil && p.company == r.company && r.members[p.id] && p != r.owner {
			r.gone = p
		}
		p.overSocket = i%2 == 0
		var writes []string
		for _, c := range w.talks {
			if p.mine[c.id] && c.kind != "broadcast" {
				writes = append(writes, c.id)
			}
		}
		for n := range each {
			m := outgoing{conversation: writes[w.rng.IntN(len(writes))], key: fmt.Sprint("k", messages), text: fmt.Sprintf("mensaje %d de %s", n, p.id)}
			if m.mayBeRefused = p == r.gone && m.conversation == r.id; m.mayBeRefused {
				r.keys[m.key] = true
			}
			p.queue = append(p.queue, m)
			if messages++; w.rng.IntN(4) == 0 {
				m.again = true
				p.queue = append(p.queue, m)
			}
		}
	}
	return messages, r
}

// everybody tells both companies something.
func (w *world) everybody(t *testing.T, text string) {
	t.Helper()
	for _, c := range w.talks {
		if c.kind != "broadcast" {
			continue
		}
		c.owner.must(t, http.MethodPost, "/v1/conversations/"+c.id+"/messages", body{"text": text}, text)
	}
}
