package webapps

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/utils/ptr"
)

// A Generator makes objects of a schema, over every field that it has: a field that is
// added is generated without another line. Most values are those that somebody wrote
// at the same place, in an example or a test; the others are at the edge of what
// Kubernetes accepts.
type Generator struct {
	random *rand.Rand
	schema *extv1.JSONSchemaProps

	// known are the values that were written at a path, of which items of lists are
	// [], values of maps {} and their keys {key}, and odd are those that were wrong.
	known, odd map[string][]any

	// wild is how often a value is from the edge, from 0 to 1.
	wild float64
}

// NewGenerator returns a Generator of a schema that makes the same objects for the
// same seed.
func NewGenerator(schema *extv1.JSONSchemaProps, seed uint64) *Generator {
	return &Generator{random: rand.New(rand.NewPCG(seed, 0)), schema: schema, known: map[string][]any{}, odd: map[string][]any{}} //nolint:gosec // The same seed makes the same WebApps.
}

// Learn takes values from an object that somebody wrote.
func (g *Generator) Learn(object any) { learn(g.known, "", object) }

// LearnOdd takes values from one in which something is wrong.
func (g *Generator) LearnOdd(object any) { learn(g.odd, "", object) }

func learn(into map[string][]any, path string, value any) {
	into[path] = append(into[path], value)

	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			learn(into, path+"."+name, v[name])
			// What the keys of a map are, only the schema knows.
			into[path+".{key}"] = append(into[path+".{key}"], name)
			learn(into, path+".{}", v[name])
		}
	case []any:
		for _, item := range v {
			learn(into, path+"[]", item)
		}
	}
}

// Object makes one.
func (g *Generator) Object() map[string]any {
	// Many with one odd value, some with many.
	g.wild = []float64{0, 0.03, 0.1, 0.3}[g.random.IntN(4)]

	object, _ := g.value("", g.schema).(map[string]any)

	return object
}

func (g *Generator) chance(p float64) bool { return g.random.Float64() < p }

func pick[T any](g *Generator, from []T) T { return from[g.random.IntN(len(from))] }

func (g *Generator) value(path string, s *extv1.JSONSchemaProps) any {
	switch {
	case s.Type == "object" && s.AdditionalProperties != nil:
		return g.entries(path, s.AdditionalProperties.Schema)
	case s.Type == "object":
		return g.fields(path, s)
	case s.Type == "array":
		items := make([]any, 0, 3)
		for range max(g.random.IntN(4), int(ptr.Deref(s.MinItems, 0))) {
			items = append(items, g.value(path+"[]", s.Items.Schema))
		}

		return items
	case s.Type == "boolean":
		return g.chance(0.5)
	case g.chance(g.wild) && len(g.odd[path]) > 0:
		return pick(g, g.odd[path])
	case g.chance(g.wild) && (s.XIntOrString || s.Type == "integer"):
		return pick(g, edgeNumbers)
	case g.chance(g.wild):
		return g.edge(path)
	case len(s.Enum) > 0:
		return strings.Trim(string(pick(g, s.Enum).Raw), `"`)
	case len(g.known[path]) > 0:
		return pick(g, g.known[path])
	case s.Type == "integer":
		return g.number(s)
	default:
		return pick(g, plain)
	}
}

// fields makes an object, mostly of one that is known: fields go together in ways that
// the schema does not say.
func (g *Generator) fields(path string, s *extv1.JSONSchemaProps) map[string]any {
	like := map[string]any{}
	if known := g.known[path]; path != "" && len(known) > 0 && g.chance(0.8) {
		like, _ = pick(g, known).(map[string]any)
	}

	object := map[string]any{}

	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		_, there := like[name]
		p := 0.15

		switch {
		case slices.Contains(s.Required, name):
			p = 1 - 0.1*g.wild
		case there:
			p = 0.9
		case len(like) > 0:
			p = 0.05 + 0.3*g.wild
		}

		if g.chance(p) {
			property := s.Properties[name]
			object[name] = g.value(path+"."+name, &property)
		}
	}

	return object
}

