package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/photo"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const photoHelp = "The body is the photo: JPEG, PNG, WebP or HEIC, at most 10 MiB, as the camera wrote it. Its first bytes say what it is, whatever the header says. Nothing is taken out of it, " +
	"so the position that a camera writes into a photo stays there. A visit has at most 20 photos. Like a note, a photo changes nothing of the visit, and stands in its log (kind photo). Those who see the visit are told, with a version that is no conflict for whoever saw the one before. One user sends at most four files at once. " +
	"Whoever had the visit when the photo was taken may send it later; the rule not_assigned marks one that was taken after that. The answer means that the photo is stored for good. Repeat with the same Idempotency-Key until you get it."

type (
	addPhotoInput struct {
		ActivityID
		httpx.Keyed
		OccurredAt time.Time `query:"occurred_at" doc:"when it was taken, at most 30 days ago; now when left out"`
		DeviceID   string    `query:"device_id" maxLength:"64"`
		Note       string    `query:"note" maxLength:"500" doc:"what it shows"`
	}
	// ActivityPhotoDone is the visit after a photo was added.
	ActivityPhotoDone struct {
		ActivityDone
		Photo ActivityPhoto `json:"photo"`
	}
	addPhotoOutput struct{ Body ActivityPhotoDone }
	photoInput     struct {
		ActivityID
		Photo string `path:"photo" maxLength:"64"`
		Match string `header:"If-None-Match" doc:"the ETag of the photo, if you have it: 304 without a body"`
	}
)

func (s *service) registerPhotos(a *httpx.API, op describe) {
	add := op(http.MethodPost, "/v1/activities/{id}/photos", "add-activity-photo", "Add a photo to a visit")
	add.Description, add.Status, add.StreamTypes, add.MaxBodyBytes = photoHelp, http.StatusCreated, photo.Types(), photo.MaxBytes
	httpx.Handle(a, add, s.addPhoto)
	get := op(http.MethodGet, "/v1/activities/{id}/photos/{photo}", "get-activity-photo", "The bytes of a photo of a visit that you may see")
	get.Class = httpx.ClassFiles
	httpx.Handle(a, get, s.photo)
	content := map[string]*huma.MediaType{}
	for name := range photo.Types() {
		content[name] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	responses := a.OpenAPI().Paths[get.Path].Get.Responses
	responses["200"] = &huma.Response{Description: "The photo", Content: content}
	responses["304"] = &huma.Response{Description: "You have it already"}
}

// addPhoto keeps the file first, and then names it in the log. A file that nothing names is removed, here or by the upkeep.
func (s *service) addPhoto(ctx context.Context, who auth.Claims, in *addPhotoInput) (*addPhotoOutput, error) {
	w, err := in.wish()
	if err != nil {
		return nil, err
	}
	if err := s.store.MayAddPhoto(ctx, who, in.ID); err != nil { // before ten megabytes are read for nothing
		return nil, err
	}
	of := blob.Owner{Company: who.Company, Thing: in.ID}
	file, mediaType, err := s.keepFile(ctx, of)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	w.PhotoRoom = s.photoRoom
	w.Photo = &visit.Photo{ID: id.String(), File: file.Name, Type: mediaType, Bytes: file.Size}
	ctx, cancel := context.WithTimeout(ctx, httpx.DefaultTimeout)
	defer cancel()
	request := []any{in.OccurredAt, in.DeviceID, in.Note, file.SHA256}
	out := &addPhotoOutput{}
	done, err := s.actOnce(ctx, who, in.Keyed, request, w)
	if err == nil {
		out.Body = ActivityPhotoDone{ActivityDone: doneOf(done), Photo: *photoOf(done.Photo)}
	}
	// After any other error the file stays, because a commit whose answer was lost may have named it. If nothing names it, the upkeep
	// removes it in a day.
	_, refused := errors.AsType[*httpx.ProblemDetails](problem(err))
	if done.Duplicate || refused || errors.Is(err, idem.ErrKeyReused) {
		if err := s.files.Delete(of, file.Name); err != nil {
			s.log.Warn("a photo that nothing names was not removed", "error", err)
		}
	}
	return out, err
}

// wish checks what comes beside the bytes.
func (in *addPhotoInput) wish() (w store.Wish, err error) {
	w = store.Wish{Visit: in.ID, Action: visit.Action{Kind: visit.TakePhoto, At: in.OccurredAt, Device: in.DeviceID}}
	if w.Reason, err = text.Prose(in.Note, visit.MaxReason); err != nil {
		return w, httpx.Faulty("query.note", err.Error())
	}
	if utf8.RuneCountInString(in.DeviceID) > 64 || strings.ContainsRune(in.DeviceID, 0) {
		return w, httpx.Invalid("query.device_id", "device_id must have at most 64 characters.")
	}
	_, err = actionKey(in.Key)
	return w, err
}

// keepFile writes the body of a request into a file, if it is a photo.
func (s *service) keepFile(ctx context.Context, of blob.Owner) (file blob.File, mediaType string, err error) {
	body := bufio.NewReaderSize(httpx.StreamedBody(ctx), 32<<10)
	head, err := body.Peek(photo.Head)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return file, "", err
	case len(head) == 0:
		return file, "", httpx.Problem(http.StatusUnprocessableEntity, "photo_empty", "The body is empty. Send the bytes of the photo.")
	}
	if mediaType = photo.Type(head); mediaType == "" {
		return file, "", httpx.Problem(http.StatusUnsupportedMediaType, "photo_type_unsupported",
			"This is no photo in JPEG, PNG, WebP or HEIC, whatever its name says. Send the photo as the camera wrote it.")
	}
	file, err = s.files.Put(ctx, of, body, photo.MaxBytes)
	if p, ok := errors.AsType[*httpx.ProblemDetails](err); ok {
		return file, "", p // what the client sent
	}
	if err != nil {
		s.log.Error("a photo was not stored", "error", err)
		return file, "", httpx.Unavailable(fmt.Errorf("store a photo: %w", err))
	}
	return file, mediaType, nil
}

