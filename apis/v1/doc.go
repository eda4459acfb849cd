// Package v1 holds the Go types of the WebApp API, example.com/v1.
//
// Clients register them with [AddToScheme] and then read and write WebApps with
// client-go or controller-runtime. The CompositeResourceDefinition that a
// cluster serves, apis/webapp/definition.yaml, is generated from them.
//
// +kubebuilder:object:generate=true
// +groupName=example.com
package v1
