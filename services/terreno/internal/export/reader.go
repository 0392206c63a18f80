package export

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/terreno/terreno/services/terreno/internal/client"
)

const (
	// span is the longest time that one request may cover.
	span = 31 * 24 * time.Hour
	// pageSize is how many positions one request returns.
	pageSize = 5000
	// sessionFor is how long a login is used. An access token is valid for longer.
	sessionFor = 4 * time.Minute
)

// reader reads positions as a logged-in person.
type reader struct {
	account client.Account
	session *client.Session
	since   time.Time
}

func (r *reader) login(ctx context.Context) error {
	s, err := client.Open(ctx, r.account)
	if err != nil {
		return err
	}
	r.session, r.since = s, time.Now()
	return nil
}

// positions calls fn for each position of a query, in the order of their instants.
func (r *reader) positions(ctx context.Context, q Query, fn func(*Position) error) error {
	for from := q.From; from.Before(q.To); from = from.Add(span) {
		to := from.Add(span)
		if to.After(q.To) {
			to = q.To
		}
		if err := r.part(ctx, q, from, to, fn); err != nil {
			return fmt.Errorf("read the positions of %s from %s: %w", q.User, from.Format(time.RFC3339), err)
		}
	}
	return nil
}

func (r *reader) part(ctx context.Context, q Query, from, to time.Time, fn func(*Position) error) error {
	query := url.Values{
		"from": {from.UTC().Format(time.RFC3339Nano)}, "to": {to.UTC().Format(time.RFC3339Nano)}, "limit": {strconv.Itoa(pageSize)},
	}
	if q.Device != "" {
		query.Set("device", q.Device)
	}
	for {
		if time.Since(r.since) > sessionFor {
			if err := r.login(ctx); err != nil {
				return err
			}
		}
		var page struct {
			Positions []Position `json:"positions"`
			Next      string     `json:"next"`
		}
		path := "/v1/users/" + url.PathEscape(q.User) + "/positions?" + query.Encode()
		if err := r.session.Do(ctx, http.MethodGet, path, nil, nil, &page); err != nil {
			return err
		}
		for i := range page.Positions {
			if err := fn(&page.Positions[i]); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		query.Set("cursor", page.Next)
	}
}
