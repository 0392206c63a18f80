package chat_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

// jpeg is a photo of so many bytes that shows what is named.
func jpeg(what string, size int) string {
	head := "\xff\xd8\xff\xe1\x00\x18Exif\x00\x00" + what
	return head + strings.Repeat("\x00", max(0, size-len(head)))
}

// upload sends a file into a conversation.
func (w *world) upload(t *testing.T, who auth.Claims, conversation, kind, called, content string, header ...string) answer {
	t.Helper()
	path := "/v1/conversations/" + conversation + "/files?" + url.Values{"kind": {kind}, "name": {called}}.Encode()
	return w.do(t, who, http.MethodPost, path, content, append([]string{"Content-Type", "application/octet-stream"}, header...)...)
}

// shown sends a file and the message that shows it, and returns the id of the file.
func (w *world) shown(t *testing.T, who auth.Claims, conversation, kind, called, content string) string {
	t.Helper()
	id := w.upload(t, who, conversation, kind, called, content).Is(t, http.StatusCreated, "").Body["id"].(string)
	w.post(t, who, "/v1/conversations/"+conversation+"/messages", body{"kind": kind, "file_id": id}, "Idempotency-Key", id).Is(t, http.StatusCreated, "")
	return id
}

// stored counts the files below the folder of files.
func (w *world) stored(t *testing.T) (n int) {
	t.Helper()
	err := filepath.WalkDir(w.files, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) privately(t *testing.T) string {
	t.Helper()
	return w.begin(t, person("ana"), body{"kind": "private", "user_ids": []string{"beto"}})
}

func TestAFileIsSeenByThoseWhoSeeItsMessage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	content := jpeg("fachada", 10<<20) // of exactly the limit
	a := w.upload(t, person("ana"), id, "photo", "", content, "Idempotency-Key", "k1").Is(t, http.StatusCreated, "")
	again := w.upload(t, person("ana"), id, "photo", "", content, "Idempotency-Key", "k1").Is(t, http.StatusCreated, "")
	if a.Body["id"] != again.Body["id"] || w.stored(t) != 1 || a.Body["type"] != "image/jpeg" || a.Body["name"] != "foto.jpg" || a.Body["bytes"] != float64(10<<20) {
		t.Errorf("%d files, %s", w.stored(t), again.Text)
	}
	w.upload(t, person("ana"), id, "photo", "", jpeg("otra", 100), "Idempotency-Key", "k1").Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	path := fmt.Sprint("/v1/conversations/", id, "/files/", a.Body["id"])
	w.get(t, person("ana"), path).Is(t, http.StatusOK, "")
	w.get(t, person("beto"), path).Is(t, http.StatusNotFound, "file_unknown") // nobody shows it yet
	w.post(t, person("beto"), "/v1/conversations/"+id+"/messages", body{"kind": "photo", "file_id": a.Body["id"]}, "Idempotency-Key", "x").Is(t, http.StatusUnprocessableEntity, "file_not_found")
	w.post(t, person("ana"), "/v1/conversations/"+id+"/messages", body{"kind": "photo", "file_id": a.Body["id"]}, "Idempotency-Key", "x").Is(t, http.StatusCreated, "")
	for _, who := range []string{"ana", "beto"} {
		got := w.get(t, person(who), path).Is(t, http.StatusOK, "")
		if sha256.Sum256([]byte(got.Text)) != sha256.Sum256([]byte(content)) {
			t.Errorf("%s gets %d other bytes", who, len(got.Text))
		}
		for name, want := range map[string]string{
			"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache",
			"Content-Disposition": `attachment; filename="foto.jpg"`, "Content-Security-Policy": "default-src 'none'; sandbox",
		} {
			if got := got.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if tag := got.Header.Get("ETag"); tag == "" || w.do(t, person(who), http.MethodGet, path, nil, "If-None-Match", tag).Status != http.StatusNotModified {
			t.Errorf("ETag %q", tag)
		}
	}
	other := w.begin(t, person("ana"), body{"kind": "private", "user_ids": []string{"sol"}})
	w.get(t, person("ana"), fmt.Sprint("/v1/conversations/", other, "/files/", a.Body["id"])).Is(t, http.StatusNotFound, "file_unknown")
	for _, who := range []auth.Claims{person("sol"), person("boss"), person("solo"), personOf("beta", "ana"), personOf("beta", "boss")} {
		w.get(t, who, path).Is(t, http.StatusNotFound, "not_found")
		w.do(t, who, http.MethodGet, path, nil, "If-None-Match", "*").Is(t, http.StatusNotFound, "not_found")
		w.upload(t, who, id, "photo", "", jpeg("x", 100)).Is(t, http.StatusNotFound, "not_found")
	}
	w.get(t, person("ana"), "/v1/conversations/"+id+"/files/..%2f..%2fetc%2fpasswd").Is(t, http.StatusNotFound, "file_unknown")
	if w.stored(t) != 1 {
		t.Errorf("%d files", w.stored(t))
	}
}

// Who came later does not see what was shown before, and who left before does not see what was shown after.
func TestAFileOfAMessageOutsideOnesPart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "G", "user_ids": []string{"beto", "sol"}})
	early := w.shown(t, person("ana"), id, "file", "a.pdf", "%PDF-1.7")
	w.exec(t, `UPDATE chat.member SET joined_seq = 2, delivered_seq = 2, read_seq = 2 WHERE user_id = 'beto'`)
	w.exec(t, `UPDATE chat.member SET left_seq = 2 WHERE user_id = 'sol'`)
	w.exec(t, `INSERT INTO chat.settings VALUES ('acme', 'everybody', true, false, 730)`)
	late := w.shown(t, person("ana"), id, "file", "b.pdf", "%PDF-1.7")
	waits := w.upload(t, person("ana"), id, "file", "c.pdf", "%PDF-1.7").Body["id"].(string)
	path := "/v1/conversations/" + id + "/files/"
	w.get(t, person("beto"), path+early).Is(t, http.StatusNotFound, "file_unknown")
	w.get(t, person("beto"), path+late).Is(t, http.StatusOK, "")
	w.get(t, person("sol"), path+early).Is(t, http.StatusOK, "")
	w.get(t, person("sol"), path+late).Is(t, http.StatusNotFound, "file_unknown")
	w.get(t, person("sol"), path+waits).Is(t, http.StatusNotFound, "file_unknown")
	w.upload(t, person("sol"), id, "file", "x", "x").Is(t, http.StatusForbidden, "read_only")
	cast := w.begin(t, person("boss"), body{"kind": "broadcast", "title": "Avisos"})
	w.upload(t, person("ana"), cast, "file", "x", "x").Is(t, http.StatusForbidden, "read_only")
}

