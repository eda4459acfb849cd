package fn

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/rollout"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// standing is an object that has annotations, and more.
func standing(annotations, more string) string {
	return `{"metadata": {"name": "shop", "managedFields": [{"manager": "kubectl-create", "fieldsV1": {}}], "annotations": {` + annotations + `}}` + more + `}`
}

const (
	consents = `"example.com/adopt": "shop"`

	ourSelector = `"selector": {"matchLabels": {"app": "shop", "managed-by": "webapp-operator"}}`
)

// TestConflict holds that objects of others are left alone unless they consent and fit, that
// what exists stays, too, and what is said of each.
func TestConflict(t *testing.T) {
	const (
		helms  = `{"metadata": {"name": "shop", "namespace": "acme", "labels": {"app.kubernetes.io/managed-by": "Helm"}}}`
		ours   = `{"metadata": {"name": "shop", "ownerReferences": [{"kind": "Team"}, {"kind": "WebApp", "name": "shop", "uid": "u1", "controller": true}]}}`
		theirs = `{"metadata": {"name": "shop", "ownerReferences": [{"kind": "Site", "name": "blog", "uid": "u9", "controller": true}]}}`
		typed  = `{"metadata": {"name": "shop", "managedFields": [{"manager": "kubectl-create"}]}}`
		plain  = `{"metadata": {"name": "shop"}}`
		orphan = `{"metadata": {"name": "shop", "labels": {"app.kubernetes.io/managed-by": "webapp-operator"}}}`
		former = `{"metadata": {"name": "shop", "ownerReferences": [{"apiVersion": "example.com/v1", "kind": "WebApp", "name": "shop", "uid": "u0", "controller": true}]}}`
		going  = `{"metadata": {"name": "shop", "deletionTimestamp": "2026-01-05T11:59:59Z"}}`

		ask    = "To have it taken over instead: kubectl -n acme annotate service/shop example.com/adopt=shop"
		helm   = "Helm must let go of it first: put annotation helm.sh/resource-policy: keep on it in the chart, and upgrade the release."
		argo   = "Argo CD must let go of it first: annotate it with argocd.argoproj.io/sync-options=Prune=false, and take it out of Git."
		flux   = "Flux must let go of it first: annotate it with kustomize.toolkit.fluxcd.io/reconcile=disabled."
		remake = "Its pods go on serving if the Deployment is deleted with: kubectl -n acme delete deployment shop --cascade=orphan --wait=false"
	)

	type want struct {
		desired []string
		verdict rollout.Verdict
		ready   fnv1.Ready
	}

	all := []string{"configmap", "deployment", "service"}
	// failed is what is said of objects in the way, and what else can be done about them.
	failed := func(objects, more string) want {
		message := "There already is " + objects + ". It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the WebApp another name."
		if more != "" {
			message += " " + more
		}

		return want{verdict: saying(v1.PhaseFailed, v1.ReasonNameConflict, message), ready: fnv1.Ready_READY_FALSE}
	}
	waiting := func(objects string) want {
		return want{verdict: saying(v1.PhasePending, v1.ReasonTerminating, "Waiting until the old "+objects+" is deleted."), ready: fnv1.Ready_READY_FALSE}
	}
	creating := saying(v1.PhasePending, v1.ReasonCreating, "The Deployment is being created.")
	service := func(object string) *fnv1.RunFunctionRequest {
		return request(shop, withRequired("existing-service", object))
	}
	deployment := func(object string) *fnv1.RunFunctionRequest {
		return request(shop, withRequired("existing-deployment", object))
	}
	configMap := func(object string) *fnv1.RunFunctionRequest {
		return request(shop, withRequired("existing-configmap", object))
	}

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		want   want
	}{
		"NotAnsweredYet": {
			reason: "Until Crossplane has looked, there is no conflict to know of.",
			req:    request(shop),
			want:   want{desired: all, verdict: creating},
		},
		"Free": {
			reason: "Every name is free.",
			req:    request(shop, withRequired("existing-deployment"), withRequired("existing-service"), withRequired("existing-configmap")),
			want:   want{desired: all, verdict: creating},
		},
		"Ours": {
			reason: "A child that Crossplane's cache has not seen yet is no conflict.",
			req:    request(shop, withRequired("existing-deployment", ours)),
			want:   want{desired: all, verdict: creating},
		},
		"Labelled": {
			reason: "The label says who manages it, and that is one who writes it again.",
			req:    service(helms),
			want:   failed("Service shop (Helm keeps writing it)", helm+" "+ask),
		},
		"Controlled": {
			reason: "The controller owns it.",
			req:    service(theirs),
			want:   failed("Service shop (it belongs to Site blog)", ""),
		},
		"ControlledConsents": {
			reason: "What has a controller is its controller's, whatever it says.",
			req:    service(strings.Replace(theirs, `"name": "shop"`, `"name": "shop", "annotations": {`+consents+`}`, 1)),
			want:   failed("Service shop (it has consented, but it belongs to Site blog)", ""),
		},
		"Written": {
			reason: "Failing all else, somebody wrote it.",
			req:    service(typed),
			want:   failed("Service shop (it was written by kubectl-create)", ask),
		},
		"Orphan": {
			reason: "A WebApp that was deleted without its children left it behind.",
			req:    service(orphan),
			want:   failed("Service shop (it is left from an earlier WebApp)", ask),
		},
		"Several": {
			reason: "Every object in the way is named, and one command is for all.",
			req:    request(shop, withRequired("existing-service", plain), withRequired("existing-configmap", plain)),
			want: failed("Service shop (it has no owner), ConfigMap shop-config (it has no owner)",
				"To have it taken over instead: kubectl -n acme annotate service/shop configmap/shop-config example.com/adopt=shop"),
		},
		"OneOfTwo": {
			reason: "As long as one has not consented, none is taken over.",
			req:    request(shop, withRequired("existing-service", standing(consents, "")), withRequired("existing-configmap", plain)),
			want: failed("Service shop (it has consented), ConfigMap shop-config (it has no owner)",
				"To have it taken over instead: kubectl -n acme annotate configmap/shop-config example.com/adopt=shop"),
		},
		"ToAnother": {
			reason: "Who has consented to one has not consented to all, and need not be asked.",
			req:    service(standing(`"example.com/adopt": "cart"`, "")),
			want:   failed("Service shop (it has consented to cart, not to shop)", ""),
		},
		"HelmWrites": {
			reason: "A release would write it again, and be uninstalled with it.",
			req:    service(standing(consents+`, "meta.helm.sh/release-name": "web"`, "")),
			want:   failed("Service shop (it has consented, but Helm release web keeps writing it)", helm),
		},
		"HelmHasLetGo": {
			reason: "That a tool has let go is no consent.",
			req:    service(strings.Replace(helms, `"labels"`, `"annotations": {"helm.sh/resource-policy": "keep"}, "labels"`, 1)),
			want:   failed("Service shop (it is managed by Helm)", ask),
		},
		"FluxHelmWrites": {
			reason: "Who has Helm write it is named.",
			req:    service(strings.Replace(helms, `"labels": {`, `"annotations": {`+consents+`}, "labels": {"helm.toolkit.fluxcd.io/name": "web", `, 1)),
			want:   failed("Service shop (it has consented, but Flux HelmRelease web keeps writing it)", helm),
		},
		"FluxWrites": {
			reason: "Flux writes it every few minutes.",
			req:    service(strings.Replace(helms, `"labels": {`, `"annotations": {`+consents+`}, "labels": {"kustomize.toolkit.fluxcd.io/name": "web", `, 1)),
			want:   failed("Service shop (it has consented, but Flux Kustomization web keeps writing it)", flux),
		},
		"ArgoWrites": {
			reason: "Argo CD heals it.",
			req:    service(standing(consents+`, "argocd.argoproj.io/tracking-id": "web:/Service:acme/shop", "argocd.argoproj.io/sync-options": "Prune=true"`, "")),
			want:   failed("Service shop (it has consented, but Argo CD application web keeps writing it)", argo),
		},
		"ArgoHasWritten": {
			reason: "It may track its objects by a label that others set, too.",
			req:    service(strings.Replace(standing(consents, ""), "kubectl-create", "argocd-controller", 1)),
			want:   failed("Service shop (it has consented, but Argo CD keeps writing it)", argo),
		},
		"Helms": {
			reason: "What is the same for several is said once.",
			req:    request(shop, withRequired("existing-deployment", helms), withRequired("existing-service", helms)),
			want: failed("Deployment shop (Helm keeps writing it), Service shop (Helm keeps writing it)",
				helm+" To have it taken over instead: kubectl -n acme annotate deployment/shop service/shop example.com/adopt=shop"),
		},
		"Selector": {
			reason: "A Deployment's selector cannot be changed, and its pods can be kept.",
			req:    deployment(standing("", `, "spec": {"selector": {"matchLabels": {"tier": "web", "app": "shop"}}}`)),
			want:   failed("Deployment shop (its selector app=shop,tier=web cannot be changed)", remake),
		},
		"SelectorConsents": {
			reason: "That is so if it has consented, too, and the others are told of beside it.",
			req:    request(shop, withRequired("existing-deployment", standing(consents, `, "spec": {"selector": {"matchLabels": {"app": "web"}}}`)), withRequired("existing-service", typed)),
			want: failed("Deployment shop (it has consented, but its selector app=web cannot be changed), Service shop (it was written by kubectl-create)",
				remake+". "+ask),
		},
		"SelectorSaysMore": {
			reason: "A selector that has ours and more is another.",
			req: deployment(standing(consents, `, "spec": {"selector": {"matchLabels": {"app": "shop", "managed-by": "webapp-operator"},
				"matchExpressions": [{"key": "a", "operator": "Exists"}]}}`)),
			want: failed("Deployment shop (it has consented, but its selector with matchExpressions cannot be changed)", remake),
		},
		"ContainerOfOurs": {
			reason: "What only Crossplane has set goes: a container that the WebApp had once.",
			req:    deployment(standing(consents, `, "spec": {`+ourSelector+`, "template": {"spec": {"containers": [{"name": "app"}, {"name": "web"}]}}}`)),
			want:   want{desired: all, verdict: saying(v1.PhasePending, v1.ReasonUpdating, "The Deployment is being updated; 0 of 2 replicas are available.")},
		},
		"ContainerOfOthers": {
			reason: "A container of another name would run beside ours.",
			req: deployment(strings.Replace(standing(consents, `, "spec": {`+ourSelector+`, "template": {"spec": {"initContainers": [{"name": "wait"}], "containers": [{"name": "app"}]}}}`),
				`"fieldsV1": {}`, `"fieldsV1": {"f:spec": {"f:template": {"f:spec": {"f:initContainers": {"k:{\"name\":\"wait\"}": {".": {}}}}}}}`, 1)),
			want: failed("Deployment shop (it has consented, but its container wait would stay)", remake),
		},
		"Headless": {
			reason: "A Service without an address gets none.",
			req:    service(standing(consents, `, "spec": {"clusterIP": "None"}`)),
			want:   failed("Service shop (it has consented, but it has no address (clusterIP: None) and cannot get one)", ""),
		},
		"Immutable": {
			reason: "A ConfigMap that cannot be changed does not get what it should have.",
			req:    configMap(standing(consents, `, "immutable": true, "data": {"A": "0"}`)),
			want:   failed("ConfigMap shop-config (it has consented, but it is immutable, with another A)", ""),
		},
		"Binary": {
			reason: "A key is in one of the two.",
			req:    configMap(standing(consents, `, "binaryData": {"A": "MA=="}`)),
			want:   failed("ConfigMap shop-config (it has consented, but it has A in binaryData)", ""),
		},
		"WhatExistsStays": {
			reason: "A conflict takes nothing away.",
			req:    request(shop, withObserved("deployment", `{}`), withObserved("configmap", `{}`), withRequired("existing-service", theirs)),
			want:   want{desired: []string{"configmap", "deployment"}, verdict: failed("Service shop (it belongs to Site blog)", "").verdict, ready: fnv1.Ready_READY_FALSE},
		},
		"Predecessor": {
			reason: "The children of a WebApp of the same name go by themselves.",
			req:    request(shop, withRequired("existing-deployment", former), withRequired("existing-service", going)),
			want:   waiting("Deployment shop (it belongs to WebApp shop), Service shop (it has no owner)"),
		},
		"PredecessorConsents": {
			reason: "They go whether they consent or not: the garbage collector does not ask. What stays is taken over after that.",
			req: request(shop, withRequired("existing-deployment", strings.Replace(former, `"name": "shop", "ownerReferences"`, `"name": "shop", "annotations": {`+consents+`}, "ownerReferences"`, 1)),
				withRequired("existing-service", standing(consents, ""))),
			want: waiting("Deployment shop (it belongs to WebApp shop)"),
		},
		"NoUID": {
			reason: "A WebApp without a UID owns nothing, not even what has no UID either.",
			req: request(`{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop", "namespace": "acme"}, "spec": {"image": "nginx", "replicas": 1}}`,
				withRequired("existing-service", `{"metadata": {"ownerReferences": [{"kind": "Site", "name": "blog", "controller": true}]}}`)),
			want: failed("Service shop (it belongs to Site blog)", ""),
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, tc.req)
			got := want{
				desired: slices.Sorted(maps.Keys(rsp.GetDesired().GetResources())),
				verdict: rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"]).Verdict,
				ready:   rsp.GetDesired().GetComposite().GetReady(),
			}

			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nRunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}

			if len(rsp.GetResults()) > 0 && rsp.GetResults()[0].GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
				t.Errorf("\n%s\nRunFunction(...): a conflict is not fatal", tc.reason)
			}

			condition := rsp.GetConditions()[0]
			if held := tc.want.ready == fnv1.Ready_READY_FALSE; held != (condition.GetStatus() == fnv1.Status_STATUS_CONDITION_FALSE) || held != (condition.GetReason() == string(tc.want.verdict.Reason)) {
				t.Errorf("\n%s\ncondition Accepted: got %v", tc.reason, condition)
			}
		})
	}
}

// TestConflictIsShort holds that what to do is said however many objects of however long
// names are in the way.
func TestConflictIsShort(t *testing.T) {
	long := strings.Repeat("a", 63)
	webApp := strings.ReplaceAll(webAppWith(`"autoscaling": {"maxReplicas": 5}, "ingress": {"host": "a.b"}`), `"name": "shop"`, `"name": "`+long+`"`)

	options := []func(*fnv1.RunFunctionRequest){withInput(everythingSet), withRequired("granted-features", everythingGranted)}
	for _, c := range child.All {
		options = append(options, withRequired(c.ExistingRequirement(), `{"metadata": {"labels": {"app.kubernetes.io/managed-by": "`+long+`"}}}`))
	}

	rsp, err := New(noonNow).RunFunction(context.Background(), request(webApp, options...))
	if err != nil {
		t.Fatal(err)
	}

	message := value.Text(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"], "message")
	if len(message) > value.MaxMessage || !strings.Contains(message, "…. It is left alone") || !strings.HasSuffix(message, " example.com/adopt="+long) {
		t.Errorf("want what to do in at most %d bytes, got %d: %s", value.MaxMessage, len(message), message)
	}
}
