package httpx

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/terreno/terreno/pkg/strictjson"
)

const (
	// rawKey marks an operation whose handler reads the body itself.
	rawKey = "raw"
	// maxFindings is how many errors of a body one answer names.
	maxFindings = 20
)

// received is a body that was read whole.
type received struct {
	*bytes.Reader
	content []byte
}

func (received) Close() error { return nil }

func newReceived(content []byte) io.ReadCloser { return received{bytes.NewReader(content), content} }

// plain removes a byte order mark, which some phones send. It refuses a body that as a whole is not UTF-8, and the answer
// says what the body is instead.
func plain(content []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		return content[3:], nil
	case bytes.HasPrefix(content, gzipMagic):
		return nil, Problem(http.StatusBadRequest, "gzip_undeclared",
			"The body is compressed with gzip, and the request does not say so. Add the header Content-Encoding: gzip.")
	case bytes.HasPrefix(content, []byte("\x28\xb5\x2f\xfd")):
		return nil, otherCompression("zstd")
	case len(content) > 1 && content[0] == 0x78 && (int(content[0])<<8|int(content[1]))%31 == 0: // RFC 1950; no JSON begins so
		return nil, otherCompression("deflate")
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")),
		bytes.HasPrefix(content, []byte("{\x00")), bytes.HasPrefix(content, []byte("\x00{")),
		bytes.HasPrefix(content, []byte("[\x00")), bytes.HasPrefix(content, []byte("\x00[")):
		return nil, Problem(http.StatusBadRequest, strictjson.CodeText, "The body is UTF-16. Send it as UTF-8.")
	default:
		return content, nil
	}
}

var gzipMagic = []byte("\x1f\x8b")

func otherCompression(name string) error {
	return Problem(http.StatusUnsupportedMediaType, "content_encoding_unsupported",
		"The body is compressed with "+name+". Send it as it is, or compress it with gzip and add the header Content-Encoding: gzip.",
		Header("Accept-Encoding", "gzip"))
}

// checkBody refuses JSON that its schema and its decoder might read differently. It runs before both.
func (a *API) checkBody(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	body, ok := r.Body.(received)
	if !ok || !isJSON(r) {
		next(ctx)
		return
	}
	shape, checked := a.shapeOf(ctx.Operation())
	if !checked {
		next(ctx)
		return
	}
	if len(bytes.TrimSpace(body.content)) == 0 {
		r.Body = http.NoBody
		next(ctx)
		return
	}
	if err := check(body.content, shape); err != nil {
		Error(w, r, err)
		return
	}
	next(ctx)
}

func isJSON(r *http.Request) bool {
	kind := r.Header.Get("Content-Type")
	return kind == "" || strings.Contains(strings.ToLower(kind), "json")
}

func check(content []byte, shape *strictjson.Shape) error {
	var p *ProblemDetails
	found := 0
	_, err := strictjson.Walk(content, shape, func(f strictjson.Finding) {
		if p == nil {
			p = problem(http.StatusBadRequest, f.Code, f.Detail)
		}
		if found++; found <= maxFindings {
			p.Errors = append(p.Errors, FieldError{location(f), f.Detail})
		}
	})
	if syntax, ok := errors.AsType[*strictjson.SyntaxError](err); ok {
		return Problem(http.StatusBadRequest, strictjson.CodeSyntax, "The body is not valid JSON: "+syntax.Error()+".", Field("body", syntax.Error()))
	}
	if p == nil {
		return err
	}
	p.countRest(found)
	return p
}

func location(f strictjson.Finding) string {
	place := f.Place()
	if place == "" || place[0] == '[' {
		return "body" + place
	}
	return "body." + place
}

// shapeOf returns which parts of its body an operation reads. checked is false when the handler reads the body itself.
func (a *API) shapeOf(op *huma.Operation) (shape *strictjson.Shape, checked bool) {
	content := op.RequestBody.Content["application/json"]
	if raw, _ := op.Metadata[rawKey].(bool); raw || content == nil || content.Schema == nil || content.Schema.Format == "binary" {
		return nil, false
	}
	if known, ok := a.shapes.Load(op); ok {
		return known.(*strictjson.Shape), true
	}
	shape = shapeOf(a.OpenAPI().Components.Schemas, content.Schema, map[*huma.Schema]*strictjson.Shape{})
	a.shapes.Store(op, shape)
	return shape, true
}

func shapeOf(all huma.Registry, s *huma.Schema, made map[*huma.Schema]*strictjson.Shape) *strictjson.Shape {
	if s != nil && s.Ref != "" {
		s = all.SchemaFromRef(s.Ref)
	}
	if s == nil {
		return strictjson.Free()
	}
	if shape, ok := made[s]; ok {
		return shape
	}
	shape := &strictjson.Shape{}
	made[s] = shape
	of, isMap := s.AdditionalProperties.(*huma.Schema)
	switch {
	case len(s.Properties) > 0:
		members := map[string]*strictjson.Shape{}
		for name, property := range s.Properties {
			members[name] = shapeOf(all, property, made)
		}
		shape.Define(strictjson.Object(members))
	case isMap:
		shape.Define(strictjson.Map(shapeOf(all, of, made)))
	case s.Items != nil:
		shape.Define(strictjson.List(shapeOf(all, s.Items, made)))
	case s.Type == huma.TypeString, s.Type == huma.TypeNumber, s.Type == huma.TypeInteger, s.Type == huma.TypeBoolean:
	default:
		shape.Define(strictjson.Free())
	}
	return shape
}
