module github.com/webapp-operator/function-webapp/test/tools/schemas

go 1.26.0

// Only files of these modules are read: definitions of kinds that install/ has
// objects of, or that WebApps are made of. No package of theirs is compiled, so go mod tidy would remove them;
// after a change, run go mod download for each instead.

require (
	github.com/fluxcd/kustomize-controller v1.7.3
	github.com/fluxcd/source-controller v1.8.5
	github.com/prometheus-operator/prometheus-operator v0.85.0
	sigs.k8s.io/gateway-api v1.4.0
)
