package app

import (
	"context"
	"net"
	"net/http"

	"github.com/terreno/terreno/pkg/httpx"
)

// HTTP serves a handler on a listener until the context ends. It then lets requests in flight finish.
func HTTP(name string, ln net.Listener, h http.Handler, d Deps) Runner {
	return Runner{Name: name, Run: func(ctx context.Context) error {
		return httpx.Serve(ctx, ln, h, httpx.ServeOptions{Log: d.Log, DrainTimeout: d.DrainTimeout})
	}}
}

// Checks gathers the checks that /readyz makes, each under its service's name.
func Checks(services ...*Service) []Check {
	var checks []Check
	for _, s := range services {
		for _, c := range s.Checks {
			checks = append(checks, Check{Name: s.Name + "/" + c.Name, Ready: c.Ready, Soft: c.Soft})
		}
	}
	return checks
}
