package session

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The wire format of tokens, which services of other versions and clients read. jti is left out: it is random.
func TestAccessTokenIsAsItWas(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	terms := Terms{Issuer: "terreno", Audience: "terreno", Lifetime: 15 * time.Minute}
	at := time.Date(2026, 3, 2, 12, 0, 0, 7e8, time.UTC)
	var got bytes.Buffer
	for _, a := range []Account{
		{Company: "acme", ID: "ana", Role: "supervisor", Teams: []string{"norte", "sur"}},
		{Company: "acme", ID: "bea", Role: "colaborador"},
		{Company: "acme", ID: "eva", Role: "admin", ValidFrom: at.Add(300 * time.Millisecond)},
		{ID: "root", Role: "platform_admin"},
	} {
		token, err := terms.AccessToken("k1", key, a, uuid.UUID{7}, at)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(token, ".")
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil || !ed25519.Verify(key.Public().(ed25519.PublicKey), []byte(parts[0]+"."+parts[1]), signature) {
			t.Errorf("%s: the signature does not hold (%v)", a.ID, err)
		}
		for _, part := range parts[:2] {
			raw, err := base64.RawURLEncoding.DecodeString(part)
			if err != nil {
				t.Fatal(err)
			}
			members := map[string]any{}
			decoder := json.NewDecoder(bytes.NewReader(raw))
			decoder.UseNumber()
			if err := decoder.Decode(&members); err != nil {
				t.Fatal(err)
			}
			if id, ok := members["jti"].(string); ok && len(id) == 36 {
				delete(members, "jti")
			}
			line, err := json.Marshal(members)
			if err != nil {
				t.Fatal(err)
			}
			got.Write(append(line, '\n'))
		}
	}
	const golden = "testdata/access_token.golden"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || got.String() != string(want) {
		t.Errorf("tokens\n%s\nwant\n%s(%v)", got.String(), want, err)
	}
}
