package clientjson_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/clientjson"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

func TestMarshalIsOneLineWithZeroes(t *testing.T) {
	t.Parallel()
	raw, err := clientjson.Marshal(&terrenov1.Position{UserId: "u1"})
	if err != nil || strings.ContainsAny(string(raw), " \n") || !strings.Contains(string(raw), `"user_id":"u1"`) || !strings.Contains(string(raw), `"lat":0,`) ||
		strings.Contains(string(raw), "accuracy_m") || strings.Contains(string(raw), "recorded_at") {
		t.Errorf("%s (%v)", raw, err)
	}
}

// An instant from a row has the same JSON as the Timestamp of a message, and survives a round trip.
func TestInstantReadsAsATimestamp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	for range 1000 {
		ms := r.Int64N(4e12)
		if r.IntN(3) == 0 {
			ms -= ms % 1000
		}
		m, err := clientjson.Marshal(&terrenov1.Position{RecordedAt: timestamppb.New(time.UnixMilli(ms))})
		if err != nil {
			t.Fatal(err)
		}
		i := clientjson.At(time.UnixMilli(ms))
		raw, err := json.Marshal(i)
		if err != nil || !strings.Contains(string(m), `"recorded_at":`+string(raw)) {
			t.Fatalf("%s is not in %s (%v)", raw, m, err)
		}
		var back clientjson.Instant
		if err := json.Unmarshal(raw, &back); err != nil || back != i {
			t.Fatalf("%s came back as %d (%v)", raw, back, err)
		}
	}
	if err := json.Unmarshal([]byte(`"noon"`), new(clientjson.Instant)); err == nil || clientjson.Maybe(nil) != nil {
		t.Error("a word, or nothing, was accepted as an instant")
	}
}
