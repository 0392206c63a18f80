package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/summary/internal/day"
)

type (
	routeInput struct {
		ID     string `path:"id" maxLength:"64"`
		Date   string `query:"date" maxLength:"10" doc:"today when left out" example:"2026-03-08"`
		ErrorM string `query:"error_m" enum:"5,20,100" default:"5" doc:"how many metres the line may be from the way that was measured"`
	}
	// RouteProperties say when a trip was.
	RouteProperties struct {
		FromAt    clientjson.Instant   `json:"from_at"`
		UntilAt   clientjson.Instant   `json:"until_at"`
		DistanceM float64              `json:"distance_m"`
		Times     []clientjson.Instant `json:"times" doc:"when the user was at each of the coordinates"`
	}
	// RouteLine is a GeoJSON LineString.
	RouteLine struct {
		Type        string       `json:"type" enum:"LineString"`
		Coordinates [][2]float64 `json:"coordinates" doc:"longitude and latitude"`
	}
	// RouteFeature is a trip.
	RouteFeature struct {
		Type       string          `json:"type" enum:"Feature"`
		Geometry   RouteLine       `json:"geometry"`
		Properties RouteProperties `json:"properties"`
	}
	// RouteCollection is the way of a day as GeoJSON.
	RouteCollection struct {
		Type     string         `json:"type" enum:"FeatureCollection"`
		Features []RouteFeature `json:"features"`
	}
	routeOutput  struct{ Body RouteCollection }
	patternInput struct {
		Match string `header:"If-None-Match" doc:"the ETag of the last answer: 304 without a body while nothing has changed"`
	}
	// PatternCollection is the street pattern as GeoJSON.
	PatternCollection struct {
		Type     string           `json:"type" enum:"FeatureCollection"`
		Features []PatternFeature `json:"features"`

		raw []byte // what is sent
	}
	// PatternFeature is a street.
	PatternFeature struct {
		Type       string         `json:"type" enum:"Feature"`
		Geometry   RouteLine      `json:"geometry"`
		Properties map[string]any `json:"properties" doc:"empty"`
	}
	patternOutput struct {
		Status int
		ETag   string `header:"ETag"`
		Body   PatternCollection
	}
)

func (s *service) route(ctx context.Context, who auth.Claims, in *routeInput) (*routeOutput, error) {
	if in.Date == "" {
		in.Date = s.today(who.Company)
	}
	d, err := s.whole(ctx, who, in.ID, "query.date", in.Date)
	if err != nil {
		return nil, err
	}
	errorM, err := strconv.ParseFloat(in.ErrorM, 64)
	if err != nil {
		return nil, err
	}
	ways, err := day.Ways(d.Route, d.Detail.Trips, d.Shown, errorM)
	if err != nil {
		return nil, err
	}
	out := &routeOutput{RouteCollection{Type: "FeatureCollection", Features: []RouteFeature{}}}
	for i, way := range ways {
		if len(way) < 2 { // no line
			continue
		}
		t := d.Detail.Trips[i]
		f := RouteFeature{Type: "Feature", Geometry: RouteLine{Type: "LineString"}, Properties: RouteProperties{
			FromAt: clientjson.At(t.FromAt), UntilAt: clientjson.At(t.UntilAt), DistanceM: t.DistanceM,
		}}
		for _, p := range way {
			f.Geometry.Coordinates = append(f.Geometry.Coordinates, [2]float64{p.Lon, p.Lat})
			f.Properties.Times = append(f.Properties.Times, clientjson.Instant(p.At))
		}
		out.Body.Features = append(out.Body.Features, f)
	}
	return out, nil
}

func (s *service) pattern(ctx context.Context, who auth.Claims, in *patternInput) (*patternOutput, error) {
	etag, body, err := s.store.Pattern(ctx, who.Company)
	if err != nil {
		return nil, err
	}
	out := &patternOutput{Status: http.StatusOK, ETag: `"` + etag + `"`}
	if httpx.Matches(in.Match, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	if len(body) == 0 {
		return out, nil
	}
	plain, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("read a pattern: %w", err)
	}
	if out.Body.raw, err = io.ReadAll(plain); err != nil {
		return nil, fmt.Errorf("read a pattern: %w", err)
	}
	return out, nil
}

// WriteJSON writes the pattern as it was stored.
func (p PatternCollection) WriteJSON(w io.Writer) error {
	raw := p.raw
	if raw == nil {
		raw = []byte(`{"type":"FeatureCollection","features":[]}`)
	}
	_, err := w.Write(raw)
	return err
}
