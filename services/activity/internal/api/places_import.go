package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/sheet"
	"github.com/terreno/terreno/services/activity/internal/place"
	"github.com/terreno/terreno/services/activity/internal/store"
)

// maxImported is how many places one file may hold.
const maxImported = 1000

const importHelp = "The body is a table in CSV: UTF-8, or Windows-1252 as a Spanish Excel writes it, separated by commas, semicolons or tabs, at most 1,000 lines below the " +
	"names of the columns. Columns, in English or Spanish and in any order: id, external_id (código), name (nombre), address (dirección), contact (contacto), notes " +
	"(notas), lat (latitud), lon (longitud), radius_m (radio), archived (archivado: yes, no). Numbers may have a decimal comma.\n\n" +
	"A line means the place with its id, or without an id the place with its external_id. When there is none, the place is created. A column that the file lacks " +
	"leaves the field as it is. No place is archived for being absent from the file.\n\n" +
	"Everything is changed in one transaction, or nothing when a line is wrong. To send the same file again changes nothing, if its places have an id or an external_id."

type (
	importPlacesInput struct {
		httpx.Keyed
		DryRun  bool   `query:"dry_run" doc:"only checks the file: nothing is changed"`
		RawBody []byte `contentType:"text/csv"`
	}
	// PlaceImportError says what is wrong with a line.
	PlaceImportError struct {
		Column string `json:"column,omitempty" doc:"as in columns; absent when the whole line is wrong"`
		Code   string `json:"code" example:"validation_failed"`
		Detail string `json:"detail" doc:"a sentence for a person: what is wrong and what to do"`
	}
	// PlaceImportLine is what became of a line.
	PlaceImportLine struct {
		Line    int               `json:"line" doc:"where it begins in the file, counted from 1"`
		ID      string            `json:"id,omitempty" doc:"of the place"`
		Name    string            `json:"name"`
		Outcome string            `json:"outcome" enum:"created,changed,unchanged,wrong"`
		Error   *PlaceImportError `json:"error,omitempty"`
	}
	// PlaceImportReport is what became of a file.
	PlaceImportReport struct {
		Applied   bool              `json:"applied" doc:"the company's places are now as the file says; false when the file was only checked, or a line is wrong and so nothing was changed"`
		Encoding  string            `json:"encoding" enum:"utf-8,windows-1252" doc:"as which the file was read: check the accents when it is not UTF-8"`
		Created   int               `json:"created"`
		Changed   int               `json:"changed"`
		Unchanged int               `json:"unchanged"`
		Wrong     int               `json:"wrong" doc:"lines that are wrong; nothing is changed while there is one"`
		Ignored   []string          `json:"ignored_columns,omitempty" doc:"names of columns that mean nothing here"`
		Lines     []PlaceImportLine `json:"lines"`
	}
	exportPlacesInput struct {
		Search   string `query:"q" maxLength:"200" doc:"as in the list"`
		Archived string `query:"archived" enum:"true,false" doc:"true: archived places too"`
	}
	exportPlacesOutput struct {
		ContentType string `header:"Content-Type"`
		Disposition string `header:"Content-Disposition"`
		Body        []byte
	}
)

func (s *service) registerPlaceFiles(a *httpx.API) {
	imports := httpx.Operation{
		ID: "import-places", Method: http.MethodPost, Path: "/v1/places/import", Summary: "Create and change many places by a CSV file", Description: importHelp,
		Tags: []string{"places"}, Security: httpx.Roles(office...), Refuse: refusePlaceFile, MaxBodyBytes: 4 << 20,
	}
	httpx.Handle(a, imports, s.importPlaces)
	a.OpenAPI().Paths[imports.Path].Post.RequestBody.Required = false // sheet refuses an empty body, in words about a table
	httpx.Handle(a, httpx.Operation{
		ID: "export-places", Method: http.MethodGet, Path: "/v1/places/export", Summary: "The places as a CSV file that can be imported, at most 10,000", Tags: []string{"places"},
		Security: httpx.Roles(office...), Refuse: placeRefusals.Problem,
	}, s.exportPlaces)
}

func refusePlaceFile(err error) error {
	if e, ok := errors.AsType[*sheet.Error](err); ok {
		detail := e.Detail
		if e.Line > 0 {
			detail = fmt.Sprintf("Line %d: %s", e.Line, e.Detail)
		}
		return httpx.Problem(http.StatusUnprocessableEntity, e.Code, detail)
	}
	return placeRefusals.Problem(err)
}

// errNotApplied ends a change whose file was only checked, or has wrong lines.
var errNotApplied = errors.New("the file is not applied")

func (s *service) importPlaces(ctx context.Context, who auth.Claims, in *importPlacesInput) (out *httpx.Answer[PlaceImportReport], err error) {
	content, legacy := place.UTF8(in.RawBody)
	table, err := sheet.Read(content, place.Columns, maxImported)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(in.RawBody)
	var report PlaceImportReport
	judge := func(ch *change.Change) ([]store.PlaceLine, error) {
		lines, err := s.judgePlaces(ctx, ch, table, &report)
		if legacy {
			report.Encoding = "windows-1252"
		}
		return lines, err
	}
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		if in.DryRun {
			_, err := judge(ch)
			return errors.Join(errNotApplied, err)
		}
		out, _, err = change.Once(ch, in.Keyed, "import-places", hex.EncodeToString(hash[:]), http.StatusOK, func() (PlaceImportReport, error) {
			lines, err := judge(ch)
			if err == nil && report.Wrong > 0 {
				err = errNotApplied
			}
			if err != nil {
				return report, err
			}
			report.Applied = true
			return report, s.store.WritePlaces(ctx, ch, lines)
		})
		return err
	})
	if errors.Is(err, errNotApplied) && report.Lines != nil { // Without lines, judging them failed.
		return &httpx.Answer[PlaceImportReport]{Status: http.StatusOK, Body: report}, nil
	}
	return out, err
}

