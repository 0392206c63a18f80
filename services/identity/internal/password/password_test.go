package password_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/identity/internal/password"
)

var cheap = password.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}

func newHasher(t *testing.T, p password.Params, atOnce int) *password.Hasher {
	t.Helper()
	h, err := password.NewHasher(p, atOnce)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestVerifyKnowsItsOwnPasswordOnly(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, 2)
	hash, err := h.Hash(t.Context(), "", "café con leche")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("hash %q does not carry its parameters", hash)
	}
	again, _ := h.Hash(t.Context(), "", "café con leche")
	if again == hash {
		t.Error("two hashes of one password are equal: no salt")
	}
	for given, want := range map[string]bool{
		"café con leche": true, "cafe\u0301 con leche": true, "café\u00a0con\u2003leche": true, "cafe con leche": false, "": false, hash: false,
	} {
		ok, stale, err := h.Verify(t.Context(), "", hash, given)
		if err != nil || ok != want || stale {
			t.Errorf("Verify(%q) = %v, stale %v, %v; want %v", given, ok, stale, err, want)
		}
	}
}

func TestVerifyReadsTheParametersOfTheHash(t *testing.T) {
	t.Parallel()
	old := newHasher(t, cheap, 1)
	hash, err := old.Hash(t.Context(), "", "una clave vieja")
	if err != nil {
		t.Fatal(err)
	}
	now := newHasher(t, password.Params{MemoryKiB: 128, Passes: 2, Lanes: 2}, 1)
	ok, stale, err := now.Verify(t.Context(), "", hash, "una clave vieja")
	if err != nil || !ok || !stale {
		t.Errorf("Verify = %v, stale %v, %v; want a match that is stale", ok, stale, err)
	}
}

func TestNobodyMatchesNothing(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, 1)
	for _, given := range []string{"", "x", strings.Repeat("y", 300)} {
		if ok, _, err := h.Verify(t.Context(), "", "", given); ok || err != nil {
			t.Errorf("nobody matched %q (%v)", given, err)
		}
	}
}

func TestNewHasherRefusesParameters(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]password.Params{
		"no memory": {Passes: 1, Lanes: 1}, "no passes": {MemoryKiB: 64, Lanes: 1}, "no lanes": {MemoryKiB: 64, Passes: 1},
		"less than 8 KiB a lane": {MemoryKiB: 8, Passes: 1, Lanes: 2}, "4 GiB": {MemoryKiB: 4 << 20, Passes: 1, Lanes: 1},
	} {
		if _, err := password.NewHasher(p, 1); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := password.NewHasher(cheap, 0); err == nil {
		t.Error("no hashes at once was accepted")
	}
	if err := (password.Params{MemoryKiB: 64 << 10, Passes: 3, Lanes: 4}).Validate(); err != nil {
		t.Errorf("identity's defaults are refused: %v", err)
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"corta": "too short", "ñandúes!": "", "12345678": "", strings.Repeat("a", 257): "too long",
		"abc\xffdefgh": "UTF-8", "ANA@acme.example": "same as a login",
		"ana@acme.example\u200d": "same as a login", "\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b": "U+200B", "una clave\n": "U+000A",
		"\u202auna clave": "U+202A", "fam👨\u200d👩\u200d👧 con ❤\ufe0f": "",
	} {
		err := password.Check(given, "", "ana@acme.example")
		var weak *password.WeakError
		switch {
		case want == "" && err != nil:
			t.Errorf("Check(%q) = %v, want no error", given, err)
		case want != "" && (!errors.As(err, &weak) || !strings.Contains(weak.Reason, want)):
			t.Errorf("Check(%q) = %v, want %q", given, err, want)
		}
	}
}

func FuzzVerifySurvivesAnyHash(f *testing.F) {
	h, err := password.NewHasher(cheap, 4)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		"", "$", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", "$argon2id$v=19$m=0,t=0,p=0$$",
		"$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "$2a$10$abcdefghijklmnopqrstuv",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, hash string) {
		if strings.Contains(hash, "m=") && len(hash) > 40 && !strings.Contains(hash, "m=64,t=1,p=1") {
			return // a valid hash of any cost is slow, not wrong
		}
		if ok, _, _ := h.Verify(t.Context(), "", hash, "una clave que no lo hizo"); ok {
			t.Errorf("%q matched", hash)
		}
	})
}
