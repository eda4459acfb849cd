package fn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A namespace may have defaults of its own, in a ConfigMap of this name, under
// this key, where the platform team has switched that on: Crossplane looks for it
// for every WebApp. They are written as in the input, and are between the two: what
// a WebApp says goes before them, and they before what the input says. Frozen.
const (
	namespaceDefaultsName        = "webapp-defaults"
	namespaceDefaultsKey         = "defaults.yaml"
	namespaceDefaultsRequirement = "namespace-defaults"

	// maxDefaults is far beyond what there is to say.
	maxDefaults = 16 << 10
)

// namespaceDefaultsReads is what is read of the ConfigMap.
var namespaceDefaultsReads = wire.Fields{"data": {namespaceDefaultsKey: nil}}

// inNamespace returns the settings of a WebApp with the defaults of its namespace,
// and asks Crossplane for them.
//
// Until Crossplane has answered, they are not known, and neither is what the WebApp
// should be. That is safe: it calls again with the answer before it acts on this
// response. But for a fatal one, after which it does not call again.
func (f *Function) inNamespace(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, app *webApp, set *settings) (merged *settings, known bool, err error) {
	if !set.namespaceDefaults {
		return set, true, nil
	}

	require(rsp, namespaceDefaultsRequirement, &fnv1.ResourceSelector{
		ApiVersion: "v1",
		Kind:       "ConfigMap",
		Match:      &fnv1.ResourceSelector_MatchName{MatchName: namespaceDefaultsName},
		Namespace:  &app.namespace,
	})

	sent, known := req.GetRequiredResources()[namespaceDefaultsRequirement]

	if len(sent.GetItems()) == 0 {
		return set, known, nil
	}

	data := sent.GetItems()[0].GetResource().GetFields()["data"]

	merged, err = f.over(set, dig(data, namespaceDefaultsKey))
	if err != nil {
		return set, known, fmt.Errorf("%s of ConfigMap %s in namespace %s: %w", namespaceDefaultsKey, namespaceDefaultsName, app.namespace, err)
	}

	return merged, known, nil
}

// over puts the defaults of a namespace over those of the Composition.
func (f *Function) over(set *settings, written *structpb.Value) (*settings, error) {
	if written == nil {
		return nil, errors.New("there is no such key: put the defaults there, or delete the ConfigMap")
	}

	layer := f.layers.read(written.GetStringValue())
	if layer.err != nil {
		return nil, layer.err
	}

	errs := field.ErrorList{}
	merged := *set
	readParts(object{fields: layer.fields, errs: &errs}, defaultParts, &merged.defaults)

	if len(errs) > 0 {
		return nil, errors.New(sentence(errs))
	}

	merged.origins = slices.Clone(layer.origins)

	for _, o := range set.origins {
		if !slices.ContainsFunc(layer.origins, func(l origin) bool { return slices.Equal(l.path, o.path) }) {
			merged.origins = append(merged.origins, o)
		}
	}

	return &merged, nil
}

// A layer is the defaults of a namespace, as they were written.
type layer struct {
	fields  fields
	origins []origin
	err     error
}

// layers remembers what was read: the WebApps of a namespace have the same
// defaults, and YAML is slow to read.
type layers struct {
	mu    sync.Mutex
	known map[string]layer
}

// maxLayers bounds what is remembered.
const maxLayers = 1000

func (l *layers) read(written string) layer {
	l.mu.Lock()
	defer l.mu.Unlock()

	read, ok := l.known[written]
	if ok {
		return read
	}

	if l.known == nil || len(l.known) == maxLayers {
		l.known = map[string]layer{}
	}

	read.fields, read.err = readYAML(written)
	read.origins = originsOf(read.fields, "ConfigMap "+namespaceDefaultsName)
	l.known[written] = read

	return read
}

// readYAML reads one object. Nothing at all is an empty one.
func readYAML(written string) (fields, error) {
	if len(written) > maxDefaults {
		return nil, fmt.Errorf("must have at most %d bytes", maxDefaults)
	}

	read := &structpb.Value{}

	raw, err := yaml.YAMLToJSONStrict([]byte(written))
	if err == nil {
		err = read.UnmarshalJSON(raw)
	}

	if err != nil {
		// Some are of two lines.
		return nil, errors.New("must be YAML: " + clip(strings.Join(strings.Fields(err.Error()), " "), maxQuoted))
	}

	_, empty := read.GetKind().(*structpb.Value_NullValue)
	if !empty && read.GetStructValue() == nil {
		return nil, errors.New("must be an object as defaults is in the input, such as resources: {requests: {cpu: 100m}}")
	}

	return read.GetStructValue().GetFields(), nil
}

// An origin says where a default comes from.
type origin struct {
	path []string
	from string
}

const fromComposition = "the Composition"

// originsOf returns the origins of all that is set in an object, in the order of
// their names.
func originsOf(in fields, from string, path ...string) []origin {
	var out []origin

	for _, name := range slices.Sorted(maps.Keys(in)) {
		at := append(slices.Clone(path), name)

		if object := in[name].GetStructValue(); object != nil {
			out = append(out, originsOf(object.GetFields(), from, at...)...)
		} else {
			out = append(out, origin{at, from})
		}
	}

	return out
}

// appliesTo says whether a WebApp has a default: it does not say so itself, and has
// what the default is about.
func (o origin) appliesTo(app *webApp) bool {
	if dig(app.options[o.path[0]], o.path[1:]...) != nil {
		return false
	}

	return !slices.ContainsFunc(children, func(c *child) bool { return c.option.name == o.path[0] && !c.wanted(app) })
}

// defaultsAnnotation is on the Deployment, where namespaces may have defaults, and
// says which of them the WebApp has, and where from. It is not on the pods, so that
// it restarts none.
const defaultsAnnotation = "example.com/defaults"

func stampDefaults(deployment *structpb.Struct, app *webApp, set *settings) {
	if !set.namespaceDefaults {
		return
	}

	said := ""
	from := ""

	for _, o := range set.origins {
		if !o.appliesTo(app) {
			continue
		}

		switch {
		case said == "":
		case from != o.from:
			said += " from " + from + "; "
		default:
			said += ", "
		}

		said += strings.Join(o.path, ".")
		from = o.from
	}

	if said != "" {
		annotate(deployment, defaultsAnnotation, said+" from "+from)
	}
}
