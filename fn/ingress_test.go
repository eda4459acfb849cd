package fn

import (
	std "cmp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// askFor runs the function for a WebApp with more fields of a spec, where every
// feature is switched on and granted.
func askFor(t *testing.T, fields string) *answer {
	t.Helper()
	return reached(t, request(webAppWith(fields), withInput(everythingSet), withRequired(platform.GrantsRequirement, everythingGranted), withKinds))
}

// TestIngress holds what an Ingress is made of.
func TestIngress(t *testing.T) {
	type want struct {
		// spec and annotations are the Ingress's.
		spec, annotations string

		url string
	}

	const (
		set     = `{"a/b": "c"}`
		usual   = `"ingressClassName": "nginx", "host": "{name}.acme.com"`
		backend = `{"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"name": "http"}}}}]}`
	)

	cases := map[string]struct {
		reason string
		// defaults are what the platform team says of Ingresses, if it is not the usual.
		defaults, fields string

		// want is nothing if there is no Ingress.
		want want
	}{
		"Host": {
			reason: "A host is enough.",
			fields: `"ingress": {"host": "shop.example.com"}`,
			want: want{
				spec: `{"ingressClassName": "nginx", "rules": [{"host": "shop.example.com", "http": {"paths": [
					{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"name": "http"}}}}]}}]}`,
				annotations: set,
				url:         "http://shop.example.com",
			},
		},
		"Everything": {
			reason: "What the WebApp says goes before what the platform team says, and so do annotations.",
			fields: `"ingress": {"host": "example.com", "path": "/shop/", "pathType": "Exact", "ingressClassName": "public",
				"annotations": {"a/b": "mine", "cert-manager.io/cluster-issuer": "le"}, "tls": {"secretName": "shop-tls"}}`,
			want: want{
				spec: `{"ingressClassName": "public", "rules": [{"host": "example.com", "http": {"paths": [
					{"path": "/shop/", "pathType": "Exact", "backend": {"service": {"name": "shop", "port": {"name": "http"}}}}]}}],
					"tls": [{"hosts": ["example.com"], "secretName": "shop-tls"}]}`,
				annotations: `{"a/b": "mine", "cert-manager.io/cluster-issuer": "le"}`,
				url:         "https://example.com/shop/",
			},
		},
		"EveryHost": {
			reason: "Many hosts have no one address. The controller may have a certificate for all.",
			fields: `"ingress": {"host": "*.example.com", "path": null, "tls": {}}`,
			want: want{
				spec: `{"ingressClassName": "nginx", "rules": [{"host": "*.example.com", "http": {"paths": [
					{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"name": "http"}}}}]}}],
					"tls": [{"hosts": ["*.example.com"]}]}`,
				annotations: set,
				url:         "http://shop.acme.svc",
			},
		},
		"Hosts": {
			reason: "All lead to the same path, with one certificate, and the first that is one is where it is reached.",
			fields: `"ingress": {"hosts": ["*.example.com", "shop.example.com", "shop.example.org"], "tls": {"secretName": "shop"}}`,
			want: want{
				spec: `{"ingressClassName": "nginx", "rules": [{"host": "*.example.com", "http": ` + backend + `}, {"host": "shop.example.com", "http": ` + backend + `}, {"host": "shop.example.org", "http": ` + backend + `}],
					"tls": [{"hosts": ["*.example.com", "shop.example.com", "shop.example.org"], "secretName": "shop"}]}`,
				annotations: set,
				url:         "https://shop.example.com",
			},
		},
		"NoHosts": {
			reason: "An empty list says nothing.",
			fields: `"ingress": {"hosts": []}`,
			want:   want{spec: `{"ingressClassName": "nginx", "rules": [{"host": "shop.acme.com", "http": ` + backend + `}]}`, annotations: set, url: "http://shop.acme.com"},
		},
		"ForAll": {
			reason:   "The platform team's annotations and certificates are for who says nothing of them, and the annotations go before those of all objects.",
			defaults: usual + `, "annotations": {"a/b": "d", "cert-manager.io/cluster-issuer": "le"}, "tls": {"secretName": "{name}-tls"}`,
			fields:   `"ingress": {}`,
			want: want{
				spec:        `{"ingressClassName": "nginx", "rules": [{"host": "shop.acme.com", "http": ` + backend + `}], "tls": [{"hosts": ["shop.acme.com"], "secretName": "shop-tls"}]}`,
				annotations: `{"a/b": "d", "cert-manager.io/cluster-issuer": "le"}`,
				url:         "https://shop.acme.com",
			},
		},
		"OverForAll": {
			reason:   "A WebApp's own go before them.",
			defaults: usual + `, "annotations": {"a/b": "d", "e/f": "g"}, "tls": {"secretName": "wildcard"}`,
			fields:   `"ingress": {"annotations": {"a/b": "mine"}, "tls": {"secretName": "mine"}}`,
			want: want{
				spec:        `{"ingressClassName": "nginx", "rules": [{"host": "shop.acme.com", "http": ` + backend + `}], "tls": [{"hosts": ["shop.acme.com"], "secretName": "mine"}]}`,
				annotations: `{"a/b": "mine", "e/f": "g"}`,
				url:         "https://shop.acme.com",
			},
		},
		"ControllersCertificate": {
			reason:   "The controller may have a certificate for all.",
			defaults: usual + `, "tls": {}`,
			fields:   `"ingress": {}`,
			want: want{
				spec:        `{"ingressClassName": "nginx", "rules": [{"host": "shop.acme.com", "http": ` + backend + `}], "tls": [{"hosts": ["shop.acme.com"]}]}`,
				annotations: set, url: "https://shop.acme.com",
			},
		},
		"ClassByAnnotation": {
			reason:   "Who names the class by an annotation of all Ingresses names it by no field.",
			defaults: usual + `, "annotations": {"kubernetes.io/ingress.class": "old"}`,
			fields:   `"ingress": {}`,
			want:     want{spec: `{"rules": [{"host": "shop.acme.com", "http": ` + backend + `}]}`, annotations: `{"a/b": "c", "kubernetes.io/ingress.class": "old"}`, url: "http://shop.acme.com"},
		},
		"Always": {
			reason:   "Every WebApp may have one, without a word.",
			defaults: usual + `, "always": true`,
			fields:   `"port": 8080`,
			want:     want{spec: `{"ingressClassName": "nginx", "rules": [{"host": "shop.acme.com", "http": ` + backend + `}]}`, annotations: set, url: "http://shop.acme.com"},
		},
		"AlwaysButThis": {
			reason:   "One may say no.",
			defaults: usual + `, "always": true`,
			fields:   `"ingress": {"disabled": true, "host": "shop.example.com"}`,
		},
		"AlwaysAndOtherwise": {
			reason:   "One that says another way in has that one alone.",
			defaults: usual + `, "always": true`,
			fields:   `"httpRoute": {"parentRefs": [{"name": "public"}], "hostnames": ["shop.example.com"]}`,
		},
		"AlwaysAndNoOther": {
			reason:   "That it wants no other says nothing against it.",
			defaults: usual + `, "always": true`,
			fields:   `"httpRoute": {"disabled": true}`,
			want:     want{spec: `{"ingressClassName": "nginx", "rules": [{"host": "shop.acme.com", "http": ` + backend + `}]}`, annotations: set, url: "http://shop.acme.com"},
		},
		"NotAlways": {
			reason: "Else it has to ask.",
			fields: `"port": 8080`,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := reached(t, request(webAppWith(tc.fields), withInput(inputWith(`"annotations": {"a/b": "c"}, "features": ["ingress", "httpRoute"], "defaults": {"ingress": {`+std.Or(tc.defaults, usual)+`}}`)),
				withRequired(platform.GrantsRequirement, everythingGranted), withKinds))

			if tc.want.spec == "" {
				if _, made := rsp.GetDesired().GetResources()[child.KeyIngress]; made {
					t.Errorf("\n%s\nthere is an Ingress", tc.reason)
				}

				return
			}

			object := rsp.child(child.KeyIngress).GetFields()

			if diff := cmp.Diff(resource.MustStructJSON(tc.want.spec).AsMap(), object["spec"].AsInterface()); diff != "" {
				t.Errorf("\n%s\nspec: -want, +got:\n%s", tc.reason, diff)
			}

			if diff := cmp.Diff(resource.MustStructJSON(tc.want.annotations).AsMap(), value.Dig(object["metadata"], "annotations").AsInterface()); diff != "" {
				t.Errorf("\n%s\nannotations: -want, +got:\n%s", tc.reason, diff)
			}

			if got := rsp.url(); got != tc.want.url {
				t.Errorf("\n%s\nurl: want %q, got %q", tc.reason, tc.want.url, got)
			}
		})
	}
}

