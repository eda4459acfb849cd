package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"sigs.k8s.io/crdify/pkg/validations"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// definition is what the Configuration package installs.
const definition = "../../apis/webapp/definition.yaml"

func derived(t *testing.T) *extv1.CustomResourceDefinition {
	t.Helper()

	crd, err := Derive(definition)
	if err != nil {
		t.Fatal(err)
	}

	return crd
}

func served(t *testing.T) *Server {
	t.Helper()

	s, err := Serve(t.Context(), derived(t))
	if err != nil {
		t.Fatal(err)
	}

	return s
}

func TestNames(t *testing.T) {
	want := extv1.CustomResourceDefinitionSpec{
		Group: v1.GroupVersion.Group,
		Scope: extv1.NamespaceScoped,
		Names: extv1.CustomResourceDefinitionNames{
			Kind:       v1.Kind,
			ListKind:   "WebAppList",
			Plural:     "webapps",
			Singular:   "webapp",
			ShortNames: []string{"wa"},
			Categories: []string{"all", "composite"},
		},
	}

	got := derived(t).Spec
	got.Versions = nil

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

func TestVersions(t *testing.T) {
	want := []extv1.CustomResourceDefinitionVersion{{
		Name:    v1.GroupVersion.Version,
		Served:  true,
		Storage: true,
		Subresources: &extv1.CustomResourceSubresources{
			Status: &extv1.CustomResourceSubresourceStatus{},
			Scale: &extv1.CustomResourceSubresourceScale{
				SpecReplicasPath:   ".spec.replicas",
				StatusReplicasPath: ".status.replicas",
				LabelSelectorPath:  new(".status.labelSelector"),
			},
		},
		AdditionalPrinterColumns: []extv1.CustomResourceColumnDefinition{
			{Name: "Image", Type: "string", JSONPath: ".spec.image"},
			{Name: "Replicas", Type: "integer", JSONPath: ".spec.replicas"},
			{Name: "Available", Type: "integer", JSONPath: ".status.availableReplicas"},
			{Name: "Phase", Type: "string", JSONPath: ".status.phase"},
			{Name: "Reason", Type: "string", JSONPath: ".status.reason", Priority: 1},
			{Name: "URL", Type: "string", JSONPath: ".status.url", Priority: 1},
			// Crossplane's own. A column for the age among ours would be a
			// second one.
			{Name: "SYNCED", Type: "string", JSONPath: ".status.conditions[?(@.type=='Synced')].status"},
			{Name: "READY", Type: "string", JSONPath: ".status.conditions[?(@.type=='Ready')].status"},
			{Name: "COMPOSITION", Type: "string", JSONPath: ".spec.crossplane.compositionRef.name"},
			{Name: "COMPOSITIONREVISION", Type: "string", JSONPath: ".spec.crossplane.compositionRevisionRef.name", Priority: 1},
			{Name: "AGE", Type: "date", JSONPath: ".metadata.creationTimestamp"},
		},
	}}

	got := derived(t).Spec.Versions
	for i := range got {
		got[i].Schema = nil
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestBounds holds the constants that the function checks a WebApp by to the
// schema that a cluster checks it by.
func TestBounds(t *testing.T) {
	type bounds struct {
		Minimum, Maximum                    *float64
		MinLength, MaxLength, MaxProperties *int64
		MinItems, MaxItems                  *int64
		Pattern, Default                    string
	}

	cases := map[string]struct {
		reason string
		args   string
		want   bounds
	}{
		"Name": {
			reason: "The Service's name bounds the WebApp's.",
			args:   "^.metadata.name",
			want:   bounds{MaxLength: new(int64(v1.MaxNameLength))},
		},
		"Image": {
			reason: "An image is never empty.",
			args:   "^.spec.image",
			want:   bounds{MinLength: new(int64(1)), MaxLength: new(int64(v1.MaxImageLength))},
		},
		"Replicas": {
			reason: "A parent that does not say how many leaves it to kubectl scale or an autoscaler.",
			args:   "^.spec.replicas",
			want:   bounds{Minimum: new(float64(v1.MinReplicas)), Maximum: new(float64(v1.MaxReplicas)), Default: strconv.Itoa(int(v1.DefaultReplicas))},
		},
		"Port": {
			reason: "A port that is not set is the default one.",
			args:   "^.spec.port",
			want:   bounds{Minimum: new(float64(v1.MinPort)), Maximum: new(float64(v1.MaxPort)), Default: strconv.Itoa(int(v1.DefaultPort))},
		},
		"Env": {
			reason: "The number of variables is bounded, and with it the cost of the rule on their names.",
			args:   "^.spec.env",
			want:   bounds{MaxProperties: new(int64(v1.MaxEnv))},
		},
		"Command": {
			reason: "The number of words is bounded.",
			args:   "^.spec.command",
			want:   bounds{MaxItems: new(int64(v1.MaxArguments))},
		},
		"Args": {
			reason: "So is that of arguments.",
			args:   "^.spec.args",
			want:   bounds{MaxItems: new(int64(v1.MaxArguments))},
		},
		"Argument": {
			reason: "The size of an argument is bounded.",
			args:   "^.spec.args.items",
			want:   bounds{MaxLength: new(int64(v1.MaxArgumentLength))},
		},
		"ServiceAccountName": {
			reason: "It is a DNS subdomain.",
			args:   "^.spec.serviceAccountName",
			want:   bounds{MaxLength: new(int64(v1.MaxSubdomainLength))},
		},
		"SecretEnv": {
			reason: "It is bounded as env is.",
			args:   "^.spec.secretEnv",
			want:   bounds{MaxProperties: new(int64(v1.MaxEnv))},
		},
		"ConfigEnv": {
			reason: "So is configEnv.",
			args:   "^.spec.configEnv",
			want:   bounds{MaxProperties: new(int64(v1.MaxEnv))},
		},
		"FieldEnv": {
			reason: "There is not as much to know of a pod.",
			args:   "^.spec.fieldEnv",
			want:   bounds{MaxProperties: new(int64(v1.MaxEnvFields))},
		},
		"InitContainers": {
			reason: "A few containers beside the application's.",
			args:   "^.spec.initContainers",
			want:   bounds{MaxItems: new(int64(v1.MaxInitContainers))},
		},
		"InitContainersEnv": {
			reason: "They need less than that.",
			args:   "^.spec.initContainers.items.env",
			want:   bounds{MaxProperties: new(int64(v1.MaxInitEnv))},
		},
		"PodLabels": {
			reason: "The number of labels is bounded.",
			args:   "^.spec.podLabels",
			want:   bounds{MaxProperties: new(int64(v1.MaxLabels))},
		},
		"NodeSelector": {
			reason: "So it is here.",
			args:   "^.spec.nodeSelector",
			want:   bounds{MaxProperties: new(int64(v1.MaxLabels))},
		},
		"PodAnnotations": {
			reason: "So is that of annotations.",
			args:   "^.spec.podAnnotations",
			want:   bounds{MaxProperties: new(int64(v1.MaxAnnotations))},
		},
		"DeploymentAnnotations": {
			reason: "So it is here.",
			args:   "^.spec.deploymentAnnotations",
			want:   bounds{MaxProperties: new(int64(v1.MaxAnnotations))},
		},
		"Tolerations": {
			reason: "So is that of taints.",
			args:   "^.spec.tolerations",
			want:   bounds{MaxItems: new(int64(v1.MaxTolerations))},
		},
		"TolerationSeconds": {
			reason: "Nothing is tolerated for longer than a day, but for ever.",
			args:   "^.spec.tolerations.items.tolerationSeconds",
			want:   bounds{Minimum: new(0.0), Maximum: new(float64(v1.MaxTolerationSeconds))},
		},
		"MinReadySeconds": {
			reason: "What is not set is not 0.",
			args:   "^.spec.minReadySeconds",
			want:   bounds{Minimum: new(0.0), Maximum: new(float64(v1.MaxReadySeconds))},
		},
		"ProgressDeadlineSeconds": {
			reason: "Kubernetes must be given time.",
			args:   "^.spec.progressDeadlineSeconds",
			want:   bounds{Minimum: new(1.0), Maximum: new(float64(v1.MaxProgressDeadline))},
		},
		"EnvFrom": {
			reason: "The number of sources is bounded.",
			args:   "^.spec.envFrom",
			want:   bounds{MaxItems: new(int64(v1.MaxEnvFrom))},
		},
		"Volumes": {
			reason: "So is that of volumes.",
			args:   "^.spec.volumes",
			want:   bounds{MaxItems: new(int64(v1.MaxVolumes))},
		},
		"MountPath": {
			reason: "So is the length of paths.",
			args:   "^.spec.volumes.items.mountPath",
			want:   bounds{MaxLength: new(int64(v1.MaxMountPathLength))},
		},
		"Items": {
			reason: "So is the number of files.",
			args:   "^.spec.volumes.items.secret.items",
			want:   bounds{MaxItems: new(int64(v1.MaxVolumeItems))},
		},
		"Sources": {
			reason: "So is that of what is projected into a volume, of which there is something.",
			args:   "^.spec.volumes.items.projected.sources",
			want:   bounds{MinItems: new(int64(1)), MaxItems: new(int64(v1.MaxVolumeSources))},
		},
		"Mode": {
			reason: "A mode is that of a file.",
			args:   "^.spec.volumes.items.secret.defaultMode",
			want:   bounds{Minimum: new(float64(0)), Maximum: new(float64(v1.MaxFileMode))},
		},
		"ExpirationSeconds": {
			reason: "A token holds for ten minutes at least.",
			args:   "^.spec.volumes.items.projected.sources.items.serviceAccountToken.expirationSeconds",
			want:   bounds{Minimum: new(float64(v1.MinExpirationSeconds)), Maximum: new(float64(v1.MaxExpirationSeconds))},
		},
		"FieldPath": {
			reason: "Not all that is known of a pod may become a file.",
			args:   "^.spec.volumes.items.projected.sources.items.downwardAPI.items.items.fieldRef.fieldPath",
			want:   bounds{MaxLength: new(int64(512)), Pattern: v1.FieldPathPattern},
		},
		"EnvValue": {
			reason: "The size of a variable is bounded.",
			args:   "^.spec.env.additionalProperties",
			want:   bounds{MaxLength: new(int64(v1.MaxEnvValueLength))},
		},
		"TerminationGracePeriodSeconds": {
			reason: "Nothing waits for more than an hour, and what is not set is not 0.",
			args:   "^.spec.terminationGracePeriodSeconds",
			want:   bounds{Minimum: new(0.0), Maximum: new(float64(v1.MaxGracePeriod))},
		},
		"Requests": {
			reason: "The number of resources is bounded, and with it the cost of the rule on their names.",
			args:   "^.spec.resources.requests",
			want:   bounds{MaxProperties: new(int64(v1.MaxResources))},
		},
		"ServicePort": {
			reason: "It is a port.",
			args:   "^.spec.service.port",
			want:   bounds{Minimum: new(float64(v1.MinPort)), Maximum: new(float64(v1.MaxPort))},
		},
		"ServiceAnnotations": {
			reason: "Their number is bounded, and with it the cost of the rule on their keys.",
			args:   "^.spec.service.annotations",
			want:   bounds{MaxProperties: new(int64(v1.MaxAnnotations))},
		},
		"ServiceAnnotation": {
			reason: "So is their size.",
			args:   "^.spec.service.annotations.additionalProperties",
			want:   bounds{MaxLength: new(int64(v1.MaxAnnotationLength))},
		},
		"MinReplicas": {
			reason: "An autoscaler may run more replicas than a person asks for.",
			args:   "^.spec.autoscaling.minReplicas",
			want:   bounds{Minimum: new(1.0), Maximum: new(float64(v1.MaxAutoscaledReplicas))},
		},
		"MaxReplicas": {
			reason: "But not any number.",
			args:   "^.spec.autoscaling.maxReplicas",
			want:   bounds{Minimum: new(1.0), Maximum: new(float64(v1.MaxAutoscaledReplicas))},
		},
		"StabilizationWindow": {
			reason: "Kubernetes bounds it.",
			args:   "^.spec.autoscaling.behavior.scaleDown.stabilizationWindowSeconds",
			want:   bounds{Minimum: new(0.0), Maximum: new(float64(v1.MaxStabilizationSeconds))},
		},
		"ScalingPeriod": {
			reason: "So it does this.",
			args:   "^.spec.autoscaling.behavior.scaleUp.policies.items.periodSeconds",
			want:   bounds{Minimum: new(1.0), Maximum: new(float64(v1.MaxPeriodSeconds))},
		},
		"Hosts": {
			reason: "Their number is bounded.",
			args:   "^.spec.ingress.hosts",
			want:   bounds{MaxItems: new(int64(v1.MaxHostnames))},
		},
		"AdditionalPorts": {
			reason: "So is that of ports.",
			args:   "^.spec.service.additionalPorts",
			want:   bounds{MaxItems: new(int64(v1.MaxAdditionalPorts))},
		},
		"Host": {
			reason: "A host name has a longest one.",
			args:   "^.spec.ingress.host",
			want:   bounds{MinLength: new(int64(1)), MaxLength: new(int64(v1.MaxHostLength))},
		},
		"Path": {
			reason: "The size of a path is bounded.",
			args:   "^.spec.ingress.path",
			want:   bounds{MinLength: new(int64(1)), MaxLength: new(int64(v1.MaxPathLength))},
		},
	}

	fields := validations.FlattenCRDVersion(derived(t).Spec.Versions[0])

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f, ok := fields[tc.args]
			if !ok {
				t.Fatalf("\n%s\nthe schema has no field %s", tc.reason, tc.args)
			}

			got := bounds{Minimum: f.Minimum, Maximum: f.Maximum, MinLength: f.MinLength, MaxLength: f.MaxLength, MaxProperties: f.MaxProperties, MinItems: f.MinItems, MaxItems: f.MaxItems, Pattern: f.Pattern}
			if f.Default != nil {
				got.Default = string(f.Default.Raw)
			}

			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestRules holds the patterns that the function checks a WebApp by to the CEL
// rules of the schema, and lets no rule in that the function does not know.
func TestRules(t *testing.T) {
	const (
		oneHandler = `[has(self.httpGet), has(self.tcpSocket), has(self.grpc), has(self.exec)].filter(set, set).size() <= 1`
		probePort  = `self == 'http' || (type(self) == int && self >= 1 && self <= 65535)`
	)

	const (
		objectName = `self.matches('` + v1.SubdomainPattern + `')`
		labelText  = `self.matches('^([a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?)?$')`
		share      = `type(self) == int ? int(self) >= 0 : string(self).matches('` + v1.PercentPattern + `')`
	)

	update := fmt.Sprintf(`type(self) == int ? self >= 0 && self <= %d : string(self).matches('%s')`, v1.MaxUpdate, v1.PercentPattern)

	const file = `!self.startsWith('/') && !self.startsWith('..') && !(self + '/').contains('/../')`

	want := map[string][]string{
		"^":                         {`self.metadata.name.matches('` + v1.NamePattern + `')`},
		"^.spec.image":              {`self.matches(r'` + v1.ImagePattern + `')`},
		"^.spec.env":                {`self.all(name, name.matches('` + v1.EnvNamePattern + `'))`},
		"^.spec.serviceAccountName": {`self.matches('` + v1.SubdomainPattern + `')`},

		"^.spec.ingress.annotations": {
			`self.all(key, key.matches('` + v1.AnnotationKeyPattern + `') && !key.matches('` + v1.CrossplaneKeyPattern + `'))`,
		},
		"^.spec.ingress.host":             {`!self.matches('^[0-9]+([.][0-9]+){3}$')`, `self.matches('` + v1.HostPattern + `')`},
		"^.spec.ingress.hosts.items":      {`!self.matches('^[0-9]+([.][0-9]+){3}$')`, `self.matches('` + v1.HostPattern + `')`},
		"^.spec.ingress.path":             {`self.startsWith('/')`},
		"^.spec.ingress.ingressClassName": {objectName},
		"^.spec.ingress.tls.secretName":   {objectName},
		"^.spec.ingress": {
			`!has(self.path) || (has(self.pathType) && self.pathType == 'ImplementationSpecific') || self.path.matches('` + v1.PathPattern + `')`,
			`!has(self.host) || !has(self.hosts) || size(self.hosts) == 0`,
			`!has(self.ingressClassName) || !has(self.annotations) || !('kubernetes.io/ingress.class' in self.annotations)`,
		},
		"^.spec.httpRoute.hostnames.items": {`self.matches('` + v1.HostPattern + `')`},
		"^.spec.httpRoute.path.value":      {`self.matches('` + v1.PathPattern + `')`},

		"^.spec.httpRoute.parentRefs.items.group":       {`self.matches('` + v1.GroupPattern + `')`},
		"^.spec.httpRoute.parentRefs.items.kind":        {`self.matches('` + v1.KindPattern + `')`},
		"^.spec.httpRoute.parentRefs.items.namespace":   {`self.matches('` + v1.LabelPattern + `')`},
		"^.spec.httpRoute.parentRefs.items.sectionName": {objectName},

		"^.spec.metrics.path":     {`self.matches('` + v1.PathPattern + `')`},
		"^.spec.metrics.interval": {`self.matches('` + v1.IntervalPattern + `')`},

		"^.spec.secretEnv":                          {`self.all(name, name.matches('` + v1.EnvNamePattern + `'))`},
		"^.spec.secretEnv.additionalProperties.key": {`self.matches('` + v1.KeyPattern + `')`},
		"^.spec.envFrom.items.prefix":               {`self.matches('` + v1.EnvPrefixPattern + `')`},
		"^.spec.volumes.items.name":                 {`self.matches('` + v1.LabelPattern + `')`},
		"^.spec.volumes.items.mountPath":            {`self.matches('` + v1.MountPathPattern + `')`},

		"^.spec.configEnv":                          {`self.all(name, name.matches('` + v1.EnvNamePattern + `'))`},
		"^.spec.configEnv.additionalProperties.key": {`self.matches('` + v1.KeyPattern + `')`},
		"^.spec.fieldEnv":                           {`self.all(name, name.matches('` + v1.EnvNamePattern + `'))`},
		"^.spec.fieldEnv.additionalProperties":      {`self.matches(r'` + v1.EnvFieldPattern + `')`},
		"^.spec.podLabels": {
			`self.all(key, key.matches('` + v1.LabelKeyPattern + `') && !key.matches('` + v1.CrossplaneKeyPattern + `'))`,
			`!self.exists(key, key in ['app', 'managed-by', 'app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by', 'pod-template-hash'])`,
		},
		"^.spec.podAnnotations": {
			`self.all(key, key.matches('` + v1.AnnotationKeyPattern + `') && !key.matches('` + v1.CrossplaneKeyPattern + `'))`,
		},
		"^.spec.deploymentAnnotations": {
			`self.all(key, key.matches('` + v1.AnnotationKeyPattern + `') && !key.matches('` + v1.CrossplaneKeyPattern + `'))`,
		},
		"^.spec.nodeSelector":          {`self.all(key, key.matches('` + v1.LabelKeyPattern + `'))`},
		"^.spec.priorityClassName":     {objectName},
		"^.spec.tolerations.items.key": {`self.matches('` + v1.TaintKeyPattern + `')`},
		"^.spec.tolerations.items": {
			`(has(self.key) && size(self.key) > 0) || (has(self.operator) && self.operator == 'Exists')`,
			`!has(self.operator) || self.operator != 'Exists' || !has(self.value) || size(self.value) == 0`,
			`!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')`,
		},
		"^.spec.podLabels.additionalProperties":      {labelText},
		"^.spec.nodeSelector.additionalProperties":   {labelText},
		"^.spec.tolerations.items.value":             {labelText},
		"^.spec.configEnv.additionalProperties.name": {objectName},

		// Checked by the function in words of its own.
		"^.spec": {
			`!has(self.ingress) || !has(self.httpRoute)`,
			`!has(self.lifecycle) || self.lifecycle.preStop.sleep.seconds == 0 || !has(self.terminationGracePeriodSeconds) || self.lifecycle.preStop.sleep.seconds < self.terminationGracePeriodSeconds`,
			`!has(self.secretEnv) || !has(self.env) || !self.secretEnv.exists(name, name in self.env)`,
			`!has(self.configEnv) || !has(self.env) || !self.configEnv.exists(name, name in self.env)`,
			`!has(self.configEnv) || !has(self.secretEnv) || !self.configEnv.exists(name, name in self.secretEnv)`,
			`!has(self.fieldEnv) || !has(self.env) || !self.fieldEnv.exists(name, name in self.env)`,
			`!has(self.fieldEnv) || !has(self.secretEnv) || !self.fieldEnv.exists(name, name in self.secretEnv)`,
			`!has(self.fieldEnv) || !has(self.configEnv) || !self.fieldEnv.exists(name, name in self.configEnv)`,
			`!has(self.initContainers) || self.initContainers.all(c, !has(c.volumeMounts) || c.volumeMounts.all(m, has(self.volumes) && self.volumes.exists(v, v.name == m.name)))`,
			`!has(self.progressDeadlineSeconds) || !has(self.minReadySeconds) || self.minReadySeconds < self.progressDeadlineSeconds`,
		},
		"^.spec.networkPolicy":                   {`has(self.ingress) || has(self.egress)`},
		"^.spec.envFrom.items.configMapRef.name": {objectName}, "^.spec.envFrom.items.secretRef.name": {objectName},
		"^.spec.secretEnv.additionalProperties.name": {objectName}, "^.spec.imagePullSecrets.items.name": {objectName},
		"^.spec.volumes.items.configMap.name": {objectName}, "^.spec.volumes.items.secret.secretName": {objectName},
		"^.spec.volumes.items.persistentVolumeClaim.claimName":        {objectName},
		"^.spec.volumes.items.projected.sources.items.configMap.name": {objectName},
		"^.spec.volumes.items.projected.sources.items.secret.name":    {objectName},
		"^.spec.podDisruptionBudget.minAvailable":                     {share},
		"^.spec.podDisruptionBudget.maxUnavailable":                   {share},
		"^.spec.resources.requests":                                   {`self.all(name, name in ['cpu', 'memory', 'ephemeral-storage'] || name.startsWith('hugepages-') || name.contains('/'))`},
		"^.spec.resources.limits":                                     {`self.all(name, name in ['cpu', 'memory', 'ephemeral-storage'] || name.startsWith('hugepages-') || name.contains('/'))`},
		"^.spec.envFrom.items":                                        {`has(self.configMapRef) != has(self.secretRef)`},
		"^.spec.strategy":                                             {`!has(self.rollingUpdate) || !has(self.type) || self.type == 'RollingUpdate'`},
		"^.spec.strategy.rollingUpdate":                               {`!has(self.maxSurge) || !(self.maxSurge in [dyn(0), dyn('0%')]) || has(self.maxUnavailable) && !(self.maxUnavailable in [dyn(0), dyn('0%')])`},
		"^.spec.strategy.rollingUpdate.maxSurge":                      {update}, "^.spec.strategy.rollingUpdate.maxUnavailable": {update},
		"^.spec.volumes":       {`self.all(v, self.exists_one(w, w.mountPath == v.mountPath))`},
		"^.spec.volumes.items": {`[has(self.configMap), has(self.secret), has(self.emptyDir), has(self.persistentVolumeClaim), has(self.projected), has(self.ephemeral)].filter(set, set).size() == 1`},
		"^.spec.volumes.items.ephemeral.volumeClaimTemplate.spec":                   {`size(self.accessModes) == 1 || !('ReadWriteOncePod' in self.accessModes)`},
		"^.spec.volumes.items.ephemeral.volumeClaimTemplate.spec.storageClassName":  {objectName},
		"^.spec.volumes.items.configMap.items.items.path":                           {file},
		"^.spec.volumes.items.projected.sources.items":                              {`[has(self.configMap), has(self.secret), has(self.serviceAccountToken), has(self.downwardAPI)].filter(set, set).size() == 1`},
		"^.spec.volumes.items.projected.sources.items.configMap.items.items.path":   {file},
		"^.spec.volumes.items.projected.sources.items.downwardAPI.items.items.path": {file},
		"^.spec.volumes.items.projected.sources.items.secret.items.items.path":      {file},
		"^.spec.volumes.items.projected.sources.items.serviceAccountToken.path":     {file},
		"^.spec.volumes.items.secret.items.items.path":                              {file},
		"^.spec.volumes.items.subPath":                                              {`!self.startsWith('/') && !('/' + self + '/').contains('/../')`},
		"^.spec.readinessProbe": {
			`!has(self.disabled) || !self.disabled || !(has(self.httpGet) || has(self.tcpSocket) || has(self.grpc) || has(self.exec) || has(self.initialDelaySeconds) || has(self.timeoutSeconds) || has(self.periodSeconds) || has(self.successThreshold) || has(self.failureThreshold))`,
			oneHandler,
		},
		"^.spec.livenessProbe":                                   {oneHandler},
		"^.spec.startupProbe":                                    {oneHandler},
		"^.spec.readinessProbe.httpGet.port":                     {probePort},
		"^.spec.readinessProbe.tcpSocket.port":                   {probePort},
		"^.spec.livenessProbe.httpGet.port":                      {probePort},
		"^.spec.livenessProbe.tcpSocket.port":                    {probePort},
		"^.spec.startupProbe.httpGet.port":                       {probePort},
		"^.spec.startupProbe.tcpSocket.port":                     {probePort},
		"^.spec.securityContext":                                 {`!has(self.runAsUser) || self.runAsUser != 0 || (has(self.runAsNonRoot) && !self.runAsNonRoot)`},
		"^.spec.securityContext.capabilities.drop.items":         {`self.matches('` + v1.CapabilityPattern + `')`},
		"^.spec.securityContext.seccompProfile":                  {`(self.type == 'Localhost') == has(self.localhostProfile)`},
		"^.spec.securityContext.seccompProfile.localhostProfile": {`!self.startsWith('/') && !self.matches('(^|/)[.][.](/|$)')`},
		"^.spec.podDisruptionBudget":                             {`!has(self.minAvailable) || !has(self.maxUnavailable)`},
		"^.spec.autoscaling":                                     {`!has(self.minReplicas) || self.minReplicas <= self.maxReplicas`},
		"^.spec.service.appProtocol":                             {`self.matches('` + v1.AppProtocolPattern + `')`},
		"^.spec.service.additionalPorts.items.appProtocol":       {`self.matches('` + v1.AppProtocolPattern + `')`},
		"^.spec.service.additionalPorts.items.name":              {`self.matches('` + v1.LabelPattern + `') && self != 'http'`},
		"^.spec.service": {
			`!has(self.additionalPorts) || self.additionalPorts.all(p, ((has(p.protocol) ? p.protocol : 'TCP') != 'TCP' || p.port != (has(self.port) ? self.port : 80)) && self.additionalPorts.exists_one(q, q.port == p.port && (has(q.protocol) ? q.protocol : 'TCP') == (has(p.protocol) ? p.protocol : 'TCP')))`,
		},
		"^.spec.service.annotations": {
			`self.all(key, key.matches('` + v1.AnnotationKeyPattern + `') && !key.matches('` + v1.CrossplaneKeyPattern + `'))`,
		},
	}

	for _, probe := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		want["^.spec."+probe+".httpGet.httpHeaders.items.name"] = []string{`self.matches('^[-A-Za-z0-9]+$')`}
	}

	// The same of the containers beside the application's as of that, but for its probe of
	// readiness, which may be disabled.
	const beside = "^.spec.initContainers.items"

	for path, rules := range maps.Clone(want) {
		field, _, _ := strings.Cut(strings.TrimPrefix(path, "^.spec."), ".")

		switch {
		case slices.Contains([]string{"image", "env", "secretEnv", "configEnv", "fieldEnv", "envFrom", "resources", "readinessProbe", "livenessProbe", "startupProbe", "securityContext"}, field):
			want[beside+strings.TrimPrefix(path, "^.spec")] = rules
		case path == "^.spec.volumes.items.name" || path == "^.spec.volumes.items.mountPath" || path == "^.spec.volumes.items.subPath":
			want[beside+strings.Replace(path, "^.spec.volumes", ".volumeMounts", 1)] = rules
		}
	}

	withPort := func(probe string) string {
		return strings.ReplaceAll(`!has(PROBE) || has(PROBE.exec) || (has(PROBE.grpc) && has(PROBE.grpc.port)) || (has(PROBE.httpGet) && has(PROBE.httpGet.port) && type(PROBE.httpGet.port) == int) || (has(PROBE.tcpSocket) && has(PROBE.tcpSocket.port) && type(PROBE.tcpSocket.port) == int)`, "PROBE", "self."+probe)
	}

	want[beside+".readinessProbe"] = []string{oneHandler}
	want[beside+".name"] = []string{`self.matches('` + v1.LabelPattern + `')`, `self != 'app'`}
	want[beside] = []string{
		`has(self.restartPolicy) || !(has(self.startupProbe) || has(self.readinessProbe) || has(self.livenessProbe))`,
		withPort("startupProbe"), withPort("readinessProbe"), withPort("livenessProbe"),
		`!has(self.secretEnv) || !has(self.env) || !self.secretEnv.exists(name, name in self.env)`,
		`!has(self.configEnv) || !((has(self.env) && self.configEnv.exists(name, name in self.env)) || (has(self.secretEnv) && self.configEnv.exists(name, name in self.secretEnv)))`,
		`!has(self.fieldEnv) || !((has(self.env) && self.fieldEnv.exists(name, name in self.env)) || (has(self.secretEnv) && self.fieldEnv.exists(name, name in self.secretEnv)) || (has(self.configEnv) && self.fieldEnv.exists(name, name in self.configEnv)))`,
	}

	const (
		cidr     = `self.matches('^[0-9a-fA-F:.]+/[0-9]+$')`
		excepted = `self.contains('/')`
	)

	// The same of what comes in and of what goes out.
	for _, rule := range []string{"^.spec.networkPolicy.ingress.items", "^.spec.networkPolicy.egress.items"} {
		peer := rule + ".from.items"
		if strings.Contains(rule, "egress") {
			peer = rule + ".to.items"
		}

		want[rule+".ports.items"] = []string{`!has(self.endPort) || (has(self.port) && type(self.port) == int && int(self.port) <= self.endPort)`}
		want[rule+".ports.items.port"] = []string{`type(self) != int || (int(self) >= 1 && int(self) <= 65535)`}
		want[peer] = []string{`has(self.ipBlock) || has(self.webApp) ? !(has(self.ipBlock) && has(self.webApp)) && !has(self.podSelector) && !has(self.namespaceSelector) : has(self.podSelector) || has(self.namespaceSelector)`}

		for _, name := range []string{".name", ".namespace"} {
			want[peer+".webApp"+name] = []string{`self.matches('` + v1.LabelPattern + `')`}
		}

		want[peer+".ipBlock.cidr"], want[peer+".ipBlock.except.items"] = []string{cidr}, []string{excepted}

		for _, selector := range []string{".podSelector", ".namespaceSelector"} {
			want[peer+selector+".matchExpressions.items"] = []string{`(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)`}
		}
	}

	selects := []string{`(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)`}

	const metrics = "^.spec.autoscaling.metrics.items"

	want[metrics] = []string{`[has(self.resource), has(self.containerResource), has(self.pods), has(self.object), has(self.external)].filter(set, set).size() == 1 && (self.type == 'Resource' ? has(self.resource) : self.type == 'ContainerResource' ? has(self.containerResource) : self.type == 'Pods' ? has(self.pods) : self.type == 'Object' ? has(self.object) : has(self.external))`}
	want[metrics+".containerResource.container"] = []string{`self.matches('` + v1.LabelPattern + `')`}
	want[metrics+".object.describedObject.apiVersion"] = []string{`self.matches('` + v1.APIVersionPattern + `')`}
	want[metrics+".object.describedObject.kind"] = []string{`self.matches('` + v1.KindPattern + `')`}
	want[metrics+".object.describedObject.name"] = []string{objectName}

	for source, target := range map[string]string{
		".resource": `self.target.type != 'Value'`, ".containerResource": `self.target.type != 'Value'`, ".pods": `self.target.type == 'AverageValue'`,
		".object": `self.target.type != 'Utilization'`, ".external": `self.target.type != 'Utilization'`,
	} {
		want[metrics+source] = []string{target}
		want[metrics+source+".target"] = []string{`(self.type == 'Value') == has(self.value) && (self.type == 'AverageValue') == has(self.averageValue) && (self.type == 'Utilization') == has(self.averageUtilization)`}

		if !strings.HasSuffix(strings.ToLower(source), "resource") {
			want[metrics+source+".metric.name"] = []string{`self.matches('` + v1.MetricNamePattern + `') && self != '.' && self != '..'`}
			want[metrics+source+".metric.selector.matchExpressions.items"] = selects
		}
	}

	const (
		affinity  = "^.spec.affinity"
		required  = ".requiredDuringSchedulingIgnoredDuringExecution"
		preferred = ".preferredDuringSchedulingIgnoredDuringExecution.items"
	)

	for _, term := range []string{required + ".nodeSelectorTerms.items", preferred + ".preference"} {
		expression := affinity + ".nodeAffinity" + term + ".matchExpressions.items"

		want[expression] = []string{`self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : self.operator in ['Gt', 'Lt'] ? has(self.values) && size(self.values) == 1 && self.values[0].matches('^[0-9]+$') : !has(self.values) || size(self.values) == 0`}
		want[expression+".key"] = []string{`self.matches('` + v1.LabelKeyPattern + `')`}
		want[expression+".values.items"] = []string{labelText}
	}

	for _, part := range []string{".podAffinity", ".podAntiAffinity"} {
		for _, term := range []string{required + ".items", preferred + ".podAffinityTerm"} {
			at := affinity + part + term

			want[at+".labelSelector.matchExpressions.items"], want[at+".namespaceSelector.matchExpressions.items"] = selects, selects
			want[at+".topologyKey"] = []string{`self.matches('` + v1.LabelKeyPattern + `')`}
			want[at+".namespaces.items"] = []string{`self.matches('` + v1.LabelPattern + `')`}
		}
	}

	got := map[string][]string{}
	for path, f := range validations.FlattenCRDVersion(derived(t).Spec.Versions[0]) {
		for _, v := range f.XValidations {
			got[path] = append(got[path], v.Rule)
		}
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestPatterns lets no pattern stand alone, which says nothing to a person, but for
// those that say what they want, and those for which a rule would cost more than the API
// server lets it: there may be too many of them, or they may be as long as a request.
// Other selectors are of the same type.
func TestPatterns(t *testing.T) {
	says := regexp.MustCompile(`\.downwardAPI\.items\.items\.fieldRef\.fieldPath$`)
	costs := regexp.MustCompile(`^\^\.spec\.(networkPolicy|autoscaling\.metrics|affinity)\..*\.(ports\.items\.port|matchLabels\.additionalProperties|matchExpressions\.items\.(key|values\.items))$`)
	// Quantities are Kubernetes' own, and may be numbers or texts of any length.
	quantities := regexp.MustCompile(`\.(requests|limits)\.additionalProperties$|\.emptyDir\.sizeLimit$|\.target\.(value|averageValue)$|\.requests\.storage$`)

	for path, f := range validations.FlattenCRDVersion(derived(t).Spec.Versions[0]) {
		if f.Pattern != "" && !says.MatchString(path) && !costs.MatchString(path) && !quantities.MatchString(path) {
			t.Errorf("%s: a rule with a message would say more than %s", path, f.Pattern)
		}
	}
}

// TestDescriptions makes sure that kubectl explain has an answer for each field
// of ours.
func TestDescriptions(t *testing.T) {
	crossplanes := regexp.MustCompile(`^\^\.(apiVersion|kind|metadata|spec\.crossplane|status\.conditions)($|\.)`)
	// What may be a number or text is described where the choice is.
	choice := regexp.MustCompile(`\.anyOf\[\d+\]$`)
	// Quantities are Kubernetes' own, and described where the list of them is.
	quantities := regexp.MustCompile(`\.resources\.(requests|limits)\.additionalProperties$`)

	// So are the lists and maps of rules for the network.
	rules := regexp.MustCompile(`^\^\.spec\.networkPolicy\..*\.(items|additionalProperties)$`)

	for path, f := range validations.FlattenCRDVersion(derived(t).Spec.Versions[0]) {
		if f.Description == "" && !crossplanes.MatchString(path) && !choice.MatchString(path) && !quantities.MatchString(path) && !rules.MatchString(path) {
			t.Errorf("%s has no description", path)
		}
	}
}

// TestRuleCosts says how much of the API server's budget the CEL rules take.
// Serve refuses a definition that goes beyond it; this leaves room for clusters
// that estimate higher.
func TestRuleCosts(t *testing.T) {
	crd, err := register(t.Context(), derived(t))
	if err != nil {
		t.Fatal(err)
	}

	schema := crd.Spec.Validation.OpenAPIV3Schema

	for path, cost := range costs(t, "^", schema, validation.RootCELContext(schema)) {
		t.Logf("%s: %d, %.1f %% of what a rule may cost", path, cost, 100*float64(cost)/validation.StaticEstimatedCostLimit)

		if cost > validation.StaticEstimatedCostLimit/2 {
			t.Errorf("the rules of %s cost %d, more than half of what a rule may cost (%d)", path, cost, validation.StaticEstimatedCostLimit)
		}
	}
}

// costs returns what the rules of each field cost at most, as the API server
// estimates it.
func costs(t *testing.T, path string, s *apiextensions.JSONSchemaProps, c *validation.CELSchemaContext) map[string]uint64 {
	t.Helper()

	out := map[string]uint64{}

	if len(s.XValidations) > 0 {
		info, err := c.TypeInfo()
		if err != nil {
			t.Fatal(err)
		}

		env := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())

		rules, err := cel.Compile(info.Schema, info.DeclType, celconfig.PerCallLimit, env, cel.NewExpressionsEnvLoader())
		if err != nil {
			t.Fatal(err)
		}

		for _, r := range rules {
			out[path] += r.MaxCost * *c.MaxCardinality
		}
	}

	if s.Items != nil && s.Items.Schema != nil {
		maps.Copy(out, costs(t, path+".items", s.Items.Schema, c.ChildItemsContext(s.Items.Schema)))
	}

	if s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil {
		maps.Copy(out, costs(t, path+".additionalProperties", s.AdditionalProperties.Schema, c.ChildAdditionalPropertiesContext(s.AdditionalProperties.Schema)))
	}

	for name, p := range s.Properties {
		maps.Copy(out, costs(t, path+"."+name, &p, c.ChildPropertyContext(&p, name)))
	}

	return out
}
