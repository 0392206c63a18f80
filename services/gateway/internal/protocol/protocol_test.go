package protocol_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

func TestGoldenFrames(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)
	for want, frame := range map[string][]byte{
		`{"event":"alerta:nueva","data":{"id":"a1"},"id":"CUR"}`: protocol.Native(nil,
			&protocol.Event{Name: "alerta:nueva", Data: []byte(`{"id":"a1"}`)}, "CUR"),
		`{"event":"latido","data":null}`: protocol.Native(nil, &protocol.Event{Name: protocol.EventBeat}, ""),
		`{"event":"listo","data":{"cursor":"C","user":"u1","id_empresa":"acme","expira":"2026-03-01T12:30:00Z","latido_s":25},"id":"C"}`: protocol.Native(nil,
			protocol.Encode(protocol.EventReady, protocol.Ready{Cursor: "C", User: "u1", Company: "acme", Expires: at, HeartbeatSeconds: 25}), "C"),
		`{"event":"recargar","data":{"dominios":["alerta","chat"]},"id":"C"}`: protocol.Native(nil,
			protocol.Encode(protocol.EventReload, protocol.Reload{Domains: []string{"alerta", "chat"}}), "C"),
		`{"event":"auth:ok","data":{"expira":"2026-03-01T12:30:00Z"}}`: protocol.Native(nil,
			protocol.Encode(protocol.EventAuthOK, protocol.AuthOK{Expires: at}), ""),
		// A live event has no id.
		`{"event":"chat:escribiendo","data":{"conversation_id":"c1","user_id":"u1","until":"2026-03-01T12:30:06Z"}}`: protocol.Native(nil,
			&protocol.Event{Name: "chat:escribiendo", Data: []byte(`{"conversation_id":"c1","user_id":"u1","until":"2026-03-01T12:30:06Z"}`)}, ""),
		`{"event":"chat:mensaje:ok","data":{"ref":"7","status":201,"data":{"seq":3}}}`: protocol.Native(nil,
			protocol.Encode("chat:mensaje"+protocol.OK, protocol.Answer{Ref: "7", Status: 201, Data: []byte(`{"seq":3}`)}), ""),
		`{"event":"chat:leido:ok","data":{"status":204,"data":null}}`: protocol.Native(nil,
			protocol.Encode("chat:leido"+protocol.OK, protocol.Answer{Status: 204, Data: []byte("null")}), ""),
		`{"event":"error","data":{"code":"unknown_event","detail":"no","ref":"7"}}`: protocol.Native(nil,
			protocol.Encode(protocol.EventProblem, protocol.Problem{Code: protocol.UnknownEvent, Detail: "no", Ref: "7"}), ""),
	} {
		got, rest := payload(t, frame)
		if string(got) != want || len(rest) != 0 {
			t.Errorf("frame %s, want %s", got, want)
		}
	}
}

func TestFramesOfEveryLengthClass(t *testing.T) {
	t.Parallel()
	var stream []byte
	sizes := []int{0, 80, 81, 82, 90, 91, 92, 93, 124, 125, 126, 127, 65480, 65490, 65500, 65535, 65536, 70000}
	for _, n := range sizes {
		stream = protocol.Native(stream, &protocol.Event{Name: "x:y", Data: []byte(`"` + strings.Repeat("a", n) + `"`)}, "id")
	}
	for _, n := range sizes {
		var text []byte
		text, stream = payload(t, stream)
		var f struct{ Event, Data, ID string }
		if err := json.Unmarshal(text, &f); err != nil || len(f.Data) != n || f.ID != "id" {
			t.Fatalf("data of %d bytes came as %d, id %q: %v", n, len(f.Data), f.ID, err)
		}
	}
}

// payload decodes a server's text frame. It was written from RFC 6455 and not from Native.
func payload(t *testing.T, b []byte) (text, rest []byte) {
	t.Helper()
	if len(b) < 2 || b[0] != 0x81 || b[1]&0x80 != 0 {
		t.Fatalf("not an unmasked text frame: % x", b[:min(len(b), 4)])
	}
	n, head := int(b[1]), 2
	switch n {
	case 126:
		n, head = int(binary.BigEndian.Uint16(b[2:])), 4
		if n < 126 {
			t.Fatalf("length %d in two bytes", n)
		}
	case 127:
		n, head = int(binary.BigEndian.Uint64(b[2:])), 10
		if n < 65536 {
			t.Fatalf("length %d in eight bytes", n)
		}
	}
	return b[head : head+n], b[head+n:]
}

