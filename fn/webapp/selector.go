package webapp

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// CheckSelector checks a selector by labels, which a field is, as Kubernetes does.
func CheckSelector(in value.Reader, field string, selector *metav1.LabelSelector) {
	in.Note(metavalidation.ValidateLabelSelector(selector, metavalidation.LabelSelectorValidationOptions{}, in.Child(field))...)
}