func (s *service) photo(ctx context.Context, who auth.Claims, in *photoInput) (*huma.StreamResponse, error) {
	asking, cancel := context.WithTimeout(ctx, httpx.DefaultTimeout)
	defer cancel()
	p, err := s.store.Photo(asking, who, in.ID, in.Photo)
	if err != nil {
		return nil, err
	}
	c := httpx.Content{Type: p.Type, Name: p.ID + "." + photo.Ending(p.Type), ETag: `"` + p.File + `"`}
	if httpx.Matches(in.Match, c.ETag) {
		return httpx.Send(c), nil
	}
	c.Source, c.Size, err = s.files.Open(blob.Owner{Company: who.Company, Thing: in.ID}, p.File)
	if errors.Is(err, blob.ErrNoFile) {
		s.log.Error("the file of a photo is missing: was TERRENO_BLOB_DIR restored with the database?", "file", p.File)
		return nil, httpx.Problem(http.StatusNotFound, "photo_lost", "The file of this photo is missing. Tell whoever runs the installation.")
	}
	if err != nil {
		return nil, httpx.Unavailable(err)
	}
	return httpx.Send(c), nil
}

// actOnce does one action in a transaction of its own, and counts it.
func (s *service) actOnce(ctx context.Context, who auth.Claims, key httpx.Keyed, request any, w store.Wish) (done store.Acted, err error) {
	if w.Key, err = actionKey(key.Key); err != nil {
		return done, err
	}
	if w.Request, err = change.Hash(string(w.Kind), request); err != nil {
		return done, err
	}
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		done, err = s.store.Act(ctx, ch, who, w)
		return err
	})
	s.metrics.count(w.Kind, done, err)
	return done, err
}
