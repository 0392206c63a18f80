package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/chat/internal/store"
)

type (
	// Marks is how far somebody has got in a conversation.
	Marks struct {
		DeliveredSeq int64 `json:"delivered_seq" doc:"up to which message a device of yours has them"`
		ReadSeq      int64 `json:"read_seq" doc:"up to which message you have read"`
	}
	receiptInput struct {
		ConversationID
		Body struct {
			Seq int64 `json:"seq" minimum:"1" doc:"of the newest message that it is about; those before are meant, too"`
		}
	}
	marksOutput struct{ Body Marks }
	// Receipt says how far somebody has got in one of many conversations.
	Receipt struct {
		ConversationID string `json:"conversation_id" maxLength:"64"`
		DeliveredSeq   int64  `json:"delivered_seq,omitempty" minimum:"0"`
		ReadSeq        int64  `json:"read_seq,omitempty" minimum:"0"`
	}
	receiptsInput struct {
		Body struct {
			Receipts []Receipt `json:"receipts" minItems:"1" maxItems:"500"`
		}
	}
	// ReceiptAnswer is what became of a receipt.
	ReceiptAnswer struct {
		ConversationID string `json:"conversation_id"`
		Marks
		Code   string `json:"code,omitempty" doc:"why this receipt was refused: not_found or receipt_ahead. Nothing was changed in its conversation then"`
		Detail string `json:"detail,omitempty"`
	}
	// ReceiptAnswers has one for each receipt, in their order.
	ReceiptAnswers struct {
		Receipts []ReceiptAnswer `json:"receipts"`
	}
	receiptsOutput struct{ Body ReceiptAnswers }
	typingInput    struct {
		ConversationID
		Body struct{}
	}
)

func (s *service) registerReceipts(a *httpx.API) {
	const forward = "Marks only move forward: a receipt that comes twice or late changes nothing, and is no error. Beyond the newest message that you may read: receipt_ahead."
	delivered := describe(http.MethodPost, "/v1/conversations/{id}/delivered", "mark-delivered", "A device of yours has the messages up to this one")
	delivered.Description = forward
	httpx.Handle(a, delivered, s.delivered)
	read := describe(http.MethodPost, "/v1/conversations/{id}/read", "mark-read", "You have read the messages up to this one")
	read.Description = forward + " What you have read, your devices have."
	httpx.Handle(a, read, s.read)
	many := describe(http.MethodPost, "/v1/chat/receipts", "mark-many", "Receipts of many conversations, for a device that was away")
	many.Description = forward + " Each receipt is judged alone."
	httpx.Handle(a, many, s.receipts)
	typing := describe(http.MethodPost, "/v1/conversations/{id}/typing", "tell-typing", "You are writing")
	typing.Status = http.StatusAccepted
	typing.Description = "Repeat it every few seconds while somebody types. The others show it until the instant in chat:escribiendo, 6 s from now, or until a message comes. " +
		"Nothing stores it, and it may be lost. More than one in 3 s are dropped."
	httpx.Handle(a, typing, s.typing)
}

func (s *service) delivered(ctx context.Context, who auth.Claims, in *receiptInput) (*marksOutput, error) {
	return s.receipt(ctx, who, store.Receipt{Conversation: in.ID, Delivered: in.Body.Seq})
}

func (s *service) read(ctx context.Context, who auth.Claims, in *receiptInput) (*marksOutput, error) {
	return s.receipt(ctx, who, store.Receipt{Conversation: in.ID, Read: in.Body.Seq})
}

func (s *service) receipt(ctx context.Context, who auth.Claims, r store.Receipt) (*marksOutput, error) {
	marks, err := s.receive(ctx, who, []store.Receipt{r})
	if err != nil {
		return nil, err
	}
	return &marksOutput{Marks{marks[0].Delivered, marks[0].Read}}, marks[0].Err
}

func (s *service) receive(ctx context.Context, who auth.Claims, receipts []store.Receipt) (marks []store.Mark, err error) {
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		marks, err = s.store.Receive(ctx, ch, who, receipts)
		return err
	})
	return marks, err
}

func (s *service) receipts(ctx context.Context, who auth.Claims, in *receiptsInput) (*receiptsOutput, error) {
	out := &receiptsOutput{Body: ReceiptAnswers{Receipts: []ReceiptAnswer{}}}
	for part := range slices.Chunk(in.Body.Receipts, store.MaxReceipts) {
		var receipts []store.Receipt
		for _, r := range part {
			receipts = append(receipts, store.Receipt{Conversation: r.ConversationID, Delivered: r.DeliveredSeq, Read: r.ReadSeq})
		}
		marks, err := s.receive(ctx, who, receipts)
		if err != nil {
			return nil, err
		}
		for i, m := range marks {
			a := ReceiptAnswer{ConversationID: part[i].ConversationID, Marks: Marks{m.Delivered, m.Read}}
			if p, ok := errors.AsType[*httpx.ProblemDetails](problem(m.Err)); ok {
				a.Code, a.Detail = p.Code, p.Detail
			}
			out.Body.Receipts = append(out.Body.Receipts, a)
		}
	}
	return out, nil
}

const (
	typingLasts = 6 * time.Second
	typingEvery = 3 * time.Second
	// maxTypists is of how many people the last instant is kept.
	maxTypists = 10_000
)

func (s *service) typing(ctx context.Context, who auth.Claims, in *typingInput) (*struct{}, error) {
	now := s.clock.Now().UTC().Truncate(time.Millisecond)
	by := typist{who.Company, in.ID, who.Subject}
	if !s.typists.mayTell(by, now) {
		return &struct{}{}, nil
	}
	to, err := s.store.Listeners(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	if !s.typists.tell(by, now) {
		return &struct{}{}, nil
	}
	address, err := subject.New(who.Company, store.Domain, store.EventTyping, in.ID)
	if err != nil {
		return nil, err
	}
	header := nats.Header{}
	if err := to.Set(header); err != nil {
		return nil, err
	}
	data, err := clientjson.Marshal(&terrenov1.ChatTyping{ConversationId: in.ID, UserId: who.Subject, Until: timestamppb.New(now.Add(typingLasts))})
	if err != nil {
		return nil, err
	}
	if err := s.live(ctx, bus.Live{Subject: address, Header: header, Data: data}); err != nil && !errors.Is(err, bus.ErrUnavailable) {
		return nil, err // without a connection it is lost: later it is worth nothing
	}
	return &struct{}{}, nil
}

type typist struct{ company, conversation, user string }

// typists remember who said lately that it is writing. Only those who may write get in.
type typists struct {
	mu   sync.Mutex
	last map[typist]time.Time
}

func (t *typists) mayTell(by typist, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !lately(t.last[by], now)
}

// tell is mayTell for somebody who then tells. It refuses newcomers while too many write.
func (t *typists) tell(by typist, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if lately(t.last[by], now) {
		return false
	}
	if len(t.last) >= maxTypists {
		for k, at := range t.last {
			if !lately(at, now) {
				delete(t.last, k)
			}
		}
		if len(t.last) >= maxTypists {
			return false
		}
	}
	if t.last == nil {
		t.last = map[typist]time.Time{}
	}
	t.last[by] = now
	return true
}

// lately is false, too, after the clock was set back.
func lately(at, now time.Time) bool { return now.Sub(at).Abs() < typingEvery }
