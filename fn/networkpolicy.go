package fn

import (
	"google.golang.org/protobuf/types/known/structpb"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// withPolicy is for a NetworkPolicy. There is none by default: who may talk to a
// WebApp is not for us to guess.
var withPolicy = optional{
	option:  option{name: "networkPolicy", check: checkPolicy},
	feature: "networkPolicy",
	wanted:  func(app *webApp) bool { return app.options["networkPolicy"] != nil },
}

func checkPolicy(spec object) {
	if _, ok := native[v1.NetworkPolicy](spec, "networkPolicy"); !ok {
		return
	}

	written := spec.object("networkPolicy")
	if written.get("ingress") == nil && written.get("egress") == nil {
		*spec.errs = append(*spec.errs, field.Required(written.path, "say what may come in (ingress), what may go out (egress), or both"))
	}
}

// policy names what it has rules for: Kubernetes would take one without rules for
// what comes in for one that lets nothing in.
func policy(app *webApp, _ *settings, common common) fields {
	o := app.option("networkPolicy")
	in, out := o.get("ingress"), o.get("egress")

	var types []*structpb.Value
	if in != nil {
		types = append(types, policyIngress)
	}

	if out != nil {
		types = append(types, policyEgress)
	}

	return fields{
		"spec": obj(fields{
			"podSelector": common.matching,
			"policyTypes": list(types...),
			"ingress":     in,
			"egress":      out,
		}),
	}
}

var (
	policyIngress = str(networkingv1.PolicyTypeIngress)
	policyEgress  = str(networkingv1.PolicyTypeEgress)
)
