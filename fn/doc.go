// Package fn composes WebApps. A request holds the WebApp, what exists of it and
// what the platform team set; the answer holds what should exist and what the
// WebApp's status should say.
//
// Data goes one way. [Function.RunFunction] walks through steps (steps.go), each of
// which asks one of the rooms below, from what was asked for to what is said of it:
//
//	platform  the input, a namespace's defaults, policy, features
//	webapp    the WebApp, and the plan of what is built
//	child     the objects        pod  what their pods are made of
//	volume, network              what may be said of files, and of who talks to whom
//	env, placement               of the environment, and of which nodes
//	config                       what pods read of ConfigMaps
//	rollout   facts, verdict, status, events       diagnosis  what troubles the pods
//	owner     what others have set of a Deployment
//	value     JSON's values, for all of them
//
// A room knows those that are below it: value ← webapp ← pod ← child ← platform, and
// child ← diagnosis ← rollout. TestRooms holds the arrows.
package fn