func TestWhatAFileMayBe(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	script := `<!DOCTYPE html><script>alert(1)</script>`
	for what, c := range map[string]struct {
		kind, name, content, code string
		status                    int
	}{
		"a photo that is a script":       {"photo", "foto.jpg", script, "photo_type_unsupported", 415},
		"a photo that is an SVG":         {"photo", "foto.jpg", `<svg xmlns="http://www.w3.org/2000/svg"><script>`, "photo_type_unsupported", 415},
		"a photo that is a program":      {"photo", "foto.jpg", "MZ\x90\x00" + strings.Repeat("\x00", 9<<20), "photo_type_unsupported", 415},
		"a photo that is too large":      {"photo", "foto.jpg", jpeg("", 10<<20+1), "body_too_large", 413},
		"a file that is too large":       {"file", "x", strings.Repeat("x", 25<<20+1), "body_too_large", 413},
		"nothing":                        {"file", "x", "", "file_empty", 422},
		"no name":                        {"file", "", "x", "validation_failed", 422},
		"a folder":                       {"file", "../..", "x", "validation_failed", 422},
		"a folder with a slash":          {"file", "a/", "x", "validation_failed", 422},
		"a name of two lines":            {"file", "a\nb", "x", "validation_failed", 422},
		"a name with NUL":                {"file", "a\x00b", "x", "address_invalid", 400},
		"a name that cannot be seen":     {"file", "\u200b\u202e", "x", "validation_failed", 422},
		"a name of two hundred and more": {"file", strings.Repeat("x", 201), "x", "validation_failed", 422},
		"no kind":                        {"", "x", "x", "validation_failed", 422},
		"another kind":                   {"text", "x", "x", "validation_failed", 422},
	} {
		for _, announced := range []bool{true, false} {
			var content any = c.content
			if !announced {
				content = io.MultiReader(strings.NewReader(c.content))
			}
			path := "/v1/conversations/" + id + "/files?" + url.Values{"kind": {c.kind}, "name": {c.name}}.Encode()
			if a := w.do(t, person("ana"), http.MethodPost, path, content, "Content-Type", "image/jpeg"); a.Status != c.status || a.Code() != c.code {
				t.Errorf("%s: %d %s, want %d %s", what, a.Status, a.Text, c.status, c.code)
			}
		}
	}
	if n := w.stored(t) + pgtest.Count(t, w.admin, "chat.file"); n != 0 {
		t.Errorf("%d files are left", n)
	}
	for _, c := range []struct{ name, content, want, kind, disposition string }{
		{"C:\\Temp\\..\\factura.pdf", "%PDF-1.7", "factura.pdf", "application/pdf", `attachment; filename="factura.pdf"`},
		{"../../etc/pagina.html", script, "pagina.html", "application/octet-stream", `attachment; filename="pagina.html"`},
		{"foto\u202egpj.exe", "MZ\x90\x00", "fotogpj.exe", "application/octet-stream", `attachment; filename="fotogpj.exe"`},
		{"Año nuevo\".jpg", jpeg("", 50), "Año nuevo\".jpg", "image/jpeg", `attachment; filename*=utf-8''A%C3%B1o%20nuevo%22.jpg`},
		{`a"; x="b.zip`, "PK\x03\x04", `a"; x="b.zip`, "application/zip", `attachment; filename="a\"; x=\"b.zip"`},
	} {
		a := w.upload(t, person("ana"), id, "file", c.name, c.content).Is(t, http.StatusCreated, "")
		got := w.get(t, person("ana"), fmt.Sprint("/v1/conversations/", id, "/files/", a.Body["id"])).Is(t, http.StatusOK, "")
		if a.Body["name"] != c.want || a.Body["type"] != c.kind || got.Header.Get("Content-Type") != c.kind || got.Header.Get("Content-Disposition") != c.disposition || got.Text != c.content {
			t.Errorf("%q: %s, %q", c.name, a.Text, got.Header)
		}
	}
}

