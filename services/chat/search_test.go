package chat_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

// found searches, and returns the texts of the hits.
func (w *world) found(t *testing.T, who auth.Claims, q, more string) string {
	t.Helper()
	var texts []string
	for _, h := range w.get(t, who, "/v1/chat/search?q="+url.QueryEscape(q)+more).Is(t, http.StatusOK, "").Body["hits"].([]any) {
		m := h.(body)["message"].(body)
		texts = append(texts, fmt.Sprint(m["text"]))
	}
	return strings.Join(texts, "|")
}

func TestSearchFindsWordsAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	for i, text := range []string{"Ya entregué los CAMIONES en Ñuñoa", "la entrega de mañana, ¿sigue?", "falta la factura-12.pdf", "el que no", "Ruta 7/8 - correo a@b.mx"} {
		w.say(t, person("ana"), id, fmt.Sprint(i), text).Is(t, http.StatusCreated, "")
	}
	w.shown(t, person("ana"), id, "file", "Remisión.pdf", "%PDF-1.7")
	for q, want := range map[string]string{
		"camion": "Ya entregué los CAMIONES en Ñuñoa", "Camión": "Ya entregué los CAMIONES en Ñuñoa", "nunoa": "Ya entregué los CAMIONES en Ñuñoa",
		"ENTREGAS": "la entrega de mañana, ¿sigue?|Ya entregué los CAMIONES en Ñuñoa", "entrega manana": "la entrega de mañana, ¿sigue?", "manan": "la entrega de mañana, ¿sigue?", "manana entrega factura": "",
		"factura": "falta la factura-12.pdf", "factura 12": "falta la factura-12.pdf", "factura 1": "", "factura 12.pdf": "falta la factura-12.pdf",
		"la factura": "falta la factura-12.pdf", "ruta 7": "Ruta 7/8 - correo a@b.mx", "correo a@b.mx": "Ruta 7/8 - correo a@b.mx", "remision": "<nil>",
		"camion' OR 1=1": "", "x:* | factura": "", "!camion": "Ya entregué los CAMIONES en Ñuñoa", "creado": "", "@acme": "", "acme": "",
	} {
		if got := w.found(t, person("beto"), q, ""); got != want {
			t.Errorf("%q finds %q, want %q", q, got, want)
		}
	}
	// The newest come first, a page at a time.
	var got []string
	path := "/v1/chat/search?limit=2&q=entrega"
	for next := ""; ; {
		a := w.get(t, person("beto"), path+"&cursor="+next).Is(t, http.StatusOK, "")
		for _, h := range a.Body["hits"].([]any) {
			got = append(got, fmt.Sprint(h.(body)["message"].(body)["seq"]))
		}
		var more bool
		if next, more = a.Body["next"].(string); !more {
			break
		}
	}
	if strings.Join(got, " ") != "2 1" {
		t.Errorf("%v", got)
	}
}

func TestOddSearchesGetAClearAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	w.say(t, person("ana"), id, "k", "hola")
	// The last ones would find most messages of a company.
	for _, q := range []string{"&", "'", ":*", " ", "\\", "<->", "🚚", "...", "()", "a", "de", "12", strings.Repeat("a ", 99), "que", "el que", "de la que el", "PARA"} {
		w.get(t, person("ana"), "/v1/chat/search?q="+url.QueryEscape(q)).Is(t, http.StatusUnprocessableEntity, "search_too_short")
	}
	w.get(t, person("ana"), "/v1/chat/search?q=").Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.get(t, person("ana"), "/v1/chat/search").Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.get(t, person("ana"), "/v1/chat/search?q="+strings.Repeat("x", 10_000)).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	for _, q := range []string{"hola & adios", "hola:*", "hola' || b", strings.Repeat("a ", 97) + "hola", strings.Repeat("y", 200), strings.Repeat("ñ", 200), "ﷺﷺﷺ", "1e5 -12 3.4", "http://x.y/z?a=b", "日本語", "hola\u0300", "İstanbul"} {
		w.get(t, person("ana"), "/v1/chat/search?q="+url.QueryEscape(q)).Is(t, http.StatusOK, "")
	}
	w.get(t, person("ana"), "/v1/chat/search?q=%00").Is(t, http.StatusBadRequest, "address_invalid")
	for _, cursor := range []string{"x", "e30", "eyJhdCI6IjAwMDAtMDEtMDFUMDA6MDA6MDBaIiwiaWQiOiJcdTAwMDAiLCJzZXEiOi0xfQ"} {
		if a := w.get(t, person("ana"), "/v1/chat/search?q=hola&cursor="+cursor); a.Status >= 500 {
			t.Errorf("cursor %s: %d %s", cursor, a.Status, a.Text)
		}
	}
}

