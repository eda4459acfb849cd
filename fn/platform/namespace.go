package platform

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/types/known/structpb"
	"sigs.k8s.io/yaml"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A namespace may have defaults of its own, in a ConfigMap of this name, under
// this key, where the platform team has switched that on: Crossplane looks for it
// for every WebApp. They are written as in the input, and are between the two: what
// a WebApp says goes before them, and they before what the input says. Frozen.
const (
	namespaceDefaultsName = "webapp-defaults"
	namespaceDefaultsKey  = "defaults.yaml"

	// NamespaceRequirement is the name by which we ask for that ConfigMap.
	NamespaceRequirement = "namespace-defaults"

	// maxDefaults is far beyond what there is to say.
	maxDefaults = 16 << 10
)

// NamespaceReads is what is read of the ConfigMap.
var NamespaceReads = wire.Fields{"data": {namespaceDefaultsKey: nil}}

// Namespaces remember the defaults that they were given to read: the WebApps of a
// namespace have the same, and YAML is slow to read. They may be asked by any number
// of goroutines.
type Namespaces struct {
	mu     sync.Mutex
	layers map[string]layer
}

// maxLayers bounds what is remembered.
const maxLayers = 1000

// Asked returns what Crossplane must be asked for to know the defaults of a WebApp's
// namespace, or nil.
func (n *Namespaces) Asked(app *webapp.App, input *Input) map[string]*fnv1.ResourceSelector {
	if !input.Settings.Traced {
		return nil
	}

	return map[string]*fnv1.ResourceSelector{NamespaceRequirement: {
		ApiVersion: "v1",
		Kind:       "ConfigMap",
		Match:      &fnv1.ResourceSelector_MatchName{MatchName: namespaceDefaultsName},
		Namespace:  &app.Namespace,
	}}
}

// Settings returns the settings of a WebApp with the defaults of its namespace.
//
// Until Crossplane has answered, they are not known, and neither is what the WebApp
// should be. That is safe: it calls again with the answer before it acts on this
// response. But for a fatal one, after which it does not call again.
func (n *Namespaces) Settings(app *webapp.App, input *Input, required map[string]*fnv1.Resources) (settings *webapp.Settings, known bool, err error) {
	if !input.Settings.Traced {
		return &input.Settings, true, nil
	}

	sent, known := required[NamespaceRequirement]

	if len(sent.GetItems()) == 0 {
		return &input.Settings, known, nil
	}

	data := sent.GetItems()[0].GetResource().GetFields()["data"]

	settings, err = n.over(input, value.Dig(data, namespaceDefaultsKey))
	if err != nil {
		return &input.Settings, known, fmt.Errorf("%s of ConfigMap %s in namespace %s: %w", namespaceDefaultsKey, namespaceDefaultsName, app.Namespace, err)
	}

	return settings, known, nil
}

// over puts the defaults of a namespace over those of the Composition.
func (n *Namespaces) over(input *Input, written *structpb.Value) (*webapp.Settings, error) {
	if written == nil {
		return nil, errors.New("there is no such key: put the defaults there, or delete the ConfigMap")
	}

	over := n.read(written.GetStringValue())
	if over.err != nil {
		return nil, over.err
	}

	merged := input.Settings
	root, errs := value.Read(over.fields)
	readParts(root, defaultParts, &merged.Defaults)
	input.checkForAll(root, &merged)

	if len(*errs) > 0 {
		return nil, errors.New(value.Sentence(*errs))
	}

	merged.Origins = slices.Clone(over.origins)

	for _, o := range input.Settings.Origins {
		if !slices.ContainsFunc(over.origins, func(l webapp.Origin) bool { return slices.Equal(l.Path, o.Path) }) {
			merged.Origins = append(merged.Origins, o)
		}
	}

	return &merged, nil
}

// A layer is the defaults of a namespace, as they were written.
type layer struct {
	fields  value.Fields
	origins []webapp.Origin
	err     error
}

func (n *Namespaces) read(written string) layer {
	n.mu.Lock()
	defer n.mu.Unlock()

	read, ok := n.layers[written]
	if ok {
		return read
	}

	if n.layers == nil || len(n.layers) == maxLayers {
		n.layers = map[string]layer{}
	}

	read.fields, read.err = readYAML(written)
	read.origins = originsOf(read.fields, "ConfigMap "+namespaceDefaultsName)
	n.layers[written] = read

	return read
}

// readYAML reads one object. Nothing at all is an empty one.
func readYAML(written string) (value.Fields, error) {
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
		return nil, errors.New("must be YAML: " + value.Clip(strings.Join(strings.Fields(err.Error()), " "), value.MaxQuoted))
	}

	_, empty := read.GetKind().(*structpb.Value_NullValue)
	if !empty && read.GetStructValue() == nil {
		return nil, errors.New("must be an object as defaults is in the input, such as resources: {requests: {cpu: 100m}}")
	}

	return read.GetStructValue().GetFields(), nil
}

const fromComposition = "the Composition"

// originsOf returns the origins of all that is set in an object, in the order of
// their names.
func originsOf(in value.Fields, from string, path ...string) []webapp.Origin {
	var out []webapp.Origin

	for _, name := range slices.Sorted(maps.Keys(in)) {
		at := append(slices.Clone(path), name)

		if object := in[name].GetStructValue(); object != nil {
			out = append(out, originsOf(object.GetFields(), from, at...)...)
		} else {
			out = append(out, webapp.Origin{Path: at, From: from})
		}
	}

	return out
}
