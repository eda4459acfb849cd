package fn

import (
	"google.golang.org/protobuf/types/known/structpb"

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

	// lastUpdated is when anything above last changed. It is sent again as it
	// is until then: a new time on every call would be a change that calls for
	// the next.
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
