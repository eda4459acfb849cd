package nodes_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

const (
	reachability = `{.status.conditions[?(@.type=="Reachable")].status} {.status.conditions[?(@.type=="Reachable")].reason} {.status.url}`

	// byIngress and byRoute are ways in to a host, one by an Ingress and the other by an
	// HTTPRoute.
	byIngress = "ingress: {host: %s, ingressClassName: public}"
	byRoute   = "httpRoute: {hostnames: [%s], parentRefs: [{name: public, namespace: gateways}]}"
)

// ways are WebApps that are reached from outside, or should be. Each has a host of its name.
var ways = []struct {
	name, way string

	// open says that it is reached. Reason and words are what it says of that.
	open          bool
	reason, words string
}{
	{"ingress", byIngress, true, "Reachable", "has the address " + nodes.WayIn},
	{"route", byRoute, true, "Reachable", "accepted by Gateway gateways/public"},
	{"class-of-nobody", "ingress: {host: %s, ingressClassName: nobody}", false, "NoAddress", "describe ingress class-of-nobody"},
	{"listener-missing", "httpRoute: {hostnames: [%s], parentRefs: [{name: public, namespace: gateways, sectionName: missing}]}", false, "NotAccepted", "Gateway gateways/public (missing) does not accept the HTTPRoute (NoMatchingParent)."},
	{"gateway-missing", "httpRoute: {hostnames: [%s], parentRefs: [{name: missing, namespace: gateways}]}", false, "NotAccepted", "says nothing of the HTTPRoute"},
}

// testWayIn reaches WebApps from outside, by a real ingress controller and a real Gateway,
// and holds what they say of it to what callers see.
func testWayIn(t *testing.T) {
	n := newNamespace(t, "way-in")
	host := func(name string) string { return name + ".example.com" }

	for _, w := range ways {
		n.webApp(t, w.name, fmt.Sprintf("replicas: 1, image: %q, "+w.way, nodes.Image("web"), host(w.name)))
	}

	for _, w := range ways {
		status, url := "False", "http://"+w.name+"."+n.name+".svc"
		if w.open {
			status, url = "True", "http://"+host(w.name)
		}

		n.says(t, w.name, status+" "+w.reason+" "+url, w.words)

		if w.open {
			n.answers(t, host(w.name), w.name)
		}
	}

	for _, way := range []string{byIngress, byRoute} {
		n.claimTwice(t, way)
	}

	n.askFurtherPort(t)

	// By now, it has been served many times what there was to serve of them.
	for _, w := range ways {
		if by, err := ask(t.Context(), host(w.name)); !w.open && err == nil {
			t.Errorf("%s says that it is not reached, and is, by %s", w.name, by)
		}
	}
}

// askFurtherPort reaches a WebApp by a further port of its Service, which only the cluster
// knows: through another one that sends requests on.
func (n *namespace) askFurtherPort(t *testing.T) {
	t.Helper()

	const host = "before.example.com"

	n.webApp(t, "behind", fmt.Sprintf("replicas: 1, image: %q, service: {additionalPorts: [{name: again, port: 9000, targetPort: 8080}]}", nodes.Image("web")))
	n.webApp(t, "before", fmt.Sprintf("replicas: 1, image: %q, env: {FORWARD_TO: 'http://behind.%s.svc:9000'}, "+byIngress, nodes.Image("web"), n.name, host))
	n.says(t, "before", "True Reachable http://"+host, "")
	n.answers(t, host, "behind")
}

// claimTwice has two WebApps claim one host. Nobody keeps them from it: one of them answers
// each request, and both say that they are reached, as those say who serve the way in. Which
// of them answers may change whenever something else does.
func (n *namespace) claimTwice(t *testing.T, way string) {
	t.Helper()

	const (
		host     = "claimed.example.com"
		times    = 6
		requests = 10
	)

	// Who takes the first of their names does not take the older one by it.
	names := []string{"old", "new"}
	for _, name := range names {
		n.webApp(t, name, fmt.Sprintf("replicas: 1, image: %q, "+way, nodes.Image("web"), host))
		n.says(t, name, "True Reachable http://"+host, "")
	}

	n.settles(t, host)

	answers, turns := map[string]int{}, []string{}

	for number := range times {
		n.changeAnother(t, fmt.Sprintf("another-%d.example.com", number))

		for range requests {
			by, err := ask(t.Context(), host)
			must(t, err)

			name, _, _ := strings.Cut(by, "-")
			answers[name]++

			if len(turns) == 0 || turns[len(turns)-1] != name {
				turns = append(turns, name)
			}
		}
	}

	if answers[names[0]]+answers[names[1]] != times*requests {
		t.Errorf("want one of %q to answer each request, got %v", names, answers)
	}

	for _, name := range names {
		n.says(t, name, "True Reachable http://"+host, "")
	}

	sayf("%s: two WebApps claim a host (%s). While another Ingress changed %d times, requests went to %s: %v", t.Name(), strings.Split(way, ":")[0], times, strings.Join(turns, ", then to "), answers)
	n.do(t, "delete", "wa", "-n", n.name, names[0], names[1])
}

