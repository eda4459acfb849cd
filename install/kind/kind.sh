#!/usr/bin/env bash
# A cluster of your own with Crossplane and WebApps, in Docker. It needs docker,
# kind, kubectl, helm and the network, and packages that were pushed to a registry
# that the cluster reaches:
#
#   PACKAGE=ghcr.io/acme/configuration-webapp:v0.2.0 install/kind/kind.sh
#
# To remove it: kind delete cluster --name webapps
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${PACKAGE:?the Configuration to install, such as ghcr.io/acme/configuration-webapp:v0.2.0}"
CLUSTER=${CLUSTER:-webapps}
CONTEXT=kind-$CLUSTER

kind get clusters | grep -qx "$CLUSTER" || kind create cluster --name "$CLUSTER" --wait 2m

helm upgrade --install crossplane crossplane --repo https://charts.crossplane.io/stable --version 2.4.0 \
	--kube-context "$CONTEXT" --namespace crossplane-system --create-namespace --wait

kubectl --context "$CONTEXT" apply -f - <<EOF
apiVersion: pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: configuration-webapp
spec:
  package: $PACKAGE
EOF
kubectl --context "$CONTEXT" wait configuration/configuration-webapp --for=condition=Healthy --timeout=5m
kubectl --context "$CONTEXT" wait xrd/webapps.example.com --for=condition=Established --timeout=1m

kubectl --context "$CONTEXT" apply -f examples/webapp.yaml
kubectl --context "$CONTEXT" wait webapp/my-app --for=condition=Ready --timeout=5m
kubectl --context "$CONTEXT" get webapp my-app -o wide
