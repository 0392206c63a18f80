package trackingingest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/proto/audience"
)

func TestWhatClientsReadWhenTheyAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	tokens := map[string]string{"platform_admin": w.issuer.Token(t, claims("", "root", audience.RolePlatformAdmin))}
	for _, role := range []string{audience.RoleAdmin, audience.RoleColaborador} {
		tokens[role] = w.issuer.Token(t, claims("acme", "ana", role))
	}
	var all httpxtest.Refusals
	all.Drive(t, w.service.OpenAPI, tokens, func(method, path, token string, body any) answer {
		return w.send(t, method, path, token, body)
	})
	ana := worker("acme", "ana")
	for what, body := range map[string][]byte{
		"an empty list": []byte(`{"positions":[]}`), "an empty body": []byte(" "), "too many": upload("d", walk(noon, 10_001)...),
		"a control in the device": upload("Moto\nG", at(noon)), "a long device": upload(strings.Repeat("d", 65), at(noon)),
		"device a number": []byte(`{"device_id":7,"positions":[{}]}`), "another user": []byte(`{"user_id":"eva","positions":[{}]}`),
		"gzip, undeclared": zipped([]byte("{}")), "UTF-16": []byte("\xff\xfe{\x00"), "half a character": []byte(`{"device_id":"\ud83d","positions":[{}]}`),
		"another case": []byte(`{"Positions":[{}]}`), "cut short": upload("d", at(noon))[:60],
	} {
		all.Add(t, "POST /v1/positions: "+what, w.post(t, ana, body))
	}
	full := columns("d", walk(noon, 3)...)
	for what, body := range map[string][]byte{
		"nothing": []byte(" ")[:0], "JSON": upload("d", at(noon)), "cut short": full[:len(full)/2], "no fixes": full[:3], "too many": columns("d", walk(noon, 10_001)...),
		"a control in the device": columns("Moto\nG", at(noon)), "a device that is no text": columns("\xff", at(noon)), "the old message": {0x0a, 1, 'd'},
	} {
		all.Add(t, "POST /v1/positions, a track: "+what, w.post(t, ana, body, asTrack...))
	}
	day := func(d time.Duration) string { return noon.Add(d).Format(time.RFC3339) }
	for what, path := range map[string]string{
		"too long":                      "?from=" + day(0) + "&to=" + day(32*24*time.Hour),
		"a cursor of ours that is none": "?from=" + day(0) + "&to=" + day(time.Hour) + "&cursor=x", "a user of others": "?from=" + day(0) + "&to=" + day(time.Hour),
	} {
		all.Add(t, "GET /v1/users/{id}/positions: "+what, w.get(t, ana, "/v1/users/eva/positions"+path))
	}
	all.Compare(t)
}
