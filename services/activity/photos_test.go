package activity_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
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

// picture sends the bytes of a photo.
func (w *world) picture(t *testing.T, who auth.Claims, visit, content, query string, header ...string) answer {
	t.Helper()
	return w.do(t, who, http.MethodPost, "/v1/activities/"+visit+"/photos"+query, content, append([]string{"Content-Type", "image/jpeg"}, header...)...)
}

// photoID is the id of the photo of an answer.
func photoID(t *testing.T, a answer) string {
	t.Helper()
	id, _ := a.Is(t, http.StatusCreated, "").Body["photo"].(body)["id"].(string)
	return id
}

// stored counts the files below the folder of photos.
func (w *world) stored(t *testing.T) (n int) {
	t.Helper()
	err := filepath.WalkDir(w.files, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // its last file went, and the folder with it, after the folder above was read
		}
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

func TestAPhotoOfAVisit(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	content := jpeg("fachada", 10<<20) // of exactly the limit
	query := "?occurred_at=2026-03-09T16:30:00Z&device_id=tel-1&note=La+fachada"
	a := w.picture(t, person("ana"), "v1", content, query, "Idempotency-Key", "k1")
	id := photoID(t, a)
	if p := a.Body["photo"].(body); p["type"] != "image/jpeg" || p["bytes"] != float64(10<<20) || a.Body["duplicate"] != false || a.Body["state"] != "pendiente" {
		t.Errorf("%s", a.Text)
	}
	// The phone did not get the answer, and sends it again.
	again := w.picture(t, person("ana"), "v1", content, query, "Idempotency-Key", "k1")
	if photoID(t, again) != id || again.Body["duplicate"] != true || w.stored(t) != 1 {
		t.Errorf("%d files, %s", w.stored(t), again.Text)
	}
	w.picture(t, person("ana"), "v1", jpeg("otra", 100), query, "Idempotency-Key", "k1").Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	if e := w.next(t); e.body["version"] != 2.0 || e.body["state"] != "pendiente" {
		t.Errorf("%v", e.body)
	}
	w.silent(t) // It is told of once.
	entry := w.get(t, person("sol"), "/v1/activities/v1").Is(t, http.StatusOK, "").Body["history"].([]any)
	if e := entry[0].(body); len(entry) != 1 || e["kind"] != "photo" || e["by"] != "ana" || e["at"] != "2026-03-09T16:30:00Z" || e["device_id"] != "tel-1" || e["reason"] != "La fachada" || e["photo"].(body)["id"] != id {
		t.Errorf("%v", entry)
	}
	path := "/v1/activities/v1/photos/" + id
	for _, who := range []string{"ana", "sol", "boss"} {
		got := w.get(t, person(who), path).Is(t, http.StatusOK, "")
		if sha256.Sum256([]byte(got.Text)) != sha256.Sum256([]byte(content)) {
			t.Errorf("%s gets %d other bytes", who, len(got.Text))
		}
		for name, want := range map[string]string{
			"Content-Type": "image/jpeg", "Content-Length": fmt.Sprint(10 << 20), "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache",
			"Content-Disposition": `attachment; filename="` + id + `.jpg"`, "Content-Security-Policy": "default-src 'none'; sandbox",
		} {
			if got := got.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if tag := got.Header.Get("ETag"); tag == "" || w.do(t, person(who), http.MethodGet, path, nil, "If-None-Match", tag).Status != http.StatusNotModified {
			t.Errorf("ETag %q", tag)
		}
	}
	for _, who := range []string{"beto", "sur", "carla", "solo"} {
		w.get(t, person(who), path).Is(t, http.StatusNotFound, "not_found")
	}
	w.get(t, person("ana"), "/v1/activities/v1/photos/none").Is(t, http.StatusNotFound, "photo_not_found")
	if n := pgtest.Count(t, w.admin, "activity.photo_use WHERE bytes = 10485760"); n != 1 {
		t.Error("the bytes are not counted")
	}
	if left := w.stored(t); left != 1 {
		t.Errorf("%d files", left)
	}
}

func TestWhatNoPhotoCanBe(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	for what, c := range map[string]struct {
		content, query, code string
		status               int
	}{
		"thirty megabytes":         {jpeg("", 30<<20), "", "body_too_large", 413},
		"a byte too many":          {jpeg("", 10<<20+1), "", "body_too_large", 413},
		"a program of Windows":     {"MZ\x90\x00" + strings.Repeat("\x00", 100), "", "photo_type_unsupported", 415},
		"a program of Linux":       {"\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 100), "", "photo_type_unsupported", 415},
		"a picture with a script":  {`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "", "photo_type_unsupported", 415},
		"a page":                   {"<!DOCTYPE html><script>alert(1)</script>", "", "photo_type_unsupported", 415},
		"a large program":          {"MZ" + strings.Repeat("\x00", 9<<20), "", "photo_type_unsupported", 415},
		"nothing":                  {"", "", "photo_empty", 422},
		"from tomorrow":            {jpeg("", 100), "?occurred_at=2026-03-10T17:00:00Z", "occurred_ahead", 422},
		"from last year":           {jpeg("", 100), "?occurred_at=2025-03-10T17:00:00Z", "occurred_too_long_ago", 422},
		"with a note of two pages": {jpeg("", 100), "?note=" + strings.Repeat("x", 501), "validation_failed", 422},
	} {
		for _, announced := range []bool{true, false} {
			var content any = c.content
			if !announced {
				content = io.MultiReader(strings.NewReader(c.content))
			}
			a := w.do(t, person("ana"), http.MethodPost, "/v1/activities/v1/photos"+c.query, content, "Content-Type", "image/jpeg", "Idempotency-Key", what)
			if a.Status != c.status || a.Code() != c.code {
				t.Errorf("%s: %d %s, want %d %s", what, a.Status, a.Text, c.status, c.code)
			}
		}
	}
	if n := w.stored(t) + pgtest.Count(t, w.admin, "activity.visit_action"); n != 0 {
		t.Errorf("%d files and actions are left", n)
	}
	for kind, head := range map[string]string{
		"image/png": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/webp": "RIFF\x24\x00\x00\x00WEBPVP8 ", "image/heic": "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
	} {
		a := w.picture(t, person("ana"), "v1", head, "") // called a JPEG
		if got := a.Is(t, http.StatusCreated, "").Body["photo"].(body); got["type"] != kind {
			t.Errorf("%s: %v", kind, got)
		}
	}
}

func TestHowManyPhotosThereMayBe(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.make(t, job("v2"))
	for n := range 20 {
		photoID(t, w.picture(t, person("ana"), "v1", jpeg(fmt.Sprint(n), 100), "", "Idempotency-Key", fmt.Sprint("k", n)))
	}
	w.picture(t, person("ana"), "v1", jpeg("21", 100), "", "Idempotency-Key", "k21").Is(t, http.StatusConflict, "too_many_photos")
	if a := w.picture(t, person("ana"), "v1", jpeg("19", 100), "", "Idempotency-Key", "k19"); a.Body["duplicate"] != true {
		t.Errorf("%s", a.Text)
	}
	// The company may have 40 MiB.
	for n := range 3 {
		photoID(t, w.picture(t, person("boss"), "v2", jpeg(fmt.Sprint(n), 10<<20), ""))
	}
	w.picture(t, person("boss"), "v2", jpeg("4", 10<<20), "").Is(t, http.StatusInsufficientStorage, "photo_room_used_up")
	if n := w.stored(t); n != 23 || pgtest.Count(t, w.admin, fmt.Sprintf("activity.photo_use WHERE bytes = %d", 30<<20+2000)) != 1 {
		t.Errorf("%d files", n)
	}
}

// Whoever had the visit may send later what it took then, and see it no more. Nobody else adds a photo.
func TestWhoAddsPhotos(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.act(t, person("boss"), "v1", "assign", body{"version": 1, "user_id": "carla"}).Is(t, http.StatusOK, "")
	a := w.picture(t, person("ana"), "v1", jpeg("antes", 100), "?occurred_at=2026-03-09T16:00:00Z")
	id := photoID(t, a)
	if a.Body["retirada"] != true || a.Body["title"] != "" {
		t.Errorf("%s", a.Text)
	}
	w.get(t, person("ana"), "/v1/activities/v1/photos/"+id).Is(t, http.StatusNotFound, "not_found")
	w.get(t, person("carla"), "/v1/activities/v1/photos/"+id).Is(t, http.StatusOK, "")
	for _, who := range []auth.Claims{person("beto"), person("solo"), person("sol"), personOf("beta", "boss"), personOf("beta", "ana")} {
		w.picture(t, who, "v1", jpeg("", 100), "").Is(t, http.StatusNotFound, "not_found")
		w.get(t, who, "/v1/activities/v1/photos/"+id).Is(t, http.StatusNotFound, "not_found")
	}
	// Another company's visit with the same id has none of it.
	w.place(t, "beta", "p1")
	w.post(t, personOf("beta", "boss"), "/v1/activities", job("v1")).Is(t, http.StatusCreated, "")
	w.get(t, personOf("beta", "boss"), "/v1/activities/v1/photos/"+id).Is(t, http.StatusNotFound, "photo_not_found")
	w.get(t, person("carla"), "/v1/activities/v1/photos/..%2f..%2f..%2fetc%2fpasswd").Is(t, http.StatusNotFound, "photo_not_found")
	if n := w.stored(t); n != 1 {
		t.Errorf("%d files", n)
	}
}

// A photo that is sent many times at once is kept once. Photos and steps that arrive in another order make the same visit.
func TestPhotosAtOnce(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	token := w.issuer.Token(t, person("ana"))
	var wg sync.WaitGroup
	for n := range 12 {
		wg.Go(func() {
			var a answer
			var err error
			for busy := true; busy && err == nil; busy = a.Code() == "overloaded" { // One user sends four at once.
				a, err = w.try(context.Background(), token, http.MethodPost, "/v1/activities/v1/photos?occurred_at=2026-03-09T16:30:00Z", jpeg(fmt.Sprint(n%3), 1<<20), "Idempotency-Key", fmt.Sprint("k", n%3))
			}
			if err != nil || a.Status != http.StatusCreated {
				t.Errorf("%d %s, %v", a.Status, a.Text, err)
			}
		})
	}
	wg.Wait()
	w.act(t, person("ana"), "v1", "check-out", before(5)).Is(t, http.StatusOK, "")
	w.act(t, person("ana"), "v1", "check-in", before(60)).Is(t, http.StatusOK, "")
	if got := w.history(t, person("ana"), "v1"); got != "check_in photo photo photo check_out" {
		t.Errorf("%s", got)
	}
	if n := w.stored(t); n != 3 {
		t.Errorf("%d files", n)
	}
}

// A 2xx means that the photo is there after a crash. What a crash leaves behind goes.
func TestPhotosAndCrashes(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	// The database refuses the row: the phone is told to try again, and the file that nothing names stays until the sweep.
	w.exec(t, `CREATE FUNCTION activity.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE query_canceled; END $$`)
	w.exec(t, `CREATE TRIGGER stop BEFORE INSERT ON activity.visit_action FOR EACH ROW EXECUTE FUNCTION activity.stop()`)
	if a := w.picture(t, person("ana"), "v1", jpeg("a", 100), "", "Idempotency-Key", "k"); a.Status < 500 {
		t.Errorf("%d %s", a.Status, a.Text)
	}
	w.exec(t, `DROP TRIGGER stop ON activity.visit_action`)
	if w.stored(t) != 1 {
		t.Error("the file is gone, and a commit might have named it")
	}
	id := photoID(t, w.picture(t, person("ana"), "v1", jpeg("a", 100), "", "Idempotency-Key", "k"))
	w.again(t, "upkeep", "directory")
	if w.stored(t) != 2 {
		t.Error("a young file was swept")
	}
	old := time.Now().Add(-25 * time.Hour)
	if err := filepath.WalkDir(w.files, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chtimes(path, old, old)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.again(t, "upkeep", "directory")
	apptest.Until(t, func() bool { return w.stored(t) == 1 })
	if a := w.get(t, person("ana"), "/v1/activities/v1/photos/"+id).Is(t, http.StatusOK, ""); a.Text != jpeg("a", 100) {
		t.Errorf("%q", a.Text)
	}
	// The disk can be full, or the folder gone.
	if err := os.RemoveAll(filepath.Join(w.files, "activity", "acme", "v1")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.files, "activity", "acme", "v1"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.picture(t, person("ana"), "v1", jpeg("b", 100), "").Is(t, http.StatusServiceUnavailable, "unavailable")
}

// The files of a visit go with it.
func TestPhotosGoWithTheirVisit(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("old"))
	w.make(t, job("open", body{"day": "2026-03-31"}))
	photoID(t, w.picture(t, person("ana"), "old", jpeg("a", 3000), ""))
	photoID(t, w.picture(t, person("ana"), "open", jpeg("b", 500), ""))
	w.act(t, person("boss"), "old", "cancel", body{"version": 1, "reason": "x"}).Is(t, http.StatusOK, "")
	w.clock.Set(noon.Add(730*days + time.Second))
	w.again(t, "upkeep", "directory")
	apptest.Until(t, func() bool { return w.stored(t) == 1 })
	if n := pgtest.Count(t, w.admin, "activity.photo_use WHERE bytes = 500"); n != 1 {
		t.Error("the bytes of a photo that is gone are still counted")
	}
	// A file that is lost is said to be lost.
	a := w.get(t, person("ana"), "/v1/activities/open").Is(t, http.StatusOK, "")
	id := a.Body["history"].([]any)[0].(body)["photo"].(body)["id"]
	if err := os.RemoveAll(filepath.Join(w.files, "activity")); err != nil {
		t.Fatal(err)
	}
	w.get(t, person("ana"), fmt.Sprint("/v1/activities/open/photos/", id)).Is(t, http.StatusNotFound, "photo_lost")
}

// A photo whose end is missing is not a photo.
func TestAPhotoThatIsCutOff(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/v1/activities/v1/photos", io.MultiReader(bytes.NewReader([]byte(jpeg("a", 5000))), cut{}))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.issuer.Token(t, person("ana")))
	if resp, err := http.DefaultClient.Do(r); err == nil {
		_ = resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("answer %d", resp.StatusCode)
		}
	}
	apptest.Until(t, func() bool { return w.stored(t) == 0 })
	if n := pgtest.Count(t, w.admin, "activity.visit_action"); n != 0 {
		t.Errorf("%d actions", n)
	}
}

// cut is a connection that breaks.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }
