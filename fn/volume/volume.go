package volume

import (
	"path"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

var (
	mountPathPattern = regexp.MustCompile(v1.MountPathPattern)
	fieldPathPattern = regexp.MustCompile(v1.FieldPathPattern)
)

// Sources are the fields of a volume that say where its files come from.
var Sources = []string{"configMap", "secret", "emptyDir", "persistentVolumeClaim", "projected", ephemeral}

// Check notes what is wrong with the volumes of a WebApp.
func Check(spec value.Reader) {
	items := spec.Items("volumes")

	// Before they are decoded: see webapp.IsQuantity.
	right := true
	for _, at := range items {
		right = checkSizeLimit(at) && right
		right = checkStorage(at) && right
	}

	if !right {
		return
	}

	volumes, _ := value.Native[[]v1.Volume](spec, "volumes")

	if spec.TooMany("volumes", len(volumes), v1.MaxVolumes) {
		return
	}

	names, mounts := map[string]bool{}, map[string]bool{}

	for i, v := range volumes {
		at := items[i]

		checkVolume(at, v)

		if v.Name != "" && names[v.Name] {
			at.Duplicate("name", v.Name)
		}

		if v.MountPath != "" && mounts[v.MountPath] {
			at.Duplicate("mountPath", v.MountPath)
		}

		names[v.Name], mounts[v.MountPath] = true, true
	}
}

// checkSizeLimit checks how large an emptyDir may become, and says whether that is
// right.
func checkSizeLimit(at value.Reader) bool {
	return webapp.CheckQuantity(at.Within("emptyDir"), "sizeLimit", "must be a quantity such as 64Mi or 1Gi", func(limit resource.Quantity) string {
		if webapp.IsWhole(limit) {
			return ""
		}

		return webapp.WholeBytes
	})
}

func checkVolume(at value.Reader, v v1.Volume) {
	webapp.CheckLabel(at, "name", v.Name, "give the volume a name")
	CheckMount(at, v.MountPath, v.SubPath)

	checkExactlyOne(at, "set exactly one of configMap, secret, emptyDir, persistentVolumeClaim, projected and ephemeral",
		v.ConfigMap != nil, v.Secret != nil, v.EmptyDir != nil, v.PersistentVolumeClaim != nil, v.Projected != nil, v.Ephemeral != nil)

	checkSource(at, v)
}

// CheckMount checks where a container sees what of a volume.
func CheckMount(at value.Reader, mountPath, subPath string) {
	switch {
	case mountPath == "":
		at.Required("mountPath", "say where the container sees the files")
	case len(mountPath) > v1.MaxMountPathLength || !mountPathPattern.MatchString(mountPath):
		at.Invalid("mountPath", mountPath, "must be an absolute path below /, without a colon")
	}

	if len(subPath) > v1.MaxMountPathLength || leaves(subPath) {
		at.Invalid("subPath", subPath, "must be a relative path without ..")
	}
}

// checkSource checks where the files of a volume come from.
func checkSource(at value.Reader, v v1.Volume) {
	if s := v.ConfigMap; s != nil {
		in := at.Object("configMap")
		webapp.CheckReference(in, "name", s.Name, "ConfigMap")
		checkItems(in, s.Items, nil)
		checkMode(in, "defaultMode", s.DefaultMode)
	}

	if s := v.Secret; s != nil {
		in := at.Object("secret")
		webapp.CheckReference(in, "secretName", s.SecretName, "Secret")
		checkItems(in, s.Items, nil)
		checkMode(in, "defaultMode", s.DefaultMode)
	}

	if s := v.EmptyDir; s != nil && s.Medium != "" && s.Medium != string(corev1.StorageMediumMemory) {
		at.Object("emptyDir").NotSupported("medium", s.Medium, "", string(corev1.StorageMediumMemory))
	}

	if s := v.PersistentVolumeClaim; s != nil {
		webapp.CheckReference(at.Object("persistentVolumeClaim"), "claimName", s.ClaimName, "PersistentVolumeClaim")
	}

	if s := v.Projected; s != nil {
		in := at.Object("projected")
		checkSources(in, s.Sources)
		checkMode(in, "defaultMode", s.DefaultMode)
	}

	if s := v.Ephemeral; s != nil {
		checkClaim(at.Object(ephemeral).Object("volumeClaimTemplate").Object("spec"), s.VolumeClaimTemplate.Spec)
	}
}

func checkSources(in value.Reader, sources []v1.VolumeProjection) {
	if len(sources) == 0 {
		in.Required("sources", "say where the files come from")
	}

	if in.TooMany("sources", len(sources), v1.MaxVolumeSources) {
		return
	}

	// Kubernetes refuses two files at one path: see validateProjectionSources of
	// k8s.io/kubernetes/pkg/apis/core/validation. What is written in two ways is one
	// path, too, of which one file would be lost.
	files := map[string]bool{}

	for i, at := range in.Items("sources") {
		s := sources[i]

		checkExactlyOne(at, "set exactly one of configMap, secret, serviceAccountToken and downwardAPI",
			s.ConfigMap != nil, s.Secret != nil, s.ServiceAccountToken != nil, s.DownwardAPI != nil)

		if s := s.ConfigMap; s != nil {
			webapp.CheckReference(at.Object("configMap"), "name", s.Name, "ConfigMap")
			checkItems(at.Object("configMap"), s.Items, files)
		}

		if s := s.Secret; s != nil {
			webapp.CheckReference(at.Object("secret"), "name", s.Name, "Secret")
			checkItems(at.Object("secret"), s.Items, files)
		}

		if s := s.ServiceAccountToken; s != nil {
			checkToken(at.Object("serviceAccountToken"), s, files)
		}

		if s := s.DownwardAPI; s != nil {
			checkPodFields(at.Object("downwardAPI"), s.Items, files)
		}
	}
}

func checkToken(in value.Reader, s *v1.ServiceAccountTokenProjection, files map[string]bool) {
	checkFile(in, s.Path, files)

	if len(s.Audience) > v1.MaxMountPathLength {
		in.Invalid("audience", s.Audience, "may not have more than 1024 characters")
	}

	if e := s.ExpirationSeconds; e != nil && (*e < v1.MinExpirationSeconds || *e > v1.MaxExpirationSeconds) {
		in.Invalid("expirationSeconds", *e, value.Between[int64](v1.MinExpirationSeconds, v1.MaxExpirationSeconds))
	}
}

func checkPodFields(in value.Reader, items []v1.DownwardAPIFile, files map[string]bool) {
	if len(items) == 0 {
		in.Required("items", "say which fields of the pod")
	}

	if in.TooMany("items", len(items), v1.MaxVolumeItems) {
		return
	}

	for i, at := range in.Items("items") {
		checkFile(at, items[i].Path, files)
		checkMode(at, "mode", items[i].Mode)

		checkFieldPath(at.Object("fieldRef"), items[i].FieldRef.FieldPath)
	}
}

// checkFieldPath checks a field of the pod, and the key of its label or annotation: see
// validateObjectFieldSelector of k8s.io/kubernetes/pkg/apis/core/validation.
func checkFieldPath(in value.Reader, field string) {
	if !fieldPathPattern.MatchString(field) {
		in.Invalid("fieldPath", field,
			"must be metadata.name, metadata.namespace, metadata.uid, metadata.labels, metadata.annotations, metadata.labels['key'] or metadata.annotations['key']")
		return
	}

	of, key, one := strings.Cut(strings.TrimSuffix(field, "']"), "['")
	if of == "metadata.annotations" {
		key = strings.ToLower(key)
	}

	if problems := validation.IsQualifiedName(key); one && len(problems) > 0 {
		in.Invalid("fieldPath", field, "the key "+problems[0])
	}
}

func checkItems(in value.Reader, items []v1.KeyToPath, files map[string]bool) {
	if in.TooMany("items", len(items), v1.MaxVolumeItems) {
		return
	}

	for i, at := range in.Items("items") {
		webapp.CheckKey(at, items[i].Key)
		checkFile(at, items[i].Path, files)
		checkMode(at, "mode", items[i].Mode)
	}
}

// checkFile checks the path of a file, and that it is none of some others.
func checkFile(in value.Reader, file string, others map[string]bool) {
	switch {
	case file == "":
		in.Required("path", "say which file of the volume")
	case len(file) > v1.MaxSubdomainLength || strings.HasPrefix(file, "..") || leaves(file):
		in.Invalid("path", file, "must be a relative path without ..")
	case others[path.Clean(file)]:
		in.Duplicate("path", file)
	case others != nil:
		others[path.Clean(file)] = true
	}
}

// leaves says whether a path leads out of the folder that it should be in.
func leaves(file string) bool {
	return strings.HasPrefix(file, "/") || strings.Contains("/"+file+"/", "/../")
}

func checkMode(in value.Reader, name string, mode *int32) {
	if mode != nil && (*mode < 0 || *mode > v1.MaxFileMode) {
		in.Invalid(name, *mode, "must be between 0 and 0777 (511), inclusive")
	}
}

// checkExactlyOne notes if not exactly one of some fields is set.
func checkExactlyOne(at value.Reader, must string, set ...bool) {
	n := 0

	for _, s := range set {
		if s {
			n++
		}
	}

	switch n {
	case 0:
		at.Required("", must)
	case 1:
	default:
		at.Forbidden("", must)
	}
}
