package chat_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/chat"
)

// bench is the service with the group g, whose people are w0, w1 and so on.
type bench struct {
	url    string
	tokens []string
	ears   *nats.Subscription
}

func benchGroup(b *testing.B, members int) *bench {
	b.Helper()
	database, server, issuer := pgtest.New(b, schemas...), natstest.Start(b), authtest.New(b)
	admin := database.Admin(b)
	for _, statement := range []string{
		`INSERT INTO identity.company (id_empresa, name, zone) VALUES ('acme', 'Acme', 'UTC')`,
		`INSERT INTO chat.conversation (id_empresa, id, kind, title, created_at, created_by, last_at) VALUES ('acme', 'g', 'group', 'G', now(), 'w0', now())`,
		fmt.Sprintf(`INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'w' || i, 'W', 'colaborador' FROM generate_series(0, %d) i`, members-1),
		`INSERT INTO chat.member (id_empresa, conversation_id, user_id, role) SELECT 'acme', 'g', id, 'member' FROM identity.users`, `ANALYZE`,
	} {
		admin.MustExec(statement)
	}
	pool, link, log := database.DB(b, name), server.Bus(b, name), slog.New(slog.DiscardHandler)
	service, err := chat.New(chat.Config{BlobDir: b.TempDir(), FileBytes: 40 << 20}, app.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: clock.Wall(), Bus: link, DB: pool, Auth: issuer.Verifier(b, nil), Directory: directory.New(pool, link, log, nil), DrainTimeout: time.Minute,
	})
	if err != nil {
		b.Fatal(err)
	}
	web := httptest.NewServer(service.Handler)
	b.Cleanup(web.Close)
	v := &bench{url: web.URL + "/v1/conversations/g/"}
	if v.ears, err = server.Connect(b, bus.Admin).SubscribeSync("acme.chat.mensaje.*"); err != nil {
		b.Fatal(err)
	}
	for i := range members {
		v.tokens = append(v.tokens, issuer.Token(b, claims("acme", fmt.Sprint("w", i), "colaborador")))
	}
	apptest.Run(b, apptest.Only(service, "outbox", "timers"))
	return v
}

func (v *bench) post(b *testing.B, member int, path string, content body, header ...string) answer {
	a, err := httpxtest.Do(b.Context(), http.MethodPost, v.url+path, v.tokens[member], content, header...)
	if err != nil || a.Status >= 400 {
		b.Errorf("%v %s", err, a.Text)
	}
	return a
}

// BenchmarkMessagesWithReceipts is 64 people who write in one group at once: each message with two receipts of the next person, over HTTP.
func BenchmarkMessagesWithReceipts(b *testing.B) {
	const writers = 64
	for _, receipts := range []int{0, 2} {
		b.Run(fmt.Sprint("receipts=", receipts), func(b *testing.B) {
			v := benchGroup(b, writers)
			work := make(chan int)
			var all sync.WaitGroup
			for i := range writers {
				all.Go(func() {
					for k := range work {
						seq := v.post(b, i, "messages", body{"text": "hola a todos"}, "Idempotency-Key", fmt.Sprint(k)).Body["seq"]
						for _, step := range []string{"delivered", "read"}[:receipts] {
							v.post(b, (i+1)%writers, step, body{"seq": seq})
						}
					}
				})
			}
			b.ResetTimer()
			for k := range b.N {
				work <- k
			}
			close(work)
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// BenchmarkFanOut is one message in a group of 256: from the request to the one event with all of them on the relay to the gateways.
func BenchmarkFanOut(b *testing.B) {
	v := benchGroup(b, 256)
	k := 0
	for b.Loop() {
		k++
		v.post(b, 0, "messages", body{"text": "hola a todos"}, "Idempotency-Key", fmt.Sprint(k))
		m, err := v.ears.NextMsgWithContext(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(m.Size()), "bytes/event")
	}
}
