package natstest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/natsd"
)

// childVariable carries the options to a server that runs as a process of its own.
const childVariable = "TERRENO_TEST_NATSD"

// child is natsd.Options in the form in which they go to the other process.
type child struct {
	Dir     string
	Port    int
	Users   []string
	Cluster *natsd.Cluster
}

// Main must be called first in the TestMain of a package that uses WithProcesses, because the test binary is also the
// server. In the test itself Main returns at once. In a server it never returns.
func Main() {
	text := os.Getenv(childVariable)
	if text == "" {
		return
	}
	var c child
	err := json.Unmarshal([]byte(text), &c)
	if err == nil {
		err = c.serve()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve runs until its parent closes its input. The input also closes when the parent dies.
func (c child) serve() error {
	s, err := natsd.Start(natsd.Options{
		Dir: c.Dir, Port: c.Port, SyncInterval: syncInterval, Users: c.Users, Passwords: password, Cluster: c.Cluster,
	})
	if err != nil {
		return err
	}
	fmt.Println(s.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	s.Shutdown()
	return err
}

// process is a server in a process of its own, which a test can kill as a power cut would.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
}

func startProcess(t testing.TB, o natsd.Options) (*process, error) {
	t.Helper()
	text, err := json.Marshal(child{Dir: o.Dir, Port: o.Port, Users: o.Users, Cluster: o.Cluster})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	cmd.Stderr = t.Output()
	cmd.WaitDelay = 5 * time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, stdin: stdin}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		p.Kill()
		return nil, fmt.Errorf("nats server process did not start: %w (does TestMain call natstest.Main?)", err)
	}
	return p, nil
}

// Shutdown lets the server stop by itself.
func (p *process) Shutdown() {
	_ = p.stdin.Close()
	_ = p.cmd.Wait()
}

// Kill ends the process at once.
func (p *process) Kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}