func (g *Generator) entries(path string, s *extv1.JSONSchemaProps) map[string]any {
	entries := map[string]any{}

	for range g.random.IntN(4) {
		key := pick(g, plain)

		if known := g.known[path+".{key}"]; len(known) > 0 {
			key, _ = pick(g, known).(string)
		}

		if g.chance(g.wild) {
			key = g.edge(path)
		}

		entries[key] = g.value(path+".{}", s)
	}

	return entries
}

func (g *Generator) number(s *extv1.JSONSchemaProps) any {
	low, high := int64(0), int64(100)
	if s.Minimum != nil {
		low = int64(*s.Minimum)
	}

	if s.Maximum != nil {
		high = int64(*s.Maximum)
	}

	return pick(g, []int64{low, high, low + g.random.Int64N(max(1, min(high-low, 100)))})
}

// edge is a text at the edge of what Kubernetes accepts of something: often of what
// the path is about.
func (g *Generator) edge(path string) string {
	for _, about := range slices.Sorted(maps.Keys(edgesOf)) {
		if strings.Contains(strings.ToLower(path), about) && g.chance(0.7) {
			return pick(g, edgesOf[about])
		}
	}

	return pick(g, edgeTexts)
}

var plain = []string{"shop", "a", "b.example.com", "http", "/shop", "10"}

var edgeNumbers = []any{int64(-1), int64(0), int64(1), int64(2), int64(80), int64(100), int64(101), int64(1<<31 - 1), int64(1 << 31), "0", "1", "http", "metrics", "HTTP", "a-name-of-more-than-15", "1", "0%", "1%", "50%", "100%", "101%", "-1%", "5.5%", "%", "", "half"}

// edgeTexts are for anything.
var edgeTexts = []string{
	"", " ", "a", "A", "0", "1", "-", "-a", "a-", "a_b", "_", ".", "..", "...", "a.b", "a..b", ".a", "a.", "a/b", "/", "//", "a b", "é", "*", "a\nb", "\t", "$(A)", "true", "null", "~",
	"Shop_Settings", "SHOP", "kubernetes.io/a", "a.b/c", "a/b/c", "/a", "a/", "A.b/c", "a_b/c",
	strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a", 253), strings.Repeat("a", 254), strings.Repeat("a", 64) + ".example.com", strings.Repeat("é", 1000),
}

