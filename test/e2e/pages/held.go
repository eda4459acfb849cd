package pages

import (
	"slices"
	"strings"
)

// A Held is a command that TestLifecycle/Pages does not run as it is.
type Held struct {
	// Page is where it is, if it is not held everywhere.
	Page string

	// Command is the command, or how it begins if it ends with an ellipsis. A target of make
	// stands for all that is made with it.
	Command string

	// By names the test that does the same, with names of its own.
	By string

	// Needs says what it needs that no test has.
	Needs string
}

const (
	aRelease  = "what is published on the internet"
	docker    = "Docker"
	aPerson   = "what to do it to, which its page says"
	realPods  = "pods that run"
	quietTime = "minutes on a machine that does nothing else"
)

// Elsewhere is what TestLifecycle/Pages does not run. It runs all of kubectl and crossplane,
// and what Run says of make; and what .ci/run makes needs no entry either.
var Elsewhere = []Held{
	{Page: "docs/migrate.md", Command: "…", By: "TestNodes/WebApps/Migrate"},
	{Page: "apis/new/templates/README.md", Command: "…", By: "TestLifecycle/OwnKind"},

	// Programs that tests do not have, or not with the internet behind them.
	{Command: "git …", Needs: aRelease},
	{Command: "cd function-webapp", Needs: aRelease},
	{Command: "cosign …", Needs: aRelease},
	{Command: "diff _output/v0.2.0/release/SHA256SUMS …", Needs: aRelease},
	{Command: "go run github.com/webapp-operator/function-webapp/apis/new@VERSION --help", Needs: aRelease},
	{Command: "helm install crossplane …", By: "TestNodes"},
	{Command: "helm upgrade --install crossplane …", By: "TestNodes"},
	{Command: "helm template shop ./chart | docker …", By: "TestCharts"},
	{Command: "apt-get install containerd …", Needs: "to be allowed to change the machine"},
	{Command: "curl …", Needs: aPerson},

	// Targets of make.
	{Command: "make up", By: "TestPlayground"},
	{Command: "make status", By: "TestPlayground"},
	{Command: "make reload", By: "TestPlayground"},
	{Command: "make down", By: "TestPlayground"},
	{Command: "make cluster", By: "TestNodes"},
	{Command: "make cluster-status", By: "TestNodes"},
	{Command: "make cluster-down", By: "TestNodes"},
	{Command: "make convert", By: "TestConvert"},
	{Command: "make faults", By: "TestFaults"},
	{Command: "make push", By: "TestLifecycle/Install"},
	{Command: "make golden", Needs: "a person who reads what has changed"},
	{Command: "make licenses", By: "TestJudge"},
	{Command: "make rivals", Needs: quietTime},
	{Command: "make response-cache", By: "TestResponseCache"},
	{Command: "make test-signatures", By: "TestSignatures"},
	{Command: "make test-telemetry", By: "TestTelemetry"},
	{Command: "make pictures", By: "TestTelemetry"},
	{Command: "make e2e-upgrade", By: "TestCrossplane"},
	{Command: "make vuln", Needs: "the database of vulnerabilities, on the internet"},
	{Command: "make sign", Needs: "a log that signatures are entered in, on the internet"},
	{Command: "make verify-release", Needs: aRelease},

	// Programs of the project's own.
	{Command: "go test ./fn …", Needs: quietTime},
	{Command: "go -C test/e2e test -run 'TestLifecycle/^(Install|WebApps)$/^Options$' .", By: "TestLifecycle/Options"},
	{Command: "go run . --insecure &", By: "TestRender"},
	{Page: "examples/functions.yaml", Command: ".cache/bin/crossplane composition render …", By: "TestRender"},

	// What must not happen to a cluster that others use, or happens to it in another story.
	{Command: "kubectl apply -k install/…", By: "TestKustomizations"},
	{Command: "kubectl apply -f install/signatures/imageconfig.yaml", By: "TestOperate"},
	{Command: "kubectl apply -f examples/configuration.yaml", By: "TestLifecycle/Install"},
	{Command: "kubectl delete webapps --all --all-namespaces", By: "TestLifecycle/Uninstall"},
	{Command: "kubectl delete configuration acme-configuration-webapp", By: "TestLifecycle/Uninstall"},
	{Command: "kubectl delete function acme-function-webapp", By: "TestLifecycle/Uninstall"},
	{Page: "docs/platform.md", Command: "kubectl apply -f shop.yaml", By: "TestLifecycle/OwnKind"},
	{Page: "docs/platform.md", Command: "kubectl annotate …", By: "TestLifecycle/OwnKind"},
	{Page: "docs/platform.md", Command: "kubectl delete webapp shop …", By: "TestLifecycle/OwnKind"},

	{Command: "kubectl delete crd webapps.example.com", By: "TestLifecycle/Production"},
	{Command: "kubectl delete -k install/protection", By: "TestLifecycle/Production"},
	{Command: "kubectl delete -k install/next", By: "TestLifecycle/Staged"},
	{Command: "kubectl wait --for=condition=Healthy function/webapp-operator-function-webapp-next", By: "TestLifecycle/Staged"},
	{Page: "docs/operate.md", Command: "kubectl patch webapp my-app …", By: "TestLifecycle/Staged"},
	{Page: "install/next/kustomization.yaml", Command: "kubectl patch webapp my-app …", By: "TestLifecycle/Staged"},

	// What is named, and stands elsewhere with what to do it to.
	{Command: "crossplane composition render", By: "TestRender"},
	{Command: "crossplane resource validate", By: "TestValidate"},
	{Command: "kubectl apply --dry-run=server", By: "TestLifecycle/Pages"},

	// What the control plane of tests has not.
	{Command: "kubectl logs -l app=my-app --previous", Needs: realPods},
	{Command: "kubectl -n crossplane-system logs …", Needs: realPods},
	{Command: "kubectl -n crossplane-system rollout restart deployment crossplane", Needs: "Crossplane in pods"},
	{Command: "kubectl -n argocd patch configmap argocd-cm …", By: "TestArgoCD"},
	{Command: "kubectl -n crossplane-system create secret generic cosign …", Needs: "a key"},
	{Command: "kubectl get gateways -A", Needs: "Gateways, beside which all stories would have to stand"},
	{Command: "kubectl get --raw /apis/external.metrics.k8s.io/v1beta1", Needs: "an adapter of metrics"},
	{Command: "kubectl -n shop get deployment,service,ingress,hpa,pdb,networkpolicy,configmap -o yaml | docker …", By: "TestConvert"},
	{Page: "docs/playground.md", Command: "crossplane composition render …", Needs: docker},
	{Page: "examples/functions-docker.yaml", Command: "crossplane composition render …", Needs: docker},
	{Page: "docs/check.md", Command: "crossplane composition render …", Needs: docker},
	{Command: "crossplane xpkg install configuration ghcr.io/acme/…", By: "TestLifecycle/Install"},
	{Command: "crossplane dependency add …", By: "TestLifecycle/Project"},
	{Command: "crossplane project build", By: "TestLifecycle/Project"},

	// What is done in another state than that in which the pages find my-app.
	{Command: "kubectl rollout resume deployment/my-app", By: "TestLifecycle/RolloutPaused"},
	{Command: "kubectl rollout pause", By: "TestLifecycle/RolloutPaused"},
	{Command: "kubectl rollout undo", By: "TestLifecycle/Undo"},
	{Command: "kubectl replace --force", Needs: aPerson},
	{Command: "kubectl scale wa", By: "TestLifecycle/Scale"},
	{Command: "kubectl scale webapp", By: "TestLifecycle/Scale"},
	{Command: "kubectl scale webapp/shop --replicas=5", By: "TestLifecycle/Scale"},
	{Command: "kubectl wait --for=condition=Ready", By: "TestLifecycle/Example"},
}

