package load

import (
	"context"
	"fmt"
	"path"
	"strings"
)

// scenario is one measurement. Names are those of earlier.csv.
type scenario struct {
	name, about string
	run         func(context.Context, *stage) (Result, error)
}

// stage is what a scenario runs on: an installation of its own.
type stage struct {
	bench  *bench
	system *system
}

// scaled shrinks an amount of work for a short run.
func (st *stage) scaled(n int) int { return max(1, int(float64(n)*st.bench.scale)) }

// scenarios returns all. The numbers of an ingest are uploads of each user, and positions of each upload.
func scenarios() []scenario {
	return []scenario{
		{"batch50", "1,000 users, 50 fixes a POST, JSON", ingest(plain, 8, 50, "json")},
		{"batch50-zones", "the same, and a zone that applies to everyone", ingest(zoned, 8, 50, "json")},
		{"batch50-gzip", "JSON in gzip", ingest(plain, 8, 50, "gzip")},
		{"batch50-protobuf", "terreno.v1.Track", ingest(plain, 8, 50, "protobuf")},
		{"batch1", "1,000 users, one fix a POST, JSON", ingest(plain, 25, 1, "json")},
		{"batch1-zones", "the same, and a zone that applies to everyone", ingest(zoned, 25, 1, "json")},
		{"batch1-protobuf", "terreno.v1.Track", ingest(plain, 25, 1, "protobuf")},
		{"batch50-10x-users", "10,000 users, 50 fixes a POST, JSON", ingest(large, 1, 50, "json")},
		{"batch50-10x-days", "batch50 when ten earlier days are stored", ingestLater(10)},
		{"fanout-200x100", "200 sockets, 100 fixes a second, one a POST", fanout(200, 100)},
		{"fanout-200x150", "", fanout(200, 150)},
		{"fanout-200x200", "", fanout(200, 200)},
		{"fanout-200x800", "", fanout(200, 800)},
		{"fanout-1000x25", "1,000 sockets, 25 fixes a second", fanout(1000, 25)},
		{"fanout-1000x35", "", fanout(1000, 35)},
		{"panic", "20 calls for help a second, beside 500 fixes a second, one a POST", panics(500)},
		{"chat-256x10", "a group of 256 people with a socket each, 10 messages a second, one a POST", chats(256, 10)},
		{"chat-2x25", "128 private conversations of two people with a socket each, 25 messages a second, each acknowledged as read", chats(2, 25)},
		{"idle", "10,000 sockets to which nothing is sent", idle(10_000)},
		{"kill", "kill -9 while 40,000 fixes a second come in batches of 50", kill(40_000, 50)},
		{"disk50", "200 users, yesterday's fixes, 50 a POST, then compaction", disk(200, 20, 50)},
		{"disk1", "20 users, yesterday's fixes, one a POST, then compaction", disk(20, 5000, 1)},
		{"day", "a user's day of 8,700 fixes, one day stored, 1,000 users", readDay(plain, 1, 50)},
		{"day-10x", "10 days stored, 10,000 users", readDay(large, 10, 50)},
		{"latest", "newest positions of the 1,000 users of a supervisor, of 1,000", readLatest(plain, 50)},
		{"latest-10x", "of 10,000", readLatest(large, 50)},
	}
}

// choose returns the scenarios whose names match one of the patterns, such as batch50 or fanout-*. None means all.
func choose(patterns []string) ([]scenario, error) {
	all := scenarios()
	if len(patterns) == 0 {
		return all, nil
	}
	var chosen []scenario
	matched := map[string]bool{}
	for _, s := range all {
		hit := false
		for _, p := range patterns {
			ok, err := path.Match(p, s.name)
			if err != nil {
				return nil, fmt.Errorf("choose scenarios: %q: %w", p, err)
			}
			hit, matched[p] = hit || ok, matched[p] || ok
		}
		if hit {
			chosen = append(chosen, s)
		}
	}
	for _, p := range patterns {
		if !matched[p] {
			return nil, fmt.Errorf("choose scenarios: no scenario is called %q: name some of %s", p, names(all))
		}
	}
	return chosen, nil
}

func names(all []scenario) string {
	list := make([]string, len(all))
	for i, s := range all {
		list[i] = s.name
	}
	return strings.Join(list, ", ")
}
