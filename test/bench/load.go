package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

const method = fnv1.FunctionRunnerService_RunFunction_FullMethodName

// callers is how many call at once where throughput is measured.
const callers = 16

// A measurement is what one round found of one contestant and one request.
type measurement struct {
	Contestant string `json:"contestant"`
	Request    string `json:"request"`
	Round      int    `json:"round"`

	// With one caller.
	P50 time.Duration `json:"p50Ns"`
	P90 time.Duration `json:"p90Ns"`
	P99 time.Duration `json:"p99Ns"`

	// With 16 callers.
	CallsPerSecond float64       `json:"callsPerSecond"`
	CPUPerCall     time.Duration `json:"cpuPerCallNs"`

	PeakBytes   int64         `json:"peakBytes"`
	FirstAnswer time.Duration `json:"firstAnswerNs"`
}

// probe holds that a contestant does its job.
func probe(ctx context.Context, c contestant, r request) error {
	p, answer, err := start(ctx, c, r.bytes(c))
	if err != nil {
		return err
	}

	defer p.stop()

	if c.idle {
		return nil
	}

	return check(answer, r)
}

// measure starts a contestant and calls it: until it is warm, then one caller,
// then 16.
func measure(ctx context.Context, c contestant, r request, phase time.Duration) (measurement, error) {
	request := r.bytes(c)

	p, _, err := start(ctx, c, request)
	if err != nil {
		return measurement{}, err
	}

	defer p.stop()

	m := measurement{FirstAnswer: p.firstAnswer}

	if _, err := load(ctx, p, request, callers, phase/4); err != nil {
		return m, err
	}

	took, err := load(ctx, p, request, 1, phase)
	if err != nil {
		return m, err
	}

	slices.Sort(took)
	m.P50, m.P90, m.P99 = percentile(took, 50), percentile(took, 90), percentile(took, 99)

	before, err := p.cpu()
	if err != nil {
		return m, err
	}

	began := time.Now()

	if took, err = load(ctx, p, request, callers, phase); err != nil {
		return m, err
	}

	elapsed := time.Since(began)

	after, err := p.cpu()
	if err != nil {
		return m, err
	}

	m.CallsPerSecond = float64(len(took)) / elapsed.Seconds()
	m.CPUPerCall = (after - before) / time.Duration(len(took))
	m.PeakBytes, err = p.peak()

	return m, err
}

// load calls a process for a while, and returns how long each call took.
func load(ctx context.Context, p *process, request []byte, callers int, d time.Duration) ([]time.Duration, error) {
	var (
		wg     sync.WaitGroup
		failed atomic.Pointer[error]
		took   = make([][]time.Duration, callers)
		until  = time.Now().Add(d)
	)

	for i := range callers {
		wg.Go(func() {
			// At least one call each, however short the phase.
			for began := time.Now(); failed.Load() == nil; {
				var answer []byte
				if err := p.conn.Invoke(ctx, method, &request, &answer); err != nil {
					err = fmt.Errorf("a call failed: %w; it said: %s", err, tail(p.log.String()))
					failed.Store(&err)

					return
				}

				ended := time.Now()
				took[i] = append(took[i], ended.Sub(began))
				began = ended

				if ended.After(until) {
					return
				}
			}
		})
	}

	wg.Wait()

	if err := failed.Load(); err != nil {
		return nil, *err
	}

	return slices.Concat(took...), nil
}

// percentile returns the smallest of sorted values that n of 100 do not exceed.
func percentile(sorted []time.Duration, n int) time.Duration {
	return sorted[(len(sorted)*n+99)/100-1]
}