// matches says whether it holds a command, which may be a target of make.
func (h Held) matches(page, text string) bool {
	if h.Page != "" && h.Page != page {
		return false
	}

	if start, is := strings.CutSuffix(h.Command, "…"); is {
		return strings.HasPrefix(text, start)
	}

	return text == h.Command
}

// find returns where the command is held elsewhere.
func (c Command) find() *Held {
	for i, h := range Elsewhere {
		if h.matches(c.Page, c.Text) {
			return &Elsewhere[i]
		}
	}

	return nil
}

// targets are what the command makes.
func (c Command) targets() []string {
	var all []string

	for word := range strings.FieldsSeq(c.Text) {
		if word == ">" || strings.HasPrefix(word, ">") {
			break
		}

		if word != "make" && !strings.Contains(word, "=") {
			all = append(all, word)
		}
	}

	return all
}

// Run says whether TestLifecycle/Pages runs the command.
func (c Command) Run() bool {
	return !c.Shape() && c.find() == nil && c.runs()
}

// runs says whether it runs commands of the kind.
func (c Command) runs() bool {
	switch c.Program() {
	case "kubectl", "crossplane":
		return true
	case "make":
		quick := []string{"api", "help", "render"}

		return !slices.ContainsFunc(c.targets(), func(target string) bool { return !slices.Contains(quick, target) })
	}

	return false
}
