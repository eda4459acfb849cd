// Command web is a web application that misbehaves when its environment asks for
// it. Without that, it ends as it should: it answers what it has been asked, and
// takes no more.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// behaviour is what the environment asks for.
type behaviour struct {
	// Port to listen on, and how long to wait before.
	port  string
	start time.Duration

	// Ends after that time, with that code.
	exitAfter time.Duration
	exitCode  int

	// Takes so much memory.
	eatMiB int

	// Says that it is not healthy, always or every other time that long.
	unhealthy bool
	flap      time.Duration

	// On SIGTERM: graceful, ignore, exit.
	onTerm string

	// Takes the processor for that long, for each request.
	work time.Duration

	// Sends requests on to another, as the proxy of a service mesh does.
	forwardTo string

	// Fills the folder FILL with a file of FILL_MIB.
	fill    string
	fillMiB int
}

func main() {
	if err := run(fromEnvironment()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func fromEnvironment() behaviour {
	return behaviour{
		port:      text("PORT", "8080"),
		start:     duration("START_AFTER"),
		exitAfter: duration("EXIT_AFTER"),
		exitCode:  number("EXIT_CODE"),
		eatMiB:    number("EAT_MIB"),
		unhealthy: text("UNHEALTHY", "") != "",
		flap:      duration("UNHEALTHY_EVERY"),
		onTerm:    text("ON_SIGTERM", "graceful"),
		work:      duration("WORK"),
		forwardTo: text("FORWARD_TO", ""),
		fill:      text("FILL", ""),
		fillMiB:   number("FILL_MIB"),
	}
}

func text(name, or string) string {
	if s := os.Getenv(name); s != "" {
		return s
	}

	return or
}

func number(name string) int {
	n, _ := strconv.Atoi(os.Getenv(name))
	return n
}

func duration(name string) time.Duration {
	d, _ := time.ParseDuration(os.Getenv(name))
	return d
}

func run(b behaviour) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()

	if b.onTerm == "exit" {
		context.AfterFunc(ctx, func() { os.Exit(0) })
	}

	time.Sleep(b.start)

	if _, set := os.LookupEnv("EXIT_AFTER"); set {
		time.AfterFunc(b.exitAfter, func() { os.Exit(b.exitCode) })
	}

	if err := fill(b.fill, b.fillMiB); err != nil {
		return err
	}

	go eat(b.eatMiB)

	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+b.port)
	if err != nil {
		return err
	}

	server := &http.Server{ReadHeaderTimeout: time.Minute}

	server.Handler, err = b.handler(server)
	if err != nil {
		return err
	}

	ended := make(chan error, 1)

	go func() { ended <- server.Serve(l) }()

	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}

	if b.onTerm == "ignore" {
		return <-ended
	}

	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()

	return server.Shutdown(patience)
}

func (b behaviour) handler(server *http.Server) (http.Handler, error) {
	began := time.Now()
	mux := &http.ServeMux{}

	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		ill := b.unhealthy || (b.flap > 0 && (time.Since(began)/b.flap)%2 == 1)
		if ill {
			http.Error(w, "asked to be unhealthy", http.StatusServiceUnavailable)
		}
	})

	// From then on it keeps no connection, so that its callers go elsewhere.
	mux.HandleFunc("/drain", func(_ http.ResponseWriter, r *http.Request) {
		server.SetKeepAlivesEnabled(false)

		pause, _ := time.ParseDuration(r.URL.Query().Get("for"))
		time.Sleep(pause)
	})

	if b.forwardTo == "" {
		mux.HandleFunc("/", b.answer())
		return mux, nil
	}

	to, err := url.Parse(b.forwardTo)
	if err != nil {
		return nil, err
	}

	// Every caller has a connection of its own, and so has what is sent on for it.
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 100}
	mux.Handle("/", proxy)

	return mux, nil
}

func (b behaviour) answer() http.HandlerFunc {
	host, _ := os.Hostname()

	var sum atomic.Int64

	return func(w http.ResponseWriter, _ *http.Request) {
		for until := time.Now().Add(b.work); time.Now().Before(until); {
			sum.Add(1)
		}

		_, _ = fmt.Fprintln(w, host, os.Getenv("VERSION"))
	}
}

// eat takes memory, a MiB after the other, and keeps it.
func eat(mebibytes int) {
	kept := make([][]byte, 0, mebibytes)

	for range mebibytes {
		b := make([]byte, 1<<20)
		for i := range b {
			b[i] = 1
		}

		kept = append(kept, b)

		time.Sleep(5 * time.Millisecond)
	}

	for len(kept) > 0 {
		time.Sleep(time.Hour)
	}
}

// fill fills a folder with one file.
func fill(folder string, mebibytes int) error {
	if folder == "" {
		return nil
	}

	f, err := os.CreateTemp(folder, "fill")
	if err != nil {
		return err
	}

	for range mebibytes {
		if _, err = f.Write(make([]byte, 1<<20)); err != nil {
			break
		}
	}

	return errors.Join(err, f.Close())
}