func TestHowManyFilesThereMayBe(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	token := w.issuer.Token(t, person("ana"))
	var wg sync.WaitGroup
	for n := range 24 {
		wg.Go(func() {
			var a answer
			var err error
			for busy := true; busy && err == nil; busy = a.Code() == "overloaded" { // One user sends four at once.
				a, err = w.try(context.Background(), token, http.MethodPost, fmt.Sprint("/v1/conversations/", id, "/files?kind=file&name=", n), "x", "Content-Type", "application/pdf")
			}
			if err != nil || a.Status != http.StatusCreated && a.Code() != "too_many_files" {
				t.Errorf("%d %s, %v", a.Status, a.Text, err)
			}
		})
	}
	wg.Wait()
	if n := pgtest.Count(t, w.admin, "chat.file"); n != 20 || w.stored(t) != 20 {
		t.Errorf("%d rows, %d files", n, w.stored(t))
	}
	// The company may have 40 MiB.
	w.shown(t, person("beto"), id, "file", "a", strings.Repeat("x", 25<<20))
	w.upload(t, person("beto"), id, "file", "b", strings.Repeat("x", 20<<20)).Is(t, http.StatusInsufficientStorage, "file_room_used_up")
	w.say(t, person("beto"), id, "k", "ya no cabe").Is(t, http.StatusCreated, "")
	w.shown(t, person("beto"), id, "file", "c", strings.Repeat("x", 14<<20))
	if n := w.stored(t); n != 22 || pgtest.Count(t, w.admin, fmt.Sprintf("chat.file_use WHERE bytes = %d", 39<<20+20)) != 1 {
		t.Errorf("%d files", n)
	}
}

// What a deleted message showed goes with the next upkeep, also when clocks went back or the sender is erased: it waits for nothing.
func TestTheFileOfADeletedMessageGoesWhateverTheClock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	w.shown(t, person("ana"), id, "file", "gone", "gone")
	w.erase(t, person("ana"), id, 1).Is(t, http.StatusOK, "")
	w.clock.Set(noon.AddDate(-11, 0, 0))
	w.again(t, "upkeep", "directory")
	apptest.Until(t, func() bool { return w.stored(t) == 0 })
	if n := pgtest.Count(t, w.admin, "chat.file"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// What waits for a message goes after a day, what a deleted message showed soon, and bytes that nothing names after a day.
func TestFilesThatNobodyNeedsGo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	keep := w.shown(t, person("ana"), id, "file", "keep", "keep")
	dead := w.shown(t, person("ana"), id, "photo", "", jpeg("dead", 3000))
	waits := w.upload(t, person("ana"), id, "file", "waits", "waits").Body["id"].(string)
	orphan := filepath.Join(w.files, "chat", "acme", id, strings.Repeat("a", 64)+"-0123456789abcdef")
	if err := os.WriteFile(orphan, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(orphan, old, old); err != nil {
		t.Fatal(err)
	}
	path := "/v1/conversations/" + id + "/files/"
	w.exec(t, `UPDATE chat.message SET deleted_at = now(), text = '', file_id = '', version = 2 WHERE seq = 2`)
	w.get(t, person("beto"), path+dead).Is(t, http.StatusNotFound, "file_unknown") // at once
	w.again(t, "upkeep", "directory")
	apptest.Until(t, func() bool { return w.stored(t) == 2 })
	w.exec(t, `UPDATE chat.file SET stored_at = now() - interval '23 hours' WHERE seq = 0`)
	w.again(t, "upkeep", "directory")
	w.get(t, person("ana"), path+waits).Is(t, http.StatusOK, "")
	w.exec(t, `UPDATE chat.file SET stored_at = now() - interval '25 hours' WHERE seq = 0`)
	w.again(t, "upkeep", "directory")
	apptest.Until(t, func() bool { return w.stored(t) == 1 })
	w.get(t, person("ana"), path+waits).Is(t, http.StatusNotFound, "file_unknown")
	w.get(t, person("beto"), path+keep).Is(t, http.StatusOK, "")
	if n := pgtest.Count(t, w.admin, "chat.file_use WHERE bytes = 4"); n != 1 {
		t.Error("the bytes of a file that is gone are still counted")
	}
	if err := os.RemoveAll(filepath.Join(w.files, "chat", "acme")); err != nil {
		t.Fatal(err)
	}
	w.get(t, person("beto"), path+keep).Is(t, http.StatusNotFound, "file_lost")
	if err := os.WriteFile(filepath.Join(w.files, "chat", "acme"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.upload(t, person("ana"), id, "file", "x", "x").Is(t, http.StatusServiceUnavailable, "unavailable")
}
