package fn

import (
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

var (
	labelPattern     = regexp.MustCompile(v1.LabelPattern)
	mountPathPattern = regexp.MustCompile(v1.MountPathPattern)
	fieldPathPattern = regexp.MustCompile(v1.FieldPathPattern)
)

func checkVolumes(spec object) {
	path := spec.child("volumes")

	// Before they are decoded: see quantityPattern.
	if errs := checkSizeLimits(path, spec.get("volumes")); len(errs) > 0 {
		*spec.errs = append(*spec.errs, errs...)
		return
	}

	volumes, _ := native[[]v1.Volume](spec, "volumes")

	if len(volumes) > v1.MaxVolumes {
		*spec.errs = append(*spec.errs, field.TooMany(path, len(volumes), v1.MaxVolumes))
		return
	}

	c := &volumeCheck{errs: spec.errs}
	names, mounts := map[string]bool{}, map[string]bool{}

	for i, v := range volumes {
		at := path.Index(i)

		c.volume(at, v)

		if v.Name != "" && names[v.Name] {
			c.note(field.Duplicate(at.Child("name"), clip(v.Name, maxQuoted)))
		}

		if v.MountPath != "" && mounts[v.MountPath] {
			c.note(field.Duplicate(at.Child("mountPath"), clip(v.MountPath, maxQuoted)))
		}

		names[v.Name], mounts[v.MountPath] = true, true
	}
}

func checkSizeLimits(path *field.Path, volumes *structpb.Value) field.ErrorList {
	var errs field.ErrorList

	for i, v := range volumes.GetListValue().GetValues() {
		limit := dig(v, "emptyDir", "sizeLimit")
		at := path.Index(i).Child("emptyDir", "sizeLimit")

		switch k := limit.GetKind().(type) {
		case nil, *structpb.Value_NullValue:
		case *structpb.Value_StringValue:
			if !quantityPattern.MatchString(k.StringValue) {
				errs = append(errs, field.Invalid(at, clip(k.StringValue, maxQuoted), "must be a quantity such as 64Mi or 1Gi"))
			}
		case *structpb.Value_NumberValue:
			if k.NumberValue < 0 || k.NumberValue >= 1e18 || k.NumberValue != float64(int64(k.NumberValue)) {
				errs = append(errs, field.Invalid(at, k.NumberValue, "must be a quantity such as 64Mi or 1Gi"))
			}
		default:
			errs = append(errs, field.TypeInvalid(at, typeName(limit), "must be a quantity such as 64Mi or 1Gi"))
		}
	}

	return errs
}

// A volumeCheck notes what is wrong with volumes.
type volumeCheck struct {
	errs *field.ErrorList
}

func (c *volumeCheck) note(errs ...*field.Error) { *c.errs = append(*c.errs, errs...) }

func (c *volumeCheck) volume(at *field.Path, v v1.Volume) {
	switch {
	case v.Name == "":
		c.note(field.Required(at.Child("name"), "give the volume a name"))
	case len(v.Name) > v1.MaxNameLength || !labelPattern.MatchString(v.Name):
		c.note(field.Invalid(at.Child("name"), clip(v.Name, maxQuoted), "must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit"))
	}

	switch {
	case v.MountPath == "":
		c.note(field.Required(at.Child("mountPath"), "say where the container sees the files"))
	case len(v.MountPath) > v1.MaxMountPathLength || !mountPathPattern.MatchString(v.MountPath):
		c.note(field.Invalid(at.Child("mountPath"), clip(v.MountPath, maxQuoted), "must be an absolute path below /, without a colon"))
	}

	if len(v.SubPath) > v1.MaxMountPathLength || leaves(v.SubPath) {
		c.note(field.Invalid(at.Child("subPath"), clip(v.SubPath, maxQuoted), "must be a relative path without .."))
	}

	c.one(at, "set exactly one of configMap, secret, emptyDir, persistentVolumeClaim and projected",
		v.ConfigMap != nil, v.Secret != nil, v.EmptyDir != nil, v.PersistentVolumeClaim != nil, v.Projected != nil)

	if s := v.ConfigMap; s != nil {
		path := at.Child("configMap")
		c.note(checkReference(path.Child("name"), s.Name, "ConfigMap")...)
		c.items(path.Child("items"), s.Items)
		c.mode(path.Child("defaultMode"), s.DefaultMode)
	}

	if s := v.Secret; s != nil {
		path := at.Child("secret")
		c.note(checkReference(path.Child("secretName"), s.SecretName, "Secret")...)
		c.items(path.Child("items"), s.Items)
		c.mode(path.Child("defaultMode"), s.DefaultMode)
	}

	if s := v.EmptyDir; s != nil && s.Medium != "" && s.Medium != string(corev1.StorageMediumMemory) {
		c.note(field.NotSupported(at.Child("emptyDir", "medium"), clip(s.Medium, maxQuoted), []string{"", string(corev1.StorageMediumMemory)}))
	}

	if s := v.PersistentVolumeClaim; s != nil {
		c.note(checkReference(at.Child("persistentVolumeClaim", "claimName"), s.ClaimName, "PersistentVolumeClaim")...)
	}

	if s := v.Projected; s != nil {
		path := at.Child("projected")
		c.sources(path.Child("sources"), s.Sources)
		c.mode(path.Child("defaultMode"), s.DefaultMode)
	}
}

func (c *volumeCheck) sources(at *field.Path, sources []v1.VolumeProjection) {
	if len(sources) == 0 {
		c.note(field.Required(at, "say where the files come from"))
	}

	if len(sources) > v1.MaxVolumeSources {
		c.note(field.TooMany(at, len(sources), v1.MaxVolumeSources))
		return
	}

	for i, s := range sources {
		at := at.Index(i)

		c.one(at, "set exactly one of configMap, secret, serviceAccountToken and downwardAPI",
			s.ConfigMap != nil, s.Secret != nil, s.ServiceAccountToken != nil, s.DownwardAPI != nil)

		if s := s.ConfigMap; s != nil {
			c.note(checkReference(at.Child("configMap", "name"), s.Name, "ConfigMap")...)
			c.items(at.Child("configMap", "items"), s.Items)
		}

		if s := s.Secret; s != nil {
			c.note(checkReference(at.Child("secret", "name"), s.Name, "Secret")...)
			c.items(at.Child("secret", "items"), s.Items)
		}

		if s := s.ServiceAccountToken; s != nil {
			c.token(at.Child("serviceAccountToken"), s)
		}

		if s := s.DownwardAPI; s != nil {
			c.pod(at.Child("downwardAPI", "items"), s.Items)
		}
	}
}

func (c *volumeCheck) token(at *field.Path, s *v1.ServiceAccountTokenProjection) {
	c.file(at.Child("path"), s.Path)

	if len(s.Audience) > v1.MaxMountPathLength {
		c.note(field.Invalid(at.Child("audience"), clip(s.Audience, maxQuoted), "may not have more than 1024 characters"))
	}

	if e := s.ExpirationSeconds; e != nil && (*e < v1.MinExpirationSeconds || *e > v1.MaxExpirationSeconds) {
		c.note(field.Invalid(at.Child("expirationSeconds"), *e, "must be between 600 and 4294967296, inclusive"))
	}
}

func (c *volumeCheck) pod(at *field.Path, items []v1.DownwardAPIFile) {
	if len(items) == 0 {
		c.note(field.Required(at, "say which fields of the pod"))
	}

	if len(items) > v1.MaxVolumeItems {
		c.note(field.TooMany(at, len(items), v1.MaxVolumeItems))
		return
	}

	for i, item := range items {
		at := at.Index(i)

		c.file(at.Child("path"), item.Path)
		c.mode(at.Child("mode"), item.Mode)

		if !fieldPathPattern.MatchString(item.FieldRef.FieldPath) {
			c.note(field.Invalid(at.Child("fieldRef", "fieldPath"), clip(item.FieldRef.FieldPath, maxQuoted),
				"must be metadata.name, metadata.namespace, metadata.uid, metadata.labels, metadata.annotations, metadata.labels['key'] or metadata.annotations['key']"))
		}
	}
}

func (c *volumeCheck) items(at *field.Path, items []v1.KeyToPath) {
	if len(items) > v1.MaxVolumeItems {
		c.note(field.TooMany(at, len(items), v1.MaxVolumeItems))
		return
	}

	for i, item := range items {
		c.note(checkKey(at.Index(i).Child("key"), item.Key)...)
		c.file(at.Index(i).Child("path"), item.Path)
		c.mode(at.Index(i).Child("mode"), item.Mode)
	}
}

func (c *volumeCheck) file(at *field.Path, path string) {
	switch {
	case path == "":
		c.note(field.Required(at, "say which file of the volume"))
	case len(path) > v1.MaxSubdomainLength || strings.HasPrefix(path, "..") || leaves(path):
		c.note(field.Invalid(at, clip(path, maxQuoted), "must be a relative path without .."))
	}
}

// leaves says whether a path leads out of the folder that it should be in.
func leaves(path string) bool {
	return strings.HasPrefix(path, "/") || strings.Contains("/"+path+"/", "/../")
}

func (c *volumeCheck) mode(at *field.Path, mode *int32) {
	if mode != nil && (*mode < 0 || *mode > v1.MaxFileMode) {
		c.note(field.Invalid(at, *mode, "must be between 0 and 0777 (511), inclusive"))
	}
}

// one notes if not exactly one of some fields is set.
func (c *volumeCheck) one(at *field.Path, must string, set ...bool) {
	n := 0

	for _, s := range set {
		if s {
			n++
		}
	}

	switch n {
	case 0:
		c.note(field.Required(at, must))
	case 1:
	default:
		c.note(field.Forbidden(at, must))
	}
}

// mountFields are those of a volume that are the container's mount's.
var mountFields = []string{"mountPath", "readOnly", "subPath"}

func applyVolumes(p *pod, v *structpb.Value) {
	for _, written := range v.GetListValue().GetValues() {
		volume, mount := fields{}, fields{}

		for name, value := range written.GetStructValue().GetFields() {
			switch {
			case !isSet(value):
			case slices.Contains(mountFields, name):
				mount[name] = value
			default:
				volume[name] = value
			}
		}

		mount["name"] = volume["name"]
		p.addVolume(obj(volume), obj(mount))
	}
}
