package fn

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A rollout is how far the Deployment has come towards what the WebApp asks for.
type rollout struct {
	app *webApp

	exists      bool
	terminating bool

	// Of the pod template: is the one we want the one that was written? If not,
	// which image does that have?
	templateCurrent bool
	image           string

	generation         int64
	observedGeneration int64

	wanted    int64 // replicas that there should be
	written   int64 // replicas that the Deployment asks for
	replicas  int64
	updated   int64
	available int64

	progressing    condition
	replicaFailure condition

	// trouble is why pods do not serve, if they were looked at and say so.
	trouble *trouble
}

// A condition of a Deployment.
type condition struct {
	status, reason, message string
}

// deploymentReads is what observeRollout and lastWrite read.
var deploymentReads = wire.Fields{
	"metadata": {"deletionTimestamp": nil, "generation": nil, "annotations": {templateHashAnnotation: nil}, "managedFields": wire.Later},
	"spec":     {"replicas": nil, "template": wire.Later},
	"status": {
		"observedGeneration": nil, "replicas": nil, "updatedReplicas": nil, "availableReplicas": nil,
		"conditions": {"type": nil, "status": nil, "reason": nil, "message": nil},
	},
}

// observeRollout reads the observed Deployment, and compares it with the desired
// one.
func observeRollout(app *webApp, observed, desired *structpb.Struct) rollout {
	if observed == nil {
		return rollout{app: app}
	}

	metadata := observed.GetFields()["metadata"]
	spec := observed.GetFields()["spec"]
	status := observed.GetFields()["status"]

	// What is not sent is left to the autoscaler, and wanted as it is.
	wanted, written := dig(desired.GetFields()["spec"], "replicas"), dig(spec, "replicas")
	if wanted == nil {
		wanted = written
	}

	if written == nil {
		written = wanted
	}

	current, image := templateCurrent(observed, desired), ""
	if !current {
		image = text(appContainer(observed), "image")
	}

	return rollout{
		app:                app,
		exists:             true,
		terminating:        text(metadata, "deletionTimestamp") != "",
		templateCurrent:    current,
		image:              image,
		generation:         number(metadata, "generation"),
		observedGeneration: number(status, "observedGeneration"),
		wanted:             number(wanted),
		written:            number(written),
		replicas:           number(status, "replicas"),
		updated:            number(status, "updatedReplicas"),
		available:          number(status, "availableReplicas"),
		progressing:        conditionOf(status, string(appsv1.DeploymentProgressing)),
		replicaFailure:     conditionOf(status, string(appsv1.DeploymentReplicaFailure)),
	}
}

func conditionOf(status *structpb.Value, kind string) condition {
	for _, c := range dig(status, "conditions").GetListValue().GetValues() {
		if text(c, "type") == kind {
			return condition{status: text(c, "status"), reason: text(c, "reason"), message: text(c, "message")}
		}
	}

	return condition{}
}

// templateHashAnnotation is on the Deployment and says which pod template we
// wrote. Comparing what is written with what we want would not do: admission
// webhooks change images, and the API server rewrites quantities.
const templateHashAnnotation = "example.com/template-hash"

// stampTemplateHash notes the hash of a Deployment's pod template on it. It is
// not on the pods, so that it restarts none.
func stampTemplateHash(deployment *structpb.Struct) {
	hash := fnvOffset.value(dig(deployment.GetFields()["spec"], "template"))

	annotate(deployment, templateHashAnnotation, strconv.FormatUint(uint64(hash), 16))
}

// annotate gives an object that is being built one more annotation.
func annotate(object *structpb.Struct, key, value string) {
	metadata := object.GetFields()["metadata"].GetStructValue().GetFields()
	metadata["annotations"] = withTexts(metadata["annotations"], map[string]string{key: value})
}

// A digest is the FNV-1a hash of values: equal values, and hardly any others,
// have equal digests. Frozen: another digest of the same template would make
// every WebApp look updated.
type digest uint64

// Constants of FNV: see hash/fnv.
const (
	fnvOffset digest = 14695981039346656037
	fnvPrime  digest = 1099511628211

	// fnvPrime7 is the prime to the power of 7: what seven bytes that are 0 do.
	fnvPrime7 digest = 0xc5527b8a51d3d2db
)

func (d digest) byte(b byte) digest { return (d ^ digest(b)) * fnvPrime }

// number adds a number as eight bytes.
func (d digest) number(n uint64) digest {
	if n < 1<<8 {
		return (d * fnvPrime7).byte(byte(n))
	}

	for shift := 56; shift >= 0; shift -= 8 {
		d = d.byte(byte(n >> shift)) //nolint:gosec // One byte after the other.
	}

	return d
}

func (d digest) text(s string) digest {
	d = d.number(uint64(len(s)))
	for i := range len(s) {
		d = d.byte(s[i])
	}

	return d
}

func (d digest) value(v *structpb.Value) digest {
	switch k := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		d = d.text("object").number(uint64(len(k.StructValue.GetFields())))

		for _, field := range wire.AppendSorted(make([]wire.Field, 0, 16), k.StructValue) {
			d = d.text(field.Name).value(field.Value)
		}

		return d
	case *structpb.Value_ListValue:
		d = d.text("list").number(uint64(len(k.ListValue.GetValues())))
		for _, item := range k.ListValue.GetValues() {
			d = d.value(item)
		}

		return d
	case *structpb.Value_StringValue:
		return d.text("text").text(k.StringValue)
	case *structpb.Value_NumberValue:
		return d.text("number").number(math.Float64bits(k.NumberValue))
	case *structpb.Value_BoolValue:
		return d.text("boolean " + strconv.FormatBool(k.BoolValue))
	default:
		return d.text("null")
	}
}

// templateCurrent says whether the pod template that was last written is the
// desired one.
func templateCurrent(observed, desired *structpb.Struct) bool {
	written := text(observed.GetFields()["metadata"], "annotations", templateHashAnnotation)
	if written != "" {
		return written == text(desired.GetFields()["metadata"], "annotations", templateHashAnnotation)
	}

	// Not by us, or somebody removed the annotation: compare what a WebApp sets.
	// What crossplane render is given may say nothing about it.
	have, want := appContainer(observed), appContainer(desired)
	if have == nil {
		return true
	}

	return text(have, "image") == text(want, "image") &&
		portOf(have) == portOf(want) &&
		maps.Equal(envOf(have), envOf(want))
}

func appContainer(deployment *structpb.Struct) *structpb.Value {
	template := wire.Open(dig(deployment.GetFields()["spec"], "template"))
	containers := dig(template, "spec", "containers").GetListValue().GetValues()

	i := slices.IndexFunc(containers, func(c *structpb.Value) bool { return text(c, "name") == containerName })
	if i < 0 {
		return nil
	}

	return containers[i]
}

func portOf(container *structpb.Value) int64 {
	for _, p := range dig(container, "ports").GetListValue().GetValues() {
		if text(p, "name") == portName {
			return number(p, "containerPort")
		}
	}

	return 0
}

// envOf returns what each variable is set to, or taken from.
func envOf(container *structpb.Value) map[string]digest {
	values := dig(container, "env").GetListValue().GetValues()
	env := make(map[string]digest, len(values))

	for _, v := range values {
		env[text(v, "name")] = fnvOffset.text(text(v, "value")).value(dig(v, "valueFrom"))
	}

	return env
}
