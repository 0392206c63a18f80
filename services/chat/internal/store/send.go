package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// Message is a message with the file that it shows.
type Message struct {
	Seq       int64          `db:"seq"`
	Version   int64          `db:"version"`
	SenderID  string         `db:"sender_id"`
	ClientID  string         `db:"client_id"`
	Request   string         `db:"request"`
	Kind      string         `db:"kind"`
	Text      string         `db:"text"`
	Lat       *float64       `db:"lat"`
	Lon       *float64       `db:"lon"`
	AccuracyM *float64       `db:"accuracy_m"`
	FileID    string         `db:"file_id"`
	FileName  string         `db:"file_name"`
	FileType  string         `db:"file_type"`
	FileBytes int64          `db:"file_bytes"`
	ReplyTo   int64          `db:"reply_to"`
	Mentions  pq.StringArray `db:"mentions"`
	CreatedAt time.Time      `db:"created_at"`
	SentAt    *time.Time     `db:"sent_at"`
	EditedAt  *time.Time     `db:"edited_at"`
	DeletedAt *time.Time     `db:"deleted_at"`
	// ChangedAt is of PostgreSQL's clock.
	ChangedAt time.Time `db:"changed_at"`
}

// empty takes from a message all that it says.
func (m *Message) empty(at time.Time) {
	m.Text, m.Lat, m.Lon, m.AccuracyM, m.FileID, m.FileName, m.FileType, m.FileBytes, m.Mentions = "", nil, nil, nil, "", "", "", 0, nil
	m.DeletedAt = &at
}

const (
	messageColumns = `s.seq, s.version, s.sender_id, s.client_id, s.request, s.kind, s.text, s.lat, s.lon, s.accuracy_m, s.file_id, coalesce(f.name, '') AS file_name,
    coalesce(f.type, '') AS file_type, coalesce(f.bytes, 0) AS file_bytes, s.reply_to, s.mentions, s.created_at, s.sent_at, s.edited_at, s.deleted_at, s.changed_at`
	messageTables = ` FROM chat.message s LEFT JOIN chat.file f ON s.file_id <> '' AND f.id_empresa = s.id_empresa AND f.conversation_id = s.conversation_id AND f.id = s.file_id
WHERE s.id_empresa = $1 AND s.conversation_id = $2 `
	messageByClient = `SELECT ` + messageColumns + messageTables + `AND s.sender_id = $3 AND s.client_id = $4`
	messageBySeq    = `SELECT ` + messageColumns + messageTables + `AND s.seq = $3`

	// words are found by their stem and as they are, both without accents: talk.Words has made them so.
	insertMessage = `INSERT INTO chat.message (id_empresa, conversation_id, seq, sender_id, client_id, request, kind, text, lat, lon, accuracy_m, file_id,
    reply_to, mentions, created_at, sent_at, words)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, to_tsvector('spanish', $17) || to_tsvector('simple', $17))`
	nextSeq = `UPDATE chat.conversation SET last_seq = last_seq + 1, last_at = $3, changed_at = clock_timestamp()
WHERE id_empresa = $1 AND id = $2 RETURNING last_seq`
	// The sender has its own message. It has read it, too, if it had read all before: what a phone sends from its queue must not mark as
	// read what came meanwhile. Of a sender without a row, $5 is what counts as read.
	markSender = `INSERT INTO chat.member AS m (id_empresa, conversation_id, user_id, role, delivered_seq, read_seq) VALUES ($1, $2, $3, 'member', $4::bigint, $5)
ON CONFLICT (id_empresa, conversation_id, user_id) DO UPDATE SET changed_at = clock_timestamp(),
    delivered_seq = CASE WHEN m.delivered_seq >= $4::bigint - 1 THEN $4::bigint ELSE m.delivered_seq END, read_seq = CASE WHEN m.read_seq >= $4::bigint - 1 THEN $4::bigint ELSE m.read_seq END
WHERE m.left_seq IS NULL`
	useFile = `UPDATE chat.file SET seq = $5 WHERE id_empresa = $1 AND conversation_id = $2 AND id = $3 AND user_id = $4 AND seq = 0 AND kind = $6
RETURNING name, type, bytes`
)

// line is a line of the system about what somebody did.
func line(by, what string, about ...string) Message {
	return Message{SenderID: by, Kind: talk.System, Text: what, Mentions: about}
}

