// Package child is the objects that a WebApp is made of: one file a kind, with its
// option's check and default, how it is built, when it is ready and where it is
// reached, and one list of them, [All]. It also says what stands in their way
// (conflict.go), and who keeps writing that (tools.go).
//
// It knows a plan, and the observed object of the same key. It must not know what the
// platform team allows, nor what became of a rollout.
package child