// changeAnother gives an Ingress that is nobody's another host, and waits until that is
// served.
func (n *namespace) changeAnother(t *testing.T, host string) {
	t.Helper()
	n.apply(t, fmt.Sprintf(`
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: another}
spec:
  ingressClassName: public
  rules:
  - host: %s
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: %s, port: {number: 80}}}}]}
`, host, ways[0].name))
	n.eventually(t, patience, func() error {
		_, err := ask(t.Context(), host)
		return err
	})
}

// answers waits until a WebApp answers for a host. Traefik takes what was said a moment ago
// up to two seconds later.
func (n *namespace) answers(t *testing.T, host, name string) {
	t.Helper()
	n.eventually(t, patience, func() error {
		by, err := ask(t.Context(), host)
		if err == nil && !strings.HasPrefix(by, name+"-") {
			err = fmt.Errorf("want %s to answer for %s, got %s", name, host, by)
		}

		return err
	})
}

// settles waits until all requests for a host have been answered for longer than Traefik
// takes: where two claim it, it may know of one that it serves, and not yet of its pods.
func (n *namespace) settles(t *testing.T, host string) {
	t.Helper()
	n.eventually(t, patience, func() error {
		for began := time.Now(); time.Since(began) < 3*time.Second; time.Sleep(50 * time.Millisecond) {
			if _, err := ask(t.Context(), host); err != nil {
				return err
			}
		}

		return nil
	})
}

// says waits until a WebApp runs, and says of its way in what it should.
func (n *namespace) says(t *testing.T, name, want, words string) {
	t.Helper()
	n.eventually(t, patience, func() error {
		app := n.get(t, webApps, name)
		phase, got, message := read(t, app, "{.status.phase}"), read(t, app, reachability), read(t, app, `{.status.conditions[?(@.type=="Reachable")].message}`)

		if phase != "Running" || got != want || !strings.Contains(message, words) {
			return fmt.Errorf("%s: want it Running, %q and %q, got %s, %q and %q", name, want, words, phase, got, message)
		}

		return nil
	})
}

// ask sends a request for a host from outside, and returns which pod answered.
func ask(ctx context.Context, host string) (pod string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+nodes.WayIn, nil)
	if err != nil {
		return "", err
	}

	req.Host = host

	rsp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}

	answer, err := io.ReadAll(rsp.Body)
	if err == nil && rsp.StatusCode != http.StatusOK {
		err = errors.New(rsp.Status)
	}

	return string(answer), errors.Join(err, rsp.Body.Close())
}

// testThrough has no request fail that comes from outside while the image changes.
func testThrough(t *testing.T) {
	found := newTable(append([]string{"Another image, reached by"}, countedColumns...)...)
	t.Cleanup(func() { found.log(t) })

	for _, way := range []string{byIngress, byRoute} {
		name, _, _ := strings.Cut(way, ":")

		t.Run(name, func(t *testing.T) {
			t.Parallel()

			n := newNamespace(t, "through-"+strings.ToLower(name))
			host := strings.ToLower(name) + ".shop.example.com"

			n.shop(t, 4, nodes.Image("web"), ", "+fmt.Sprintf(way, host))
			n.complete(t, 4)
			n.says(t, "shop", "True Reachable http://"+host, "")

			n.answers(t, host, "shop")

			// There are two of them at the same time.
			c := n.callAt(t, nodes.Node(2), 2*regularly, "http://"+host, fmt.Sprintf("hostAliases: [{ip: %s, hostnames: [%s]}]", nodes.WayIn, host))
			defer c.stop(t)

			c.serve(t, found, change{name: name, do: func(t *testing.T, n *namespace) {
				n.shop(t, 4, nodes.Registry+"/web:2", ", "+fmt.Sprintf(way, host))
				n.complete(t, 4)
			}})
		})
	}
}
