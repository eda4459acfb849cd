// Command bench measures what a call of a composition function costs, side by
// side: ours, one that does nothing, one written as Crossplane's documentation
// teaches, and any other that there is a binary of.
//
// Each contestant is a process of its own, called over gRPC on loopback with the
// same request. Rounds are interleaved, so that whatever else the machine does is
// fair to all, and figures are medians of rounds. See docs/performance.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	o := options{}
	flag.IntVar(&o.rounds, "rounds", 5, "rounds to run")
	flag.DurationVar(&o.phase, "phase", time.Second, "how long each of the two phases of a round takes: one caller, and 16")
	flag.StringVar(&o.bin, "bin", "", "folder with the contestants' binaries")
	flag.StringVar(&o.peers, "peers", "", "file that lists more contestants")
	flag.StringVar(&o.peerBin, "peer-bin", "", "folder with the binaries of peers; without one they are looked for on PATH")
	flag.StringVar(&o.out, "out", "", "folder for the report")
	flag.Func("only", "contestants to measure, with commas between (default all)", among(&o.only))
	flag.Func("requests", "requests to call them with, with commas between (default all)", among(&o.requests))
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}

type options struct {
	rounds  int
	phase   time.Duration
	bin     string
	peers   string
	peerBin string
	out     string

	// only and requests leave out all others, if there are any.
	only, requests []string
}

func among(names *[]string) func(string) error {
	return func(s string) error {
		*names = strings.Split(s, ",")
		return nil
	}
}

func isAmong(names []string, name string) bool {
	return len(names) == 0 || slices.Contains(names, name)
}

func run(ctx context.Context, o options) error {
	contestants, err := newContestants(o)
	if err != nil {
		return err
	}

	contestants = slices.DeleteFunc(contestants, func(c contestant) bool { return !isAmong(o.only, c.name) })

	requests := slices.DeleteFunc(slices.Clone(allRequests), func(r request) bool { return !isAmong(o.requests, r.name) })
	results := &results{Machine: describeMachine(), Rounds: o.rounds, Phase: o.phase.String(), Requests: map[string]int{}}

	for _, r := range requests {
		results.Requests[r.name] = len(r.bytes(contestant{}))
	}

	for i := range contestants {
		c := &contestants[i]
		if c.absent == "" {
			c.absent = refuses(ctx, c, requests)
		}

		results.Contestants = append(results.Contestants, describe(*c))

		if c.absent != "" {
			fmt.Fprintf(os.Stderr, "%s is not measured: %s\n", c.name, c.absent)
		}
	}

	for round := range o.rounds {
		for i := range contestants {
			// Nobody always goes first.
			c := contestants[(round+i)%len(contestants)]
			if c.absent != "" {
				continue
			}

			for _, r := range requests {
				m, err := measure(ctx, c, r, o.phase)
				if err != nil {
					return fmt.Errorf("%s, %s request: %w", c.name, r.name, err)
				}

				m.Contestant, m.Request, m.Round = c.name, r.name, round
				results.Measurements = append(results.Measurements, m)
			}

			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, o.rounds, c.name)
		}
	}

	return results.write(filepath.Clean(o.out), os.Stdout)
}

// refuses asks a contestant for every request once, and returns what is wrong
// with its answers: nobody is measured who does not do the job.
func refuses(ctx context.Context, c *contestant, requests []request) string {
	for _, r := range requests {
		if err := probe(ctx, *c, r); err != nil {
			if !c.ours {
				return fmt.Sprintf("%s request: %v", r.name, err)
			}

			// What is built here must work: somebody broke it.
			fmt.Fprintf(os.Stderr, "bench: %s, %s request: %v\n", c.name, r.name, err)
			os.Exit(1)
		}
	}

	return ""
}
