package load

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/tokens"
	"github.com/terreno/terreno/services/fieldsim/internal/walk"
	"github.com/terreno/terreno/services/fieldsim/internal/wire"
)

// fixEvery is how often a phone takes a position.
const fixEvery = 10 * time.Second

// upload is a prepared request, and how many positions it holds.
type upload struct {
	request []byte
	fixes   int
}

// plan says which uploads to make.
type plan struct {
	company string
	users   int
	// each is how many uploads a user sends, with batch positions each.
	each, batch int
	format      string
	// every is the time between two positions, or 0 for fixEvery.
	every time.Duration
	// end is when the last position of each user was taken.
	end time.Time
}

// fixes is how many positions the plan holds.
func (p plan) fixes() int { return p.users * p.each * p.batch }

// prepare makes all uploads. They are dealt to so many connections: a user's uploads are on one connection, oldest first.
func (p plan) prepare(issuer *tokens.Issuer, connections int) ([][]upload, error) {
	format, ok := walk.Formats[p.format]
	if !ok {
		return nil, fmt.Errorf("phones cannot write %q yet", p.format)
	}
	headers := []wire.Header{{Name: "Content-Type", Value: format.ContentType}}
	if format.Encoding != "" {
		headers = append(headers, wire.Header{Name: "Content-Encoding", Value: format.Encoding})
	}
	people, tokensOf := make([]*walk.Walker, p.users), make([]string, p.users)
	for u := range people {
		people[u] = walk.New(uint64(u))
		var err error
		if tokensOf[u], err = issuer.Token(p.company, userID(u), "colaborador"); err != nil {
			return nil, err
		}
	}
	every := cmp.Or(p.every, fixEvery)
	dealt := make([][]upload, connections)
	fixes := make([]walk.Fix, p.batch)
	at := p.end.Add(-time.Duration(p.each*p.batch) * every)
	for range p.each {
		for u, person := range people {
			for i := range fixes {
				fixes[i] = person.Next(at.Add(time.Duration(i)*every+jitter(u)).UnixMilli(), every.Seconds())
			}
			body := format.Upload("phone-"+userID(u), fixes)
			request := wire.Request(http.MethodPost, "/v1/positions", tokensOf[u], body, headers...)
			dealt[u%connections] = append(dealt[u%connections], upload{request, p.batch})
		}
		at = at.Add(time.Duration(p.batch) * every)
	}
	return dealt, nil
}

// jitter moves the instants of a user by less than a fixEvery, because phones do not tick together.
func jitter(user int) time.Duration { return time.Duration(user*7919%10_000) * time.Millisecond }

// userID returns the id of a user by their number, which begins at 0.
func userID(n int) string { return fmt.Sprintf("u%d", n+1) }

// acceptedAll checks an answer to an upload. retry is true when the server asks the phone to come again.
func acceptedAll(status int, body []byte, fixes int) (retry bool, err error) {
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		return true, nil
	}
	var answer struct{ Accepted int }
	if status != http.StatusAccepted || json.Unmarshal(body, &answer) != nil || answer.Accepted != fixes {
		return false, fmt.Errorf("an upload of %d positions was answered %d %.300s", fixes, status, bytes.TrimSpace(body))
	}
	return false, nil
}
