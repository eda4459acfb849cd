package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// Field is the field by which a WebApp asks for it, and its platform team for all.
const Field = "restartOnChange"

// HashAnnotation is on the pods, and is another when something changes that they read of
// ConfigMaps. Frozen.
const HashAnnotation = "example.com/config-hash"

// most is how many ConfigMaps may be watched: what Crossplane sends of each is part of
// every request.
const most = 20

// Check notes what is wrong with the field, which is there.
func Check(spec value.Reader) { value.Native[bool](spec, Field) }

// Reads is what is read of the ConfigMaps, by the names by which they are asked for.
var Reads = allReads()

func allReads() map[string]wire.Fields {
	reads := make(map[string]wire.Fields, most)
	for i := range most {
		reads[requirement(i)] = wire.Fields{"data": nil, "binaryData": nil}
	}

	return reads
}

// requirement is the name by which we ask for a ConfigMap, in the order of their names.
func requirement(i int) string { return "config-" + strconv.Itoa(i) }

// A Watch is the ConfigMaps that a WebApp's pods read, if they are to be replaced when
// that changes.
type Watch struct {
	namespace string
	names     []string
	readings  readings
}

// NewWatch returns which ConfigMaps are watched for a WebApp. It watches none if nobody
// has asked for that. An error says that there are too many.
func NewWatch(app *webapp.App, defaults *webapp.Defaults) (Watch, error) {
	if !value.Or(app.Options[Field], defaults.Pods[Field]).GetBoolValue() {
		return Watch{}, nil
	}

	w := Watch{namespace: app.Namespace, readings: readingsOf(app)}
	w.names = slices.Sorted(maps.Keys(w.readings))

	if len(w.names) > most {
		return Watch{}, fmt.Errorf("%s: the pods read %d ConfigMaps, and %d can be watched: set it to false, or put them together", app.Field(Field), len(w.names), most)
	}

	return w, nil
}

// Asked is what Crossplane must be asked for, in every answer.
func (w Watch) Asked() map[string]*fnv1.ResourceSelector {
	if len(w.names) == 0 {
		return nil
	}

	asked := make(map[string]*fnv1.ResourceSelector, len(w.names))
	for i, name := range w.names {
		asked[requirement(i)] = &fnv1.ResourceSelector{
			ApiVersion: "v1", Kind: "ConfigMap", Namespace: &w.namespace,
			Match: &fnv1.ResourceSelector_MatchName{MatchName: name},
		}
	}

	return asked
}

// Hash returns the hash of all that pods read, or nil if nothing is watched.
//
// Pods that run are not replaced by some that cannot start: while a ConfigMap that they
// need is not there, the hash stays as the observed Deployment has it. So it does until
// Crossplane has sent them, which it does before it acts on this response.
func (w Watch) Hash(required map[string]*fnv1.Resources, observed *structpb.Struct) *structpb.Value {
	if len(w.names) == 0 {
		return nil
	}

	d := value.NewDigest()

	for i, name := range w.names {
		sent, known := required[requirement(i)]
		r := w.readings[name]

		switch items := sent.GetItems(); {
		case len(items) > 0:
			d = r.over(d.Text(name), items[0].GetResource())
		case !known || r.needed:
			return value.Dig(wire.Open(value.Dig(observed.GetFields()["spec"], "template")), "metadata", "annotations", HashAnnotation)
		default:
			d = d.Text(name)
		}
	}

	return value.String(d.String())
}
