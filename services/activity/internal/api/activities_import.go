package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/sheet"
	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/place"
	"github.com/terreno/terreno/services/activity/internal/store"
)

const importActivitiesHelp = "The body is a table in CSV: UTF-8, or Windows-1252 as a Spanish Excel writes it, separated by commas, semicolons or tabs, at most 1,000 lines below the " +
	"names of the columns. Columns, in English or Spanish and in any order: external_id (orden), tipo (visita, tarea), title (título), notes (notas), priority (prioridad: " +
	"alta, normal, baja), place (lugar: id or external_id of a place), lat, lon, user (usuario: id), team (equipo: id), day (día: 2026-03-09 or 09/03/2026), from and until " +
	"(desde, hasta: times of that day such as 08:30; without them the whole day; an end that is not after the beginning is on the next day).\n\n" +
	"Everything is made in one transaction, or nothing when a line is wrong. To send a file again whose lines have an external_id makes nothing twice: the report says external_id_taken."

// activityColumns are the columns of a file of visits and tasks.
var activityColumns = sheet.Columns{
	"external_id": {"orden", "orden de trabajo", "ot", "código", "work order"},
	"tipo":        {"type", "clase"},
	"title":       {"título", "actividad", "asunto", "tarea"},
	"notes":       {"notas", "observaciones", "descripción"},
	"priority":    {"prioridad"},
	"place":       {"lugar", "sitio", "place_id", "cliente", "código de lugar"},
	"lat":         {"latitud", "latitude"},
	"lon":         {"longitud", "longitude", "lng"},
	"user":        {"usuario", "user_id", "trabajador", "responsable", "worker"},
	"team":        {"equipo", "team_id"},
	"day":         {"día", "fecha", "date"},
	"from":        {"desde", "hora inicio", "inicio", "hora", "start"},
	"until":       {"hasta", "hora fin", "fin", "end"},
}

var priorities = map[string]string{"": "", "low": "low", "baja": "low", "normal": "normal", "media": "normal", "high": "high", "alta": "high", "urgente": "high"}

type (
	importActivitiesInput struct {
		httpx.Keyed
		DryRun  bool   `query:"dry_run" doc:"only checks the file: nothing is made"`
		RawBody []byte `contentType:"text/csv"`
	}
	// ActivityImportLine is what became of a line.
	ActivityImportLine struct {
		Line    int       `json:"line" doc:"where it begins in the file, counted from 1"`
		Title   string    `json:"title"`
		Outcome string    `json:"outcome" enum:"created,wrong"`
		ID      string    `json:"id,omitempty" doc:"of the visit that was made"`
		Code    string    `json:"code,omitempty"`
		Detail  string    `json:"detail,omitempty" doc:"a sentence for a person: what is wrong and what to do"`
		Preview *Activity `json:"preview,omitempty" doc:"of a check: the visit as it would be made"`
	}
	// ActivityImportReport is what became of a file.
	ActivityImportReport struct {
		Applied  bool                 `json:"applied" doc:"the visits are made; false when the file was only checked, or a line is wrong and so nothing was made"`
		Encoding string               `json:"encoding" enum:"utf-8,windows-1252" doc:"as which the file was read: check the accents when it is not UTF-8"`
		Created  int                  `json:"created"`
		Wrong    int                  `json:"wrong"`
		Ignored  []string             `json:"ignored_columns,omitempty"`
		Lines    []ActivityImportLine `json:"lines"`
	}
)

func (s *service) registerActivityFiles(a *httpx.API) {
	op := httpx.Operation{
		ID: "import-activities", Method: http.MethodPost, Path: "/v1/activities/import", Summary: "Make many visits and tasks by a CSV file", Description: importActivitiesHelp,
		Tags: []string{"activities"}, Security: httpx.Roles(office...), MaxBodyBytes: 4 << 20, Refuse: refusePlaceFile,
	}
	httpx.Handle(a, op, s.importActivities)
	a.OpenAPI().Paths[op.Path].Post.RequestBody.Required = false
}

func (s *service) importActivities(ctx context.Context, who auth.Claims, in *importActivitiesInput) (out *httpx.Answer[ActivityImportReport], err error) {
	content, legacy := place.UTF8(in.RawBody)
	table, err := sheet.Read(content, activityColumns, maxImported)
	if err != nil {
		return nil, err
	}
	closing, err := s.store.Close(ctx, who.Company)
	if err != nil {
		return nil, err
	}
	var report ActivityImportReport
	fill := func(ch *change.Change) error {
		report = ActivityImportReport{Encoding: "utf-8", Ignored: table.Ignored}
		if legacy {
			report.Encoding = "windows-1252"
		}
		return s.makeLines(ctx, ch, who, table, closing, in.DryRun, &report)
	}
	hash := sha256.Sum256(in.RawBody)
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		if in.DryRun {
			return errors.Join(fill(ch), errNotApplied)
		}
		out, _, err = change.Once(ch, in.Keyed, "import-activities", hex.EncodeToString(hash[:]), http.StatusOK, func() (ActivityImportReport, error) {
			if err := fill(ch); err != nil {
				return report, err
			}
			if report.Wrong > 0 {
				return report, errNotApplied
			}
			report.Applied = true
			return report, nil
		})
		return err
	})
	if errors.Is(err, errNotApplied) && report.Lines != nil {
		if !in.DryRun {
			for i := range report.Lines {
				report.Lines[i].ID = "" // Nothing was made.
			}
		}
		return &httpx.Answer[ActivityImportReport]{Status: http.StatusOK, Body: report}, nil
	}
	return out, err
}

