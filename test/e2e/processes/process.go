// Package processes keeps programs running after the command that started them
// has ended.
package processes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// A Process is a program that stays. What is known of it is kept in a file, so
// that another command can tell how it does, stop it, or start it again.
type Process struct {
	Name        string   `json:"name"`
	Program     string   `json:"program"`
	Args        []string `json:"args"`
	Environment []string `json:"environment,omitempty"`

	// PID and Created (milliseconds of Unix time) tell the process from another
	// that has got its number later.
	PID     int32 `json:"pid"`
	Created int64 `json:"created"`

	// Position is when it was first started among the others.
	Position int `json:"position"`

	// Isolated gives it mounts, process numbers and a network of its own, with
	// all that it starts. They go when it ends. It needs Linux and root.
	Isolated bool `json:"isolated,omitempty"`
}

// A Folder has what is known of processes, and what they say.
type Folder struct {
	// Dir also has everything that the processes write.
	Dir string
}

// Path is a file in the folder.
func (f Folder) Path(names ...string) string {
	return filepath.Join(append([]string{f.Dir}, names...)...)
}

// Create makes the folder.
func (f Folder) Create() error {
	return errors.Join(os.MkdirAll(f.Path("processes"), 0o700), os.MkdirAll(f.Path("logs"), 0o700))
}

// stopTimeout is how long a process may take to end before it is killed.
const stopTimeout = 15 * time.Second

// Processes returns what was started, in that order.
func (f Folder) Processes() ([]Process, error) {
	files, err := filepath.Glob(f.Path("processes", "*.json"))
	if err != nil {
		return nil, err
	}

	all := make([]Process, 0, len(files))

	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}

		p := Process{}
		if err := json.Unmarshal(content, &p); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}

		all = append(all, p)
	}

	slices.SortFunc(all, func(a, b Process) int { return a.Position - b.Position })

	return all, nil
}

// Process returns what was started under a name.
func (f Folder) Process(name string) (Process, bool) {
	all, _ := f.Processes()
	i := slices.IndexFunc(all, func(p Process) bool { return p.Name == name })

	if i < 0 {
		return Process{}, false
	}

	return all[i], true
}

// Running says whether the process runs.
func (p Process) Running() bool {
	_, err := p.Find()
	return err == nil
}

// Usage is what a process has used until now.
type Usage struct {
	CPUSeconds    float64 `json:"cpuSeconds"`
	ResidentBytes uint64  `json:"residentBytes"`
}

// Usage returns what the process has used until now.
func (p Process) Usage() (Usage, error) {
	running, err := p.Find()
	if err != nil {
		return Usage{}, err
	}

	times, err := running.Times()
	if err != nil {
		return Usage{}, err
	}

	memory, err := running.MemoryInfo()
	if err != nil {
		return Usage{}, err
	}

	return Usage{CPUSeconds: times.User + times.System, ResidentBytes: memory.RSS}, nil
}

// Find returns the process if it is still the one that was started.
func (p Process) Find() (*process.Process, error) {
	running, err := process.NewProcess(p.PID)
	if err != nil {
		return nil, err
	}

	if created, err := running.CreateTime(); err != nil || created != p.Created {
		return nil, errors.Join(process.ErrorProcessNotRunning, err)
	}

	if status, err := running.Status(); err != nil || slices.Contains(status, process.Zombie) {
		return nil, errors.Join(process.ErrorProcessNotRunning, err)
	}

	return running, nil
}

// Run starts a program, unless it runs already. What it says is added to
// logs/<name>.log. A process that was started before and has ended is started
// again as it was: others know its addresses.
func (f Folder) Run(ctx context.Context, p Process) error {
	if before, found := f.Process(p.Name); found {
		if before.Running() {
			return nil
		}

		p = before
	} else {
		all, err := f.Processes()
		if err != nil {
			return err
		}

		for _, other := range all {
			p.Position = max(p.Position, other.Position+1)
		}
	}

	return f.launch(ctx, p)
}

// Log is the file that has what a process says.
func (f Folder) Log(name string) string { return f.Path("logs", name+".log") }

// Signal sends a signal to a process.
func (f Folder) Signal(name string, signal syscall.Signal) error {
	p, found := f.Process(name)
	if !found {
		return fmt.Errorf("%s was never started", name)
	}

	running, err := p.Find()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}

	return running.SendSignal(signal)
}

// Kill ends a process at once, as a node that fails does.
func (f Folder) Kill(ctx context.Context, name string) error {
	if err := f.Signal(name, syscall.SIGKILL); err != nil {
		return err
	}

	return f.ended(ctx, name)
}

// Stop asks a process to end, and kills it if it takes too long.
func (f Folder) Stop(ctx context.Context, name string) error {
	if p, found := f.Process(name); !found || !p.Running() {
		return nil
	}

	if err := f.Signal(name, syscall.SIGTERM); err != nil {
		return err
	}

	patience, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()

	if err := f.ended(patience, name); err == nil {
		return nil
	}

	return f.Kill(ctx, name)
}

// StopAll stops every process, the last one first.
func (f Folder) StopAll(ctx context.Context) error {
	all, err := f.Processes()
	if err != nil {
		return err
	}

	for _, p := range slices.Backward(all) {
		if err := f.Stop(ctx, p.Name); err != nil {
			return err
		}
	}

	return nil
}

// Restart starts a process that has ended again, as it was.
func (f Folder) Restart(ctx context.Context, name string) error {
	p, found := f.Process(name)
	if !found {
		return fmt.Errorf("%s was never started", name)
	}

	return f.Run(ctx, p)
}

// Forget removes what is known of a process that has ended.
func (f Folder) Forget(name string) error {
	return os.Remove(f.Path("processes", name+".json"))
}

// LastWords are the end of a process's log.
func (f Folder) LastWords(name string) string {
	content, _ := os.ReadFile(f.Log(name))

	const enough = 2000

	return strings.TrimSpace(string(content[max(0, len(content)-enough):]))
}

func (f Folder) launch(ctx context.Context, p Process) error {
	log, err := os.OpenFile(f.Log(p.Name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // The process has its own handle.

	cmd := exec.CommandContext(context.WithoutCancel(ctx), p.Program, p.Args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), p.Environment...)
	// It outlives the command that starts it, and the terminal.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}

	if p.Isolated {
		isolate(cmd.SysProcAttr)
	}

	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start %s: %w", p.Name, err)
	}

	// Nobody else can see that it has ended.
	go cmd.Wait() //nolint:errcheck // How it ended is in its log.

	p.PID = int32(cmd.Process.Pid) //nolint:gosec // Process numbers are small.

	running, err := process.NewProcess(p.PID)
	if err == nil {
		p.Created, err = running.CreateTime()
	}

	if err != nil {
		return fmt.Errorf("%s ended at once; %s says why: %w", p.Name, f.Log(p.Name), err)
	}

	content, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}

	// In one step: it may be read at any time.
	next := f.Path("processes", p.Name+".next")
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return err
	}

	return os.Rename(next, f.Path("processes", p.Name+".json"))
}

// ended waits until a process has ended.
func (f Folder) ended(ctx context.Context, name string) error {
	return Eventually(ctx, func() error {
		if p, _ := f.Process(name); p.Running() {
			return fmt.Errorf("%s still runs", name)
		}

		return nil
	})
}

// Eventually tries until it works, or until the context ends.
func Eventually(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}

		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
