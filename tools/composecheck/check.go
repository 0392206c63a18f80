package main

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// check returns every problem, a line each that says what to do.
func check(project *types.Project, f files, t told) []string {
	c := &checker{project: project, told: t}
	c.routes()
	for name, s := range project.Services {
		c.dependencies(name, s)
		c.bounds(name, s)
		if ours(s) {
			c.settings(name, s)
			c.connections(name)
		}
	}
	c.natsUsers(string(f.nats))
	c.roles()
	c.trust()
	c.variables(string(f.compose), string(f.env))
	slices.Sort(c.problems)
	return slices.Compact(c.problems)
}

type checker struct {
	project  *types.Project
	told     told
	problems []string
}

func (c *checker) report(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *checker) value(service, name string) string {
	if v := c.project.Services[service].Environment[name]; v != nil {
		return *v
	}
	return ""
}

// routes: who has a path has a service, with a health check that says when it is ready.
func (c *checker) routes() {
	for _, name := range c.told.routed {
		s, ok := c.project.Services[name]
		switch {
		case !ok:
			c.report("%s: it has a path in httpx.Routes and no service here: add one", name)
		case !healthy(s):
			c.report("%s: it has no health check: add `healthcheck: *ready`", name)
		}
	}
}

func healthy(s types.ServiceConfig) bool {
	return s.HealthCheck != nil && !s.HealthCheck.Disable && len(s.HealthCheck.Test) > 0
}

// dependencies: what a service waits for must be able to come true.
func (c *checker) dependencies(name string, s types.ServiceConfig) {
	for on, d := range s.DependsOn {
		target := c.project.Services[on]
		switch d.Condition {
		case types.ServiceConditionHealthy:
			if !healthy(target) {
				c.report("%s: it waits until %s is healthy, which has no health check: add one", name, on)
			}
		case types.ServiceConditionCompletedSuccessfully:
			if target.Restart != "no" {
				c.report("%s: it waits until %s has completed, which is always started again: write `restart: \"no\"` there", name, on)
			}
		}
	}
}

// bounds: memory and logs end somewhere, and nothing keeps a service from having replicas.
func (c *checker) bounds(name string, s types.ServiceConfig) {
	if s.Deploy == nil || s.Deploy.Resources.Limits == nil || s.Deploy.Resources.Limits.MemoryBytes == 0 {
		c.report("%s: nothing limits its memory: add `deploy: {resources: {limits: {memory: ...}}}`", name)
	}
	if s.Logging == nil || s.Logging.Options["max-size"] == "" {
		c.report("%s: nothing limits its logs: add `logging: *logging`", name)
	}
	if s.ContainerName != "" {
		c.report("%s: a container_name allows one replica: take it away", name)
	}
	if len(s.Ports) > 0 && name != "ingress" {
		c.report("%s: a port of the host allows one replica, and only the ingress is for clients: take it away", name)
	}
}

// settings: a program reads what it is given, takes it, and may finish before it is killed.
func (c *checker) settings(name string, s types.ServiceConfig) {
	if fault := c.told.faults[name]; fault != "" {
		c.report("%s: %s", name, fault)
		return
	}
	for variable := range s.Environment {
		if _, ok := c.told.settings[name][variable]; !ok {
			c.report("%s: it does not read %s: see `%s -print-config`", name, variable, strings.Join(s.Command, " "))
		}
	}
	drain, err := time.ParseDuration(c.told.settings[name]["TERRENO_DRAIN_TIMEOUT"])
	if err == nil && (s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) <= drain) {
		c.report("%s: it is killed before its TERRENO_DRAIN_TIMEOUT of %v is over: write a longer stop_grace_period", name, drain)
	}
}

// connections: a service comes to NATS and PostgreSQL as itself, with the password that is set there.
func (c *checker) connections(name string) {
	natsUser, role := name, roleOf(name)
	if name == "provision" {
		natsUser, role = "admin", "postgres"
	}
	c.connection(name, "TERRENO_NATS_URL", natsUser, strings.Trim(c.value("nats", natsVariable(natsUser)), `"`))
	password := c.value("postgres", "POSTGRES_PASSWORD")
	if name != "provision" {
		password = c.project.Environment[c.project.Secrets[role].Environment]
	}
	c.connection(name, "TERRENO_DATABASE_URL", role, password)
}

