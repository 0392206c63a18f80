// Package chats reads the stream CHAT for notifier, and lets people know of messages that no device of theirs has got. Who these are, and
// when, is chat's to say, by chat:aviso. All else on the stream is acknowledged and not looked at.
//
// Its idempotency key is (person, conversation, seq). Any number of replicas may work at once, and the order does not matter. While
// PostgreSQL is away, it holds its messages. A message that cannot be read becomes a dead letter at once.
package chats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const (
	// event is the only one of the stream that is for notifier.
	event = "aviso"
	// hands are how many messages are handled at once. Each takes a transaction.
	hands = 8
	// maxUsers is how many people a message may tell: a change holds a lock for each device.
	maxUsers = 256
)

// What becomes of a notice for one person.
const (
	outcomeTold   = "told"
	outcomeSilent = "silent"
	outcomeKnown  = "known"
	outcomeGone   = "gone"
)

type consumer struct {
	store   *store.Store
	notices *prometheus.CounterVec
}

// New makes the consumer. It consumes nothing until Run.
func New(b *bus.Bus, s *store.Store, reg prometheus.Registerer, drain time.Duration) (*bus.Consumer, error) {
	v := &consumer{store: s, notices: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "notifier_chat_notices_total",
		Help: "Notifications of chat messages by outcome: told, silent (no device of the person is told), known (told before) or gone (not active there).",
	}, []string{"outcome"}))}
	for _, o := range []string{outcomeTold, outcomeSilent, outcomeKnown, outcomeGone} {
		v.notices.WithLabelValues(o)
	}
	c, err := bus.NewConsumer(b, bus.ConsumerConfig{Stream: stream.Chat, Durable: stream.NotifierChat, Parallel: hands, DrainTimeout: drain}, v.handle)
	if err != nil {
		return nil, fmt.Errorf("make the consumer of messages: %w", err)
	}
	return c, nil
}

func (v *consumer) handle(ctx context.Context, m bus.Msg) error {
	if m.Subject.Event() != event {
		return nil
	}
	message, err := read(m.Subject, m.Data)
	if err != nil {
		return bus.Reject(err)
	}
	told, err := v.store.TellMessage(ctx, m.Subject.Tenant(), message)
	if err == nil {
		v.count(told)
	}
	return bus.Verdict(ctx, err, db.MayPass)
}

func (v *consumer) count(told notice.Told) {
	for outcome, n := range map[string]int{
		outcomeTold: len(told.People) - len(told.Silent), outcomeSilent: len(told.Silent), outcomeKnown: len(told.Known), outcomeGone: len(told.Gone),
	} {
		v.notices.WithLabelValues(outcome).Add(float64(n))
	}
}

// read reads the body of chat:aviso. It checks it against the subject, and ignores fields that it does not know. After an error no retry
// will help.
func read(s subject.Subject, body []byte) (notice.Message, error) {
	m := &terrenov1.ChatNotice{}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, m); err != nil {
		return notice.Message{}, fmt.Errorf("decode whom to tell of a message: %w", err)
	}
	switch {
	case m.ConversationId != s.Entity():
		return notice.Message{}, fmt.Errorf("the message %s is not about conversation %q", s.ClientEvent(), m.ConversationId)
	case m.Seq < 1:
		return notice.Message{}, fmt.Errorf("a message with seq %d", m.Seq)
	case len(m.Users) > maxUsers:
		return notice.Message{}, fmt.Errorf("%d people are to be told, want at most %d", len(m.Users), maxUsers)
	case m.At.CheckValid() != nil:
		return notice.Message{}, errors.New("a message without the instant at")
	}
	for _, id := range append([]string{m.SenderId}, m.Users...) {
		if err := subject.CheckID(id); err != nil {
			return notice.Message{}, fmt.Errorf("whom to tell of a message: %w", err)
		}
	}
	return notice.Message{
		Conversation: m.ConversationId, Seq: m.Seq, Kind: m.Kind, Title: m.Title, Sender: m.SenderId, Users: m.Users, At: m.At.AsTime(),
	}, nil
}
