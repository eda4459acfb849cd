package fn

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/rollout"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// passThrough returns an answer that leaves everything as earlier steps of the
// pipeline want it. Its maps are its own, so that filling it in does not change
// the request.
func passThrough(req *fnv1.RunFunctionRequest) *fnv1.RunFunctionResponse {
	resources := make(map[string]*fnv1.Resource, len(req.GetDesired().GetResources())+len(child.All))
	maps.Copy(resources, req.GetDesired().GetResources())

	desired := &fnv1.State{Composite: req.GetDesired().GetComposite(), Resources: resources}
	keepUnknown(desired, req.GetDesired())

	return &fnv1.RunFunctionResponse{
		Meta:    &fnv1.ResponseMeta{Tag: req.GetMeta().GetTag()},
		Desired: desired,
		Context: req.GetContext(),
	}
}

// keepUnknown copies fields of a protocol that is newer than this function.
func keepUnknown(to, from proto.Message) {
	to.ProtoReflect().SetUnknown(from.ProtoReflect().GetUnknown())
}

// checkDesired refuses desired resources of earlier steps that have one of our
// keys: replacing them would delete what they stand for.
func checkDesired(of *webapp.Composite, desired *fnv1.State) error {
	for _, c := range child.All {
		if _, taken := desired.GetResources()[c.Key]; taken {
			return fmt.Errorf("an earlier step of the pipeline already desires a resource named %q, which is the %s of the %s: give it another name there", c.Key, c.Kind, of.Kind)
		}
	}

	return nil
}

// A refusal is why a request cannot be acted on.
type refusal struct {
	reason  v1.Reason
	message string
}

// refuse makes rsp a fatal answer. Crossplane then keeps everything as it is and
// shows the condition and the message; it writes no status field.
func refuse(rsp *fnv1.RunFunctionResponse, refused *refusal) {
	message := value.Clip(refused.message, value.MaxMessage)

	rsp.Conditions = append(rsp.Conditions, notAccepted(refused.reason, message))
	rsp.Results = append(rsp.Results, &fnv1.Result{
		Severity: fnv1.Severity_SEVERITY_FATAL,
		Message:  message,
		Target:   fnv1.Target_TARGET_COMPOSITE.Enum(),
	})
}

func accepted(s fnv1.Status, reason v1.Reason, message string) *fnv1.Condition {
	return condition(v1.ConditionAccepted, s, reason, message)
}

// reachable is the condition of a WebApp that is to be reached from outside, or was.
func reachable(reason v1.Reason, message string) *fnv1.Condition {
	s := fnv1.Status_STATUS_CONDITION_FALSE
	if reason == v1.ReasonReachable {
		s = fnv1.Status_STATUS_CONDITION_TRUE
	}

	return condition(v1.ConditionReachable, s, reason, message)
}

// saidReachable is that condition as it was said until now, or nil: Crossplane makes one that
// is not sent with a refusal Unknown.
func saidReachable(composite *structpb.Struct) *fnv1.Condition {
	c := value.Condition(composite.GetFields()["status"], v1.ConditionReachable)
	if c == nil {
		return nil
	}

	status := fnv1.Status_STATUS_CONDITION_UNKNOWN

	switch value.Text(c, "status") {
	case string(metav1.ConditionTrue):
		status = fnv1.Status_STATUS_CONDITION_TRUE
	case string(metav1.ConditionFalse):
		status = fnv1.Status_STATUS_CONDITION_FALSE
	}

	return condition(v1.ConditionReachable, status, v1.Reason(wire.Open(value.Dig(c, "reason")).GetStringValue()), wire.Open(value.Dig(c, "message")).GetStringValue())
}

// conditionReads is what [saidReachable] reads.
var conditionReads = wire.Fields{"status": {"conditions": {"type": nil, "status": nil, "reason": wire.Later, "message": wire.Later}}}

func condition(kind string, s fnv1.Status, reason v1.Reason, message string) *fnv1.Condition {
	return &fnv1.Condition{
		Type:    kind,
		Status:  s,
		Reason:  string(reason),
		Message: &message,
		Target:  fnv1.Target_TARGET_COMPOSITE.Enum(),
	}
}

func notAccepted(reason v1.Reason, message string) *fnv1.Condition {
	return accepted(fnv1.Status_STATUS_CONDITION_FALSE, reason, message)
}

// fine is the condition of a composite of a kind that nothing is wrong with.
func fine(kind string) *fnv1.Condition {
	return accepted(fnv1.Status_STATUS_CONDITION_TRUE, v1.ReasonAccepted, "The "+kind+" is valid and no other object is in its way.")
}

// butFor is the same condition if there is something to remark, or nothing.
func butFor(fine *fnv1.Condition, remarks ...string) *fnv1.Condition {
	remarks = slices.DeleteFunc(remarks, func(remark string) bool { return remark == "" })
	if len(remarks) == 0 {
		return fine
	}

	return accepted(fnv1.Status_STATUS_CONDITION_TRUE, v1.ReasonAccepted, fine.GetMessage()+" "+strings.Join(remarks, " "))
}

func readiness(ready bool) fnv1.Ready {
	if ready {
		return fnv1.Ready_READY_TRUE
	}

	return fnv1.Ready_READY_FALSE
}

// require asks Crossplane for objects of the cluster, by name.
func require(rsp *fnv1.RunFunctionResponse, asked map[string]*fnv1.ResourceSelector) {
	if asked == nil {
		return
	}

	if rsp.GetRequirements() == nil {
		rsp.Requirements = &fnv1.Requirements{Resources: asked}
		return
	}

	maps.Copy(rsp.GetRequirements().GetResources(), asked)
}

// withStatus returns the desired composite with our status in it. What earlier
// steps put there stays, unless it is a field of ours.
func withStatus(earlier *fnv1.Resource, composite *structpb.Struct, s rollout.Status, path []string) *fnv1.Resource {
	fields := with(earlier.GetResource().GetFields(), s.WriteTo, path)
	fields["apiVersion"] = composite.GetFields()["apiVersion"]
	fields["kind"] = composite.GetFields()["kind"]

	out := &fnv1.Resource{
		Resource:          &structpb.Struct{Fields: fields},
		ConnectionDetails: earlier.GetConnectionDetails(),
		Ready:             earlier.GetReady(),
	}
	keepUnknown(out, earlier)

	return out
}

// with returns the fields of an object and what is written at a path of fields in it.
func with(object value.Fields, write func(value.Fields), path []string) value.Fields {
	fields := make(value.Fields, len(object)+8)
	maps.Copy(fields, object)

	if len(path) == 0 {
		write(fields)
		return fields
	}

	fields[path[0]] = value.Object(with(object[path[0]].GetStructValue().GetFields(), write, path[1:]))

	return fields
}
