// Command load sends requests from inside the cluster and counts what fails. It
// tells the counts to whoever asks.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// counts are what became of requests until now.
type counts struct {
	Total  int            `json:"total"`
	Failed int            `json:"failed"`
	Why    map[string]int `json:"why"`

	// Slowest is that of the last answer that was waited for longest, in
	// milliseconds.
	Slowest int64 `json:"slowest"`

	mu sync.Mutex
}

func main() {
	address := flag.String("url", "", "address to ask")
	listen := flag.String("listen", ":8080", "address to tell the counts on")
	callers := flag.Int("callers", 16, "how many ask at the same time")
	pause := flag.Duration("pause", 10*time.Millisecond, "how long each waits between requests")
	keep := flag.Bool("keep", false, "keep connections, and do not make one for each request")
	flag.Parse()

	all := &counts{Why: map[string]int{}}

	for range *callers {
		client := &http.Client{
			Timeout:   5 * time.Second,
			Transport: &http.Transport{DisableKeepAlives: !*keep, MaxIdleConnsPerHost: 1},
		}

		go func() {
			for {
				began := time.Now()
				all.add(ask(client, *address), time.Since(began))
				time.Sleep(*pause)
			}
		}()
	}

	http.Handle("/", all)

	server := &http.Server{Addr: *listen, ReadHeaderTimeout: time.Minute}
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}

func ask(client *http.Client, address string) error {
	rsp, err := client.Get(address) //nolint:noctx // The client has its timeout.
	if err != nil {
		return err
	}

	_, err = io.Copy(io.Discard, rsp.Body)
	if err == nil && rsp.StatusCode != http.StatusOK {
		err = errors.New(rsp.Status)
	}

	return errors.Join(err, rsp.Body.Close())
}

// ServeHTTP tells the counts since it was last asked to begin anew, and begins
// anew on POST.
func (c *counts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if err := json.NewEncoder(w).Encode(c); err != nil {
		return
	}

	if r.Method == http.MethodPost {
		c.Total, c.Failed, c.Slowest = 0, 0, 0
		clear(c.Why)
	}
}

func (c *counts) add(err error, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.Total++
	c.Slowest = max(c.Slowest, took.Milliseconds())

	if err != nil {
		c.Failed++
		c.Why[why(err)]++
	}
}

// why is the cause of an error, without what differs from request to request.
func why(err error) string {
	outer, inner, name := (*url.Error)(nil), (*net.OpError)(nil), (*net.DNSError)(nil)

	switch {
	case errors.As(err, &name):
		return "lookup: " + name.Err
	case errors.As(err, &inner):
		return inner.Op + ": " + inner.Err.Error()
	case errors.As(err, &outer) && outer.Timeout():
		return "no answer within 5 s"
	case errors.As(err, &outer):
		return outer.Err.Error()
	default:
		return err.Error()
	}
}
