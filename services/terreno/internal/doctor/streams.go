package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/proto/stream"
)

// handledWithin is how long a message may wait for its durable, or be tried by it, before somebody should look.
const handledWithin = 5 * time.Minute

// durables says what waits for each durable, and since when the oldest message does.
func (d Deps) durables(ctx context.Context) Check {
	const name = "durables"
	all, err := admin.Backlogs(ctx, d.Bus, stream.Table())
	if err != nil {
		return noAnswer(name, err)
	}
	c := Check{Name: name, OK: true, Figures: map[string]int64{}}
	var found, missing, late []string
	for _, l := range all {
		if l.Missing {
			found, missing = append(found, l.Durable+" is missing"), append(missing, l.Durable)
			continue
		}
		var behind time.Duration
		text := fmt.Sprintf("%s has %d waiting", l.Durable, l.Messages)
		if l.Messages > 0 {
			behind = max(0, d.now().Sub(l.Since))
			text += fmt.Sprintf(", the oldest for %v", round(behind))
		}
		c.Figures[l.Durable], c.Figures[l.Durable+"_behind_s"] = int64(l.Messages), int64(behind/time.Second)
		found = append(found, text)
		if behind > handledWithin {
			late = append(late, l.Service)
		}
	}
	c.Found = strings.Join(found, "; ")
	switch {
	case len(missing) > 0:
		c.OK, c.Do = false, "run `terreno provision` of this version"
	case len(late) > 0:
		c.OK, c.Do = false, "check that "+strings.Join(late, " and ")+" runs and reaches PostgreSQL; its log says what it waits for"
	}
	return c
}

func (d Deps) deadLetters(ctx context.Context) Check {
	const name = "dead letters"
	n, err := admin.NewDeadLetters(d.Bus).Count(ctx)
	if err != nil {
		return noAnswer(name, err)
	}
	c := Check{Name: name, OK: n == 0, Found: "none", Figures: map[string]int64{"letters": int64(n)}}
	if !c.OK {
		c.Found = fmt.Sprintf("%d messages failed for good", n)
		c.Do = "`terreno dlq list` says why; replay or drop each"
	}
	return c
}

// lost says what streams dropped before a durable was given it, as far as no operator has said that they know.
func (d Deps) lost(ctx context.Context) Check {
	const name = "lost messages"
	all, err := admin.ListLost(ctx, d.Bus, stream.Table())
	if err != nil {
		return noAnswer(name, err)
	}
	c := Check{Name: name, OK: true, Found: "none", Figures: map[string]int64{}}
	var found, known []string
	for _, l := range all {
		n := l.Unseen()
		c.Figures[l.Durable] = int64(n)
		if n == 0 {
			known = append(known, fmt.Sprintf("%d of %s for %s, seen at %s", l.Seen.Messages, l.Stream, l.Durable, at(l.Seen.At)))
			continue
		}
		found = append(found, fmt.Sprintf("%d of %s for %s", n, l.Stream, l.Durable))
	}
	switch {
	case len(found) > 0:
		c.OK, c.Found = false, strings.Join(found, ", ")
		c.Do = "`terreno dlq list` shows their sequences; give the streams more room, or find out why the durable lagged; then `terreno dlq seen` and its name"
	case len(known) > 0:
		c.Found = "none that is new: " + strings.Join(known, ", ")
	}
	return c
}
