package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/webapp-operator/function-webapp/test/bench/raw"
)

// patience is how long a process may take to answer for the first time.
const patience = time.Minute

// A process is a contestant that was started.
type process struct {
	cmd    *exec.Cmd
	conn   *grpc.ClientConn
	log    bytes.Buffer
	exited chan struct{}

	// firstAnswer is how long it took from its start to its first answer.
	firstAnswer time.Duration
}

// start starts a contestant and waits for its answer to a first call.
func start(ctx context.Context, c contestant, request []byte) (*process, []byte, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, nil, err
	}

	_, port, _ := net.SplitHostPort(address)
	place := strings.NewReplacer("{address}", address, "{port}", port)
	args := make([]string, 0, len(c.args))

	for _, arg := range c.args {
		args = append(args, place.Replace(arg))
	}

	p := &process{cmd: exec.CommandContext(ctx, c.binary, args...), exited: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	began := time.Now()

	if err := p.cmd.Start(); err != nil {
		return nil, nil, err
	}

	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()

	answer, err := p.call(ctx, address, request)
	if err != nil {
		p.stop()
		return nil, nil, fmt.Errorf("%w; it said: %s", err, tail(p.log.String()))
	}

	p.firstAnswer = time.Since(began)

	return p, answer, nil
}

// call connects as soon as the process listens, and calls it once.
func (p *process) call(ctx context.Context, address string, request []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close()
			break
		}

		select {
		case <-p.exited:
			return nil, fmt.Errorf("%s ended", p.cmd.Path)
		case <-ctx.Done():
			return nil, fmt.Errorf("%s does not listen at %s", p.cmd.Path, address)
		case <-time.After(time.Millisecond):
		}
	}

	// Bytes as they are: what a caller does with them is not measured.
	var err error
	if p.conn, err = grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw.Codec{}), grpc.MaxCallRecvMsgSize(64<<20))); err != nil {
		return nil, err
	}

	var answer []byte

	return answer, p.conn.Invoke(ctx, method, &request, &answer)
}

// stop ends the process.
func (p *process) stop() {
	if p.conn != nil {
		_ = p.conn.Close()
	}

	_ = p.cmd.Process.Signal(syscall.SIGTERM)

	select {
	case <-p.exited:
	case <-time.After(2 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.exited
	}
}

// cpu is how much processor time the process has used.
func (p *process) cpu() (time.Duration, error) {
	// The clock of a process. See clock_getcpuclockid(3).
	const scheduled = 2

	var used unix.Timespec
	if err := unix.ClockGettime(int32(^p.cmd.Process.Pid<<3|scheduled), &used); err != nil { //nolint:gosec // Process IDs are small.
		return 0, fmt.Errorf("cannot read the processor time of %s: %w", p.cmd.Path, err)
	}

	return time.Duration(used.Nano()), nil
}

// peak is the most memory the process has had, in bytes.
func (p *process) peak() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}

	for line := range strings.Lines(string(status)) {
		if size, found := strings.CutPrefix(line, "VmHWM:"); found {
			kib, err := strconv.ParseInt(strings.Fields(size)[0], 10, 64)
			return kib << 10, err
		}
	}

	return 0, fmt.Errorf("the kernel does not say how much memory %s has had", p.cmd.Path)
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}

	return listener.Addr().String(), listener.Close()
}

// tail is the end of what a process said.
func tail(said string) string { return strings.TrimSpace(said[max(0, len(said)-2000):]) }