// edgesOf are for fields with a word in their path.
var edgesOf = map[string][]string{
	"path":     {"/", "/a", "/a/", "//", "/a//b", "/./a", "/../a", "/a/..", "/a/.", "/a..b", "/...", "/*", "/a/*", "/a(/|$)(.*)", "/a?b", "/a#b", "/a%2Fb", "/a%2fb", "/%", "/a b", "/é", "/a:b", "a", "./a", "a/./b", "a//b", "a/b", "a/../b", "..a", "a..", "a/..b", ".", "..", "", "/" + strings.Repeat("a", 1024)},
	"host":     {"*", "*.com", "*.example.com", "a.*.com", "*.*.com", "*a.com", "localhost", "10.0.0.1", "1", "::1", "a.com:80", "Example.com", "a_b.com", "a..com", ".com", "com.", strings.Repeat("a", 64) + ".com"},
	"cidr":     {"10.0.0.0/8", "10.0.0.1/8", "10.0.0.1", "010.0.0.0/8", "10.0.0.0/33", "0.0.0.0/0", "::/0", "fe80::/10", "::ffff:10.0.0.0/104", "10.0.0.0/08", "a"},
	"except":   {"10.0.0.0/8", "10.1.0.0/16", "10.1.0.1/16", "11.0.0.0/8", "10.0.0.0/7", "::/1", "10.1.0.1", "a"},
	"operator": {"In", "NotIn", "Exists", "DoesNotExist", "in", "Gt", ""},
	"protocol": {"TCP", "UDP", "SCTP", "tcp", "ICMP", "ALL", "http", "kubernetes.io/h2c", "HTTP", "a/b/c", "A/b", "a_b/c", "a..b/c"},
	"port":     {"http", "HTTP", "metrics", "1", "0", "80", "a--b", "-a", "a_name", "abcdefghijklmnop", ""},
	"labels":   {"a", "a.b/c", "A", "a b", "a/b/c", "-a", "a_", strings.Repeat("a", 63), strings.Repeat("a", 64), "kubernetes.io/metadata.name", "a..b/c", "A.b/c", ""},
	"label":    {"a", "a.b/c", "A", "a b", "a/b/c", "-a", "a_", strings.Repeat("a", 63), strings.Repeat("a", 64), "kubernetes.io/metadata.name", "a..b/c", "A.b/c", ""},
	"annotations": {
		"kubernetes.io/ingress.class", "nginx", "a", "A/b", "a..b/c", "a-/b", "-a/b", strings.Repeat("a", 254) + "/b", "service.beta.kubernetes.io/aws-load-balancer-type", "", "é",
		strings.Repeat("é", 4096),
	},
	"resources": {
		"cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "hugepages-3Mi", "hugepages-a", "hugepages-", "nvidia.com/gpu", "kubernetes.io/a", "requests.nvidia.com/gpu", "a.kubernetes.io/b", "requests.a/b",
		"pods", "storage", "a", "0", "1", "2Mi", "4Mi", "3Mi", "1.5", "0.5", "100m", "512m", "1500m", "1u", "1n", "1k", "1Gi", "1.5Gi", "-1", "+1", "1e3", "1E", "999999999999999999E", "1.", ".5", "0.1m", "1Mi ", "1mi",
	},
	"sizelimit": {"0", "1", "0.5", "512m", "1u", "64Mi", "-1", "1e3", "1.5Gi"},
	"name":      {"Shop_Settings", "a.b", "a..b", "1", "A", "a-", "a_b", strings.Repeat("a", 253), strings.Repeat("a", 63) + "." + strings.Repeat("b", 64), "tmp", "app", "kubernetes.io/a", "https", "HTTPS"},
	"key":       {"a", "a.b", ".", "..", "..a", "a/b", "A_b", "-", "tls.crt", strings.Repeat("a", 253)},
	"group":     {"", "a", "gateway.networking.k8s.io", "A", "a_b", "a..b"},
	"kind":      {"Gateway", "Service", "gateway", "a_b", "1a", "-"},
	"header":    {"Host", "host", "HOST", "X-A", "a b", "a_b", "a:", "", "-"},
	"interval":  {"0s", "0", "1d", "1y1w", "1s1m", "500ms", "", "s", "1", "1h30m", "99999999999999999s"},
	"mountpath": {"/a", "/a/", "/a/../b", "/", "//", "/tmp", "/a:b", "a", "/é", "/a b", "/..", "/."},
	"subpath":   {"a", "./a", "a/..", "..a", "/a", "..", ".", "a//b", "a/", "a..b"},
	"class":     {"nginx", "Nginx", "a_b", "a.b", "a/b", "-"},
	"profile":   {"a.json", "../a", "a/../b", "/a", "a/b", "..a", ".", "./a", ""},
	"fieldpath": {"metadata.name", "metadata.labels['a']", "metadata.labels['A b']", "metadata.annotations['a.b/c']", "metadata.annotations['A/c']", "metadata.labels['']", "metadata.labels['-']", "metadata.labels", "spec.nodeName", "status.podIP", "metadata.labels['a/b/c']", "metadata.annotations['é']"},
	"env":       {"A", "a-b", "1A", "A.B", "A=B", "", " ", "é", "A\n", "..", "$(A)"},
	"prefix":    {"A_", "1", "-", "=", " ", "é", "a.b"},
	"service":   {"a", "", "A.b", "é"},
	"audience":  {"", "a", "https://a"},
}