// Nobody finds what it may not read: of others, of another company, before it came, after it left, what was deleted.
func TestSearchFindsOnlyWhatOneMayRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "G", "user_ids": []string{"beto", "sol"}})
	for i := range 4 {
		w.say(t, person("ana"), id, fmt.Sprint(i), fmt.Sprint("tesoro ", i+2)) // seq 2 to 5
	}
	for _, who := range []auth.Claims{person("boss"), person("carla"), personOf("beta", "ana"), personOf("beta", "boss")} {
		if got := w.found(t, who, "tesoro", ""); got != "" {
			t.Errorf("%v finds %s", who, got)
		}
		w.get(t, who, "/v1/chat/search?q=tesoro&conversation="+id).Is(t, http.StatusNotFound, "not_found")
	}
	w.exec(t, `UPDATE chat.settings SET auditing = true`)
	w.exec(t, `INSERT INTO chat.settings VALUES ('acme', 'everybody', false, true, 730)`)
	w.exec(t, `UPDATE chat.message SET deleted_at = now() WHERE seq = 4`) // its words are not removed yet
	w.exec(t, `UPDATE chat.member SET joined_seq = 2, delivered_seq = 2, read_seq = 2 WHERE user_id = 'beto'`)
	w.exec(t, `UPDATE chat.member SET left_seq = 3 WHERE user_id = 'sol'`)
	for who, want := range map[string]string{"ana": "tesoro 5|tesoro 3|tesoro 2", "beto": "tesoro 5|tesoro 3", "sol": "", "boss": ""} {
		if got := w.found(t, person(who), "tesoro", ""); got != want {
			t.Errorf("%s finds %s, want %s", who, got, want)
		}
	}
	w.exec(t, `UPDATE chat.settings SET keep_after_leaving = true`)
	if got := w.found(t, person("sol"), "tesoro", "&conversation="+id); got != "tesoro 3|tesoro 2" {
		t.Errorf("who left finds %s", got)
	}
	w.visit(t, "acme", "v1", "ana", "")
	visit := w.begin(t, person("ana"), body{"kind": "visit", "visit_id": "v1"})
	w.say(t, person("ana"), visit, "k", "tesoro de la visita")
	for who, want := range map[string]string{"boss": "tesoro de la visita", "sur": "", "solo": ""} {
		if got := w.found(t, person(who), "tesoro", ""); got != want {
			t.Errorf("%s finds %s, want %s", who, got, want)
		}
	}
}

// A visit may be a supervisor's twice: by its own team, and by its worker's. It is found and counted once.
func TestAVisitOfTwoTeamsIsFoundAndCountedOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "norte")
	visit := w.begin(t, person("ana"), body{"kind": "visit", "visit_id": "v1"})
	w.say(t, person("ana"), visit, "k", "tesoro de la visita").Is(t, http.StatusCreated, "")
	if got := w.found(t, person("sol"), "tesoro", ""); got != "tesoro de la visita" {
		t.Errorf("found %s", got)
	}
	// Of more than half as many as are counted, each counts.
	for n := range 120 {
		id := fmt.Sprint("w", n)
		w.visit(t, "acme", id, "ana", "norte")
		w.exec(t, `INSERT INTO chat.conversation (id_empresa, id, kind, visit_id, created_at, created_by, last_at, last_seq) VALUES ('acme', $1, 'visit', $1, $2, 'ana', $2, 1)`, id, noon)
		w.exec(t, `INSERT INTO chat.message (id_empresa, conversation_id, seq, sender_id, client_id, request, kind, text, created_at) VALUES ('acme', $1, 1, 'ana', 'k', 'x', 'text', 'x', $2)`, id, noon)
	}
	if a := w.get(t, person("sol"), "/v1/chat/unread").Is(t, http.StatusOK, ""); a.Body["conversations"] != 121.0 || a.Body["messages"] != 121.0 {
		t.Errorf("%s", a.Text)
	}
}

// Among many messages of many conversations a search reads those with the words, by the index.
func TestSearchUsesTheIndexOfWords(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	w.exec(t, `INSERT INTO chat.conversation (id_empresa, id, kind, title, created_at, created_by, last_at) VALUES ('beta', 'b', 'broadcast', 'x', $1, 'boss', $1)`, noon)
	w.exec(t, `INSERT INTO chat.message (id_empresa, conversation_id, seq, sender_id, client_id, request, kind, text, created_at, words)
SELECT CASE WHEN n % 2 = 0 THEN 'acme' ELSE 'beta' END, CASE WHEN n % 2 = 0 THEN $2 ELSE 'b' END, n, 'ana', n::text, 'x', 'text', 'x', $1::timestamptz + n * interval '1 second',
    to_tsvector('simple', 'comun ' || CASE n % 5000 WHEN 0 THEN 'raro' ELSE 'palabra' || n % 900 END) FROM generate_series(2, 40001) n`, noon, id)
	w.exec(t, `UPDATE chat.conversation SET last_seq = 40001`)
	w.exec(t, `ANALYZE chat.message`)
	w.exec(t, `SELECT pg_stat_reset()`)
	if got := w.found(t, person("beto"), "raro", ""); strings.Count(got, "x") != 8 {
		t.Errorf("found %q", got)
	}
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_user_indexes WHERE indexrelname = 'message_by_words' AND idx_scan > 0 AND idx_tup_read < 100") == 1
	})
	if got := w.found(t, person("beto"), "comun palabra1 rar", ""); got != "" {
		t.Errorf("found %q", got)
	}
	if got := w.found(t, person("beto"), "comun", ""); strings.Count(got, "x") != 50 {
		t.Errorf("found %q", got)
	}
	// PostgreSQL may count scans of the empty table only now, seconds after the reset.
	if n := pgtest.Count(t, w.admin, "pg_stat_user_tables WHERE relname = 'message' AND seq_tup_read > 10"); n != 0 {
		t.Error("a search reads all messages")
	}
}