func (c *checker) connection(name, variable, user, password string) {
	text := c.value(name, variable)
	if text == "" {
		return // its program says so where it needs one
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		c.report("%s: %s is no address with a user and a password", name, variable)
		return
	}
	if u.User.Username() != user {
		c.report("%s: %s is of user %s: write %s", name, variable, u.User.Username(), user)
	} else if got, _ := u.User.Password(); got == "" || got != password {
		c.report("%s: the password in %s is not the one that %s is given: use the same variable", name, variable, user)
	}
	if _, ok := c.project.Services[u.Hostname()]; !ok {
		c.report("%s: %s names the host %s, which is no service here", name, variable, u.Hostname())
	}
}

func roleOf(service string) string { return "terreno_" + strings.ReplaceAll(service, "-", "_") }

func natsVariable(user string) string {
	return "NATS_PASSWORD_" + strings.ToUpper(strings.ReplaceAll(user, "-", "_"))
}

var natsReference = regexp.MustCompile(`\$(NATS_[A-Z_]+)`)

// natsUsers: the server is given each password that its configuration asks for, as text, and no other.
func (c *checker) natsUsers(conf string) {
	asked := map[string]bool{}
	for _, found := range natsReference.FindAllStringSubmatch(conf, -1) {
		asked[found[1]] = true
		if v := c.value("nats", found[1]); len(v) < 3 || v[0] != '"' || v[len(v)-1] != '"' {
			c.report("nats: deploy/nats/terreno.conf asks for %s: set it to '\"${%s:?...}\"', with both quotation marks", found[1], found[1])
		}
	}
	for name := range c.project.Services["nats"].Environment {
		if !asked[name] {
			c.report("nats: deploy/nats/terreno.conf does not ask for %s: take it away, or run make generate", name)
		}
	}
}

// roles: provision is handed the password of every role that a service logs in as, in a file named like the role.
func (c *checker) roles() {
	handed := map[string]bool{}
	for _, s := range c.project.Services["provision"].Secrets {
		handed[s.Source] = s.Target == "" || strings.HasSuffix(s.Target, "/"+s.Source) || s.Target == s.Source
	}
	for name := range c.project.Services {
		if name != "provision" && c.value(name, "TERRENO_DATABASE_URL") != "" && !handed[roleOf(name)] {
			c.report("provision: it is not handed the password of %s: add the secret %s", name, roleOf(name))
		}
		delete(handed, roleOf(name))
	}
	for role := range handed {
		c.report("provision: it is handed the password of %s, as which no service logs in: take the secret away", role)
	}
}

// trust: identity believes the ingress, at the one address that it has, and no network of clients.
func (c *checker) trust() {
	var at []string
	for _, n := range c.project.Services["ingress"].Networks {
		if n != nil && n.Ipv4Address != "" {
			at = append(at, n.Ipv4Address)
		}
	}
	believed := strings.Split(c.value("identity", "TERRENO_TRUSTED_PROXIES"), ",")
	if len(at) != 1 || !slices.Contains(believed, at[0]) {
		c.report("identity: TERRENO_TRUSTED_PROXIES does not name the ingress: give the ingress one ipv4_address and name it there")
	}
	for _, network := range believed {
		if strings.Contains(network, "/") && !strings.HasSuffix(network, "/32") {
			c.report("identity: TERRENO_TRUSTED_PROXIES believes all of %s, in which clients can be: name addresses", network)
		}
	}
}

var reference = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)`)

// variables: env.example has each one that the file uses, and no other. A misspelt one with a default is found here.
func (c *checker) variables(compose, env string) {
	offered, used := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(env) {
		if name, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			offered[name] = true
		}
	}
	for _, found := range reference.FindAllStringSubmatch(compose, -1) {
		if used[found[1]] = true; !offered[found[1]] {
			c.report("deploy/env.example lacks %s, which docker-compose.yml uses", found[1])
		}
	}
	for _, s := range c.project.Secrets {
		used[s.Environment] = true
	}
	for name := range offered {
		if !used[name] {
			c.report("deploy/env.example has %s, which docker-compose.yml does not use", name)
		}
	}
}
