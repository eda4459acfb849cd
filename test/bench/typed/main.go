// Command typed is a composition function that does the same job as ours for a
// plain WebApp, written as Crossplane's documentation teaches: typed objects,
// turned into unstructured ones by function-sdk-go.
//
// See https://docs.crossplane.io/latest/guides/write-a-composition-function-in-go/.
package main

import (
	"context"
	"log"
	"os"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	"github.com/crossplane/function-sdk-go"
	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/request"
	"github.com/crossplane/function-sdk-go/resource"
	"github.com/crossplane/function-sdk-go/resource/composed"
	"github.com/crossplane/function-sdk-go/response"
)

type typed struct {
	fnv1.UnimplementedFunctionRunnerServiceServer
}

// RunFunction composes a WebApp.
func (typed) RunFunction(_ context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	rsp := response.To(req, response.DefaultTTL)

	xr, err := request.GetObservedCompositeResource(req)
	if err != nil {
		response.Fatal(rsp, errors.Wrapf(err, "cannot get observed composite resource from %T", req))
		return rsp, nil
	}

	image, err := xr.Resource.GetString("spec.image")
	if err != nil {
		response.Fatal(rsp, errors.Wrapf(err, "cannot read spec.image of %s", xr.Resource.GetName()))
		return rsp, nil
	}

	replicas, err := xr.Resource.GetInteger("spec.replicas")
	if err != nil {
		response.Fatal(rsp, errors.Wrapf(err, "cannot read spec.replicas of %s", xr.Resource.GetName()))
		return rsp, nil
	}

	port, err := xr.Resource.GetInteger("spec.port")
	if err != nil {
		response.Fatal(rsp, errors.Wrapf(err, "cannot read spec.port of %s", xr.Resource.GetName()))
		return rsp, nil
	}

	env, err := xr.Resource.GetStringObject("spec.env")
	if err != nil && !fieldpath.IsNotFound(err) {
		response.Fatal(rsp, errors.Wrapf(err, "cannot read spec.env of %s", xr.Resource.GetName()))
		return rsp, nil
	}

	desired, err := request.GetDesiredComposedResources(req)
	if err != nil {
		response.Fatal(rsp, errors.Wrapf(err, "cannot get desired resources from %T", req))
		return rsp, nil
	}

	name, namespace := xr.Resource.GetName(), xr.Resource.GetNamespace()
	labels := map[string]string{"app": name, "managed-by": "webapp-operator"}

	var variables []corev1.EnvVar
	for name, value := range env {
		variables = append(variables, corev1.EnvVar{Name: name, Value: value})
	}

	slices.SortFunc(variables, func(a, b corev1.EnvVar) int { return strings.Compare(a.Name, b.Name) })

	for key, object := range map[resource.Name]runtime.Object{
		"deployment": &appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: labels},
			Spec: appsv1.DeploymentSpec{
				Replicas: new(int32(replicas)), //nolint:gosec // The schema bounds it.
				Selector: &metav1.LabelSelector{MatchLabels: labels},
				Template: corev1.PodTemplateSpec{
					ObjectMeta: metav1.ObjectMeta{Labels: labels},
					Spec: corev1.PodSpec{Containers: []corev1.Container{{
						Name: "app", Image: image, Env: variables,
						Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: int32(port)}}, //nolint:gosec // The schema bounds it.
					}}},
				},
			},
		},
		"service": &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: labels},
			Spec: corev1.ServiceSpec{
				Selector: labels,
				Ports:    []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("http")}},
			},
		},
		"configmap": &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Name: name + "-config", Namespace: namespace, Labels: labels},
			Data:       env,
		},
	} {
		from, err := composed.From(object)
		if err != nil {
			response.Fatal(rsp, errors.Wrapf(err, "cannot convert %T to %T", object, &composed.Unstructured{}))
			return rsp, nil
		}

		desired[key] = &resource.DesiredComposed{Resource: from}
	}

	if err := response.SetDesiredComposedResources(rsp, desired); err != nil {
		response.Fatal(rsp, errors.Wrapf(err, "cannot set desired composed resources in %T", rsp))
		return rsp, nil
	}

	if err := setStatus(req, rsp); err != nil {
		response.Fatal(rsp, err)
		return rsp, nil
	}

	response.ConditionTrue(rsp, "FunctionSuccess", "Success").TargetComposite()

	return rsp, nil
}

// setStatus says how many replicas are available.
func setStatus(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) error {
	observed, err := request.GetObservedComposedResources(req)
	if err != nil {
		return errors.Wrapf(err, "cannot get observed composed resources from %T", req)
	}

	xr, err := request.GetDesiredCompositeResource(req)
	if err != nil {
		return errors.Wrapf(err, "cannot get desired composite resource from %T", req)
	}

	var available int64

	if d, ok := observed["deployment"]; ok {
		if available, err = d.Resource.GetInteger("status.availableReplicas"); err != nil && !fieldpath.IsNotFound(err) {
			return errors.Wrap(err, "cannot read status.availableReplicas")
		}
	}

	if err := xr.Resource.SetInteger("status.availableReplicas", available); err != nil {
		return errors.Wrap(err, "cannot set status.availableReplicas")
	}

	return errors.Wrapf(response.SetDesiredCompositeResource(rsp, xr), "cannot set desired composite resource in %T", rsp)
}

func main() {
	// The documentation does this in RunFunction, and with several callers the
	// process then dies of concurrent map writes.
	for _, add := range []func() error{
		func() error { return appsv1.AddToScheme(composed.Scheme) },
		func() error { return corev1.AddToScheme(composed.Scheme) },
	} {
		if err := add(); err != nil {
			log.Fatal(err)
		}
	}

	// An address, and where it is not for everybody a folder of certificates.
	security := function.Insecure(true)
	if len(os.Args) > 2 { //nolint:mnd // The words above.
		security = function.MTLSCertificates(os.Args[2])
	}

	if err := function.Serve(typed{}, function.Listen("tcp", os.Args[1]), security, function.WithMetricsServer("")); err != nil {
		log.Fatal(err)
	}
}
