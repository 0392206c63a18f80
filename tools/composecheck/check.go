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

// check returns all problems. Each is one line that says what to do.
func check(project *types.Project, f files, info programInfo) []string {
	c := &checker{project: project, info: info}
	c.routes()
	for name, s := range project.Services {
		c.dependencies(name, s)
		c.bounds(name, s)
		if isTerreno(s) {
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
	info     programInfo
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

// routes checks that each service of the route table is in the compose file and has a health check.
func (c *checker) routes() {
	for _, name := range c.info.routed {
		s, ok := c.project.Services[name]
		switch {
		case !ok:
			c.report("%s: it has a path in httpx.Routes but is not in docker-compose.yml: add the service", name)
		case !healthy(s):
			c.report("%s: it has no health check: add `healthcheck: *ready`", name)
		}
	}
}

func healthy(s types.ServiceConfig) bool {
	return s.HealthCheck != nil && !s.HealthCheck.Disable && len(s.HealthCheck.Test) > 0
}

// dependencies checks that the conditions for which a service waits can become true.
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
				c.report("%s: it waits until %s has completed, but compose always restarts that service: write `restart: \"no\"` there", name, on)
			}
		}
	}
}

// bounds checks that the memory and the logs of a service are limited, and that the service can have replicas.
func (c *checker) bounds(name string, s types.ServiceConfig) {
	if s.Deploy == nil || s.Deploy.Resources.Limits == nil || s.Deploy.Resources.Limits.MemoryBytes == 0 {
		c.report("%s: nothing limits its memory: add `deploy: {resources: {limits: {memory: ...}}}`", name)
	}
	if s.Logging == nil || s.Logging.Options["max-size"] == "" {
		c.report("%s: nothing limits its logs: add `logging: *logging`", name)
	}
	if s.ContainerName != "" {
		c.report("%s: a container_name allows only one replica: remove it", name)
	}
	if len(s.Ports) > 0 && name != "ingress" {
		c.report("%s: a port of the host allows only one replica, and clients use only the ingress: remove it", name)
	}
}

// settings checks that a program reads all its variables and accepts their values, and that it has time to drain before it
// is killed.
func (c *checker) settings(name string, s types.ServiceConfig) {
	if fault := c.info.faults[name]; fault != "" {
		c.report("%s: %s", name, fault)
		return
	}
	for variable := range s.Environment {
		if _, ok := c.info.settings[name][variable]; !ok {
			c.report("%s: it does not read %s: see `%s -print-config`", name, variable, strings.Join(s.Command, " "))
		}
	}
	drain, err := time.ParseDuration(c.info.settings[name]["TERRENO_DRAIN_TIMEOUT"])
	if err == nil && (s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) <= drain) {
		c.report("%s: compose kills it before its TERRENO_DRAIN_TIMEOUT of %v is over: write a longer stop_grace_period", name, drain)
	}
}

// connections checks that a service connects to NATS and PostgreSQL as its own user, with the password that is set there.
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
		return // If the program needs the variable, it reports that itself.
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		c.report("%s: %s is not an address with a user and a password", name, variable)
		return
	}
	if u.User.Username() != user {
		c.report("%s: %s names the user %s: write %s", name, variable, u.User.Username(), user)
	} else if got, _ := u.User.Password(); got == "" || got != password {
		c.report("%s: the password in %s is not the password of %s: use the same variable in both places", name, variable, user)
	}
	if _, ok := c.project.Services[u.Hostname()]; !ok {
		c.report("%s: %s names the host %s, which is not a service in docker-compose.yml", name, variable, u.Hostname())
	}
}

func roleOf(service string) string { return "terreno_" + strings.ReplaceAll(service, "-", "_") }

func natsVariable(user string) string {
	return "NATS_PASSWORD_" + strings.ToUpper(strings.ReplaceAll(user, "-", "_"))
}

var natsReference = regexp.MustCompile(`\$(NATS_[A-Z_]+)`)

// natsUsers checks that the NATS server gets exactly the passwords that its configuration uses, each with quotation marks.
func (c *checker) natsUsers(conf string) {
	used := map[string]bool{}
	for _, found := range natsReference.FindAllStringSubmatch(conf, -1) {
		used[found[1]] = true
		if v := c.value("nats", found[1]); len(v) < 3 || v[0] != '"' || v[len(v)-1] != '"' {
			c.report("nats: deploy/nats/terreno.conf uses %s: set it to '\"${%s:?...}\"', with both quotation marks", found[1], found[1])
		}
	}
	for name := range c.project.Services["nats"].Environment {
		if !used[name] {
			c.report("nats: deploy/nats/terreno.conf does not use %s: remove it, or run make generate", name)
		}
	}
}

// roles checks that provision gets the password of every role with which a service logs in, as a file with the role's name.
func (c *checker) roles() {
	given := map[string]bool{}
	for _, s := range c.project.Services["provision"].Secrets {
		given[s.Source] = s.Target == "" || strings.HasSuffix(s.Target, "/"+s.Source) || s.Target == s.Source
	}
	for name := range c.project.Services {
		if name != "provision" && c.value(name, "TERRENO_DATABASE_URL") != "" && !given[roleOf(name)] {
			c.report("provision: it does not get the password of %s: add the secret %s", name, roleOf(name))
		}
		delete(given, roleOf(name))
	}
	for role := range given {
		c.report("provision: it gets the password of %s, but no service logs in as this role: remove the secret", role)
	}
}

// trust checks that each service behind the ingress which reads client addresses trusts the single address of the ingress,
// and no network in which clients can be.
func (c *checker) trust() {
	const setting = "TERRENO_TRUSTED_PROXIES"
	var at []string
	for _, n := range c.project.Services["ingress"].Networks {
		if n != nil && n.Ipv4Address != "" {
			at = append(at, n.Ipv4Address)
		}
	}
	for name := range c.project.Services {
		if _, reads := c.info.settings[name][setting]; !reads || name == "ingress" {
			continue
		}
		trusted := strings.Split(c.value(name, setting), ",")
		if len(at) != 1 || !slices.Contains(trusted, at[0]) {
			c.report("%s: %s does not name the ingress: give the ingress one ipv4_address and write it there", name, setting)
		}
		for _, network := range trusted {
			if strings.Contains(network, "/") && !strings.HasSuffix(network, "/32") {
				c.report("%s: %s trusts all of %s, in which clients can be: name single addresses", name, setting, network)
			}
		}
	}
}

var reference = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)`)

// variables checks that env.example has exactly the variables that the compose file uses. This also finds a misspelt variable
// that has a default.
func (c *checker) variables(compose, env string) {
	offered, used := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(env) {
		if name, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			offered[name] = true
		}
	}
	for _, found := range reference.FindAllStringSubmatch(compose, -1) {
		if used[found[1]] = true; !offered[found[1]] {
			c.report("deploy/env.example does not have %s, which docker-compose.yml uses", found[1])
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
