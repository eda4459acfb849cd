package pod

import (
	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/config"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Annotations that others set, and count by: kubectl rollout restart and the controller of
// Deployments. They would be put back.
const (
	restartedAt = "kubectl.kubernetes.io/restartedAt"
	revision    = "deployment.kubernetes.io/revision"
)

func checkPodLabels(spec value.Reader) {
	if !spec.TooMany("podLabels", len(spec.Object("podLabels").Fields), v1.MaxLabels) {
		webapp.ReadLabels(spec, "podLabels", appsv1.DefaultDeploymentUniqueLabelKey)
	}
}

func checkPodAnnotations(spec value.Reader) {
	webapp.CheckAnnotations(spec, "podAnnotations", restartedAt, config.HashAnnotation)
}

func checkDeploymentAnnotations(spec value.Reader) {
	webapp.CheckAnnotations(spec, "deploymentAnnotations", webapp.TemplateHashAnnotation, webapp.GenerationAnnotation, webapp.DefaultsAnnotation, revision)
}

func applyPodLabels(t *template, v *structpb.Value) {
	t.labels = value.With(v, t.labels.GetStructValue().GetFields())
}

func applyPodAnnotations(t *template, v *structpb.Value) {
	t.annotations = value.With(v, t.annotations.GetStructValue().GetFields())
}

// applyConfigHash is for restartOnChange, of which the hash says the same, and more.
func applyConfigHash(t *template, _ *structpb.Value) {
	if t.config != nil {
		t.annotations = value.With(t.annotations, value.Fields{config.HashAnnotation: t.config})
	}
}

func applyDeploymentAnnotations(t *template, v *structpb.Value) { t.own = v }
