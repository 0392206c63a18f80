package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/activity/internal/store"
)

const maxBulkBytes = 8 << 20

type (
	// NewActivities are visits that a client wants to make in one call.
	NewActivities struct {
		Activities []alone[NewActivity] `json:"activities" nullable:"false" minItems:"1" maxItems:"1000"`
	}
	bulkInput struct {
		httpx.Keyed
		Body NewActivities
	}
	// BulkResult is what became of one of them.
	BulkResult struct {
		Index  int                `json:"index" doc:"its place in the request, from 0"`
		Status string             `json:"status" enum:"created,rejected"`
		ID     string             `json:"id,omitempty" doc:"of the visit that was made"`
		Code   string             `json:"code,omitempty" doc:"why it was rejected, as the code of a problem"`
		Detail string             `json:"detail,omitempty" doc:"a sentence for a person: what is wrong and what to do"`
		Errors []httpx.FieldError `json:"errors,omitempty" doc:"each part of the item that is wrong"`
	}
	// BulkResults are the answers to all, in their order.
	BulkResults struct {
		Created  int          `json:"created"`
		Rejected int          `json:"rejected"`
		Results  []BulkResult `json:"results"`
	}
)

func (s *service) createActivities(ctx context.Context, who auth.Claims, in *bulkInput) (out *httpx.Answer[BulkResults], err error) {
	closing, err := s.store.Close(ctx, who.Company)
	if err != nil {
		return nil, err
	}
	results := BulkResults{Results: make([]BulkResult, len(in.Body.Activities))}
	var wishes []store.NewVisit
	var at []int // the place of each wish in the request
	for i, item := range in.Body.Activities {
		results.Results[i] = BulkResult{Index: i}
		n, err := item.read(s.schemas)
		if err == nil {
			var w store.NewVisit
			if w, err = n.wish(closing, s.clock.Now(), ""); err == nil {
				wishes, at = append(wishes, w), append(at, i)
				continue
			}
		}
		if err := results.Results[i].reject(err); err != nil {
			return nil, err
		}
	}
	return change.OnceIn(ctx, s.changes, who, in.Keyed, "create-activities", in.Body, http.StatusOK, func(ch *change.Change) (BulkResults, error) {
		made, err := s.store.CreateVisits(ctx, ch, who, wishes)
		if err != nil {
			return BulkResults{}, err
		}
		for i, m := range made {
			r := &results.Results[at[i]]
			r.Status, r.ID = "created", m.ID
			if m.Err != nil {
				if err := r.reject(problem(m.Err)); err != nil {
					return BulkResults{}, err
				}
			}
		}
		for _, r := range results.Results {
			if r.Status == "created" {
				results.Created++
			} else {
				results.Rejected++
			}
		}
		return results, nil
	})
}

// reject writes a problem into a result. Any other error is not the item's, and is returned.
func (r *BulkResult) reject(err error) error {
	p, ok := errors.AsType[*httpx.ProblemDetails](err)
	if !ok {
		return err
	}
	*r = BulkResult{Index: r.Index, Status: "rejected", Code: p.Code, Detail: p.Detail, Errors: p.Errors}
	return nil
}