// makeLines makes the visits of a file, and writes the report. The caller rolls them back when the file is only checked.
func (s *service) makeLines(ctx context.Context, ch *change.Change, who auth.Claims, table *sheet.Table, closing day.Close, dry bool, report *ActivityImportReport) error {
	var named []string
	for _, r := range table.Rows {
		named = append(named, r.Cells["place"])
	}
	places, err := s.store.PlaceIDs(ctx, ch, named)
	if err != nil {
		return err
	}
	lines := make([]ActivityImportLine, len(table.Rows))
	var wishes []store.NewVisit
	var at []int
	for i, r := range table.Rows {
		lines[i] = ActivityImportLine{Line: r.Line, Title: r.Cells["title"], Outcome: "wrong"}
		n, err := activityOfLine(r, places, closing)
		if err == nil {
			var w store.NewVisit
			if w, err = n.wish(closing, s.clock.Now(), ""); err == nil {
				wishes, at = append(wishes, w), append(at, i)
				continue
			}
		}
		if err := lines[i].refuse(err); err != nil {
			return err
		}
	}
	made, err := s.store.CreateVisits(ctx, ch, who, wishes)
	if err != nil {
		return err
	}
	for i, m := range made {
		l := &lines[at[i]]
		if m.Err != nil {
			if err := l.refuse(problem(m.Err)); err != nil {
				return err
			}
			continue
		}
		l.Outcome = "created"
		report.Created++
		if dry {
			view := activityOf(m.Visit)
			l.Preview = &view
		} else {
			l.ID = m.ID
		}
	}
	report.Lines, report.Wrong = lines, len(lines)-report.Created
	return nil
}

func (l *ActivityImportLine) refuse(err error) error {
	p, ok := errors.AsType[*httpx.ProblemDetails](err)
	if !ok {
		return err
	}
	l.Code, l.Detail = p.Code, p.Detail
	return nil
}

// activityOfLine reads a line as the visit that somebody would send.
func activityOfLine(r sheet.Row, places map[string]string, closing day.Close) (n NewActivity, err error) {
	c := r.Cells
	if r.Long {
		return n, httpx.Problem(http.StatusUnprocessableEntity, "csv_invalid", "The line has more cells than columns. Put cells with separators into quotation marks.")
	}
	n.ExternalID, n.Tipo, n.Title, n.Notes, n.UserID, n.TeamID = c["external_id"], sheet.Name(c["tipo"]), c["title"], c["notes"], c["user"], c["team"]
	var known bool
	if n.Priority, known = priorities[sheet.Name(c["priority"])]; !known {
		return n, httpx.Invalid("priority", "priority must be alta, normal or baja.")
	}
	if c["place"] != "" {
		if n.PlaceID = places[c["place"]]; n.PlaceID == "" {
			return n, problem(store.ErrNoPlace)
		}
	}
	for name, field := range map[string]**float64{"lat": &n.Lat, "lon": &n.Lon} {
		if c[name] == "" {
			continue
		}
		x, err := place.Number(c[name])
		if err != nil {
			return n, httpx.Invalid(name, name+" must be a number, such as 4.65 or 4,65.")
		}
		*field = &x
	}
	n.ActivityWindow, err = windowOfLine(c["day"], c["from"], c["until"], closing)
	return n, err
}

var spanishDate = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$`)

// windowOfLine reads a day, and times of that day in the company's time zone.
func windowOfLine(date, from, until string, closing day.Close) (w ActivityWindow, err error) {
	if m := spanishDate.FindStringSubmatch(date); m != nil {
		date = fmt.Sprintf("%s-%02s-%02s", m[3], m[2], m[1])
	}
	if _, _, err := day.Bounds(date, closing.Zone); err != nil {
		return w, httpx.Invalid("day", "day must be a date such as 2026-03-09 or 09/03/2026.")
	}
	if from == "" && until == "" {
		return ActivityWindow{Day: date}, nil
	}
	for _, t := range []*string{&from, &until} {
		if len(*t) == len("8:30") {
			*t = "0" + *t
		}
	}
	window, err := closing.Times(date, from, until)
	if err != nil {
		return w, httpx.Invalid("from", "from and until must be times of the day such as 08:30, both or neither.")
	}
	return ActivityWindow{From: window.From, Until: window.Until}, nil
}
