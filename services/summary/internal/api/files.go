package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/export"
	"github.com/terreno/terreno/services/summary/internal/store"
)

func (s *service) totals(ctx context.Context, who auth.Claims, in *totalsInput) (*huma.StreamResponse, error) {
	f, err := s.filter(who, "", in.SummaryPeriod)
	if err != nil {
		return nil, err
	}
	pending, err := s.store.Waiting(ctx, who, f, s.today(who.Company))
	if err != nil {
		return nil, err
	}
	list, err := s.store.Totals(ctx, who, f, in.By, maxTotals)
	if err != nil {
		return nil, err
	}
	if in.Format == asJSON {
		return answer(SummaryTotals{append([]store.SummaryTotal{}, list...), pending})
	}
	return s.file(ctx, fmt.Sprintf("summaries-by-%s-%s-%s", in.By, f.From, f.To), in.Format, func(context.Context) (*os.File, int64, error) {
		return export.Write(in.Format, export.TotalHeader, func(row func([]any) error) error {
			for i := range list {
				if err := row(export.Total(&list[i])); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

const asJSON = "json"

// answer sends a body as JSON.
func answer(body any) (*huma.StreamResponse, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write an answer: %w", err)
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", "application/json")
		ctx.SetStatus(http.StatusOK)
		_, _ = ctx.BodyWriter().Write(raw) // a client that is gone does not read it
	}}, nil
}

// describeTotals says what the answer of totals is, which the document cannot know of a stream.
func describeTotals(doc *huma.OpenAPI, path string) {
	file := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	doc.Paths[path].Get.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{
		"application/json": {Schema: doc.Components.Schemas.Schema(reflect.TypeFor[SummaryTotals](), true, "")},
		"text/csv":         file, export.Type(export.XLSX): file,
	}}
}

func (s *service) export(ctx context.Context, who auth.Claims, in *exportInput) (*huma.StreamResponse, error) {
	f, err := s.filter(who, "", in.SummaryPeriod)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	return s.file(ctx, fmt.Sprintf("summaries-%s-%s", f.From, f.To), in.Format, func(ctx context.Context) (*os.File, int64, error) {
		return export.Write(in.Format, export.DayHeader, func(row func([]any) error) error {
			return s.store.Each(ctx, who, f, maxExport, func(d *store.Named) error {
				return row(export.Day(d, day.Window{Until: d.Until}.State(now, s.store.Late())))
			})
		})
	})
}

// file sends a file that write writes, when it is its turn.
func (s *service) file(ctx context.Context, name, format string, write func(ctx context.Context) (*os.File, int64, error)) (*huma.StreamResponse, error) {
	select { // each takes a connection to the database and some 60 MB of the temporary folder
	case s.files <- struct{}{}:
		defer func() { <-s.files }()
	case <-ctx.Done():
		return nil, httpx.Unavailable(ctx.Err())
	}
	reading, cancel := context.WithTimeout(ctx, 2*httpx.DefaultTimeout)
	defer cancel()
	file, size, err := write(reading)
	if err != nil {
		return nil, err
	}
	return httpx.Send(httpx.Content{
		Source: file, Size: size, Type: export.Type(format), Name: name + "." + format, ETag: fmt.Sprintf(`"%x"`, s.clock.Now().UnixNano()),
	}), nil
}