// Send adds a message to a conversation. key is the client's name for it, and request a hash of what it sent: a repetition returns the
// message that is there, and sent is false. Errors are ErrNoConversation, ErrReadOnly, ErrClientID, ErrReply, ErrMayNotTalk, ErrOtherInactive,
// ErrMention and ErrNoFile.
func (s *Store) Send(ctx context.Context, ch *change.Change, who auth.Claims, conversation, key, request string, d talk.Draft) (m Message, sent bool, err error) {
	if len(conversation) > maxID { // it would be part of a timer's key
		return m, false, ErrNoConversation
	}
	// Before the conversation is locked: see schedule.Timers.
	if err := s.remindLater(ctx, ch, conversation); err != nil {
		return m, false, err
	}
	a, err := open(ctx, ch.Tx, lockToSend, who, conversation)
	if err != nil {
		return m, false, err
	}
	switch m, err = readOne[Message](ctx, ch.Tx, "a message", ErrNoMessage, messageByClient, ch.Company, conversation, who.Subject, key); {
	case err == nil && m.Request != request:
		return m, false, ErrClientID
	case err == nil:
		return m, false, nil
	case err != ErrNoMessage: //nolint:errorlint // readOne returns it as it is
		return m, false, err
	case !a.place.Writes:
		return m, false, ErrReadOnly
	case d.ReplyTo != 0 && (!a.place.Sees(d.ReplyTo) || d.ReplyTo > a.LastSeq || d.ReplyTo <= a.GoneSeq):
		return m, false, ErrReply
	}
	list, err := members(ctx, ch.Tx, ch.Company, a.Conversation)
	if err != nil {
		return m, false, err
	}
	if err := mayStillTalk(ctx, ch.Tx, who, &a, list); err != nil {
		return m, false, err
	}
	if err := mayMention(ctx, ch.Tx, ch.Company, &a, list, d.Mentions); err != nil {
		return m, false, err
	}
	m = Message{
		SenderID: who.Subject, ClientID: key, Request: request, Kind: d.Kind, Text: d.Text, Lat: d.Lat, Lon: d.Lon, AccuracyM: d.Accuracy,
		FileID: d.FileID, ReplyTo: d.ReplyTo, Mentions: d.Mentions, SentAt: talk.Believed(d.SentAt, ch.At),
	}
	m, err = s.add(ctx, ch, &a, list, m)
	return m, true, err
}

// mayMention checks that each of some users is in the conversation. The error is ErrMention.
func mayMention(ctx context.Context, tx *sqlx.Tx, company string, a *access, list []MemberRow, users []string) error {
	if len(users) == 0 {
		return nil
	}
	in, err := people(ctx, tx, company, a, list, users)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(users, func(u string) bool { return !slices.Contains(in, u) }); i >= 0 {
		return &UnknownError{ErrMention, users[i]}
	}
	return nil
}

// add gives a message its number and publishes it. The conversation is locked.
func (s *Store) add(ctx context.Context, ch *change.Change, a *access, list []MemberRow, m Message) (Message, error) {
	var err error
	if m.Seq, err = readOne[int64](ctx, ch.Tx, "the next number", ErrNoConversation, nextSeq, ch.Company, a.ID, ch.At); err != nil {
		return m, err
	}
	a.LastSeq = m.Seq
	if m.ClientID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return m, err
		}
		m.ClientID = "*" + id.String() // no client may send this
	}
	m.Version, m.CreatedAt = 1, ch.At
	if m.FileID != "" {
		file, err := readOne[struct {
			Name  string `db:"name"`
			Type  string `db:"type"`
			Bytes int64  `db:"bytes"`
		}](ctx, ch.Tx, "a file", ErrNoFile, useFile, ch.Company, a.ID, m.FileID, m.SenderID, m.Seq, m.Kind)
		if err != nil {
			return m, err
		}
		m.FileName, m.FileType, m.FileBytes = file.Name, file.Type, file.Bytes
	}
	words := ""
	if m.Kind != talk.System {
		words = talk.Words(m.Text, m.FileName)
	}
	if _, err := ch.Tx.ExecContext(ctx, insertMessage, ch.Company, a.ID, m.Seq, m.SenderID, m.ClientID, m.Request, m.Kind, m.Text, m.Lat, m.Lon, m.AccuracyM,
		m.FileID, m.ReplyTo, pq.Array(append([]string{}, m.Mentions...)), m.CreatedAt, m.SentAt, words); err != nil {
		return m, fmt.Errorf("add a message: %w", err)
	}
	read := int64(0)
	if a.unopened || m.Seq == 1 {
		read = m.Seq
	}
	if _, err := ch.Tx.ExecContext(ctx, markSender, ch.Company, a.ID, m.SenderID, m.Seq, read); err != nil {
		return m, fmt.Errorf("mark what the sender has: %w", err)
	}
	return m, tellMessage(ch, EventMessage, a, list, m)
}

// remindLater makes sure that those whose devices do not get a message are told of it. All messages that come within noticeEvery share one
// timer, so a lively conversation postpones nothing.
func (s *Store) remindLater(ctx context.Context, ch *change.Change, conversation string) error {
	if s.timers == nil {
		return nil
	}
	slot := ch.At.Truncate(noticeEvery)
	return s.timers.Set(ctx, ch, KindNotice, fmt.Sprintf("%s/%d", conversation, slot.Unix()), slot.Add(2*noticeEvery), noticePayload{Conversation: conversation, Slot: slot})
}

const (
	// KindNotice is the kind of the timers.
	KindNotice  = "avisar-mensaje"
	noticeEvery = 5 * time.Second
	// maxID is the longest id of a conversation, in bytes.
	maxID = 64
)