// TestDefaultHosts holds which host a WebApp has that names none, and what is said where
// there is none, or none that DNS knows.
func TestDefaultHosts(t *testing.T) {
	const (
		ingress = `"defaults": {"ingress": {"host": "{name}.{namespace}.apps.acme.com"}}`
		route   = `"defaults": {"httpRoute": {"hostname": "{name}-{namespace}.acme.com", "parentRefs": [{"name": "public", "sectionName": "https"}]}}`
	)

	long := strings.Repeat("a", 60)

	cases := map[string]struct {
		reason              string
		name, input, fields string

		// url is where it is reached, if it is not refused, for which message is why.
		url, message string
	}{
		"Ingress":     {reason: "The platform team has an address for all.", name: "shop", input: ingress, fields: `"ingress": {}`, url: "http://shop.acme.apps.acme.com"},
		"IngressOwn":  {reason: "A WebApp may have one of its own.", name: "shop", input: ingress, fields: `"ingress": {"host": "shop.com", "tls": {}}`, url: "https://shop.com"},
		"Route":       {reason: "So it is with a route.", name: "shop", input: route, fields: `"httpRoute": {}`, url: "https://shop-acme.acme.com"},
		"IngressOwns": {reason: "Or several.", name: "shop", input: ingress, fields: `"ingress": {"hosts": ["shop.com", "shop.org"]}`, url: "http://shop.com"},
		"RouteAlways": {reason: "A route may be for all, too.", name: "shop", input: strings.Replace(route, `"parentRefs"`, `"always": true, "parentRefs"`, 1), fields: `"port": 8080`, url: "https://shop-acme.acme.com"},
		"RouteNever":  {reason: "But for who wants none.", name: "shop", input: strings.Replace(route, `"parentRefs"`, `"always": true, "parentRefs"`, 1), fields: `"httpRoute": {"disabled": true}`, url: "http://shop.acme.svc"},
		"RouteOwn":    {reason: "And it may have its own.", name: "shop", input: route, fields: `"httpRoute": {"hostnames": ["shop.com"]}`, url: "https://shop.com"},
		"None": {
			reason: "An Ingress without a host would take what nobody else takes.", name: "shop", input: `"defaults": {}`, fields: `"ingress": {}`,
			message: "the WebApp is wrong: spec.ingress.host: Required value: say by which name it is reached, for example shop.example.com: the platform team has set none for all",
		},
		"TooLong": {
			reason: "DNS knows no such name.", name: long, input: strings.Replace(ingress, "{name}.", "{name}-", 1), fields: `"ingress": {}`,
			message: `the WebApp is wrong: spec.ingress.host: Invalid value: "` + long + `-acme.apps.acme.com": the platform team's {name}-{namespace}.apps.acme.com is too long here: a host has at most 253 characters, and 63 between two dots. Set a shorter one`,
		},
		"TooLongAndNoHosts": {
			reason: "An empty list of hosts is none.", name: long, input: strings.Replace(ingress, "{name}.", "{name}-", 1), fields: `"ingress": {"hosts": []}`,
			message: `the WebApp is wrong: spec.ingress.host: Invalid value: "` + long + `-acme.apps.acme.com": the platform team's {name}-{namespace}.apps.acme.com is too long here: a host has at most 253 characters, and 63 between two dots. Set a shorter one`,
		},
		"RouteTooLong": {
			reason: "Nor this.", name: long, input: route, fields: `"httpRoute": {}`,
			message: `the WebApp is wrong: spec.httpRoute.hostnames: Invalid value: "` + long + `-acme.acme.com": the platform team's {name}-{namespace}.acme.com is too long here: a host has at most 253 characters, and 63 between two dots. Set a shorter one`,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			webApp := strings.Replace(webAppWith(tc.fields), `"name": "shop"`, `"name": "`+tc.name+`"`, 1)
			rsp := reached(t, request(webApp, withInput(inputWith(tc.input+`, "features": ["ingress", "httpRoute"]`)), withRequired(platform.GrantsRequirement, everythingGranted), withKinds))

			if c := rsp.GetConditions()[0]; tc.message != "" && c.GetMessage() != tc.message {
				t.Errorf("\n%s\nAccepted: -want, +got:\n%s", tc.reason, cmp.Diff(tc.message, c.GetMessage()))
			}

			if got := rsp.url(); tc.message == "" && got != tc.url {
				t.Errorf("\n%s\nurl: want %q, got %q", tc.reason, tc.url, got)
			}
		})
	}
}

// TestURL holds that the address is that of the Service as long as no Ingress leads in.
func TestURL(t *testing.T) {
	asking := webAppWith(`"ingress": {"host": "shop.example.com"}`)
	granted := withRequired(platform.GrantsRequirement, everythingGranted)

	const inside, outside = "http://shop.acme.svc", "http://shop.example.com"

	cases := map[string]struct {
		reason string
		got    *answer
		want   string
	}{
		"Off":        {"It is switched off.", &answer{run(t, request(asking))}, inside},
		"NotGranted": {"It is not granted.", &answer{run(t, request(asking, withInput(everythingSet), withRequired(platform.GrantsRequirement)))}, inside},
		"InTheWay": {
			"There is another of that name.",
			&answer{run(t, request(asking, withInput(everythingSet), granted, withRequired("existing-ingress", `{"metadata": {"name": "shop"}}`)))},
			inside,
		},
		"Made":    {"It is made, and leads nowhere yet.", &answer{run(t, request(asking, withInput(everythingSet), granted))}, inside},
		"Reached": {"It leads in.", reached(t, request(asking, withInput(everythingSet), granted)), outside},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := tc.got.url(); got != tc.want {
				t.Errorf("\n%s\nurl: want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}