// judgePlaces says what each line makes of the company's places, and writes it into the report.
func (s *service) judgePlaces(ctx context.Context, ch *change.Change, table *sheet.Table, report *PlaceImportReport) ([]store.PlaceLine, error) {
	var ids, externals []string
	for _, r := range table.Rows {
		ids, externals = append(ids, r.Cells["id"]), append(externals, r.Cells["external_id"])
	}
	byID, byExternal, room, err := s.store.Standing(ctx, ch, ids, externals)
	if err != nil {
		return nil, err
	}
	*report = PlaceImportReport{Encoding: "utf-8", Ignored: table.Ignored, Lines: []PlaceImportLine{}}
	seen := map[string]bool{}
	lines := []store.PlaceLine{}
	for _, r := range table.Rows {
		l, wrong := judgePlace(r, byID, byExternal, seen)
		view := PlaceImportLine{Line: r.Line, ID: l.ID, Name: l.After.Name, Outcome: "wrong", Error: wrong}
		switch {
		case wrong == nil && l.Before == nil && room == 0:
			view.Error = &PlaceImportError{Code: "too_many_places", Detail: fmt.Sprintf("A company may have %d places.", store.MaxPlaces)}
			report.Wrong++
		case wrong != nil:
			report.Wrong++
		case l.Before == nil:
			view.Outcome = "created"
			report.Created++
			room--
		case l.Before.Draft == l.After:
			view.Outcome = "unchanged"
			report.Unchanged++
		default:
			view.Outcome = "changed"
			report.Changed++
		}
		lines, report.Lines = append(lines, l), append(report.Lines, view)
	}
	return lines, nil
}

func judgePlace(r sheet.Row, byID, byExternal map[string]*store.Place, seen map[string]bool) (l store.PlaceLine, wrong *PlaceImportError) {
	external := r.Cells["external_id"]
	l.After.Name, l.ID = r.Cells["name"], r.Cells["id"]
	switch {
	case r.Long:
		return l, &PlaceImportError{Code: "csv_invalid", Detail: "The line has more cells than columns. Put cells with separators into quotation marks."}
	case l.ID != "":
		l.Before = byID[l.ID]
	case external != "":
		l.Before = byExternal[external]
	}
	old := place.Draft{RadiusM: place.DefaultRadiusM}
	if l.Before != nil {
		l.ID, old = l.Before.ID, l.Before.Draft
	}
	id, err := newID(l.ID, "id")
	if err != nil {
		return l, &PlaceImportError{"id", "validation_failed", "An id is 1 to 64 characters of A-Z, a-z, 0-9, _ and -."}
	}
	l.ID = id
	d, err := place.Merge(old, r.Cells)
	if f, ok := errors.AsType[*place.FaultError](err); ok {
		return l, &PlaceImportError{f.Field, "validation_failed", f.Field + " " + f.Detail + "."}
	}
	l.After = d
	other := byExternal[d.ExternalID]
	if d.ExternalID != "" && (other != nil && other.ID != l.ID || seen["external "+d.ExternalID]) {
		return l, &PlaceImportError{"external_id", "external_id_taken", "Another place of the company, or another line, has this external_id."}
	}
	if seen["id "+l.ID] {
		return l, &PlaceImportError{"id", "id_taken", "Another line is about the same place."}
	}
	seen["external "+d.ExternalID], seen["id "+l.ID] = true, true
	return l, nil
}

func (s *service) exportPlaces(ctx context.Context, who auth.Claims, in *exportPlacesInput) (*exportPlacesOutput, error) {
	rows, err := s.store.ExportPlaces(ctx, who, store.PlaceFilter{Search: in.Search, Archived: in.Archived == "true"})
	if err != nil {
		return nil, err
	}
	if len(rows) > store.MaxExported {
		return nil, httpx.Problem(http.StatusUnprocessableEntity, "too_many_places", "There are more than 10,000 places. Search for a part of them (q), or read the list in pages.")
	}
	var file bytes.Buffer
	file.WriteString("\ufeff") // Without it, Excel does not read UTF-8.
	out := csv.NewWriter(&file)
	_ = out.Write(place.ColumnNames())
	number := func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
	for _, p := range rows {
		archived := "no"
		if p.Archived {
			archived = "yes"
		}
		_ = out.Write([]string{
			p.ID, sheet.Guarded(p.ExternalID), sheet.Guarded(p.Name), sheet.Guarded(p.Address), sheet.Guarded(p.Contact), sheet.Guarded(p.Notes),
			number(p.Lat), number(p.Lon), number(p.RadiusM), archived,
		})
	}
	out.Flush()
	return &exportPlacesOutput{"text/csv; charset=utf-8", `attachment; filename="places.csv"`, file.Bytes()}, out.Error()
}
