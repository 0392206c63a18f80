package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// Since is where a phone is in the changes. Instants are of PostgreSQL's clock.
type Since struct {
	// From is the instant up to which the phone knows all. To and After are of the walk through the pages that it is in, if After is not
	// empty: it began at To, and After is the last conversation of the page before.
	From  time.Time `json:"f"`
	To    time.Time `json:"t,omitzero"`
	After string    `json:"a,omitempty"`
	// Set stands for the conversations that are the user's without its being a member, at From; and NextSet for those at To.
	Set     string `json:"s,omitempty"`
	NextSet string `json:"n,omitempty"`
}

// Changed is a conversation in which something has changed.
type Changed struct {
	ID string
	// Summary is nil if the user is no longer in the conversation.
	Summary *Summary
	// Messages are those that have changed, oldest first. With Gap there are more than MaxChanged, and these are the newest ones instead.
	Messages []Message
	Gap      bool
}

const (
	// overlap is more than a transaction lasts: what was not committed when a phone asked may have an earlier changed_at.
	overlap = 2 * time.Minute
	// MaxChanged limits the messages of one conversation, and pageBytes the text of all on a page that has a conversation already.
	MaxChanged = 100
	pageBytes  = 1 << 20

	// What is the user's by a visit, a team or the company changes without a change here. The set tells whether it did. A conversation that
	// was stored after From is new, and found by its changed_at.
	nowOf = mine + `SELECT coalesce(bit_xor(hashtextextended(c.id, 0)), 0) AS next, coalesce(bit_xor(hashtextextended(c.id, 0)) FILTER (WHERE c.stored_at <= $5), 0) AS before, clock_timestamp() AS now
FROM (SELECT DISTINCT id, stored_at FROM mine WHERE kind NOT IN ('private', 'group')) c`
	// mine has here also those that the user has left: whoever may not keep them hears that it is out. Of the conversations without members only
	// the user's own marks are shown to it. What the user has left changes in what it had alone.
	changedIDs = mine + `SELECT c.id FROM (SELECT DISTINCT id, kind, stored_at, changed_at FROM mine) c
LEFT JOIN chat.member o ON o.id_empresa = $1 AND o.conversation_id = c.id AND o.user_id = $2
WHERE c.id > $5 AND c.stored_at <= $7 AND (o.left_seq IS NULL OR $9 OR o.changed_at > $6) AND (o.changed_at > $6
    OR o.left_seq IS NOT NULL AND ((SELECT k.gone_at FROM chat.conversation k WHERE k.id_empresa = $1 AND k.id = c.id) > $6
        OR EXISTS (SELECT 1 FROM chat.message x WHERE x.id_empresa = $1 AND x.conversation_id = c.id AND x.changed_at > $6 AND x.seq > o.joined_seq AND x.seq <= o.left_seq))
    OR o.left_seq IS NULL AND (c.changed_at > $6 OR c.kind IN ('private', 'group') AND (
        SELECT x.changed_at FROM chat.member x WHERE x.id_empresa = $1 AND x.conversation_id = c.id ORDER BY x.changed_at DESC LIMIT 1) > $6
        OR (SELECT x.changed_at FROM chat.message x WHERE x.id_empresa = $1 AND x.conversation_id = c.id ORDER BY x.changed_at DESC LIMIT 1) > $6))
ORDER BY c.id LIMIT $8`
	changedMessages = `SELECT ` + messageColumns + messageTables + `AND s.seq > $3 AND s.seq <= $4 AND s.changed_at > $5 ORDER BY s.seq DESC LIMIT $6`
)

var summariesOf = `SELECT ` + summaryColumns + joined(accessTables, summaryLaterals) + `AND c.id = ANY ($4)`

