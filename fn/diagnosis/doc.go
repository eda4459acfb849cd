// Package diagnosis is what troubles a WebApp's pods, and what to do about it: the pods
// as they are observed (pods.go), the rules that find what is wrong with one
// (diagnosis.go, and a file for each part of a pod's life: images.go, containers.go,
// nodes.go, ready.go), what may heal by itself (healing.go), what is said of pods that
// the cluster refuses (refused.go), and the words of all of it (words.go, advice.go).
//
// It knows the WebApp, its pods, and for how long the status has said what. It must not
// know the Deployment, nor decide what is said in the end.
package diagnosis
