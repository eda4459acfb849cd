package fn

import (
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A status is what the WebApp says of itself. Field names are API.
type status struct {
	verdict

	available     int64
	replicas      int64
	labelSelector string
	url           string

	// lastUpdated is when anything above last changed, by changedAt. It is sent
	// again as it is until then: a new time on every call would be a change that
	// calls for the next.
	lastUpdated string
}

// statusReads is what readStatus reads.
var statusReads = wire.Fields{
	"phase": nil, "reason": nil, "message": nil, "availableReplicas": nil, "replicas": nil,
	"labelSelector": nil, "url": nil, "lastUpdated": nil,
}

// readStatus reads what the WebApp said of itself until now.
func readStatus(composite *structpb.Struct) status {
	s := composite.GetFields()["status"]

	return status{
		verdict: verdict{
			phase:   v1.Phase(text(s, "phase")),
			reason:  v1.Reason(text(s, "reason")),
			message: text(s, "message"),
		},
		available:     number(s, "availableReplicas"),
		replicas:      number(s, "replicas"),
		labelSelector: text(s, "labelSelector"),
		url:           text(s, "url"),
		lastUpdated:   text(s, "lastUpdated"),
	}
}

// writeTo writes every field: Crossplane deletes a field that is not sent.
func (s status) writeTo(f fields) {
	f["phase"] = str(s.phase)
	f["reason"] = str(s.reason)
	f["message"] = str(s.message)
	f["availableReplicas"] = num(s.available)
	f["replicas"] = num(s.replicas)
	f["labelSelector"] = str(s.labelSelector)
	f["url"] = str(s.url)
	f["lastUpdated"] = str(s.lastUpdated)
}

// url is where the WebApp is reached: from outside, if it has what lets traffic
// in and that has one address, and else inside the cluster.
func url(app *webApp, set *settings, desired map[string]*fnv1.Resource) string {
	outside := ""

	switch {
	case desired[keyIngress] != nil:
		outside = ingressURL(app)
	case desired[keyRoute] != nil:
		outside = routeURL(app, set)
	}

	if outside != "" {
		return outside
	}

	return serviceURL(app)
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
func changedAt(before status, composite, deployment *structpb.Struct, pods []*fnv1.Resource, now time.Time) string {
	at := lastWrite(deployment, "")

	for _, p := range pods {
		if t := lastWrite(p.GetResource(), ""); t.After(at) {
			at = t
		}
	}

	// Crossplane's own writes of the status follow from what we say.
	if t := lastWrite(composite, "status"); t.After(at) {
		at = t
	}

	if now.Sub(at) > recently {
		at = now
	}

	if t := parseTime(before.lastUpdated); t.After(at) {
		at = t
	}

	return at.UTC().Format(time.RFC3339)
}

// lastWrite returns when an object was last written, but for one of its
// subresources. It is the zero time if the object does not say.
func lastWrite(object *structpb.Struct, but string) time.Time {
	last := time.Time{}

	for _, entry := range wire.Open(dig(object.GetFields()["metadata"], "managedFields")).GetListValue().GetValues() {
		if t := parseTime(text(entry, "time")); t.After(last) && (but == "" || text(entry, "subresource") != but) {
			last = t
		}
	}

	return last
}

// parseTime returns the zero time for what is not one.
func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}

	return t
}
