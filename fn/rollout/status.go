package rollout

import (
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A Status is what the WebApp says of itself. Field names are API.
type Status struct {
	Verdict

	Available     int64
	Replicas      int64
	LabelSelector string
	URL           string

	// LastUpdated is when anything above last changed, by changedAt. It is sent
	// again as it is until then: a new time on every call would be a change that
	// calls for the next.
	LastUpdated string
}

// CompositeReads is what [AskAgain], [Late] and lastWrite read of the composite.
var CompositeReads = wire.Fields{
	"metadata": {"managedFields": wire.Later},
	"status":   {"conditions": {"type": nil, "status": nil, "lastTransitionTime": wire.Later}},
}

// StatusReads is what [ReadStatus] reads.
var StatusReads = wire.Fields{
	"phase": nil, "reason": nil, "message": nil, "availableReplicas": nil, "replicas": nil,
	"labelSelector": nil, "url": nil, "lastUpdated": nil,
}

// ReadStatus reads what the WebApp said of itself until now.
func ReadStatus(status *structpb.Value) Status {
	return Status{
		Verdict: Verdict{
			Phase:   v1.Phase(value.Text(status, "phase")),
			Reason:  v1.Reason(value.Text(status, "reason")),
			Message: value.Text(status, "message"),
		},
		Available:     value.Number(status, "availableReplicas"),
		Replicas:      value.Number(status, "replicas"),
		LabelSelector: value.Text(status, "labelSelector"),
		URL:           value.Text(status, "url"),
		LastUpdated:   value.Text(status, "lastUpdated"),
	}
}

// Observed are the objects that a status is about, as they were observed.
type Observed struct {
	Composite, Deployment *structpb.Struct
	Pods                  []*fnv1.Resource

	// Ways are those by which it is reached from outside.
	Ways []*structpb.Struct

	// Awaited says that a child is asked for that is not there yet.
	Awaited bool
}

// NewStatus returns what to say of a WebApp after what was said before.
func NewStatus(verdict Verdict, facts Facts, url string, observed Observed) Status {
	before := facts.before
	after := Status{
		Verdict:   verdict,
		Available: facts.available,
		// While pods are replaced there are more at times, which is for nobody to act on.
		Replicas:      min(facts.replicas, max(facts.wanted, facts.written)),
		LabelSelector: webapp.SelectorText(facts.plan.App),
		URL:           url,
		LastUpdated:   before.LastUpdated,
	}

	if after != before || before.LastUpdated == "" {
		after.LastUpdated = changedAt(before, observed, facts.now)
	}

	return after
}

// WriteTo writes every field: Crossplane deletes a field that is not sent.
func (s Status) WriteTo(f value.Fields) {
	f["phase"] = value.String(s.Phase)
	f["reason"] = value.String(s.Reason)
	f["message"] = value.String(s.Message)
	f["availableReplicas"] = value.Int(s.Available)
	f["replicas"] = value.Int(s.Replicas)
	f["labelSelector"] = value.String(s.LabelSelector)
	f["url"] = value.String(s.URL)
	f["lastUpdated"] = value.String(s.LastUpdated)
}

// recently is how long ago the API server may have written what the status is
// about for that to be why the status changes now.
const recently = time.Minute

// changedAt returns when the status changed that now differs from the one before.
// It is when the API server last wrote the WebApp, its Deployment or one of the
// pods that were looked at, so that the same request gives the same time: Crossplane
// often calls again before it sees the status that it wrote itself, and another time
// would be one more change, which wakes everybody who watches. Where no recent write
// is known, it is now. It never goes back.
func changedAt(before Status, observed Observed, now time.Time) string {
	at := lastMove(observed)

	if now.Sub(at) > recently {
		at = now
	}

	if t := value.Time(before.LastUpdated); t.After(at) {
		at = t
	}

	return at.UTC().Format(time.RFC3339)
}

// lastMove returns when anything that a status is about was last written.
func lastMove(observed Observed) time.Time {
	at := lastWrite(observed.Deployment, "")

	for _, p := range observed.Pods {
		if t := lastWrite(p.GetResource(), ""); t.After(at) {
			at = t
		}
	}

	for _, object := range observed.Ways {
		if t := lastWrite(object, ""); t.After(at) {
			at = t
		}
	}

	// Crossplane's own writes of the status follow from what we say.
	if t := lastWrite(observed.Composite, "status"); t.After(at) {
		at = t
	}

	return at
}

// lastWrite returns when an object was last written, but for one of its
// subresources. It is the zero time if the object does not say.
func lastWrite(object *structpb.Struct, but string) time.Time {
	last := time.Time{}

	for _, entry := range wire.Open(value.Dig(object.GetFields()["metadata"], "managedFields")).GetListValue().GetValues() {
		if t := value.Time(value.Text(entry, "time")); t.After(last) && (but == "" || value.Text(entry, "subresource") != but) {
			last = t
		}
	}

	return last
}