// Changes returns the conversations in which something has changed for the user since an instant, at most limit, where to go on, and
// whether there is more. reload says that conversations have become the user's, or are no longer, which are perhaps not among these: the
// phone reads its list of conversations again. It says so at the beginning of a walk through the pages. A walk ends: what changes after its
// beginning is in the next one. Without since (nil) there is nothing but where to begin.
func (s *Store) Changes(ctx context.Context, who auth.Claims, since *Since, limit int) (list []Changed, next Since, more, reload bool, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		is, err := readSettings(ctx, tx, who.Company)
		if err != nil {
			return err
		}
		at, fresh := Since{}, since == nil
		if !fresh {
			at = *since
		}
		if at.After == "" {
			if reload, err = beginWalk(ctx, tx, who, is, &at); err != nil {
				return err
			}
		}
		if fresh {
			reload = true
		} else if list, more, err = changed(ctx, tx, who, is, &at, limit); err != nil {
			return err
		}
		if next = at; !more {
			next = Since{From: at.To, Set: at.NextSet}
		}
		return nil
	})
	return list, next, more, reload, err
}

// beginWalk puts into at what holds now.
func beginWalk(ctx context.Context, tx *sqlx.Tx, who auth.Claims, is talk.Settings, at *Since) (reload bool, err error) {
	now, err := readOne[struct {
		Next   int64     `db:"next"`
		Before int64     `db:"before"`
		Now    time.Time `db:"now"`
	}](ctx, tx, "what changed", errNone, nowOf, who.Company, who.Subject, who.Role, is.Keep, at.From)
	if err != nil {
		return false, err
	}
	set := func(hash int64) string { return fmt.Sprintf("%x %s %t", uint64(hash), who.Role, is.Keep) } //nolint:gosec // any bits will do
	reload = set(now.Before) != at.Set
	at.To, at.NextSet = now.Now.UTC(), set(now.Next)
	return reload, nil
}

// changed reads a page. at.After becomes the last conversation of it.
func changed(ctx context.Context, tx *sqlx.Tx, who auth.Claims, is talk.Settings, at *Since, limit int) (list []Changed, more bool, err error) {
	from := at.From.Add(-overlap)
	var ids []string
	if err := tx.SelectContext(ctx, &ids, changedIDs, who.Company, who.Subject, who.Role, true, at.After, from, at.To, limit+1, is.Keep); err != nil {
		return nil, false, fmt.Errorf("read which conversations changed: %w", err)
	}
	if more = len(ids) > limit; more {
		ids = ids[:limit]
	}
	found, err := summaries(ctx, tx, who, is, ids)
	if err != nil {
		return nil, false, err
	}
	bytes := 0
	for _, id := range ids {
		if bytes > pageBytes {
			return list, true, nil
		}
		c := Changed{ID: id, Summary: found[id]}
		if c.Summary != nil {
			if c.Messages, c.Gap, err = newsOf(ctx, tx, who, c.Summary, from); err != nil {
				return nil, false, err
			}
		}
		for i := range c.Messages {
			bytes += len(c.Messages[i].Text)
		}
		list, at.After = append(list, c), id
	}
	return list, more, nil
}

// summaries returns those of some conversations that the user may read.
func summaries(ctx context.Context, tx *sqlx.Tx, who auth.Claims, is talk.Settings, ids []string) (map[string]*Summary, error) {
	var rows, some []Summary
	if err := tx.SelectContext(ctx, &rows, summariesOf, who.Company, who.Subject, who.Role, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("read the conversations that changed: %w", err)
	}
	for i := range rows {
		if rows[i].find(who, is.Keep) {
			some = append(some, rows[i])
		}
	}
	found := map[string]*Summary{}
	for i := range some {
		found[some[i].ID] = &some[i]
	}
	return found, complete(ctx, tx, who, is, some)
}

// newsOf returns the messages of a conversation that have changed.
func newsOf(ctx context.Context, tx *sqlx.Tx, who auth.Claims, c *Summary, from time.Time) (list []Message, gap bool, err error) {
	if err = tx.SelectContext(ctx, &list, changedMessages, who.Company, c.ID, c.place.From, c.place.To, from, MaxChanged+1); err != nil {
		return nil, false, fmt.Errorf("read the messages that changed: %w", err)
	}
	if gap = len(list) > MaxChanged; gap {
		list = nil
		if err = tx.SelectContext(ctx, &list, messagesBefore, who.Company, c.ID, c.place.From, c.place.To, talk.Open, MaxChanged); err != nil {
			return nil, false, fmt.Errorf("read the newest messages: %w", err)
		}
	}
	c.hide(list)
	slices.Reverse(list)
	return list, gap, nil
}