func TestDecode(t *testing.T) {
	t.Parallel()
	r, err := protocol.Decode([]byte(` {"event":"reanudar","data":{"desde":"C"},"id":"k1","otro":[1]}`))
	if err != nil || r.Event != "reanudar" || r.ID != "k1" {
		t.Fatalf("Decode = %+v, %v", r, err)
	}
	if r, err := protocol.Decode([]byte(`{"event":"alerta:panico","id":"1","Data":{},"id":"2"}`)); err != nil || r.Event != protocol.EventPanic {
		t.Errorf("a call for help with a member twice: %+v, %v", r, err)
	}
	var d protocol.ResumeData
	if err := r.Read(&d); err != nil || d.From != "C" {
		t.Errorf("Read = %+v, %v", d, err)
	}
	if err := (protocol.Request{}).Read(&d); err != nil {
		t.Errorf("absent data: %v", err)
	}
	if err := (protocol.Request{Data: []byte(`7`)}).Read(&d); !errors.Is(err, protocol.ErrBadFrame) {
		t.Errorf("data of a wrong type: %v", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "null", "[]", `"auth"`, "7", "{", `{}`, `{"event":""}`, `{"event":7}`, `{"event":"a"}{"event":"b"}`,
		`{"event":"a","id":7}`, `{"event":"` + strings.Repeat("a", 65) + `"}`, `{"event":"a","id":"` + strings.Repeat("a", 129) + `"}`,
		strings.Repeat(`{"event":`, 20000), "\x00\xff",
		`{"event":"ping","event":"auth"}`, `{"event":"ping","\u0065vent":"ping"}`, `{"event":"a","Event":"b"}`, `{"data":1,"event":"a","data":2}`, `{"event":"a","id":"1","id":"2"}`,
	} {
		if r, err := protocol.Decode([]byte(text)); !errors.Is(err, protocol.ErrBadFrame) {
			t.Errorf("Decode(%.40q) = %+v, %v; want ErrBadFrame", text, r, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"event":"auth","data":{"token":"t"},"id":"1"}`))
	f.Add([]byte(`{"event":"reanudar","data":{"desde":"AQ"}}`))
	f.Add([]byte(`{"event":"reanudar","data":[[[[`))
	f.Add([]byte(`{"event":"chat:mensaje","id":"7","data":{"conversation_id":"c1","key":"k1","text":"\u202ehola \ud83d"}}`))
	f.Add([]byte(`{"event":"chat:escribiendo","data":{"conversation_id":"../c1"},"event":"chat:leido"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := protocol.Decode(text)
		if err != nil {
			return
		}
		if r.Event == "" || len(r.Event) > 64 || len(r.ID) > 128 {
			t.Errorf("accepted %q", text)
		}
		// An answer may repeat any text of a client, and must still be one frame of valid JSON.
		frame := protocol.Native(nil, protocol.Encode(protocol.EventProblem, protocol.Problem{Code: protocol.UnknownEvent, Detail: r.Event, Ref: r.ID}), "")
		got, rest := payload(t, frame)
		if !json.Valid(got) || len(rest) != 0 {
			t.Errorf("answer %q to %q", got, text)
		}
	})
}

func TestClosuresFitTheWire(t *testing.T) {
	t.Parallel()
	seen := map[protocol.Closure]bool{}
	for _, c := range protocol.Closures() {
		if seen[c] || len(c.Reason) > 120 || c.Code < 1000 || c.Code > 4999 {
			t.Errorf("closure %+v is listed twice, is too long, or has an invalid code", c)
		}
		seen[c] = true
	}
	if !seen[protocol.Closure{Code: websocket.StatusServiceRestart, Reason: "restart"}] {
		t.Error("drain must close with 1012")
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	if got := protocol.AppendPing(nil); !bytes.Equal(got, []byte{0x89, 0}) {
		t.Errorf("ping % x", got)
	}
}
